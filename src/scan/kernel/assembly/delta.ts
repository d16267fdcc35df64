// Applies git's deltas (gitformat-pack, "Deltified representation") and carries what is known of the base to the result.

import {
  HIT_BYTES,
  RESULT_OPEN,
  RUN_AHEAD,
  RUN_LITERAL,
  WORD_LITERAL,
  addHit,
  findLiterals,
  findRuns,
  findWords,
  literalExtent,
  longestExtent,
  looksLeft,
  reachAfter,
  reachBefore,
  runStart,
  setZone,
  wordEdge,
} from './prefilter';
import { wordStart } from './escapes';

export const OK: i32 = 0;
export const ERR_DELTA: i32 = -8;
export const ERR_SEGMENTS: i32 = -9;

/** A copied run is three u32: where it starts in the result, where in the base, how long it is. */
const SEGMENT_BYTES: usize = 12;

export let segmentCount: u32 = 0;

/** The two sizes at a delta's head. */
export let deltaBaseSize: u32 = 0;
export let deltaResultSize: u32 = 0;

let cursor: usize = 0;
/** Whether the head that was read last is whole, and its sizes have 32 bits. */
let headFits: bool = false;

function readSize(end: usize): u32 {
  let size: u64 = 0;
  let shift: u64 = 0;
  while (cursor < end && shift < 35) {
    const byte: u64 = load<u8>(cursor);
    cursor++;
    size |= (byte & 127) << shift;
    shift += 7;
    if (!(byte & 128)) {
      if (size > 0xffffffff) break;
      return <u32>size;
    }
  }
  headFits = false;
  return 0;
}

/** Reads the sizes at a delta's head into `deltaBaseSize` and `deltaResultSize`: 0 for one that `applyDelta` refuses. */
export function readDeltaSizes(delta: usize, length: u32): void {
  cursor = delta;
  headFits = true;
  deltaBaseSize = readSize(delta + length);
  deltaResultSize = readSize(delta + length);
}

/**
 * Writes the result of `delta` on `base` to `out` and its copied runs, merged where they touch, to `segments`.
 * The caller has checked the result's size and leaves 32 writable bytes behind `out`, 32 readable behind `base` and `delta`.
 */
export function applyDelta(base: usize, baseLength: u32, delta: usize, deltaLength: u32, out: usize, outLength: u32, segments: usize, room: u32): i32 {
  const end = delta + deltaLength;
  readDeltaSizes(delta, deltaLength);
  segmentCount = 0;
  if (!headFits || deltaBaseSize != baseLength || deltaResultSize != outLength) return ERR_DELTA;
  let p = cursor;
  let written: u32 = 0;
  let count: u32 = 0;
  let last: usize = 0;
  while (p < end) {
    const op: u32 = load<u8>(p);
    p++;
    if (op & 128) {
      let offset: u32 = 0;
      let size: u32 = 0;
      if (op & 1) offset = load<u8>(p++);
      if (op & 2) offset |= <u32>load<u8>(p++) << 8;
      if (op & 4) offset |= <u32>load<u8>(p++) << 16;
      if (op & 8) offset |= <u32>load<u8>(p++) << 24;
      if (op & 16) size = load<u8>(p++);
      if (op & 32) size |= <u32>load<u8>(p++) << 8;
      if (op & 64) size |= <u32>load<u8>(p++) << 16;
      if (size == 0) size = 0x10000;
      if (<u64>offset + size > baseLength || <u64>written + size > outLength) return ERR_DELTA;
      const from = base + offset;
      const to = out + written;
      if (size <= 64) {
        // Whole 16-byte words: what goes past the run is overwritten by the next one or lies in the slack.
        let i: u32 = 0;
        do {
          v128.store(to + i, v128.load(from + i));
          i += 16;
        } while (i < size);
      } else {
        memory.copy(to, from, size);
      }
      if (count != 0 && load<u32>(last) + load<u32>(last, 8) == written && load<u32>(last, 4) + load<u32>(last, 8) == offset) {
        store<u32>(last, load<u32>(last, 8) + size, 8);
      } else {
        if (count >= room) return ERR_SEGMENTS;
        last = segments + SEGMENT_BYTES * <usize>count;
        store<u32>(last, written);
        store<u32>(last, offset, 4);
        store<u32>(last, size, 8);
        count++;
      }
      written += size;
    } else {
      if (op == 0 || p + op > end || <u64>written + op > outLength) return ERR_DELTA;
      const to = out + written;
      let i: u32 = 0;
      do {
        v128.store(to + i, v128.load(p + i));
        i += 16;
      } while (i < op);
      p += op;
      written += op;
    }
  }
  segmentCount = count;
  return written == outLength && p == end ? OK : ERR_DELTA;
}


/** The first of `count` hits whose position is at least `position`. */
function lowerBound(list: usize, count: u32, position: u32): u32 {
  let low: u32 = 0;
  let high: u32 = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<u32>(list + <usize>HIT_BYTES * <usize>middle) < position) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Copied runs shorter than this are looked at like inserted bytes: that is cheaper than two more seams. */
const SHORT_RUN: u32 = 96;

/** Leaves the runs that are worth carrying hits over, in their order; returns how many they are. */
function dropShortRuns(segments: usize, count: u32): u32 {
  let kept: u32 = 0;
  for (let k: u32 = 0; k < count; k++) {
    const from = segments + SEGMENT_BYTES * <usize>k;
    if (load<u32>(from, 8) < SHORT_RUN) continue;
    const to = segments + SEGMENT_BYTES * <usize>kept;
    store<u64>(to, load<u64>(from));
    store<u32>(to, load<u32>(from, 8), 8);
    kept++;
  }
  return kept;
}

/**
 * Finds the hits of a delta's result: in what was inserted and across the seams by looking, elsewhere by carrying the
 * base's hits over. A carried hit keeps its result when its whole reach was copied, and is open again otherwise.
 * The edges of a document count as seams unless both documents have the same edge there.
 */
export function carryHits(out: usize, outLength: u32, segments: usize, count: u32, baseHits: usize, baseHitCount: u32, baseLength: u32, withRuns: bool): void {
  const outEnd = out + outLength;
  count = dropShortRuns(segments, count);
  let previousStart: i32 = -1;
  let previousEnd: u32 = 0;
  // Runs are looked for again in zones around the seams: up to here they were, and here the next zone begins.
  let lookedTo: usize = out;
  let zoneStart: usize = out;
  let wordsLookedTo: usize = out;
  let wordZoneStart: usize = out;
  for (let k: u32 = 0; k <= count; k++) {
    const segment = segments + SEGMENT_BYTES * <usize>k;
    const isLast = k == count;
    const start: u32 = isLast ? outLength : load<u32>(segment);
    const source: u32 = isLast ? 0 : load<u32>(segment, 4);
    const length: u32 = isLast ? 0 : load<u32>(segment, 8);
    const end: u32 = start + length;
    const openLeft = source != 0 || start != 0;

    // A literal at `s` belongs to the zone before copied run k when previousStart < s <= start. Of those, the ones that lie
    // in a copied run with all that decides them are carried, and the rest are found here.
    const from: u32 = max<u32>(<u32>(previousStart + 1), previousEnd >= longestExtent ? previousEnd - longestExtent + 1 : 0);
    setZone(previousEnd == 0 ? 0 : out + previousEnd, isLast ? 0 : out + start, out + end, openLeft);
    findLiterals(out, outEnd, out + from, out + (isLast ? outLength : start + 1), false);
    if (withRuns) {
      const zoneEnd = out + min(outLength, start + 1);
      if (zoneStart < zoneEnd) findRuns(out, outEnd, zoneStart, zoneEnd);
      lookedTo = max(zoneStart, zoneEnd);
      if (wordZoneStart < zoneEnd) findWords(out, outEnd, wordZoneStart, zoneEnd);
      wordsLookedTo = max(wordZoneStart, zoneEnd);
    }
    if (isLast) break;

    const sourceEnd: u32 = source + length;
    const openRight = sourceEnd != baseLength || end != outLength;
    const nextZone: usize = withRuns ? runStart(out, outEnd, out + end - 1, lookedTo) : 0;
    let nextWordZone: usize = 0;
    if (withRuns) {
      nextWordZone = wordStart(out, out + end - 1);
      // Inside a word too long to be looked at the search starts behind it.
      nextWordZone = wordEdge(out, outEnd, max(nextWordZone, wordsLookedTo));
    }
    let i = lowerBound(baseHits, baseHitCount, source);
    while (i < baseHitCount) {
      const hit: usize = baseHits + <usize>HIT_BYTES * <usize>i;
      const position = load<u32>(hit);
      if (position >= sourceEnd) break;
      i++;
      const literal = load<u32>(hit, 4);
      const runLength = load<u32>(hit, 8);
      let before: u32;
      let after: u32;
      if (literal == WORD_LITERAL) {
        const at = out + start + (position - source);
        if (at < wordsLookedTo || at >= nextWordZone) continue;
        before = 256;
        after = runLength + 256;
      } else if (literal == RUN_LITERAL) {
        const at = out + start + (position - source);
        if (at < lookedTo || at >= nextZone) continue;
        before = 256;
        after = runLength + RUN_AHEAD;
      } else {
        if (position + literalExtent(literal) > sourceEnd) continue;
        if (position == source && openLeft && looksLeft(literal)) continue;
        before = reachBefore(literal);
        after = reachAfter(literal);
      }
      let result = load<u32>(hit, 12);
      if ((openLeft && position < source + before) || (openRight && <u64>position + after > <u64>sourceEnd)) result = RESULT_OPEN;
      addHit(start + (position - source), literal, runLength, result);
    }
    previousStart = <i32>start;
    previousEnd = end;
    zoneStart = nextZone;
    wordZoneStart = nextWordZone;
  }
}

/** Counts line feeds in [start, end), 16 bytes a step. */
export function countLines(start: usize, end: usize): u32 {
  let count: u32 = 0;
  let at = start;
  const newline = i8x16.splat(10);
  while (at + 16 <= end) {
    count += popcnt<u32>(<u32>i8x16.bitmask(i8x16.eq(v128.load(at), newline)));
    at += 16;
  }
  while (at < end) {
    if (load<u8>(at) == 10) count++;
    at++;
  }
  return count;
}

/** Whether one of the bytes in [start, end) is zero. */
export function hasZero(start: usize, end: usize): bool {
  let at = start;
  const zero = i8x16.splat(0);
  while (at + 16 <= end) {
    if (i8x16.bitmask(i8x16.eq(v128.load(at), zero)) != 0) return true;
    at += 16;
  }
  while (at < end) {
    if (load<u8>(at) == 0) return true;
    at++;
  }
  return false;
}
