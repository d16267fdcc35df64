import { createHash } from 'node:crypto';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { deflateSync } from 'node:zlib';

/** An entry of a pack that is written by hand. */
export interface HandEntry {
  /** Type as the head spells it, right or wrong. */
  readonly type: number;
  /** What is deflated behind the head. */
  readonly data: Uint8Array;
  /** Bytes between the head's size and the stream: a distance, or a base's name. */
  readonly base?: Uint8Array;
  /** The size that the head claims, when it is not that of the data. */
  readonly size?: number;
  /** The whole entry as it stands, in place of all the above. */
  readonly raw?: Uint8Array;
  /** Its name in the index; default: some name of its own. */
  readonly name?: Uint8Array;
}

export interface HandPack {
  readonly indexPath: string;
  readonly packPath: string;
  readonly offsets: readonly number[];
  readonly names: readonly Buffer[];
}

/** Writes a pack and its index, as gitformat-pack describes them, with whatever mistakes the entries have. */
export function writePack(
  path: string,
  entries: readonly HandEntry[],
  { hashBytes = 20, usesLargeOffsets = false } = {},
): HandPack {
  const head = Buffer.from('PACK\0\0\0\x02\0\0\0\0', 'latin1');
  head.writeUInt32BE(entries.length, 8);
  const pieces: Buffer[] = [head];
  const offsets: number[] = [];
  let at = head.length;
  for (const { raw, type, data, base = Buffer.alloc(0), size = data.length } of entries) {
    const piece = Buffer.from(raw ?? Buffer.concat([entryHead(type, size), base, deflateSync(data)]));
    offsets.push(at);
    pieces.push(piece);
    at += piece.length;
  }
  pieces.push(trailer(pieces, hashBytes));
  writeFileSync(`${path}.pack`, Buffer.concat(pieces));
  const names = entries.map(({ name }, index) =>
    Buffer.from(name ?? createHash('sha256').update(`${path} ${index}`).digest().subarray(0, hashBytes)),
  );
  writeIndex(`${path}.idx`, names, offsets, { hashBytes, usesLargeOffsets });
  return { indexPath: `${path}.idx`, packPath: `${path}.pack`, offsets, names };
}

/** A pack of one object at the start and one far behind it, in a file that has a hole between them. */
export function writeFarPack(path: string, far: number, first: HandEntry, second: HandEntry): HandPack {
  const names = [Buffer.alloc(20, 1), Buffer.alloc(20, 2)];
  const [near, behind] = [first, second].map(({ type, data, base = Buffer.alloc(0) }) =>
    Buffer.concat([entryHead(type, data.length), base, deflateSync(data)]),
  );
  const file = openSync(`${path}.pack`, 'w');
  writeSync(file, Buffer.from('PACK\0\0\0\x02\0\0\0\x02', 'latin1'), 0, 12, 0);
  writeSync(file, near, 0, near.length, 12);
  writeSync(file, Buffer.concat([behind, Buffer.alloc(20)]), 0, behind.length + 20, far);
  closeSync(file);
  writeIndex(`${path}.idx`, names, [12, far], { hashBytes: 20, usesLargeOffsets: true });
  return { indexPath: `${path}.idx`, packPath: `${path}.pack`, offsets: [12, far], names };
}

export function entryHead(type: number, size: number): Buffer {
  const bytes: number[] = [];
  let rest = Math.floor(size / 16);
  bytes.push((rest > 0 ? 128 : 0) | (type << 4) | (size % 16));
  for (; rest > 0; rest = Math.floor(rest / 128)) bytes.push((rest >= 128 ? 128 : 0) | (rest % 128));
  return Buffer.from(bytes);
}

/** The distance back to a base, as an offset delta spells it: each byte that goes on adds one. */
export function distanceBytes(distance: number): Buffer {
  const bytes = [distance % 128];
  for (let rest = Math.floor(distance / 128); rest > 0; rest = Math.floor(rest / 128)) {
    rest--;
    bytes.unshift(128 | (rest % 128));
  }
  return Buffer.from(bytes);
}

function writeIndex(
  path: string,
  names: readonly Buffer[],
  offsets: readonly number[],
  { hashBytes, usesLargeOffsets }: { readonly hashBytes: number; readonly usesLargeOffsets: boolean },
): void {
  const order = [...names.keys()].sort((a, b) => names[a].compare(names[b]));
  const count = names.length;
  const data = Buffer.alloc(8 + 1024 + count * (hashBytes + 8) + (usesLargeOffsets ? 8 * count : 0));
  data.writeUInt32BE(0xff744f63, 0);
  data.writeUInt32BE(2, 4);
  for (let byte = 0; byte < 256; byte++) data.writeUInt32BE(names.filter((name) => name[0] <= byte).length, 8 + 4 * byte);
  const namesAt = 1032;
  // The checksums of the entries between names and offsets stay zero: nothing reads them.
  const offsetsAt = namesAt + count * (hashBytes + 4);
  order.forEach((entry, position) => {
    names[entry].copy(data, namesAt + position * hashBytes);
    data.writeUInt32BE(usesLargeOffsets ? 0x80000000 + position : offsets[entry], offsetsAt + 4 * position);
    if (usesLargeOffsets) data.writeBigUInt64BE(BigInt(offsets[entry]), offsetsAt + 4 * count + 8 * position);
  });
  writeFileSync(path, Buffer.concat([data, Buffer.alloc(hashBytes), trailer([data], hashBytes)]));
}

function trailer(pieces: readonly Buffer[], hashBytes: number): Buffer {
  const hash = createHash(hashBytes === 32 ? 'sha256' : 'sha1');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}
