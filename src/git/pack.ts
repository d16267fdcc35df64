import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { findName, type PackIndex } from './pack-index.ts';

/** Object types as a pack spells them (gitformat-pack, "Object types"). */
export const packTypes = { commit: 1, tree: 2, blob: 3, tag: 4, offsetDelta: 6, refDelta: 7 } as const;

/** The heads of all entries of a pack, in the order they stand in it. Plain arrays: they are shared with the workers. */
export interface PackEntries {
  readonly count: number;
  /** Where an entry's zlib stream begins. */
  readonly dataAt: Float64Array;
  /** How many bytes it can have: up to the next entry. */
  readonly dataBytes: Uint32Array;
  /** Inflated size: of the object, or of the delta. */
  readonly size: Float64Array;
  /** Type as the pack spells it; of a delta, its root's. 0 where no root was found or the head is unreadable. */
  readonly type: Uint8Array;
  /** Entry that a delta stands on, -1 for a whole object, -2 when its base is not in this pack. */
  readonly base: Int32Array;
  /** Position of the object's name in the index. */
  readonly name: Uint32Array;
}

/** Something wrong with one entry. */
export interface PackFault {
  readonly entry: number;
  readonly detail: string;
}

const chunkBytes = 32 << 10;
/** The longest head: ten bytes of size, ten of offset or a SHA-256 name. */
const headBytes = 64;

/** Reads the head of every entry in one pass over the pack. Faults are values: the rest of the pack is read all the same. */
export function readPackEntries(index: PackIndex): { readonly entries: PackEntries; readonly faults: readonly PackFault[] } {
  const file = openSync(index.packPath, 'r');
  try {
    const packSize = fstatSync(file).size;
    const trailer = packSize - index.hashBytes;
    const order = inPackOrder(index);
    const { count } = index;
    const starts = new Float64Array(count);
    for (let i = 0; i < count; i++) starts[i] = index.offsets[order[i]];

    const entries = {
      count,
      dataAt: shared(Float64Array, count),
      dataBytes: shared(Uint32Array, count),
      size: shared(Float64Array, count),
      type: shared(Uint8Array, count),
      base: shared(Int32Array, count),
      name: shared(Uint32Array, count),
    };
    const faults: PackFault[] = [];
    const chunk = Buffer.allocUnsafe(chunkBytes);
    let chunkAt = 0;
    let chunkLength = 0;

    const head = readAt(file, chunk, 0, 0, 12);
    if (head < 12 || chunk.toString('latin1', 0, 4) !== 'PACK' || ![2, 3].includes(chunk.readUInt32BE(4))) {
      throw new Error('the pack has no PACK header of version 2 or 3');
    }

    for (let i = 0; i < count; i++) {
      const start = starts[i];
      const end = Math.min(i + 1 < count ? starts[i + 1] : trailer, trailer);
      entries.name[i] = order[i];
      entries.base[i] = -1;
      if (start < 12 || end - start < 2) {
        faults.push({ entry: i, detail: start >= trailer ? 'the pack ends before it' : 'the index gives it no room' });
        continue;
      }
      if (start < chunkAt || start + headBytes > chunkAt + chunkLength) {
        chunkAt = start;
        chunkLength = readAt(file, chunk, 0, start, Math.min(chunkBytes, packSize - start));
      }
      let at = start - chunkAt;
      const limit = Math.min(chunkLength, at + headBytes);
      let byte = chunk[at++];
      const type = (byte >> 4) & 7;
      let size = byte & 15;
      let scale = 16;
      while (byte & 128 && at < limit) {
        byte = chunk[at++];
        size += (byte & 127) * scale;
        scale *= 128;
      }
      entries.size[i] = size;
      if (type === packTypes.offsetDelta) {
        // Each continued byte adds one before the shift, so that no distance has two spellings.
        byte = chunk[at++];
        let distance = byte & 127;
        while (byte & 128 && at < limit) {
          byte = chunk[at++];
          distance = (distance + 1) * 128 + (byte & 127);
        }
        entries.base[i] = indexOf(starts, start - distance, i);
      } else if (type === packTypes.refDelta) {
        const named = findName(index, chunk.subarray(at, at + index.hashBytes));
        at += index.hashBytes;
        entries.base[i] = named < 0 ? -2 : indexOf(starts, index.offsets[named], count);
      } else if (type >= packTypes.commit && type <= packTypes.tag) {
        entries.type[i] = type;
      } else {
        faults.push({ entry: i, detail: `its type is ${type}, which git does not have` });
        continue;
      }
      if (size > 0xffffffff || !Number.isSafeInteger(size)) {
        faults.push({ entry: i, detail: 'it claims an impossible size' });
        entries.type[i] = 0;
        entries.base[i] = -2;
        continue;
      }
      if (chunkAt + at > end) {
        faults.push({ entry: i, detail: 'its head runs into the next entry' });
        entries.type[i] = 0;
        entries.base[i] = -2;
        continue;
      }
      if (type === packTypes.offsetDelta && entries.base[i] === -2)
        faults.push({ entry: i, detail: 'its base is not where it says' });
      entries.dataAt[i] = chunkAt + at;
      entries.dataBytes[i] = Math.min(end - (chunkAt + at), 0xffffffff);
    }
    return { entries, faults };
  } finally {
    closeSync(file);
  }
}

/** Reads at a position, to `at` of a buffer, until `length` bytes are there or the file ends; returns how many came. */
export function readAt(file: number, into: Uint8Array, at: number, position: number, length: number): number {
  let have = 0;
  while (have < length) {
    const read = readSync(file, into, at + have, length - have, position + have);
    if (read === 0) break;
    have += read;
  }
  return have;
}

type ArrayType<T> = { readonly BYTES_PER_ELEMENT: number; new (buffer: SharedArrayBuffer): T };

function shared<T>(type: ArrayType<T>, count: number): T {
  return new type(new SharedArrayBuffer(count * type.BYTES_PER_ELEMENT));
}

/** Positions of the index, in the order in which the entries stand in the pack. */
function inPackOrder(index: PackIndex): Uint32Array {
  // Offsets sort natively as doubles; the position rides along in the bits that an offset below 2^53 / 2^count leaves free.
  const { count, offsets } = index;
  const bits = Math.ceil(Math.log2(Math.max(2, count)));
  const largest = offsets.reduce((most, offset) => Math.max(most, offset), 0);
  if (largest * 2 ** bits < Number.MAX_SAFE_INTEGER) {
    const scale = 2 ** bits;
    const keys = new Float64Array(count);
    for (let i = 0; i < count; i++) keys[i] = offsets[i] * scale + i;
    keys.sort();
    const order = new Uint32Array(count);
    for (let i = 0; i < count; i++) order[i] = keys[i] % scale;
    return order;
  }
  return Uint32Array.from(offsets.keys()).sort((a, b) => offsets[a] - offsets[b]);
}

function indexOf(starts: Float64Array, start: number, count: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (starts[middle] < start) low = middle + 1;
    else high = middle;
  }
  return low < count && starts[low] === start ? low : -2;
}
