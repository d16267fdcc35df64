// Finds the literals that patterns name, and encoded runs that hide one, in bytes.
//
// Every literal of four bytes or more covers a three-byte window at an even offset wherever it stands, so windows two
// bytes apart suffice. A window is folded to lower case, hashed, and looked up in one table of bytes; what the table
// lets through is compared in full. Of each literal two windows are in the table, the rarest at an even and at an odd
// distance from its start. Literals of three bytes enter it with each byte that can follow or precede them.
//
// Words with escapes are looked at behind them (see escapes.ts).
//
// The host lays the tables out (see ../kernel.ts); the offsets here and there are one format.

import { mayAssign } from './assignment';
import { WORD_MOST, decodeEscapes, escapeAt, nextEscapeByte, wordEnd, wordStart } from './escapes';

/** A hit is four u32: position in the document, literal, length of the run (0 for a literal), result. */
export const HIT_BYTES: u32 = 16;
export const RESULT_NONE: u32 = 0;
/** Not decided yet, in this document. */
export const RESULT_OPEN: u32 = 0xffffffff;

const LITERAL_BYTES: usize = 80;
const LITERAL_FOLDED: usize = 16;
const LITERAL_EXACT: usize = 48;

// The windows' hash, in 16 bits; the host computes the same.
const PAIR_FACTOR: i16 = <i16>0x9e37;
const THIRD_FACTOR: i16 = <i16>0x85eb;

/** Literal numbers from here on are encoded runs, not literals. */
export const RUN_LITERAL: u32 = 0xfff0;
/** A word with escapes that hides a literal. */
export const WORD_LITERAL: u32 = 0xfff1;
/** Base64 of a secret of twenty bytes. At most 32: see `runsIn`. */
const RUN_MIN: u32 = 28;
const RUN_DEPTH: u32 = 4;
/** Wrapped base64 is read on over line ends for this many bytes. */
export const RUN_AHEAD: u32 = 8192;
const WRAP_MIN: u32 = 60;

let filter: usize = 0;
let heads: usize = 0;
let entries: usize = 0;
let literals: usize = 0;
let classes: usize = 0;
let scratch: usize = 0;
let scratchEnd: usize = 0;
/** The furthest that a window in the table lies behind its literal's start. */
let furthestShift: usize = 0;
let scansRuns: bool = false;
let reportsAllRuns: bool = false;
/** The longest extent of any literal. */
export let longestExtent: u32 = 0;

/** Where the hits go; `hitsFull` tells that they did not all fit and the call must be made again with more room. */
export let hits: usize = 0;
export let hitCount: u32 = 0;
let hitRoom: u32 = 0;
export let hitsFull: bool = false;

const runClass: usize = memory.data(256, 16);
const sextet: usize = memory.data(256, 16);
let classesReady: bool = false;

function prepareClasses(): void {
  memory.fill(sextet, 0xff, 256);
  for (let i: u32 = 0; i < 26; i++) {
    store<u8>(sextet + 65 + i, <u8>i);
    store<u8>(sextet + 97 + i, <u8>(26 + i));
  }
  for (let i: u32 = 0; i < 10; i++) store<u8>(sextet + 48 + i, <u8>(52 + i));
  store<u8>(sextet + 43, 62);
  store<u8>(sextet + 45, 62);
  store<u8>(sextet + 47, 63);
  store<u8>(sextet + 95, 63);
  for (let i: u32 = 0; i < 256; i++) store<u8>(runClass + i, load<u8>(sextet + i) != 0xff ? 1 : 0);
  classesReady = true;
}

export function configure(
  filterAt: usize,
  headsAt: usize,
  entriesAt: usize,
  literalsAt: usize,
  classesAt: usize,
  longest: u32,
  furthest: u32,
  scratchAt: usize,
  scratchBytes: u32,
  withRuns: bool,
  allRuns: bool,
): void {
  if (!classesReady) prepareClasses();
  filter = filterAt;
  heads = headsAt;
  entries = entriesAt;
  literals = literalsAt;
  classes = classesAt;
  longestExtent = longest;
  furthestShift = furthest;
  scratch = scratchAt;
  scratchEnd = scratchAt + scratchBytes;
  scansRuns = withRuns;
  reportsAllRuns = allRuns;
}

export function setHits(at: usize, room: u32): void {
  hits = at;
  hitRoom = room;
  hitCount = 0;
  hitsFull = false;
}

// @ts-ignore: decorator
@inline
export function reachBefore(literal: u32): u32 {
  return load<u32>(literals + LITERAL_BYTES * <usize>literal, 8);
}

// @ts-ignore: decorator
@inline
export function reachAfter(literal: u32): u32 {
  return load<u32>(literals + LITERAL_BYTES * <usize>literal, 12);
}

/** How many bytes from a literal's start on decide whether it is a hit: its own, and those that must follow. */
// @ts-ignore: decorator
@inline
export function literalExtent(literal: u32): u32 {
  return load<u16>(literals + LITERAL_BYTES * <usize>literal, 6);
}

/** Whether the byte before a literal decides, too. */
// @ts-ignore: decorator
@inline
export function looksLeft(literal: u32): bool {
  return load<u8>(literals + LITERAL_BYTES * <usize>literal, 2) != 0;
}

/** Adds a hit in order of position; hits arrive nearly sorted. */
export function addHit(position: u32, literal: u32, length: u32, result: u32): void {
  if (hitCount >= hitRoom) {
    hitsFull = true;
    return;
  }
  let at: usize = hits + HIT_BYTES * hitCount;
  while (at > hits && load<u32>(at - HIT_BYTES) > position) {
    v128.store(at, v128.load(at - HIT_BYTES));
    at -= HIT_BYTES;
  }
  store<u32>(at, position);
  store<u32>(at, literal, 4);
  store<u32>(at, length, 8);
  store<u32>(at, result, 12);
  hitCount++;
}

/** Whether the literal stands at `at`, with the bytes around it that its patterns demand. */
function holds(record: usize, at: usize, textStart: usize, textEnd: usize): bool {
  const length: usize = load<u8>(record);
  if (at < textStart || at + length > textEnd) return false;
  const folded = record + LITERAL_FOLDED;
  for (let i: usize = 0; i < length; i++) {
    let byte: u32 = load<u8>(at + i);
    if (byte - 65 < 26) byte |= 32;
    if (byte != <u32>load<u8>(folded + i)) return false;
  }
  if (load<u8>(record, 1)) {
    const exact = record + LITERAL_EXACT;
    for (let i: usize = 0; i < length; i++) if (load<u8>(at + i) != load<u8>(exact + i)) return false;
  }
  const left: usize = load<u8>(record, 2);
  if (left != 0 && at > textStart && load<u8>(classes + 256 * left + <usize>load<u8>(at - 1))) return false;
  const follow: usize = load<u8>(record, 3);
  if (follow != 0) {
    const table = classes + 256 * follow;
    const count: usize = load<u8>(record, 4);
    const from = at + length;
    if (from + count > textEnd) return false;
    for (let i: usize = 0; i < count; i++) if (!load<u8>(table + <usize>load<u8>(from + i))) return false;
  }
  return true;
}

// The copied runs around the zone that `findLiterals` looks at (see `setZone`).
let zoneMinEnd: usize = 0;
let zoneEdge: usize = 0;
let zoneEdgeEnd: usize = 0;
let zoneEdgeIsOpen: bool = false;

/**
 * Tells `findLiterals` what it need not report because it is carried from a base: literals that lie, with all that decides
 * them, in the copied run that ends at `minEnd`, or in the one that starts at `edge` and ends at `edgeEnd`.
 */
export function setZone(minEnd: usize, edge: usize, edgeEnd: usize, edgeIsOpen: bool): void {
  zoneMinEnd = minEnd;
  zoneEdge = edge;
  zoneEdgeEnd = edgeEnd;
  zoneEdgeIsOpen = edgeIsOpen;
}

/** Instead of a table's number: the literal is a keyword to which a value must be assigned. */
const ASSIGNED: u32 = 255;
/** More bytes than these before a delimiter are left to the regex. */
const UNTIL_MOST: usize = 512;

/** Whether behind a literal that ends at `at` its delimiter may follow; `table` has 1 for what may stand before it, 2 for itself. */
function reachesDelimiter(table: usize, at: usize, end: usize): bool {
  const stop = min(end, at + UNTIL_MOST);
  while (at < stop) {
    const kind: u32 = load<u8>(table + <usize>load<u8>(at));
    if (kind != 1) return kind == 2;
    at++;
  }
  return stop != end;
}

/**
 * Turns down open hits of a document that cannot be matches, told from the bytes right behind them: they have no result
 * then. Returns whether a hit is left that is open or has one.
 */
export function turnDown(start: usize, length: u32, list: usize, count: u32): bool {
  let isLeft = false;
  const end = start + length;
  for (let i: u32 = 0; i < count; i++) {
    const hit = list + <usize>HIT_BYTES * <usize>i;
    const result = load<u32>(hit, 12);
    if (result == RESULT_NONE) continue;
    const literal = load<u32>(hit, 4);
    if (result == RESULT_OPEN && literal < RUN_LITERAL) {
      const record = literals + LITERAL_BYTES * <usize>literal;
      const table: u32 = load<u8>(record, 5);
      const from = start + <usize>load<u32>(hit);
      const behind = from + <usize>load<u8>(record);
      if (table != 0 && !(table == ASSIGNED ? mayAssign(start, end, from, behind) : reachesDelimiter(classes + 256 * <usize>table, behind, end))) {
        store<u32>(hit, RESULT_NONE, 12);
        continue;
      }
    }
    isLeft = true;
  }
  return isLeft;
}

/** Walks the literals behind a window that passed the filter. With `only` set it stops at the first that stands there. */
function lookUp(window: usize, bucket: u32, textStart: usize, textEnd: usize, from: usize, to: usize, only: bool): bool {
  let entry: u32 = load<u16>(heads + 2 * <usize>bucket);
  while (entry != 0) {
    const at = entries + 16 * <usize>entry;
    const literal: u32 = load<u16>(at);
    const start = window - <usize><i32>load<i16>(at, 2);
    entry = load<u32>(at, 4);
    if (((load<u32>(start) | 0x20202020) & load<u32>(at, 12)) != load<u32>(at, 8)) continue;
    if (start >= to || start < from) continue;
    const record = literals + LITERAL_BYTES * <usize>literal;
    if (!only) {
      const extentEnd = start + <usize>load<u16>(record, 6);
      if (start == zoneEdge) {
        if (extentEnd <= zoneEdgeEnd && !(zoneEdgeIsOpen && load<u8>(record, 2) != 0)) continue;
      } else if (extentEnd <= zoneMinEnd) continue;
    }
    if (!holds(record, start, textStart, textEnd)) continue;
    if (only) return true;
    addHit(<u32>(start - textStart), literal, 0, RESULT_OPEN);
  }
  return false;
}

/**
 * Finds every literal that starts in [from, to), less what `setZone` excludes; with `only` set, whether there is one at all.
 * All are addresses; the document is [textStart, textEnd). The caller leaves 32 readable bytes behind it.
 */
export function findLiterals(textStart: usize, textEnd: usize, from: usize, to: usize, only: bool): bool {
  let at: usize = from;
  // A literal that starts at to-1 shows in a window this far behind.
  const stop: usize = min(textEnd, to + furthestShift);
  const f = filter;
  const fold = i16x8.splat(0x2020);
  const foldLow = i16x8.splat(0x20);
  const low = i16x8.splat(0xff);
  while (at < stop) {
    // Eight windows at once: the first two bytes of each are a lane of the text, the third one of the text two bytes on.
    const pairs = v128.or(v128.load(at), fold);
    const thirds = v128.and(v128.or(v128.load(at, 2), foldLow), low);
    const hashes = i16x8.add(i16x8.mul(pairs, i16x8.splat(PAIR_FACTOR)), i16x8.mul(thirds, i16x8.splat(THIRD_FACTOR)));
    const f0: u32 = load<u8>(f + i16x8.extract_lane_u(hashes, 0));
    const f1: u32 = load<u8>(f + i16x8.extract_lane_u(hashes, 1));
    const f2: u32 = load<u8>(f + i16x8.extract_lane_u(hashes, 2));
    const f3: u32 = load<u8>(f + i16x8.extract_lane_u(hashes, 3));
    const f4: u32 = load<u8>(f + i16x8.extract_lane_u(hashes, 4));
    const f5: u32 = load<u8>(f + i16x8.extract_lane_u(hashes, 5));
    const f6: u32 = load<u8>(f + i16x8.extract_lane_u(hashes, 6));
    const f7: u32 = load<u8>(f + i16x8.extract_lane_u(hashes, 7));
    if (f0 | f1 | f2 | f3 | f4 | f5 | f6 | f7) {
      // The filter's bits say which fourth bytes, by their low three bits, a literal goes on with.
      if ((f0 >> (load<u8>(at, 3) & 7)) & 1 && lookUp(at, i16x8.extract_lane_u(hashes, 0), textStart, textEnd, from, to, only)) return true;
      if ((f1 >> (load<u8>(at, 5) & 7)) & 1 && lookUp(at + 2, i16x8.extract_lane_u(hashes, 1), textStart, textEnd, from, to, only)) return true;
      if ((f2 >> (load<u8>(at, 7) & 7)) & 1 && lookUp(at + 4, i16x8.extract_lane_u(hashes, 2), textStart, textEnd, from, to, only)) return true;
      if ((f3 >> (load<u8>(at, 9) & 7)) & 1 && lookUp(at + 6, i16x8.extract_lane_u(hashes, 3), textStart, textEnd, from, to, only)) return true;
      if ((f4 >> (load<u8>(at, 11) & 7)) & 1 && lookUp(at + 8, i16x8.extract_lane_u(hashes, 4), textStart, textEnd, from, to, only)) return true;
      if ((f5 >> (load<u8>(at, 13) & 7)) & 1 && lookUp(at + 10, i16x8.extract_lane_u(hashes, 5), textStart, textEnd, from, to, only)) return true;
      if ((f6 >> (load<u8>(at, 15) & 7)) & 1 && lookUp(at + 12, i16x8.extract_lane_u(hashes, 6), textStart, textEnd, from, to, only)) return true;
      if ((f7 >> (load<u8>(at, 17) & 7)) & 1 && lookUp(at + 14, i16x8.extract_lane_u(hashes, 7), textStart, textEnd, from, to, only)) return true;
    }
    at += 16;
  }
  return false;
}

/** Which of the 16 bytes at `address` are a run's: letters, digits and `+ / - _`, one bit each. */
// @ts-ignore: decorator
@inline
function runMask(address: usize): u32 {
  const text = v128.load(address);
  const letter = i8x16.lt_u(i8x16.sub(v128.or(text, i8x16.splat(32)), i8x16.splat(97)), i8x16.splat(26));
  const digit = i8x16.lt_u(i8x16.sub(text, i8x16.splat(48)), i8x16.splat(10));
  const other = v128.or(
    v128.or(i8x16.eq(text, i8x16.splat(43)), i8x16.eq(text, i8x16.splat(47))),
    v128.or(i8x16.eq(text, i8x16.splat(45)), i8x16.eq(text, i8x16.splat(95))),
  );
  return i8x16.bitmask(v128.or(v128.or(letter, digit), other));
}

// @ts-ignore: decorator
@inline
function isTextByte(byte: u32): bool {
  return (byte >= 32 && byte != 127) || byte == 10 || byte == 13 || byte == 9;
}

// @ts-ignore: decorator
@inline
function isHexByte(byte: u32): bool {
  return byte - 48 < 10 || (byte | 32) - 97 < 6;
}

/** Decodes base64 (both alphabets) at [start, end), skipping line ends and indents, to `out`; returns the bytes written. */
function decodeBase64(start: usize, end: usize, out: usize, room: usize): usize {
  let bits: u32 = 0;
  let have: u32 = 0;
  let to = out;
  const toEnd = out + room;
  for (let p = start; p < end && to < toEnd; p++) {
    const value: u32 = load<u8>(sextet + <usize>load<u8>(p));
    if (value == 0xff) continue;
    bits = (bits << 6) | value;
    have += 6;
    if (have >= 8) {
      have -= 8;
      store<u8>(to, <u8>(bits >> have));
      to++;
    }
  }
  return to - out;
}

function decodeHex(start: usize, end: usize, out: usize, room: usize): usize {
  let to = out;
  const toEnd = out + room;
  for (let p = start; p + 1 < end && to < toEnd; p += 2) {
    const high: u32 = load<u8>(p);
    const low: u32 = load<u8>(p + 1);
    store<u8>(to, <u8>((((high & 15) + (high >> 6) * 9) << 4) | ((low & 15) + (low >> 6) * 9)));
    to++;
  }
  return to - out;
}

/** Drops every second byte where those are the zeros of UTF-16; returns the new length. */
function narrow(start: usize, length: usize): usize {
  if (length < 8) return length;
  const little = load<u8>(start + 1) == 0 && load<u8>(start + 3) == 0 && load<u8>(start + 5) == 0;
  const big = load<u8>(start) == 0 && load<u8>(start + 2) == 0 && load<u8>(start + 4) == 0;
  if (!little && !big) return length;
  const from = start + (big ? 1 : 0);
  const half = length >> 1;
  for (let i: usize = 0; i < half; i++) store<u8>(start + i, load<u8>(from + 2 * i));
  return half;
}

/** The end of a wrapped run: the lines after it that go on with the same encoding, within RUN_AHEAD bytes. */
export function wrappedEnd(start: usize, end: usize, textEnd: usize): usize {
  let lineStart = start;
  let lineEnd = end;
  const limit = min(textEnd, end + RUN_AHEAD);
  while (lineEnd - lineStart >= WRAP_MIN) {
    let p = lineEnd;
    if (p < limit && load<u8>(p) == 13) p++;
    if (p >= limit || load<u8>(p) != 10) break;
    p++;
    while (p < limit && (load<u8>(p) == 32 || load<u8>(p) == 9)) p++;
    if (p >= limit || !load<u8>(runClass + <usize>load<u8>(p))) break;
    lineStart = p;
    while (p < limit && load<u8>(runClass + <usize>load<u8>(p))) p++;
    lineEnd = p;
  }
  return lineEnd;
}

/**
 * Whether the decoded text of `length` bytes holds a literal, or an encoded run that hides one, that starts in its first
 * `own` bytes: what lies behind them is the next lines of a wrapped run, and they are asked about on their own.
 */
function hides(start: usize, length: usize, own: usize, free: usize, depth: u32): bool {
  const end = start + length;
  const to = start + min(own, length);
  if (free + 64 > scratchEnd) return false;
  v128.store(end, i64x2.splat(0));
  v128.store(end, i64x2.splat(0), 16);
  if (findLiterals(start, end, start, to, true)) return true;
  if (depth >= RUN_DEPTH || length < RUN_MIN) return false;
  return runsIn(start, end, start, to, free, depth, true);
}

/** Whether the run at [start, end) decodes to text that hides a literal. */
function considerRun(start: usize, end: usize, textEnd: usize, free: usize, depth: u32): bool {
  // The first nine bytes decide for nearly every identifier and path: they do not decode to text.
  const length = end - start;
  const head = free;
  let isHex = (length & 1) == 0 && length >= 32;
  if (isHex) {
    for (let p = start; p < end; p++) {
      if (!isHexByte(load<u8>(p))) {
        isHex = false;
        break;
      }
    }
  }
  if (isHex) {
    const room = scratchEnd - free;
    if (room < 128) return false;
    const decoded = decodeHex(start, end, free, room - 64);
    for (let i: usize = 0; i < 8; i++) if (!isTextByte(load<u8>(free + i))) return false;
    return hides(free, decoded, decoded, free + decoded + 64, depth + 1);
  }
  if (scratchEnd - free < 256) return false;
  decodeBase64(start, start + 12, head, 16);
  const little = load<u8>(head + 1) == 0 && load<u8>(head + 3) == 0 && load<u8>(head + 5) == 0;
  if (!little) for (let i: usize = 0; i < 9; i++) if (!isTextByte(load<u8>(head + i))) return false;
  const to = wrappedEnd(start, end, textEnd);
  let decoded = decodeBase64(start, to, free, scratchEnd - free - 128);
  const wide = decoded;
  decoded = narrow(free, decoded);
  const own = (length * 3) >> 2;
  return hides(free, decoded, decoded < wide ? own >> 1 : own, free + decoded + 64, depth + 1);
}

/**
 * Finds encoded runs that start in [from, to) and reports those that hide a literal. `from` is no place inside a run.
 * Returns whether one was found when `only` is set.
 */
function runsIn(textStart: usize, textEnd: usize, from: usize, to: usize, free: usize, depth: u32, only: bool): bool {
  let at = from;
  while (at < to) {
    // A run that starts at `at` or later and has RUN_MIN bytes covers the 16 bytes at `probe`, or starts behind the last
    // byte there that is none of a run's.
    const probe = at + RUN_MIN - 16;
    if (probe + 16 > textEnd) break;
    const breaks = ~runMask(probe) & 0xffff;
    if (breaks != 0) {
      at = probe + 32 - clz<u32>(breaks);
      continue;
    }
    // The 16 bytes from `at` on overlap those of the probe: what breaks there starts the next try.
    const before = ~runMask(at) & 0xffff;
    if (before != 0) {
      at = at + 32 - clz<u32>(before);
      continue;
    }
    let end = probe + 16;
    while (end < textEnd && load<u8>(runClass + <usize>load<u8>(end))) end++;
    if ((depth == 0 && reportsAllRuns) || considerRun(at, end, textEnd, free, depth)) {
      if (only) return true;
      addHit(<u32>(at - textStart), RUN_LITERAL, <u32>(end - at), RESULT_OPEN);
    }
    at = end + 1;
  }
  return false;
}

/**
 * Where a scan for runs begins that is to find each one that a change behind `address` can alter: not inside a run, where
 * lines of a wrapped run precede it as many earlier as read on to there, and not before `floor`, up to where runs were
 * looked for already. A literal reaches over few lines, but text that is encoded twice is one run however long it is.
 */
export function runStart(textStart: usize, textEnd: usize, address: usize, floor: usize): usize {
  let at = address;
  // Inside a line end of two bytes the run before it is the one to begin with.
  if (at > textStart && load<u8>(at) == 10 && load<u8>(at - 1) == 13) at--;
  while (at > textStart && load<u8>(runClass + <usize>load<u8>(at - 1))) at--;
  while (at > floor) {
    let p = at;
    while (p > textStart && (load<u8>(p - 1) == 32 || load<u8>(p - 1) == 9)) p--;
    if (p == textStart || load<u8>(p - 1) != 10) break;
    p--;
    if (p > textStart && load<u8>(p - 1) == 13) p--;
    let start = p;
    while (start > textStart && load<u8>(runClass + <usize>load<u8>(start - 1))) start--;
    if (p - start < WRAP_MIN || p + RUN_AHEAD < address) break;
    at = start;
  }
  return at >= floor ? at : runEdge(textStart, textEnd, floor);
}

export function findRuns(textStart: usize, textEnd: usize, from: usize, to: usize): void {
  if (scansRuns) runsIn(textStart, textEnd, from, to, scratch, 0, false);
}

/**
 * Finds words with escapes that begin in [from, to) and hide a literal. `from` is no place inside a word.
 * A literal that stands there without its escapes is found as it is; what counts is whether the decoded word holds one.
 */
export function findWords(textStart: usize, textEnd: usize, from: usize, to: usize): void {
  if (!scansRuns) return;
  let at = from;
  // The last word may go on behind `to`.
  const stop = wordEnd(textEnd, to);
  while (at < stop) {
    at = nextEscapeByte(at, stop);
    if (at >= stop) break;
    if (escapeAt(at, textEnd) == 0) {
      at++;
      continue;
    }
    const start = max(from, wordStart(textStart, at));
    const end = wordEnd(textEnd, at);
    if (start >= to) break;
    const length = end - start;
    if (length <= WORD_MOST && length >= 8) {
      const decoded = decodeEscapes(start, end, scratch);
      if (hides(scratch, decoded, decoded, scratch + decoded + 64, 1)) addHit(<u32>(start - textStart), WORD_LITERAL, <u32>length, RESULT_OPEN);
    }
    at = end + 1;
  }
}

/** Finds everything that starts in [from, to) of a document; both are the document's own edges or follow one another. */
export function scanRange(textStart: usize, textEnd: usize, from: usize, to: usize): void {
  setZone(0, 0, 0, false);
  findLiterals(textStart, textEnd, from, to, false);
  if (scansRuns) {
    findRuns(textStart, textEnd, runEdge(textStart, textEnd, from), to);
    findWords(textStart, textEnd, wordEdge(textStart, textEnd, from), to);
  }
}

/** The first place at or behind `at` that is not inside a word. */
export function wordEdge(textStart: usize, textEnd: usize, at: usize): usize {
  if (at == textStart) return at;
  while (at < textEnd && load<u8>(at) > 32 && load<u8>(at - 1) > 32) at++;
  return at;
}

/** Finds everything in a whole document. */
export function scanDocument(start: usize, length: u32): void {
  scanRange(start, start + length, start, start + length);
}

/** The first place at or behind `at` that is not inside a run. */
function runEdge(textStart: usize, textEnd: usize, at: usize): usize {
  if (at == textStart) return at;
  while (at < textEnd && load<u8>(runClass + <usize>load<u8>(at)) && load<u8>(runClass + <usize>load<u8>(at - 1))) at++;
  return at;
}
