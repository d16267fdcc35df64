import type { Decoder } from '../model/pattern.ts';

/** Decoded text with the way back: where in the encoded run a byte of it begins, and where one ends. */
export interface Decoded {
  readonly decoder: Decoder;
  readonly bytes: Buffer;
  /** Offset in the run at which the encoding of decoded byte `index` begins. */
  offsetOf(index: number): number;
  /** Offset in the run behind the encoding of the byte before decoded offset `end`. */
  endOf(end: number): number;
}

const hexOnly = /^[0-9A-Fa-f]+$/;

/** Decodes a run of base64 or hex characters; `own` is the length of its first line, the rest are the lines wrapped behind it. */
export function decodeRun(run: Buffer, own: number): Decoded[] {
  const first = run.toString('latin1', 0, own);
  if (own >= 32 && own % 2 === 0 && hexOnly.test(first)) {
    return [
      narrowed({ decoder: 'hex', bytes: Buffer.from(first, 'hex'), offsetOf: (index) => 2 * index, endOf: (end) => 2 * end }),
    ];
  }
  // Characters that carry no bits (line ends, indents) are left out, and remembered for the way back.
  let places: Uint32Array | undefined;
  let count = own;
  let text = first;
  if (run.length > own) {
    places = new Uint32Array(run.length);
    count = 0;
    const kept = Buffer.allocUnsafe(run.length);
    for (let at = 0; at < run.length; at++) {
      const byte = run[at];
      if (byte === 10 || byte === 13 || byte === 32 || byte === 9) continue;
      places[count] = at;
      kept[count++] = byte;
    }
    text = kept.toString('latin1', 0, count);
  }
  const bytes = Buffer.from(text, 'base64');
  const placeOf = (character: number) => (places ? places[Math.min(character, count - 1)] : character);
  return [
    narrowed({
      decoder: 'base64',
      bytes,
      offsetOf: (index) => placeOf(Math.floor((index * 4) / 3)),
      endOf: (end) => placeOf(Math.max(0, Math.ceil((end * 4) / 3) - 1)) + 1,
    }),
  ];
}

/** Takes UTF-16 text inside a decoded run down to one byte a character. */
function narrowed(decoded: Decoded): Decoded {
  const { bytes } = decoded;
  if (bytes.length < 8) return decoded;
  const little = bytes[1] === 0 && bytes[3] === 0 && bytes[5] === 0;
  const big = bytes[0] === 0 && bytes[2] === 0 && bytes[4] === 0;
  if (!little && !big) return decoded;
  const from = big ? 1 : 0;
  const narrow = Buffer.allocUnsafe(bytes.length >> 1);
  for (let i = 0; i < narrow.length; i++) narrow[i] = bytes[from + 2 * i];
  return {
    decoder: decoded.decoder,
    bytes: narrow,
    offsetOf: (index) => decoded.offsetOf(2 * index),
    endOf: (end) => decoded.endOf(2 * end),
  };
}

const named: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' };
const escapes =
  /%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|&#(\d{1,6});|&#[xX]([0-9A-Fa-f]{1,6});|&(quot|apos|amp|lt|gt);/g;

/** Decodes the escapes of a word, all kinds of them at once; the decoder named is that of the first. */
export function decodeWord(word: Buffer): Decoded | undefined {
  const text = word.toString('latin1');
  const places = new Uint32Array(text.length + 1);
  let decoded = '';
  let decoder: Decoder | undefined;
  let at = 0;
  const copy = (to: number) => {
    for (; at < to; at++) {
      places[decoded.length] = at;
      decoded += text[at];
    }
  };
  for (const found of text.matchAll(escapes)) {
    const [whole, percent, wide, narrow, decimal, hex, name] = found;
    copy(found.index);
    decoder ??= percent ? 'percent' : wide || narrow ? 'unicode' : 'html';
    const code = Number.parseInt(percent ?? wide ?? narrow ?? hex ?? decimal ?? '0', decimal ? 10 : 16);
    places[decoded.length] = at;
    // Beyond Latin-1 nothing is looked for.
    decoded += name ? named[name] : String.fromCharCode(code < 256 ? code : 0x1a);
    at += whole.length;
  }
  if (!decoder) return undefined;
  copy(text.length);
  places[decoded.length] = text.length;
  return { decoder, bytes: Buffer.from(decoded, 'latin1'), offsetOf: (index) => places[index], endOf: (end) => places[end] };
}
