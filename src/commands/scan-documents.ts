import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import { buildView } from '../model/view.ts';
import type { Match } from '../scan/match.ts';
import type { Scanner } from '../scan/scanner.ts';
import { type PlacedMatch, placeInDocument } from '../scan/view-matches.ts';
import type { Container, Document, FormatContext, TextFormat } from '../sources/document.ts';
import { sliced } from '../sources/slices.ts';

/** What knows documents that are more than lines of text. */
export interface Recognisers {
  readonly container: (head: Uint8Array, name: string) => Container | undefined;
  readonly text: (head: Uint8Array, name: string) => TextFormat | undefined;
}

export interface DocumentEvents {
  readonly match: (match: Match, origin: Origin) => void;
  readonly gap: (gap: Gap) => void;
  /** Told of each document that was read, and its bytes. */
  readonly read: (bytes: number) => void;
}

/**
 * Scans a document as what it is: an archive by its members, a CI log or a chat export by the text in it, anything else as it
 * stands. Bounded memory: one slice at a time, one member after the other.
 */
export async function scanDocument(
  document: Document,
  { scanner, recognisers, context, events }: DocumentScan,
  depth = 0,
): Promise<void> {
  context.signal.throwIfAborted();
  const name = document.member ?? document.path;
  const head = await document.head();
  const container = recognisers.container(head, name);
  if (container) {
    if (depth >= context.limits.maxDepth) {
      events.gap({
        origin: originOf(document),
        reason: 'depth',
        detail: `it lies in ${depth} archives, one in the other, and is not opened; scan it by itself`,
      });
      return;
    }
    for await (const member of container.members(document, context)) {
      if ('reason' in member) events.gap(member);
      else await scanDocument(member, { scanner, recognisers, context, events }, depth + 1);
    }
    return;
  }
  const format = recognisers.text(head, name);
  if (format) await scanViews(document, format, { scanner, recognisers, context, events });
  else await scanPlain(document, { scanner, recognisers, context, events });
}

export interface DocumentScan {
  readonly scanner: Scanner;
  readonly recognisers: Recognisers;
  readonly context: FormatContext;
  readonly events: DocumentEvents;
}

async function scanViews(document: Document, format: TextFormat, { scanner, context, events }: DocumentScan): Promise<void> {
  const isNew = firstTimes();
  for await (const view of format.views(document, context)) {
    if ('reason' in view) {
      events.gap(view);
      continue;
    }
    context.signal.throwIfAborted();
    report(placeInDocument(view, scanner.scan(view.bytes)), isNew, events);
    events.read(view.slice.bytes.length);
  }
}

async function scanPlain(document: Document, { scanner, context, events }: DocumentScan): Promise<void> {
  const origin = originOf(document);
  const isNew = firstTimes();
  for await (const { slice, knownUntil } of sliced(document.bytes())) {
    context.signal.throwIfAborted();
    const view = buildView(slice);
    view.piece(origin);
    view.copy(0, slice.bytes.length);
    report(placeInDocument(view.build(), scanner.scan(slice.bytes)), isNew, events);
    events.read(slice.start + slice.bytes.length - knownUntil);
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
