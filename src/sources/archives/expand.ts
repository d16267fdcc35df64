import { QuashError } from '../../errors.ts';
import type { Gap } from '../../model/gap.ts';
import type { Container, Document, FormatContext } from '../document.ts';
import type { Wrapping } from './compressed.ts';
import { gapIn, isGap, type Leaf, originOf, watchedDocument } from './member-document.ts';
import { freeBytes } from './unpack.ts';

/** Tells which container a document is, if it is one. */
export type Recognise = (head: Uint8Array, path: string) => Container | undefined;

/** What was unpacked of one file so far, at every depth. */
interface Meter {
  bytes: number;
  entries: number;
  readonly packedBytes: number | undefined;
  /** The limit that ended it; nothing more is unpacked then. */
  spent?: 'total' | 'ratio' | 'entries';
}

/**
 * All documents in a document, archives in archives to `maxDepth`, in their order; itself where it holds none. Each is read,
 * or let go, before the next is asked for. What could not be read comes as gaps; each limit that bites is one.
 */
export async function* expand(document: Document, recognise: Recognise, context: FormatContext): AsyncGenerator<Document | Gap> {
  const meter: Meter = { bytes: 0, entries: 0, packedBytes: document.size };
  yield* expandFrom(document, recognise, context, meter, 0);
  if (meter.spent !== undefined) yield spentGap(document, meter, context);
}

async function* expandFrom(
  document: Document,
  recognise: Recognise,
  context: FormatContext,
  meter: Meter,
  depth: number,
): AsyncGenerator<Document | Gap> {
  const { limits, signal } = context;
  failIfAborted(signal);
  const container = recognise(await document.head(), document.member ?? document.path);
  const share = depth === 0 ? context.share : undefined;
  if (share && !(container && isShared(container, document)) && !share.take(0)) return;
  if (container === undefined) {
    yield document;
    return;
  }
  if (depth === limits.maxDepth) {
    yield gapIn(
      document,
      'depth',
      `${limits.maxDepth} archives stand around it; raise maxDepth, or unpack the outer ones and scan the folder`,
    );
    return;
  }
  const { share: _, ...unshared } = context;
  for await (const member of container.members(document, share ? context : unshared)) {
    failIfAborted(signal);
    meter.entries = context.share ? context.share.countEntry() : meter.entries + 1;
    if (meter.entries > limits.maxEntries) meter.spent ??= 'entries';
    if (meter.spent !== undefined) return;
    if (isGap(member)) {
      yield member;
      continue;
    }
    const place = await placeOf(member, document, container, recognise);
    const watched = watchedDocument(member, place, (bytes) => metered(bytes, meter, context));
    if ((member as Partial<Leaf>).isLeaf) yield watched;
    else yield* expandFrom(watched, recognise, context, meter, depth + 1);
    if (meter.spent !== undefined) return;
  }
}

/** Whether a container's documents can be read by several threads: each finds its own without reading those of others. */
function isShared(container: Container, document: Document): boolean {
  return container.name === 'zip' && document.range !== undefined;
}

/** An archive that is only wrapped (`logs.tar.gz`) stands where its wrapping does: its members are those of the file. */
async function placeOf(member: Document, outer: Document, container: Container, recognise: Recognise): Promise<Document> {
  const isWrapped = (container as Partial<Wrapping>).isWrapping === true;
  return isWrapped && recognise(await member.head(), member.member ?? member.path) !== undefined ? outer : member;
}

function failIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new QuashError('interrupted', 'reading an archive: interrupted');
}

/** Counts what comes out; stops it where a limit of the whole file bites. */
async function* metered(
  bytes: AsyncIterable<Uint8Array>,
  meter: Meter,
  { limits, signal, share }: FormatContext,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of bytes) {
    failIfAborted(signal);
    meter.bytes = share ? share.countBytes(chunk.length) : meter.bytes + chunk.length;
    if (meter.bytes > limits.maxTotalBytes) meter.spent ??= 'total';
    else if (meter.bytes > freeBytes && meter.packedBytes !== undefined && meter.bytes > limits.maxRatio * meter.packedBytes)
      meter.spent ??= 'ratio';
    if (meter.spent !== undefined) return;
    yield chunk;
  }
}

function spentGap(document: Document, { spent }: Meter, { limits }: FormatContext): Gap {
  const origin = originOf(document);
  const rest = 'what came before was read, and nothing of the rest';
  switch (spent) {
    case 'entries':
      return { origin, reason: 'entries', detail: `it holds more than ${limits.maxEntries} members; ${rest}; raise maxEntries` };
    case 'ratio':
      return {
        origin,
        reason: 'ratio',
        detail: `it unpacks to more than ${limits.maxRatio} times its size; ${rest}; raise maxRatio if it is meant to`,
      };
    default:
      return {
        origin,
        reason: 'too-large',
        detail: `it unpacks to more than ${limits.maxTotalBytes} bytes; ${rest}; raise maxTotalBytes`,
      };
  }
}
