import type { ViewBuilder } from '../../model/view.ts';

/** Bytes of text, each with the stretch of the slice that it was decoded from. Reused: nothing of it outlives the next `take`. */
export interface DecodedText {
  bytes: Buffer;
  from: Int32Array;
  to: Int32Array;
  length: number;
  /** What there may be to undo: `marks` of the bytes taken. */
  marks: number;
}

/** What bytes of a text may be part of: a tag or link, an entity, a character that a client or a terminal put for another. */
export const marks = { angle: 1, ampersand: 2, typography: 4, backslash: 8 } as const;

/** The mark of each byte, 0 for what is what it says. */
export const markOf = new Uint8Array(256);
markOf[0x3c] = marks.angle;
markOf[0x26] = marks.ampersand;
markOf[0x5c] = marks.backslash;
// UTF-8 of no-break space and soft hyphen, of general punctuation, of the byte order mark begins so.
// An escape begins what only a terminal understands: bots post what programs print.
for (const lead of [0xc2, 0xe2, 0xef, 0x1b]) markOf[lead] = marks.typography;

/** One that has room for `size` bytes. */
export function createDecodedText(size = 1024): DecodedText {
  return { bytes: Buffer.allocUnsafe(size), from: new Int32Array(size), to: new Int32Array(size), length: 0, marks: 0 };
}

/** Makes room for `more` bytes beyond what is there. */
export function reserve(text: DecodedText, more: number): void {
  const needed = text.length + more;
  if (needed <= text.bytes.length) return;
  const size = Math.max(needed, text.bytes.length * 2);
  const bytes = Buffer.allocUnsafe(size);
  text.bytes.copy(bytes, 0, 0, text.length);
  const from = new Int32Array(size);
  from.set(text.from.subarray(0, text.length));
  const to = new Int32Array(size);
  to.set(text.to.subarray(0, text.length));
  text.bytes = bytes;
  text.from = from;
  text.to = to;
}

/** Adds one byte. There must be room for it. */
export function push(text: DecodedText, byte: number, from: number, to: number): void {
  text.bytes[text.length] = byte;
  text.from[text.length] = from;
  text.to[text.length] = to;
  text.length++;
}

/** Adds a code point as UTF-8. There must be room for four bytes. */
export function pushCodePoint(text: DecodedText, code: number, from: number, to: number): void {
  if (code < 0x80) {
    push(text, code, from, to);
    return;
  }
  if (code < 0x800) {
    push(text, 0xc0 | (code >> 6), from, to);
  } else {
    if (code < 0x10000) {
      push(text, 0xe0 | (code >> 12), from, to);
    } else {
      push(text, 0xf0 | (code >> 18), from, to);
      push(text, 0x80 | ((code >> 12) & 0x3f), from, to);
    }
    push(text, 0x80 | ((code >> 6) & 0x3f), from, to);
  }
  push(text, 0x80 | (code & 0x3f), from, to);
}

/** Takes bytes of a slice as they are. */
export function takeRaw(text: DecodedText, bytes: Uint8Array, start: number, end: number): void {
  text.length = 0;
  reserve(text, end - start);
  let seen = 0;
  for (let at = start; at < end; at++) {
    seen |= markOf[bytes[at]];
    push(text, bytes[at], at, at + 1);
  }
  text.marks = seen;
}

/** Makes the ends of lines one byte: mail ends them by two. */
export function endLinesByFeed(text: DecodedText): void {
  const { bytes, from, to, length } = text;
  let write = bytes.subarray(0, length).indexOf('\r\n');
  if (write < 0) return;
  for (let at = write; at < length; at++) {
    if (bytes[at] === 0x0d && at + 1 < length && bytes[at + 1] === 0x0a) continue;
    bytes[write] = bytes[at];
    from[write] = from[at];
    to[write] = to[at];
    write++;
  }
  text.length = write;
}

/** Takes the inside of a JSON string: RFC 8259, section 7. An escape that is none stays as it is written. */
export function takeJsonString(text: DecodedText, bytes: Uint8Array, start: number, end: number): void {
  text.length = 0;
  reserve(text, end - start + 4);
  const { bytes: into, from, to } = text;
  let length = 0;
  let seen = 0;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 0x5c || at + 1 >= end) {
      seen |= markOf[byte];
      into[length] = byte;
      from[length] = at;
      to[length++] = ++at;
      continue;
    }
    text.length = length;
    at = takeEscape(text, bytes, at, end);
    length = text.length;
    seen |= markOf[into[length - 1]] | marks.typography;
  }
  text.length = length;
  text.marks = seen;
}

/** Takes what a backslash begins; where it ends. */
function takeEscape(text: DecodedText, bytes: Uint8Array, at: number, end: number): number {
  const simple = simpleEscapes[bytes[at + 1]];
  if (simple !== 0) {
    push(text, simple, at, at + 2);
    return at + 2;
  }
  const unit = bytes[at + 1] === 0x75 ? hexUnit(bytes, at + 2, end) : -1;
  if (unit < 0) {
    push(text, 0x5c, at, at + 1);
    return at + 1;
  }
  const isHigh = unit >= 0xd800 && unit < 0xdc00;
  const low = isHigh && bytes[at + 6] === 0x5c && bytes[at + 7] === 0x75 ? hexUnit(bytes, at + 8, end) : -1;
  if (low >= 0xdc00 && low < 0xe000) {
    pushCodePoint(text, 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00), at, at + 12);
    return at + 12;
  }
  // Half of a pair alone is no character; what it stood for cannot be known.
  pushCodePoint(text, unit >= 0xd800 && unit < 0xe000 ? 0xfffd : unit, at, at + 6);
  return at + 6;
}

const simpleEscapes = new Uint8Array(256);
for (const [written, meant] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  simpleEscapes[written.charCodeAt(0)] = meant.charCodeAt(0);
}

function hexUnit(bytes: Uint8Array, start: number, end: number): number {
  if (start + 4 > end) return -1;
  let unit = 0;
  for (let at = start; at < start + 4; at++) {
    const digit = hexDigit(bytes[at]);
    if (digit < 0) return -1;
    unit = unit * 16 + digit;
  }
  return unit;
}

/** What a hexadecimal digit stands for, -1 where it is none. */
export function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Each byte alone. */
const single = Array.from({ length: 256 }, (_, byte) => Buffer.of(byte));

/** Puts decoded text into a view: what stands as it was is copied, the rest replaces what encoded it. */
export function writeDecoded({ bytes, from, to, length }: DecodedText, slice: Uint8Array, view: ViewBuilder): void {
  let at = 0;
  while (at < length) {
    const start = at;
    const source = from[at];
    if (isCopy(at)) {
      do at++;
      while (at < length && from[at] === source + at - start && isCopy(at));
      view.copy(source, source + at - start);
      continue;
    }
    const end = to[at];
    do at++;
    while (at < length && from[at] === source && to[at] === end);
    view.replace(at - start === 1 ? single[bytes[start]] : bytes.subarray(start, at), source, end);
  }

  function isCopy(index: number): boolean {
    const source = from[index];
    const byte = bytes[index];
    if (to[index] - source !== 1 || byte !== slice[source]) return false;
    // Of another charset, one byte may have become several, of which the first is by chance the same.
    return byte < 0x80 || index + 1 === length || from[index + 1] !== source;
  }
}
