// Walks delta trees: inflates entries, applies deltas, looks for hits or reads trees, and lets go of what no child needs.
//
// The host lays the entries of one or several trees out as records, each tree in the order it is walked in (a parent before
// its children), and is called only for what needs it: memory, an entry that was not read ahead, hits to decide, faults.
//
// A record is eight u32: number of the entry for the host, where its zlib stream lies (0: ask the host), how long that is,
// inflated size, position of the first record behind those below it, flags, number of the tree, position of the parent.

import { OK as INFLATED, inflate } from './inflate';
import { ERR_SEGMENTS, applyDelta, carryHits, deltaResultSize, readDeltaSizes, segmentCount } from './delta';
import { readTree } from './trees';
import { HIT_BYTES, hitCount, hitsFull, scanDocument, setHits, turnDown } from './prefilter';

/** A buffer with slack; 0 when there is no room for it. */
// @ts-ignore: decorator
@external('host', 'allocate')
declare function allocate(size: u32): usize;
// @ts-ignore: decorator
@external('host', 'free')
declare function free(address: usize): void;
/** Fills in where a record's stream lies. False when there is no room for it. */
// @ts-ignore: decorator
@external('host', 'locate')
declare function locate(record: usize): bool;
/** Scans a document that needs more than is done here; gives the number of its hits, -1 for one that nothing can build on, -2 when there is no room. */
// @ts-ignore: decorator
@external('host', 'scanWhole')
declare function scanWhole(record: usize, address: usize, length: u32): i32;
/** Decides the hits. False when there is no room. */
// @ts-ignore: decorator
@external('host', 'decide')
declare function decide(record: usize, address: usize, length: u32, count: u32): bool;
// @ts-ignore: decorator
@external('host', 'tell')
declare function tell(record: usize, address: usize, length: u32): void;
/** Tells of an entry that could not be read, and so of those below it. `number` is a size where one is too large. */
// @ts-ignore: decorator
@external('host', 'fault')
declare function fault(record: usize, status: i32, number: u32): void;
/** No document is alive. */
// @ts-ignore: decorator
@external('host', 'forget')
declare function forget(): void;

const RECORD_BYTES: usize = 32;
const FLAG_TELL: u32 = 1;
const FLAG_TREE: u32 = 2;

const FAULT_WHOLE_TOO_LARGE: i32 = 1;
const FAULT_DELTA_TOO_LARGE: i32 = 2;
const FAULT_RESULT_TOO_LARGE: i32 = 3;
const FAULT_NO_ROOM: i32 = 4;

/** A document that others build on, six u32: position of the record behind those below it, address, length, hits, their number, opaque. */
const FRAME_BYTES: usize = 24;

const SEGMENT_BYTES: u32 = 12;
/** A leaf's buffer is used again for the next one, unless it is larger than this. */
const MOST_KEPT: u32 = 16 << 20;

let frames: usize = 0;
let framesRoom: u32 = 0;
let delta: usize = 0;
let deltaRoom: u32 = 0;
let segments: usize = 0;
let segmentsRoom: u32 = 0;
let leaf: usize = 0;
let leafRoom: u32 = 0;

let records: usize = 0;
let maxBytes: u32 = 0;
let findsHits: bool = false;
let decidesAll: bool = false;
let hitsAt: usize = 0;
let hitsRoom: u32 = 0;

/** Of the last walk: how many objects were read, how many bytes they have, and how many were scanned as deltas. */
export let walkedObjects: u32 = 0;
export let walkedBytes: f64 = 0;
export let walkedDeltas: u32 = 0;

// The document that was entered last.
let address: usize = 0;
let length: u32 = 0;
let count: u32 = 0;
let isOpaque: bool = false;

/** Wanted size with room to grow into, so that few sizes are ever allocated. */
// @ts-ignore: decorator
@inline
function roomy(wanted: u32): u32 {
  return wanted > MOST_KEPT ? (wanted < 0x70000000 ? wanted + MOST_KEPT : wanted) : wanted << 1;
}

function makeDeltaRoom(wanted: u32): bool {
  if (wanted <= deltaRoom) return true;
  const size = max<u32>(roomy(wanted), 1 << 16);
  const to = allocate(size);
  if (to == 0) return false;
  if (delta != 0) free(delta);
  delta = to;
  deltaRoom = size;
  return true;
}

function makeSegmentsRoom(wanted: u32): bool {
  if (wanted <= segmentsRoom) return true;
  const size = max<u32>(roomy(wanted), 1 << 16);
  const to = allocate(size);
  if (to == 0) return false;
  if (segments != 0) free(segments);
  segments = to;
  segmentsRoom = size;
  return true;
}

/** A buffer for a document: one of its own, or of a leaf mostly the one that all leaves use in turn. 0 when there is no room. */
function documentRoom(wanted: u32, isLeaf: bool): usize {
  if (!isLeaf || wanted > MOST_KEPT) return allocate(wanted);
  if (wanted <= leafRoom) return leaf;
  const size = max<u32>(roomy(wanted), 1 << 11);
  const to = allocate(size);
  if (to == 0) return 0;
  if (leaf != 0) free(leaf);
  leaf = to;
  leafRoom = size;
  return to;
}

function freeDocument(at: usize): void {
  if (at != leaf) free(at);
}

function makeFramesRoom(depth: u32): bool {
  if (depth < framesRoom) return true;
  const grown = max<u32>(256, framesRoom * 2);
  const to = allocate(grown * <u32>FRAME_BYTES);
  if (to == 0) return false;
  if (frames != 0) {
    memory.copy(to, frames, <usize>framesRoom * FRAME_BYTES);
    free(frames);
  }
  frames = to;
  framesRoom = grown;
  return true;
}

/** Whether a document is UTF-16, told by its mark or by the zeros of plain text. */
export function isWide(at: usize, bytes: u32): bool {
  if (bytes < 8) return false;
  const first: u32 = load<u16>(at);
  if (first == 0xfeff || first == 0xfffe) return true;
  // Four units: each has one byte that is zero and one that is not, all on the same side.
  const units = load<u64>(at);
  const low = units & 0x00ff00ff00ff00ff;
  const high = units & 0xff00ff00ff00ff00;
  if (high == 0) return (low & 0xff) != 0 && (low & 0xff0000) != 0 && (low & 0xff00000000) != 0 && (low & 0xff000000000000) != 0;
  if (low == 0) return (high & 0xff00) != 0 && (high & 0xff000000) != 0 && (high & 0xff0000000000) != 0 && (high & 0xff00000000000000) != 0;
  return false;
}

/** Finds and decides the hits of the document at `address`. False when there was no room. */
function look(record: usize, base: usize): bool {
  let isWhole = base != 0 && load<u32>(base, 20) != 0;
  if (!isWhole) isWhole = isWide(address, length);
  if (!isWhole) {
    setHits(hitsAt, hitsRoom);
    if (base == 0) scanDocument(address, length);
    else carryHits(address, length, segments, segmentCount, load<u32>(base, 12), load<u32>(base, 16), load<u32>(base, 8), true);
    isWhole = hitsFull;
  }
  if (isWhole) {
    const found = scanWhole(record, address, length);
    if (found < -1) return false;
    isOpaque = found < 0;
    count = isOpaque ? 0 : <u32>found;
    return true;
  }
  if (base != 0) walkedDeltas++;
  isOpaque = false;
  count = hitCount;
  if (turnDown(address, length, hitsAt, count) || decidesAll) return decide(record, address, length, count);
  return true;
}

/** Reads the entry of a record, on its base's frame or whole, to `address` and `length`. Returns 0 or a status for `fault`. */
function read(record: usize, base: usize, isLeaf: bool): i32 {
  const size = load<u32>(record, 12);
  faultNumber = size;
  if (size > maxBytes) return base == 0 ? FAULT_WHOLE_TOO_LARGE : FAULT_DELTA_TOO_LARGE;
  if (load<u32>(record, 4) == 0 && !locate(record)) return FAULT_NO_ROOM;
  const source: usize = load<u32>(record, 4);
  const have = load<u32>(record, 8);
  if (base == 0) {
    address = documentRoom(size, isLeaf);
    if (address == 0) return FAULT_NO_ROOM;
    length = size;
    const status = inflate(source, have, address, size);
    if (status != INFLATED) freeDocument(address);
    return status;
  }
  if (!makeDeltaRoom(size)) return FAULT_NO_ROOM;
  let status = inflate(source, have, delta, size);
  if (status != INFLATED) return status;
  readDeltaSizes(delta, size);
  length = deltaResultSize;
  faultNumber = length;
  if (length > maxBytes) return FAULT_RESULT_TOO_LARGE;
  address = documentRoom(length, isLeaf);
  if (address == 0) return FAULT_NO_ROOM;
  // A copied run takes one byte of the delta at least, and mostly seven: few need as much room as that.
  do {
    if (!makeSegmentsRoom(status == ERR_SEGMENTS ? segmentsRoom + 1 : 1)) {
      status = FAULT_NO_ROOM;
      break;
    }
    status = applyDelta(load<u32>(base, 4), load<u32>(base, 8), delta, size, address, length, segments, segmentsRoom / SEGMENT_BYTES);
  } while (status == ERR_SEGMENTS);
  if (status != INFLATED) freeDocument(address);
  return status;
}

let faultNumber: u32 = 0;

/** Reads an entry and puts it on the stack when others build on it. Returns 0 or a status for `fault`. */
function enter(record: usize, base: usize, depth: u32): i32 {
  const end = load<u32>(record, 16);
  const isLeaf = record + RECORD_BYTES == records + RECORD_BYTES * <usize>end;
  const status = read(record, base, isLeaf);
  if (status != 0) return status;
  count = 0;
  isOpaque = false;
  if (findsHits && !look(record, base)) {
    freeDocument(address);
    return FAULT_NO_ROOM;
  }
  walkedObjects++;
  walkedBytes += <f64>length;
  const flags = load<u32>(record, 20);
  if (flags & FLAG_TREE) readTree(load<u32>(record, 24), address, length);
  if (flags & FLAG_TELL) tell(record, address, length);
  if (isLeaf) {
    freeDocument(address);
    return 0;
  }
  const kept: usize = count == 0 ? 0 : allocate(count * HIT_BYTES);
  if ((count != 0 && kept == 0) || !makeFramesRoom(depth)) {
    if (kept != 0) free(kept);
    freeDocument(address);
    return FAULT_NO_ROOM;
  }
  if (count != 0) memory.copy(kept, hitsAt, <usize>count * HIT_BYTES);
  const frame = frames + FRAME_BYTES * <usize>depth;
  store<u32>(frame, end);
  store<u32>(frame, <u32>address, 4);
  store<u32>(frame, length, 8);
  store<u32>(frame, <u32>kept, 12);
  store<u32>(frame, count, 16);
  store<u32>(frame, isOpaque ? 1 : 0, 20);
  entered = true;
  return 0;
}

let entered: bool = false;

/** Sets what the walks look for: hits (`decidesAll`: every document is to be decided), or nothing but what records tell of. */
export function configureWalk(looks: bool, all: bool, most: u32, hitsAddress: usize, room: u32): void {
  findsHits = looks;
  decidesAll = all;
  maxBytes = most;
  hitsAt = hitsAddress;
  hitsRoom = room;
}

/**
 * Walks the trees of `total` records. Where a base has a last child, it is let go before that child's own children are
 * walked: with the heaviest child last, few documents are alive at a time.
 */
export function walkRecords(at: usize, total: u32): void {
  records = at;
  walkedObjects = 0;
  walkedBytes = 0;
  walkedDeltas = 0;
  let depth: u32 = 0;
  let next: u32 = 0;
  while (next < total) {
    const record = records + RECORD_BYTES * <usize>next;
    const end = load<u32>(record, 16);
    entered = false;
    if (depth == 0) {
      forget();
      const status = enter(record, 0, 0);
      if (status != 0) fault(record, status, faultNumber);
      if (entered) depth = 1;
      next = entered ? next + 1 : end;
      continue;
    }
    const isLast = end == load<u32>(frames + FRAME_BYTES * <usize>(depth - 1));
    // The new document's frame stands behind its base's until that is let go.
    const status = enter(record, frames + FRAME_BYTES * <usize>(depth - 1), depth);
    if (status != 0) fault(record, status, faultNumber);
    const base = frames + FRAME_BYTES * <usize>(depth - 1);
    if (isLast) {
      freeDocument(load<u32>(base, 4));
      if (load<u32>(base, 12) != 0) free(load<u32>(base, 12));
      if (entered) memory.copy(base, base + FRAME_BYTES, FRAME_BYTES);
      else depth--;
    } else if (entered) depth++;
    next = entered ? next + 1 : end;
  }
}

/** Lets go of the buffers that walks use in turn. */
export function endWalks(): void {
  if (frames != 0) free(frames);
  if (delta != 0) free(delta);
  if (segments != 0) free(segments);
  if (leaf != 0) free(leaf);
  frames = delta = segments = leaf = 0;
  framesRoom = deltaRoom = segmentsRoom = leafRoom = 0;
}
