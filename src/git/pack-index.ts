import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** A pack's index (gitformat-pack, "Version 2 pack-*.idx files"): object names in order, and where each stands in the pack. */
export interface PackIndex {
  readonly path: string;
  readonly packPath: string;
  readonly count: number;
  readonly hashBytes: number;
  /** All object names, sorted, one after the other, in memory that threads can share. */
  readonly names: Buffer;
  /** `fanout[b]`: how many names begin with a byte of at most `b`. */
  readonly fanout: Uint32Array;
  /** Offsets in the pack, in the order of the names. */
  readonly offsets: Float64Array;
}

const magic = 0xff744f63;

/** Reads an index whole. Throws an Error that says what is wrong with it when it is none of version 2 or is cut short. */
export function readPackIndex(path: string, hashBytes: number): PackIndex {
  const data = readWhole(path);
  if (data.length < 8 + 1024 + 2 * hashBytes) throw new Error('the index is too short');
  if (data.readUInt32BE(0) !== magic || data.readUInt32BE(4) !== 2) throw new Error('the index is not of version 2');
  const fanout = new Uint32Array(256);
  for (let byte = 0; byte < 256; byte++) {
    fanout[byte] = data.readUInt32BE(8 + 4 * byte);
    if (byte > 0 && fanout[byte] < fanout[byte - 1]) throw new Error('the index has a fan-out table that is out of order');
  }
  const count = fanout[255];
  const namesAt = 8 + 1024;
  const offsetsAt = namesAt + count * (hashBytes + 4);
  const largeAt = offsetsAt + 4 * count;
  const largeCount = (data.length - 2 * hashBytes - largeAt) / 8;
  if (largeCount < 0 || !Number.isInteger(largeCount))
    throw new Error('the index has a size that does not fit its count of objects');
  const offsets = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const offset = data.readUInt32BE(offsetsAt + 4 * i);
    if (offset < 0x80000000) {
      offsets[i] = offset;
      continue;
    }
    const large = offset - 0x80000000;
    if (large >= largeCount) throw new Error('the index points outside its table of large offsets');
    offsets[i] = data.readUInt32BE(largeAt + 8 * large) * 2 ** 32 + data.readUInt32BE(largeAt + 8 * large + 4);
  }
  return {
    path,
    packPath: path.replace(/\.idx$/, '.pack'),
    count,
    hashBytes,
    names: data.subarray(namesAt, namesAt + count * hashBytes),
    fanout,
    offsets,
  };
}

/** The position of an object's name (raw bytes) among the names, or -1. */
export function findName(index: PackIndex, name: Uint8Array): number {
  let low = name[0] === 0 ? 0 : index.fanout[name[0] - 1];
  let high = index.fanout[name[0]];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const at = middle * index.hashBytes;
    const order = index.names.compare(name, 0, index.hashBytes, at, at + index.hashBytes);
    if (order === 0) return middle;
    if (order < 0) low = middle + 1;
    else high = middle;
  }
  return -1;
}

function readWhole(path: string): Buffer {
  const file = openSync(path, 'r');
  try {
    const size = fstatSync(file).size;
    const data = Buffer.from(new SharedArrayBuffer(size));
    let have = 0;
    while (have < size) {
      const read = readSync(file, data, have, size - have, have);
      if (read === 0) break;
      have += read;
    }
    return data.subarray(0, have);
  } finally {
    closeSync(file);
  }
}
