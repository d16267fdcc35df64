import { dirname, join, normalize } from 'node:path/posix';
import { openFileDocument } from './archives/file-document.ts';
import { memoryDocument } from './archives/member-document.ts';
import { recogniseContainer } from './archives/recognise.ts';
import type { Document, FormatContext, Limits } from './document.ts';

/** What lies around the documents of one file. */
export interface Siblings {
  /** A document beside another one: in its folder, or in its archive where that can be read in any order. */
  beside(one: Document, path: string): Promise<Document | undefined>;
  /** The members of the file by their names; none where they can only be read in order. */
  members(): Promise<ReadonlyMap<string, Document>>;
}

/** Finds what lies beside the documents of a file below `root`; a file that is not there (stdin) has none beside it. */
export function createSiblings(
  file: Document,
  { root, limits, signal }: { readonly root: string | undefined; readonly limits: Limits; readonly signal: AbortSignal },
): Siblings {
  const opened = new Map<string, Document | undefined>();
  let listed: Promise<ReadonlyMap<string, Document>> | undefined;
  const members = () => {
    listed ??= membersOf(file, { limits, signal });
    return listed;
  };
  return {
    members,
    async beside(one, path) {
      if (one.member === undefined) {
        const name = normalize(join(dirname(one.path), path));
        if (name.startsWith('..') || root === undefined) return undefined;
        if (!opened.has(name)) opened.set(name, await readWhole(root, name, limits));
        return opened.get(name);
      }
      if (one.member.includes('!/')) return undefined;
      const name = normalize(join(dirname(one.member), path));
      const member = (await members()).get(name);
      if (!opened.has(name)) opened.set(name, member && (await hold(member, limits)));
      return opened.get(name);
    },
  };
}

/** A document in memory: those that lie beside others are small, and looked at again and again. */
async function hold(document: Document, limits: Limits): Promise<Document | undefined> {
  const bytes = await document.whole(limits.maxWholeBytes);
  return bytes instanceof Uint8Array ? memoryDocument(document, bytes) : undefined;
}

async function readWhole(root: string, path: string, limits: Limits): Promise<Document | undefined> {
  const opened = await openFileDocument(root, path);
  if ('reason' in opened) return undefined;
  try {
    return await hold(opened.document, limits);
  } finally {
    await opened.close();
  }
}

async function membersOf(file: Document, context: FormatContext): Promise<ReadonlyMap<string, Document>> {
  const container = recogniseContainer(await file.head(), file.path);
  const members = new Map<string, Document>();
  // Of a stream, what stands beside a member may come after it, and all of it would be unpacked again.
  if (container?.name !== 'zip' || !file.range) return members;
  for await (const member of container.members(file, context)) {
    if (!('reason' in member) && member.member !== undefined) members.set(member.member, member);
  }
  return members;
}
