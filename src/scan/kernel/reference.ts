import { type KernelLiteral, mostFollow, runLiteral, wordLiteral } from './kernel.ts';
import type { CopiedRun } from './reference-delta.ts';

// What the prefilter finds, said plainly: assembly/prefilter.ts, escapes.ts and delta.ts must find the same, faster.

/** Something found at a position; `length` is 0 for a literal, else that of the encoded run or word. */
export interface Hit {
  readonly position: number;
  readonly literal: number;
  readonly length: number;
}

/** Which encoded runs are told of: none, those that hide a literal, or all. */
export type Runs = 'none' | 'hiding' | 'all';

/** Base64 of a secret of twenty bytes. */
const shortestRun = 28;
const shortestHex = 32;
const deepest = 4;
/** A line this long can go on in the next one. Wrapped base64 has 64 or 76 columns, PGP and uuencode about 60. */
const shortestWrapped = 60;
/** A wrapped run is read on for this many bytes behind its first line. */
const runAhead = 8192;
const shortestWord = 8;
const longestWord = 4096;

/** Everything found in a whole document, in order of position. */
export function scanReference(text: Uint8Array, literals: readonly KernelLiteral[], runs: Runs): Hit[] {
  const hits: Hit[] = [];
  for (let position = 0; position < text.length; position++) {
    literals.forEach((_, literal) => {
      if (standsAt(text, position, literals[literal])) hits.push({ position, literal, length: 0 });
    });
  }
  if (runs === 'none') return hits;
  for (const [start, end] of runsIn(text)) {
    if (runs === 'all' || runHides(text, start, end, literals, 0))
      hits.push({ position: start, literal: runLiteral, length: end - start });
  }
  for (const [start, end] of wordsIn(text)) {
    const decoded = decodeEscapes(text.subarray(start, end));
    if (decoded && hides(decoded, decoded.length, literals, 1))
      hits.push({ position: start, literal: wordLiteral, length: end - start });
  }
  return hits.sort((a, b) => a.position - b.position || a.literal - b.literal);
}

/** Whether a literal's hit is no match, since its delimiter does not follow: what the kernel's `turnDown` tells. */
export function turnedDown(text: Uint8Array, position: number, literal: KernelLiteral): boolean {
  if (!literal.until) return false;
  const from = position + Math.min(32, literal.text.length);
  for (let at = from; at < text.length; at++) {
    // So far ahead it is left to the regex.
    if (at - from === 512) return false;
    if (literal.until[text[at]] !== 1) return literal.until[text[at]] !== 2;
  }
  return true;
}

/** How many bytes from a literal's start on decide whether it is a hit: of the literal 32 at most, and those that must follow. */
export function extentOf(literal: KernelLiteral): number {
  return Math.min(32, literal.text.length) + followOf(literal);
}

function followOf({ follow, followCount }: KernelLiteral): number {
  return follow ? Math.min(followCount ?? 0, mostFollow) : 0;
}

/**
 * Whether a literal stands at a position: its bytes, of ASCII letters either case unless it is case-sensitive; before it
 * none of the bytes that may not be there; behind it as many bytes as must follow, all of the set. A document's edge
 * may precede it, and may not stand where bytes must follow.
 */
function standsAt(text: Uint8Array, position: number, literal: KernelLiteral): boolean {
  const { caseSensitive, notAfter, follow } = literal;
  const length = Math.min(32, literal.text.length);
  if (position + extentOf(literal) > text.length) return false;
  for (let i = 0; i < length; i++) {
    const [there, wanted] = [text[position + i], literal.text.charCodeAt(i)];
    if (caseSensitive ? there !== wanted : fold(there) !== fold(wanted)) return false;
  }
  if (notAfter && position > 0 && notAfter[text[position - 1]]) return false;
  for (let i = 0; i < followOf(literal); i++) if (!follow![text[position + length + i]]) return false;
  return true;
}

function fold(byte: number): number {
  return byte >= 65 && byte <= 90 ? byte + 32 : byte;
}

/** Runs of the characters of both base64 alphabets, each as long as it goes. */
function runsIn(text: Uint8Array): [start: number, end: number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < text.length; at++) {
    if (!isRunByte(text[at])) continue;
    const start = at;
    while (at < text.length && isRunByte(text[at])) at++;
    if (at - start >= shortestRun) found.push([start, at]);
  }
  return found;
}

/**
 * Whether a run decodes to text that holds a literal, or another run that hides one. All hexadecimal digits are hex;
 * anything else is base64, read on over the lines behind it where it is wrapped. Only what starts in the run's own bytes
 * counts: the next line of a wrapped run is a run of its own. What does not begin like text is not looked at.
 */
function runHides(text: Uint8Array, start: number, end: number, literals: readonly KernelLiteral[], depth: number): boolean {
  const run = Buffer.from(text.subarray(start, end)).toString('latin1');
  if (run.length >= shortestHex && run.length % 2 === 0 && /^[0-9A-Fa-f]*$/.test(run)) {
    const decoded = Buffer.from(run, 'hex');
    return decoded.subarray(0, 8).every(isTextByte) && hides(decoded, decoded.length, literals, depth + 1);
  }
  const head = Buffer.from(run.slice(0, 12), 'base64');
  const isWide = head[1] === 0 && head[3] === 0 && head[5] === 0;
  if (!isWide && !head.every(isTextByte)) return false;
  const wrapped = Buffer.from(text.subarray(start, wrappedEndReference(text, start, end))).toString('latin1');
  const decoded = Buffer.from(wrapped.replace(/[\r\n\t ]/g, ''), 'base64');
  const narrow = narrowed(decoded);
  const own = Math.floor((run.length * 3) / 4);
  return hides(narrow, narrow.length < decoded.length ? own >> 1 : own, literals, depth + 1);
}

/** Whether decoded text holds a literal, or a run that hides one, that starts in its first `own` bytes. */
function hides(text: Uint8Array, own: number, literals: readonly KernelLiteral[], depth: number): boolean {
  for (let at = 0; at < Math.min(own, text.length); at++)
    if (literals.some((literal) => standsAt(text, at, literal))) return true;
  return depth < deepest && runsIn(text).some(([start, end]) => start < own && runHides(text, start, end, literals, depth));
}

/** UTF-16 text inside a run, one byte a character. */
function narrowed(decoded: Buffer): Buffer {
  if (decoded.length < 8) return decoded;
  const isZero = (...places: number[]) => places.every((place) => decoded[place] === 0);
  if (!isZero(1, 3, 5) && !isZero(0, 2, 4)) return decoded;
  const low = isZero(1, 3, 5) ? 0 : 1;
  return Buffer.from(Array.from({ length: decoded.length >> 1 }, (_, unit) => decoded[2 * unit + low]));
}

/**
 * The end of a wrapped run whose first line is [start, end): the lines behind it, indented or not, as long as each line
 * before is long enough to have been wrapped, within 8,192 bytes.
 */
export function wrappedEndReference(text: Uint8Array, start: number, end: number): number {
  const limit = Math.min(text.length, end + runAhead);
  const rest = Buffer.from(text.subarray(end, limit)).toString('latin1');
  const nextLine = /\r?\n[ \t]*([0-9A-Za-z+/_-]+)/y;
  let lineLength = end - start;
  let wrapped = end;
  while (lineLength >= shortestWrapped) {
    const found = nextLine.exec(rest);
    if (!found) break;
    lineLength = found[1].length;
    wrapped = end + nextLine.lastIndex;
  }
  return wrapped;
}

/** Words: what stands between white space and control bytes. */
function wordsIn(text: Uint8Array): [start: number, end: number][] {
  const found: [number, number][] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] <= 32) continue;
    const start = at;
    while (at < text.length && text[at] > 32) at++;
    if (at - start >= shortestWord && at - start <= longestWord) found.push([start, at]);
  }
  return found;
}

const escapes =
  /%([0-9A-Fa-f]{2})|\\u([0-9A-Fa-f]{4})|\\x([0-9A-Fa-f]{2})|&#(\d{1,6});|&#[xX]([0-9A-Fa-f]{1,6});|&(quot|apos|amp|lt|gt);/g;
const named: Readonly<Record<string, string>> = { quot: '"', apos: "'", amp: '&', lt: '<', gt: '>' };

/** A word with its escapes decoded, once; undefined without any. Characters beyond Latin-1 become one that no literal holds. */
function decodeEscapes(word: Uint8Array): Buffer | undefined {
  const text = Buffer.from(word).toString('latin1');
  const decoded = text.replace(
    escapes,
    (_, percent?: string, wide?: string, narrow?: string, decimal?: string, hex?: string, name?: string) => {
      if (name) return named[name];
      const code = decimal ? Number(decimal) : Number.parseInt((percent ?? wide ?? narrow ?? hex)!, 16);
      return String.fromCharCode(code < 256 ? code : 0x1a);
    },
  );
  return text.search(escapes) < 0 ? undefined : Buffer.from(decoded, 'latin1');
}

function isRunByte(byte: number): boolean {
  return /[0-9A-Za-z+/_-]/.test(String.fromCharCode(byte));
}

function isTextByte(byte: number): boolean {
  return (byte >= 32 && byte !== 127) || byte === 10 || byte === 13 || byte === 9;
}

/** The bytes around a hit in which a change can alter what is decided there, counted from its position. */
export function reachOf(
  { literal, length }: Hit,
  literals: readonly KernelLiteral[],
): { readonly before: number; readonly after: number } {
  // A run is decided by the lines wrapped behind it, too, and both by 256 bytes of the line around them.
  if (literal === runLiteral) return { before: 256, after: length + runAhead };
  if (literal === wordLiteral) return { before: 256, after: length + 256 };
  return literals[literal];
}

/** A hit of a delta's result, and the position of the hit of its base that it repeats; undefined where it is to be decided anew. */
export interface CarriedHit extends Hit {
  readonly from: number | undefined;
}

/**
 * The hits of a delta's result: those of a whole scan of it. A hit repeats one of the base when a copied run holds it with
 * all of its reach, so that it is decided by the same bytes; where the reach goes beyond an edge that both documents
 * have in the same place, the edge is a byte like any other.
 */
export function carryHitsReference(
  result: Uint8Array,
  copied: readonly CopiedRun[],
  baseLength: number,
  literals: readonly KernelLiteral[],
  runs: Runs,
): CarriedHit[] {
  return scanReference(result, literals, runs).map((hit) => {
    const { before, after } = reachOf(hit, literals);
    const holder = copied.find(({ start, source, length }) => {
      const hasSameStart = start === 0 && source === 0;
      const hasSameEnd = start + length === result.length && source + length === baseLength;
      return (
        hit.position >= start &&
        hit.position < start + length &&
        (hasSameStart || hit.position - before >= start) &&
        (hasSameEnd || hit.position + after <= start + length)
      );
    });
    return { ...hit, from: holder && hit.position - holder.start + holder.source };
  });
}
