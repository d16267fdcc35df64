import { createHash } from 'node:crypto';
import type { Document, FormatContext } from '../document.ts';

// The lists of a workspace stand beside each of thousands of files: those read last are kept.
const kept = new WeakMap<object, Map<string, Promise<unknown>>>();
const maxKept = 16;

/** What a JSON file beside a document holds, as `read` understands it, who reads it once for all that lie beside it; undefined where there is none, or it is no JSON. */
export async function readBeside<T>(
  context: FormatContext,
  paths: readonly string[],
  read: (json: unknown) => T,
): Promise<T | undefined> {
  for (const path of paths) {
    const document = await context.sibling?.(path);
    if (!document) continue;
    const ofReader = kept.get(read) ?? new Map<string, Promise<unknown>>();
    kept.set(read, ofReader);
    const key = await keyOf(document);
    const known = ofReader.get(key) ?? parse(document, context, read);
    ofReader.set(key, known);
    if (ofReader.size > maxKept) ofReader.delete(ofReader.keys().next().value!);
    return known as Promise<T | undefined>;
  }
  return undefined;
}

async function keyOf(document: Document): Promise<string> {
  const head = createHash('sha256')
    .update((await document.head()).subarray(0, 4096))
    .digest('hex');
  return [document.path, document.member ?? '', document.size ?? '', head].join('\n');
}

async function parse<T>(document: Document, context: FormatContext, read: (json: unknown) => T): Promise<T | undefined> {
  const bytes = await document.whole(context.limits.maxWholeBytes);
  if (!(bytes instanceof Uint8Array)) return undefined;
  try {
    return read(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    // Names are all that is lost; the file itself is scanned, and told of, on its own.
    return undefined;
  }
}
