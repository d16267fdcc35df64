import { QuashError } from '../errors.ts';
import { printable } from '../git/run-git.ts';
import type { Gap } from '../model/gap.ts';
import type { ChatOrigin, Origin } from '../model/origin.ts';
import { buildView, type View } from '../model/view.ts';
import type { Match } from '../scan/match.ts';
import type { Scanner } from '../scan/scanner.ts';
import type { TurnedDownCollector, TurnedDownPlace } from '../scan/turned-down.ts';
import { type PlacedMatch, placeInDocument } from '../scan/view-matches.ts';
import { expand } from '../sources/archives/expand.ts';
import { openFileDocument } from '../sources/archives/file-document.ts';
import { originOf } from '../sources/archives/member-document.ts';
import { recogniseContainer } from '../sources/archives/recognise.ts';
import { createArchiveAttachments } from '../sources/chat/archive-attachments.ts';
import { chatFormats } from '../sources/chat/chat-formats.ts';
import type { Document, FormatContext, Limits, Share, TextFormat } from '../sources/document.ts';
import type { DocumentKind } from '../sources/document-kinds.ts';
import { isKnown } from '../sources/is-known.ts';
import { recogniseChat, recogniseCiLog, recogniseText } from '../sources/recognise-text.ts';
import { createSiblings } from '../sources/siblings.ts';
import { sliced } from '../sources/slices.ts';
import type { OtherFile } from './scan-files.ts';

export interface DocumentEvents {
  readonly match: (match: Match, origin: Origin) => void;
  readonly turnedDown?: (row: TurnedDownPlace, origin: Origin) => void;
  readonly gap: (gap: Gap) => void;
  /** Told of each stretch that was read, and whether a document begins with it. */
  readonly read: (bytes: number, isNew: boolean) => void;
  /** Told of each document that is a chat export, or a part of one. */
  readonly chatExport?: (document: Pick<Document, 'path' | 'member'>) => void;
}

export interface DocumentScan {
  /** The folder that paths are relative to, where there is one. */
  readonly root: string | undefined;
  readonly scanner: Scanner;
  /** What the scanner turns down. */
  readonly turnedDown?: TurnedDownCollector;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly events: DocumentEvents;
  /** What everything that is scanned was said to be. */
  readonly as?: DocumentKind;
  /** Of a file that other threads scan as well, what is whose. */
  readonly share?: Share;
}

/**
 * Scans a file as what it is: an archive by its members, a CI log or a chat export by the text in it, anything else as it
 * stands. In bounded memory: one slice at a time, one member after the other.
 */
export async function scanOtherFile({ path, gap }: OtherFile, scan: DocumentScan): Promise<void> {
  const opened = await openFileDocument(scan.root ?? '.', path);
  if ('reason' in opened) {
    scan.events.gap(opened);
    return;
  }
  const { document, close } = opened;
  try {
    if (gap && scan.as === undefined && !isKnown(await document.head(), document.path)) {
      if (scan.share?.take(0) ?? true) scan.events.gap(gap);
    } else await scanDocument(document, scan);
  } finally {
    await close();
  }
}

/** Scans a document and all in it. Throws QuashError('usage') for one that is not what it was said to be. */
export async function scanDocument(file: Document, scan: DocumentScan): Promise<void> {
  const { limits, signal, events, as, share } = scan;
  if (as === 'archive' && recogniseContainer(await file.head(), file.path) === undefined) {
    throw new QuashError(
      'usage',
      `taking ${printable(file.path)} as an archive: it is none of a kind that is known; leave out --as`,
    );
  }
  const siblings = createSiblings(file, scan);
  const attached = createArchiveAttachments(siblings, { limits, signal });
  for await (const one of expand(file, recogniseContainer, { limits, signal, ...(share ? { share } : {}) })) {
    signal.throwIfAborted();
    if ('reason' in one) {
      events.gap(one);
      continue;
    }
    const format = formatOf(await one.head(), one.member ?? one.path, as);
    const isPartOfChat = format !== undefined && chatFormats.includes(format);
    if (isPartOfChat) events.chatExport?.(one);
    const files = createAttachedFiles(scan, 1);
    const context: FormatContext = { limits, signal, sibling: (path) => siblings.beside(one, path), attached: files.add };
    // The message that a file was attached to is looked for where something is found, as it takes a look at the whole export.
    const whose = isPartOfChat ? undefined : () => attached(one);
    await scanViews(format ? format.views(one, context) : plainViews(one), whose, scan, files.scan);
  }
}

/** Files that are attached to the mails of a document: what `add` was told of, `scan` scans as what it is, under its mail's origin. */
function createAttachedFiles(
  scan: DocumentScan,
  depth: number,
): { readonly add: NonNullable<FormatContext['attached']>; readonly scan: () => Promise<void> } {
  const { limits, signal, events } = scan;
  let waiting: { readonly document: Document; readonly origin: ChatOrigin }[] = [];
  return {
    add: (document, origin) => waiting.push({ document, origin }),
    async scan() {
      const files = waiting;
      waiting = [];
      for (const { document, origin } of files) {
        for await (const one of expand(document, recogniseContainer, { limits, signal })) {
          const at = (member: string | undefined): ChatOrigin => ({ ...origin, ...(member !== undefined && { member }) });
          if ('reason' in one) {
            events.gap({ ...one, origin: at('member' in one.origin ? one.origin.member : undefined) });
            continue;
          }
          const format = recogniseText(await one.head(), one.member ?? one.path);
          // A mail in a mail has files of its own.
          const inner = depth < limits.maxDepth ? createAttachedFiles(scan, depth + 1) : undefined;
          const context: FormatContext = { limits, signal, ...(inner && { attached: inner.add }) };
          const views = format ? format.views(one, context) : plainViews(one);
          await scanViews(views, async () => at(one.member), scan, inner?.scan);
        }
      }
    },
  };
}

function formatOf(head: Uint8Array, path: string, as: DocumentKind | undefined): TextFormat | undefined {
  if (as === 'ci-log') return recogniseCiLog(head, path);
  return (as === 'chat' ? recogniseChat(head, path) : undefined) ?? recogniseText(head, path);
}

async function scanViews(
  views: AsyncIterable<View | Gap>,
  whose: (() => Promise<Origin | undefined>) | undefined,
  { scanner, turnedDown, signal, events }: DocumentScan,
  between?: () => Promise<void>,
): Promise<void> {
  const isNew = firstTimes();
  let readUntil = 0;
  let isFirst = true;
  for await (const view of views) {
    signal.throwIfAborted();
    await between?.();
    if ('reason' in view) {
      events.gap(view);
      continue;
    }
    for (const one of placeInDocument(view, scanner.scan(view.bytes))) {
      if (!isNew(String(one.match.pattern), one)) continue;
      const message = isPlace(one.origin) ? await whose?.() : undefined;
      events.match({ ...one.match, ...one.place }, message ?? one.origin);
    }
    for (const { match, origin, place } of rowsOf(view, turnedDown)) {
      if (isNew(`${match.pattern} ${match.reason}`, { place })) events.turnedDown?.({ ...match, ...place }, origin);
    }
    const end = view.slice.start + view.slice.bytes.length;
    events.read(Math.max(0, end - readUntil), isFirst);
    isFirst = false;
    readUntil = Math.max(readUntil, end);
  }
  await between?.();
}

function rowsOf(view: View, turnedDown: TurnedDownCollector | undefined) {
  const rows = turnedDown?.take(view.bytes) ?? [];
  return placeInDocument(
    view,
    rows.map(({ pattern, reason, start }) => ({ pattern, reason, start, end: start + 1 })),
  );
}

/** Whether an origin tells of no more than a file. */
function isPlace({ kind }: Origin): boolean {
  return kind === 'file' || kind === 'archive';
}

/** The stretches of a document that is no more than its bytes. */
async function* plainViews(document: Document): AsyncGenerator<View> {
  const origin = originOf(document);
  for await (const { slice } of sliced(document.bytes())) {
    const view = buildView(slice);
    view.piece(origin);
    view.copy(0, slice.bytes.length);
    yield view.build();
  }
}

/** Tells what was not told of before: slices overlap, and several views may be of the same bytes. */
function firstTimes(): (what: string, one: Pick<PlacedMatch, 'place'>) => boolean {
  const told = new Set<string>();
  return (what, { place }) => {
    const key = `${what} ${place.start} ${place.end}`;
    if (told.has(key)) return false;
    told.add(key);
    return true;
  };
}
