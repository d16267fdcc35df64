import { dirname, join, normalize } from 'node:path/posix';
import { expand } from './archives/expand.ts';
import { chunksOf, openFileDocument } from './archives/file-document.ts';
import { isGap, memoryDocument, streamDocument } from './archives/member-document.ts';
import { recogniseContainer } from './archives/recognise.ts';
import { readerOf, readTar } from './archives/tar.ts';
import type { Document, FormatContext, Limits } from './document.ts';

/** What lies around the documents of one file. */
export interface Siblings {
  /** A document beside another one: in its folder, or in its archive. */
  beside(one: Document, path: string): Promise<Document | undefined>;
  /** The members of the file, in their order; each is read, or let go, before the next is asked for. */
  members(): AsyncIterable<Document>;
}

/** What exports and logs look up beside them; of an archive that comes as a stream only these are held. */
const lookedUp = /(?:^|\/)(?:(?:(?:org_)?users?|channels?|groups|mpims|dms|group_info|realm)\.json|1_Set up job\.txt)$/;
const mostHeldBytes = 64_000_000;

/** Finds what lies beside the documents of a file below `root`; a file that is not there (stdin) has none beside it. */
export function createSiblings(
  file: Document,
  { root, limits, signal }: { readonly root: string | undefined; readonly limits: Limits; readonly signal: AbortSignal },
): Siblings {
  const context = { limits, signal };
  const opened = new Map<string, Document | undefined>();
  let listed: Promise<ReadonlyMap<string, Document> | undefined> | undefined;
  let held: Promise<ReadonlyMap<string, Document>> | undefined;
  const inAnyOrder = () => {
    listed ??= listMembers(file, context);
    return listed;
  };
  async function member(name: string): Promise<Document | undefined> {
    const members = await inAnyOrder();
    if (members) return members.get(name);
    if (!lookedUp.test(name)) return undefined;
    held ??= holdLookedUp(file, context);
    return (await held).get(name);
  }
  return {
    async *members() {
      const members = await inAnyOrder();
      if (members) yield* members.values();
      else yield* streamed(file, context);
    },
    async beside(one, path) {
      if (one.member === undefined) {
        const name = normalize(join(dirname(one.path), path));
        if (name.startsWith('..') || root === undefined) return undefined;
        if (!opened.has(name)) opened.set(name, await readWhole(root, name, limits));
        return opened.get(name);
      }
      if (one.member.includes('!/')) return undefined;
      const name = normalize(join(dirname(one.member), path));
      if (!opened.has(name)) {
        const found = await member(name);
        opened.set(name, found && (await hold(found, limits)));
      }
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

/** The members of a zip or a tar by their names, to be read in any order; undefined of what can only be read in its own. */
async function listMembers(file: Document, context: FormatContext): Promise<ReadonlyMap<string, Document> | undefined> {
  const { range } = file;
  const container = recogniseContainer(await file.head(), file.path);
  if (!range || (container?.name !== 'zip' && container?.name !== 'tar')) return undefined;
  const members = new Map<string, Document>();
  if (container.name === 'zip') {
    for await (const member of container.members(file, context)) {
      if (!isGap(member) && member.member !== undefined) members.set(member.member, member);
    }
    return members;
  }
  const reader = readerOf(file);
  for await (const member of readTar(file, reader)) {
    if (isGap(member) || member.member === undefined || member.size === undefined) continue;
    const start = reader.position;
    const end = start + member.size;
    members.set(
      member.member,
      streamDocument({ path: file.path, member: member.member }, member.size, () => chunksOf(range, start, end)),
    );
  }
  return members;
}

/** The members of an archive that is unpacked once more for it, those of archives within it left out. */
async function* streamed(file: Document, { limits, signal }: FormatContext): AsyncGenerator<Document> {
  // A tar in its wrapping is one archive in another.
  for await (const one of expand(file, recogniseContainer, { limits: { ...limits, maxDepth: 2 }, signal }))
    if (!isGap(one) && one.member !== undefined && !one.member.includes('!/')) yield one;
}

async function holdLookedUp(file: Document, context: FormatContext): Promise<ReadonlyMap<string, Document>> {
  const held = new Map<string, Document>();
  let room = mostHeldBytes;
  for await (const one of streamed(file, context)) {
    if (!lookedUp.test(one.member!)) continue;
    const bytes = await one.whole(room);
    if (!(bytes instanceof Uint8Array)) continue;
    room -= bytes.length;
    held.set(one.member!, memoryDocument(one, bytes));
  }
  return held;
}
