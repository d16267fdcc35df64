import { dirname, join, normalize } from 'node:path/posix';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import { buildView, type View } from '../model/view.ts';
import type { Match } from '../scan/match.ts';
import type { Scanner } from '../scan/scanner.ts';
import { type PlacedMatch, placeInDocument } from '../scan/view-matches.ts';
import { expand } from '../sources/archives/expand.ts';
import { openFileDocument } from '../sources/archives/file-document.ts';
import { recogniseContainer } from '../sources/archives/recognise.ts';
import type { Document, FormatContext, Limits } from '../sources/document.ts';
import { recogniseText } from '../sources/recognise-text.ts';
import { sliced } from '../sources/slices.ts';
import type { OtherFile } from './scan-files.ts';

export interface DocumentEvents {
  readonly match: (match: Match, origin: Origin) => void;
  readonly gap: (gap: Gap) => void;
  /** Told of each stretch that was read, and whether a document begins with it. */
  readonly read: (bytes: number, isNew: boolean) => void;
}

export interface DocumentScan {
  readonly root: string;
  readonly scanner: Scanner;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly events: DocumentEvents;
}

/**
 * Scans a file as what it is: an archive by its members, a CI log or a chat export by the text in it, anything else as it
 * stands. In bounded memory: one slice at a time, one member after the other.
 */
export async function scanOtherFile({ path, gap }: OtherFile, scan: DocumentScan): Promise<void> {
  const opened = await openFileDocument(scan.root, path);
  if ('reason' in opened) {
    scan.events.gap(opened);
    return;
  }
  const { document, close } = opened;
  try {
    const head = await document.head();
    const isKnown = recogniseContainer(head, path) !== undefined || recogniseText(head, path) !== undefined;
    if (gap && !isKnown) scan.events.gap(gap);
    else await scanFileDocument(document, scan);
  } finally {
    await close();
  }
}

async function scanFileDocument(file: Document, scan: DocumentScan): Promise<void> {
  const { limits, signal, events } = scan;
  const beside = siblings(file, scan);
  for await (const one of expand(file, recogniseContainer, { limits, signal })) {
    signal.throwIfAborted();
    if ('reason' in one) {
      events.gap(one);
      continue;
    }
    const format = recogniseText(await one.head(), one.member ?? one.path);
    const context: FormatContext = { limits, signal, sibling: (path) => beside(one, path) };
    if (format) await scanViews(format.views(one, context), scan);
    else await scanPlain(one, scan);
  }
}

/** Finds what lies beside a document: in its folder, or in its archive where that can be read in any order. */
function siblings(
  file: Document,
  { root, limits, signal }: DocumentScan,
): (one: Document, path: string) => Promise<Document | undefined> {
  const opened = new Map<string, Document | undefined>();
  let members: Promise<ReadonlyMap<string, Document>> | undefined;
  return async (one, path) => {
    if (one.member === undefined) {
      const name = normalize(join(dirname(one.path), path));
      if (name.startsWith('..')) return undefined;
      if (!opened.has(name)) opened.set(name, await readWhole(root, name, limits));
      return opened.get(name);
    }
    if (one.member.includes('!/')) return undefined;
    members ??= membersOf(file, limits, signal);
    return (await members).get(normalize(join(dirname(one.member), path)));
  };
}

/** A file that lies beside another, held in memory: it is small, and looked at again and again. */
async function readWhole(root: string, path: string, limits: Limits): Promise<Document | undefined> {
  const opened = await openFileDocument(root, path);
  if ('reason' in opened) return undefined;
  try {
    const bytes = await opened.document.whole(limits.maxWholeBytes);
    if (!(bytes instanceof Uint8Array)) return undefined;
    return {
      path,
      size: bytes.length,
      head: async () => bytes.subarray(0, 65_536),
      bytes: async function* () {
        yield bytes;
      },
      whole: async () => bytes,
    };
  } finally {
    await opened.close();
  }
}

async function membersOf(file: Document, limits: Limits, signal: AbortSignal): Promise<ReadonlyMap<string, Document>> {
  const container = recogniseContainer(await file.head(), file.path);
  const members = new Map<string, Document>();
  // Of a stream, what stands beside a member may come after it, and all of it would be unpacked again.
  if (container?.name !== 'zip' || !file.range) return members;
  for await (const member of container.members(file, { limits, signal })) {
    if (!('reason' in member) && member.member !== undefined) members.set(member.member, member);
  }
  return members;
}

async function scanViews(views: AsyncIterable<View | Gap>, { scanner, signal, events }: DocumentScan): Promise<void> {
  const isNew = firstTimes();
  let readUntil = 0;
  for await (const view of views) {
    signal.throwIfAborted();
    if ('reason' in view) {
      events.gap(view);
      continue;
    }
    report(placeInDocument(view, scanner.scan(view.bytes)), isNew, events);
    const end = view.slice.start + view.slice.bytes.length;
    events.read(Math.max(0, end - readUntil), readUntil === 0);
    readUntil = Math.max(readUntil, end);
  }
}

async function scanPlain(document: Document, { scanner, signal, events }: DocumentScan): Promise<void> {
  const origin = originOf(document);
  const isNew = firstTimes();
  for await (const { slice, knownUntil } of sliced(document.bytes())) {
    signal.throwIfAborted();
    const view = buildView(slice);
    view.piece(origin);
    view.copy(0, slice.bytes.length);
    report(placeInDocument(view.build(), scanner.scan(slice.bytes)), isNew, events);
    events.read(slice.start + slice.bytes.length - knownUntil, slice.start === 0);
  }
}

function report(placed: readonly PlacedMatch[], isNew: (one: PlacedMatch) => boolean, events: DocumentEvents): void {
  for (const one of placed) if (isNew(one)) events.match({ ...one.match, ...one.place }, one.origin);
}

/** Tells what was not told of before: slices overlap, and several views may be of the same bytes. */
function firstTimes(): (one: PlacedMatch) => boolean {
  const told = new Set<string>();
  return ({ match, place }) => {
    const key = `${match.pattern} ${place.start} ${place.end}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  };
}

/** Where a document is. */
export function originOf({ path, member }: Pick<Document, 'path' | 'member'>): Origin {
  return member === undefined ? { kind: 'file', path } : { kind: 'archive', path, member };
}
