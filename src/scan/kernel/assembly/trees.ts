// Reads tree objects: notes which holds which, where the wanted blobs stand, and asks the host about objects that were not
// asked about lately. Trees repeat most of their entries from one version to the next, so small caches answer for the tables
// that the host has: a tree's or blob's number by its name in full, a file name's number by its text.

/** The number of a tree (or, for the other kind, of a wanted blob) by its raw name; -1 for one that is not in the table. */
// @ts-ignore: decorator
@external('host', 'objectNumber')
declare function objectNumber(kind: u32, object: usize): i32;
/** The number of a file's or folder's name. */
// @ts-ignore: decorator
@external('host', 'nameNumber')
declare function nameNumber(name: usize, end: usize): u32;
/** Notes an object that is missing; whether it need not be asked about again for a while. */
// @ts-ignore: decorator
@external('host', 'lookUp')
declare function lookUp(tree: u32, name: usize, end: usize, object: usize): bool;
/** Takes the links that were noted so far. */
// @ts-ignore: decorator
@external('host', 'takeLinks')
declare function takeLinks(count: u32): void;

const KIND_TREE: u32 = 0;
const KIND_BLOB: u32 = 1;
const KIND_SUBMODULE: u32 = 2;

const OBJECT_SLOTS: u32 = 1 << 14;
/** Name, padded to 32 bytes; number and 2, 0 where the slot is empty. */
const OBJECT_SLOT_BYTES: usize = 40;
const NAME_SLOTS: u32 = 1 << 13;
/** Number; length and 1, 0 where the slot is empty; name, padded with zeros. */
const NAME_SLOT_BYTES: usize = 64;
const NAME_MOST: usize = 56;
/** For an object's first 18 bits the four bytes from the third one on. */
const TOLD_SLOTS: u32 = 1 << 18;
/** A link is four u32: kind, number of the object, number of the tree that holds it, number of its name. */
const LINK_BYTES: usize = 16;

let hashBytes: u32 = 20;
let wanted: usize = 0;
let objects: usize = 0;
let names: usize = 0;
let told: usize = 0;
let links: usize = 0;
let linkRoom: u32 = 0;
let linkCount: u32 = 0;
let asksHost: bool = false;

/** Bytes that the caches take. */
export function treeCacheBytes(): u32 {
  return OBJECT_SLOTS * <u32>OBJECT_SLOT_BYTES + NAME_SLOTS * <u32>NAME_SLOT_BYTES + 4 * TOLD_SLOTS;
}

/**
 * Starts a reading of trees. `wantedAt` has a byte for each two first bytes of a blob's name (little-endian), 1 where one may be wanted; `asks`
 * tells whether the host is asked for every object.
 */
export function configureTrees(nameBytes: u32, wantedAt: usize, cachesAt: usize, linksAt: usize, room: u32, asks: bool): void {
  hashBytes = nameBytes;
  wanted = wantedAt;
  objects = cachesAt;
  names = objects + <usize>OBJECT_SLOTS * OBJECT_SLOT_BYTES;
  told = names + <usize>NAME_SLOTS * NAME_SLOT_BYTES;
  memory.fill(cachesAt, 0, treeCacheBytes());
  links = linksAt;
  linkRoom = room;
  linkCount = 0;
  asksHost = asks;
}

/** Whether the raw names at both places are the same. */
// @ts-ignore: decorator
@inline
function isSame(left: usize, right: usize): bool {
  if (load<u64>(left) != load<u64>(right) || load<u64>(left, 8) != load<u64>(right, 8)) return false;
  if (hashBytes == 20) return load<u32>(left, 16) == load<u32>(right, 16);
  return load<u64>(left, 16) == load<u64>(right, 16) && load<u64>(left, 24) == load<u64>(right, 24);
}

function objectOf(kind: u32, object: usize): i32 {
  const slot = objects + OBJECT_SLOT_BYTES * <usize>((load<u32>(object, 4) + kind) & (OBJECT_SLOTS - 1));
  const known: u32 = load<u32>(slot, 32);
  // A blob's name is no tree's: both kinds share the slots.
  if (known != 0 && load<u32>(slot, 36) == kind && isSame(slot, object)) return <i32>known - 2;
  const number = objectNumber(kind, object);
  memory.copy(slot, object, hashBytes);
  store<u32>(slot, <u32>(number + 2), 32);
  store<u32>(slot, kind, 36);
  return number;
}

/** The eight bytes of a name at `at`, less what stands behind its end. */
// @ts-ignore: decorator
@inline
function nameWord(at: usize, end: usize): u64 {
  const left = end - at;
  return left >= 8 ? load<u64>(at) : load<u64>(at) & (((<u64>1) << (<u64>left << 3)) - 1);
}

function nameOf(name: usize, end: usize): u32 {
  const length = end - name;
  if (length > NAME_MOST) return nameNumber(name, end);
  let hash: u64 = length;
  for (let at = name; at < end; at += 8) hash = rotl<u64>(hash ^ nameWord(at, end), 29) * 0x9e3779b97f4a7c15;
  const slot = names + NAME_SLOT_BYTES * <usize>(hash >> 51);
  if (load<u32>(slot, 4) == <u32>length + 1) {
    let to = slot + 8;
    let at = name;
    while (at < end && load<u64>(to) == nameWord(at, end)) {
      at += 8;
      to += 8;
    }
    if (at >= end) return load<u32>(slot);
  }
  const number = nameNumber(name, end);
  store<u32>(slot, number);
  store<u32>(slot, <u32>length + 1, 4);
  let to = slot + 8;
  for (let at = name; at < end; at += 8) {
    store<u64>(to, nameWord(at, end));
    to += 8;
  }
  return number;
}

function addLink(kind: u32, number: u32, tree: u32, name: u32): void {
  if (linkCount == linkRoom) endTrees();
  const at = links + LINK_BYTES * <usize>linkCount;
  store<u32>(at, kind);
  store<u32>(at, number, 4);
  store<u32>(at, tree, 8);
  store<u32>(at, name, 12);
  linkCount++;
}

/** The first zero byte in [at, end), or `end`. */
// @ts-ignore: decorator
@inline
function nextZero(at: usize, end: usize): usize {
  const zero = i8x16.splat(0);
  while (at < end) {
    const mask: u32 = i8x16.bitmask(i8x16.eq(v128.load(at), zero));
    if (mask != 0) return min(end, at + ctz<u32>(mask));
    at += 16;
  }
  return end;
}

/** Reads the tree of a number at [start, start + length). The caller leaves 32 readable bytes behind it. */
export function readTree(tree: u32, start: usize, length: u32): void {
  const end = start + length;
  let at = start;
  while (at < end) {
    // An entry is `mode SP name NUL` and the raw object name; the mode of a tree is 40000, of a submodule 160000.
    let mode = at;
    // Some old tools padded the mode with zeros.
    while (mode < end && load<u8>(mode) == 0x30) mode++;
    const first: u32 = load<u8>(mode);
    const isSubmodule = first == 0x31 && load<u8>(mode, 1) == 0x36;
    let name = at + 5;
    while (name < end && load<u8>(name - 1) != 0x20) name++;
    const nameEnd = nextZero(name, end);
    const object = nameEnd + 1;
    if (object + hashBytes > end) return;
    let isThere = false;
    if (first == 0x34) {
      const number = objectOf(KIND_TREE, object);
      if (number >= 0) addLink(KIND_TREE, number, tree, nameOf(name, nameEnd));
      isThere = number >= 0;
    } else if (isSubmodule) {
      addLink(KIND_SUBMODULE, 0, tree, nameOf(name, nameEnd));
    } else if (load<u8>(wanted + <usize>load<u16>(object)) != 0) {
      const number = objectOf(KIND_BLOB, object);
      if (number >= 0) addLink(KIND_BLOB, number, tree, nameOf(name, nameEnd));
    }
    // All trees that are there have numbers.
    if (asksHost && !isSubmodule && !isThere) {
      const slot = told + 4 * <usize>(load<u32>(object) & (TOLD_SLOTS - 1));
      const tells = load<u32>(object, 2);
      if (load<u32>(slot) != tells && lookUp(tree, name, nameEnd, object)) store<u32>(slot, tells);
    }
    at = object + hashBytes;
  }
}

/** Gives the host the links that it did not take yet. */
export function endTrees(): void {
  if (linkCount > 0) takeLinks(linkCount);
  linkCount = 0;
}
