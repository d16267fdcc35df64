import { type DecodedText, hexDigit, markOf, marks, push, pushCodePoint, reserve } from './decoded-text.ts';

/** Takes what quoted-printable encodes: RFC 2045, section 6.7. An escape that is none stays as it is written. */
export function takeQuotedPrintable(text: DecodedText, bytes: Uint8Array, start: number, end: number): void {
  text.length = 0;
  reserve(text, end - start);
  let seen = 0;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte === 0x3d) {
      const lineEnd = softBreakEnd(bytes, at + 1, end);
      if (lineEnd > 0) {
        at = lineEnd;
        continue;
      }
      const high = at + 2 < end ? hexDigit(bytes[at + 1]) : -1;
      const low = high < 0 ? -1 : hexDigit(bytes[at + 2]);
      if (low >= 0) {
        const meant = high * 16 + low;
        seen |= markOf[meant];
        push(text, meant, at, at + 3);
        at += 3;
        continue;
      }
    }
    seen |= markOf[byte];
    push(text, byte, at, at + 1);
    at++;
  }
  text.marks = seen;
}

/** Where the line after a soft break begins; 0 where it is none. */
function softBreakEnd(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  while (at < end && (bytes[at] === 0x20 || bytes[at] === 0x09)) at++;
  if (at >= end) return end;
  if (bytes[at] === 0x0d && bytes[at + 1] === 0x0a) return at + 2;
  return bytes[at] === 0x0a ? at + 1 : 0;
}

/** Takes what base64 encodes, each byte with the characters that hold it. `skip` characters belong to what came before. */
export function takeBase64(text: DecodedText, bytes: Uint8Array, start: number, end: number, skip = 0): void {
  text.length = 0;
  reserve(text, end - start);
  let seen = 0;
  let held = 0;
  let value = 0;
  let last = start;
  let passed = 0;
  for (let at = start; at < end; at++) {
    const digit = base64Digits[bytes[at]];
    if (digit < 0) {
      if (bytes[at] === 0x3d) held = 0;
      continue;
    }
    if (passed < skip) {
      passed++;
      continue;
    }
    value = ((value << 6) | digit) & 0xffff;
    held++;
    // The first of four characters fills no byte.
    if (held > 1) {
      const byte = (value >> (8 - held * 2)) & 0xff;
      seen |= markOf[byte];
      push(text, byte, last, at + 1);
    }
    last = at;
    if (held === 4) held = 0;
  }
  text.marks = seen;
}

const base64Digits = new Int8Array(256).fill(-1);
const base64Alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
for (let digit = 0; digit < 64; digit++) base64Digits[base64Alphabet.charCodeAt(digit)] = digit;
base64Digits[0x2d] = 62;
base64Digits[0x5f] = 63;

/** How many characters of base64 stand there. */
export function countBase64(bytes: Uint8Array, start: number, end: number): number {
  let count = 0;
  for (let at = start; at < end; at++) if (base64Digits[bytes[at]] >= 0) count++;
  return count;
}

/** Turns text of a charset with one byte a character into UTF-8; others, of which all keep ASCII, stay. */
export function toUtf8(text: DecodedText, charset: string): void {
  const table = tableOf(charset.toLowerCase());
  if (!table) return;
  const { length } = text;
  const bytes = Buffer.from(text.bytes.subarray(0, length));
  const from = text.from.slice(0, length);
  const to = text.to.slice(0, length);
  text.length = 0;
  reserve(text, length * 3);
  for (let at = 0; at < length; at++) pushCodePoint(text, table[bytes[at]], from[at], to[at]);
  text.marks |= marks.typography;
}

const tables = new Map<string, Uint16Array | undefined>();

function tableOf(charset: string): Uint16Array | undefined {
  if (!/^(?:iso-8859-|latin|windows-125|cp125|koi8|macintosh|ibm866)/.test(charset)) return undefined;
  if (!tables.has(charset) && tables.size < 100) tables.set(charset, readTable(charset));
  return tables.get(charset);
}

function readTable(charset: string): Uint16Array | undefined {
  try {
    const decoder = new TextDecoder(charset);
    return Uint16Array.from({ length: 256 }, (_, byte) => decoder.decode(Uint8Array.of(byte)).charCodeAt(0));
  } catch {
    // A charset that nobody knows: what is ASCII in it is still read.
    return undefined;
  }
}
