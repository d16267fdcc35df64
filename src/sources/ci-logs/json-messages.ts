import type { CiLogOrigin } from '../../model/origin.ts';
import { buildView, type View, type ViewBuilder } from '../../model/view.ts';
import { characterStart, type LogSlice, overlapBytes } from './log-slices.ts';

/** How a log of JSON objects holds what was printed. */
export interface MessageShape {
  /** The member whose string is the text: `message`. */
  readonly key: string;
  readonly encoding: 'text' | 'base64';
  /** `chunks` are parts of one stream; `lines` are whole lines, with a line feed or without. */
  readonly holds: 'chunks' | 'lines';
  /** The member with the time: a string of ISO 8601, or seconds since the step began, or since 1970. */
  readonly timeKey?: string;
}

/** The messages of a slice, decoded. */
export interface DecodedMessages {
  readonly view: View;
  /** Where the next slice may begin, and whether that is inside a message. */
  readonly next: number;
  readonly isInside: boolean;
}

/** Times, numbers, kinds and names between the texts of two messages. */
const mostBetween = 160;
const quote = 0x22;
const backslash = 0x5c;
const feed = Buffer.from('\n');
const simple: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '"': '"', '\\': '\\', '/': '/' };

/**
 * Decodes the messages in a slice. A parser of JSON would need the whole of it, and give no places; this looks for the one member, so
 * it streams, and goes on behind what is damaged.
 */
export function decodeMessages(
  slice: LogSlice,
  shape: MessageShape,
  startsInside: boolean,
  origin: CiLogOrigin,
  refine: View['refine'],
): DecodedMessages {
  const { bytes } = slice;
  const { length } = bytes;
  const view = buildView(slice, refine);
  const key = Buffer.from(`"${shape.key}"`);
  const wanted = length - overlapBytes;
  let next = 0;
  let isInside = startsInside;
  let isOpen = startsInside;
  view.piece(origin);

  /** Notes that the next slice may begin at a place. */
  function mayBegin(at: number, inside: boolean): void {
    if (at > wanted || at < next) return;
    next = at;
    isInside = inside;
  }

  function note(from: number, end: number): void {
    if (end <= wanted) mayBegin(end, true);
    else if (from <= wanted) mayBegin(shape.encoding === 'base64' ? from : Math.max(from, characterStart(bytes, wanted)), true);
  }

  /** Takes over what stands between two messages where that is more than any runner writes there: a message that lost its key. */
  function copyBetween(from: number, end: number): void {
    if (end - from < mostBetween) return;
    view.separate();
    view.copy(from, end);
    view.separate();
  }

  let told = 0;
  for (let at = 0; at < length; ) {
    if (!isOpen) {
      const start = bytes.indexOf(key, at);
      if (start === -1) break;
      at = stringStart(bytes, start + key.length);
      if (at < 0) {
        at = start + key.length;
        continue;
      }
      mayBegin(start, false);
      copyBetween(told, start);
    }
    isOpen = false;
    const before = view.length;
    const end = shape.encoding === 'base64' ? copyBase64(bytes, at, view, note) : copyText(bytes, at, view, note);
    told = end;
    if (end === length) break;
    if (shape.holds === 'lines' && view.length > before && !view.endsLine) view.replace(feed, end, end);
    at = end + 1;
    mayBegin(at, false);
  }
  copyBetween(told, length);
  if (next === 0) next = Math.max(1, wanted);
  return { view: view.build(), next, isInside };
}

/** Behind the quote of the string that is a member's value, or -1. */
function stringStart(bytes: Buffer, from: number): number {
  let at = from;
  let colons = 0;
  for (; at < bytes.length && at < from + 64; at++) {
    const byte = bytes[at];
    if (byte === quote) return colons === 1 ? at + 1 : -1;
    if (byte === 0x3a) colons++;
    else if (byte > 0x20) return -1;
  }
  return -1;
}

/** Takes a string's text over, and returns where its closing quote is. */
function copyText(bytes: Buffer, start: number, view: ViewBuilder, note: (from: number, end: number) => void): number {
  const { length } = bytes;
  let from = start;
  let at = start;
  while (at < length && bytes[at] !== quote) {
    if (bytes[at] !== backslash) {
      at++;
      continue;
    }
    const meant = escapeAt(bytes, at);
    if (!meant) {
      at += 2;
      continue;
    }
    view.copy(from, at);
    note(from, at);
    view.replace(meant.text, at, meant.end);
    at = from = meant.end;
  }
  const end = Math.min(at, length);
  view.copy(from, end);
  note(from, end);
  return end;
}

function escapeAt(bytes: Buffer, at: number): { readonly text: string; readonly end: number } | undefined {
  const letter = String.fromCharCode(bytes[at + 1] ?? 0);
  const text = simple[letter];
  if (text !== undefined) return { text, end: at + 2 };
  if (letter !== 'u') return undefined;
  const escaped = /^(?:\\u[Dd][89ABab][\dA-Fa-f]{2}\\u[Dd][C-Fc-f][\dA-Fa-f]{2}|\\u[\dA-Fa-f]{4})/.exec(
    bytes.toString('latin1', at, at + 12),
  )?.[0];
  if (!escaped) return undefined;
  const units = escaped.match(/[\dA-Fa-f]{4}/g)!.map((unit) => Number.parseInt(unit, 16));
  return { text: String.fromCharCode(...units), end: at + escaped.length };
}

/** Takes over what a string of base64 encodes: four characters stand for three bytes. */
function copyBase64(bytes: Buffer, start: number, view: ViewBuilder, note: (from: number, end: number) => void): number {
  const closing = bytes.indexOf(quote, start);
  const end = closing === -1 ? bytes.length : closing;
  const decoded = Buffer.from(bytes.toString('latin1', start, end), 'base64');
  for (let at = 0; at < decoded.length; at += 3) {
    const from = start + (at / 3) * 4;
    view.replace(decoded.subarray(at, at + 3), from, Math.min(end, from + 4));
    note(from, Math.min(end, from + 4));
  }
  return end;
}
