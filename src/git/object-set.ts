import type { NameTable } from './name-table.ts';
import { buildNameTable, findInTable } from './name-table.ts';

/** The names of all objects that a repository has: plain data that threads share. */
export interface ObjectSet {
  readonly hashBytes: number;
  /** Of each pack its names, sorted, and where the names begin that start with two given bytes (65,537 positions). */
  readonly packs: readonly { readonly names: Uint8Array; readonly starts: Uint32Array }[];
  readonly loose: NameTable;
}

/** Makes the set of the names in pack indexes (raw, sorted, one after the other) and those of loose objects (hex). */
export function buildObjectSet(
  packs: readonly { readonly names: Uint8Array }[],
  loose: readonly { readonly name: string }[],
  hashBytes: number,
): ObjectSet {
  return {
    hashBytes,
    packs: packs.map(({ names }) => ({ names, starts: startsOf(names, hashBytes) })),
    loose: buildNameTable(Buffer.from(loose.map(({ name }) => name).join(''), 'hex'), hashBytes),
  };
}

/** Whether the object whose raw name stands at `at` in `bytes` is there. */
export function hasObject({ hashBytes, packs, loose }: ObjectSet, bytes: Uint8Array, at: number): boolean {
  const prefix = (bytes[at] << 8) | bytes[at + 1];
  for (const { names, starts } of packs) {
    for (let position = starts[prefix]; position < starts[prefix + 1]; position++) {
      const start = position * hashBytes;
      let same = 2;
      while (same < hashBytes && names[start + same] === bytes[at + same]) same++;
      if (same === hashBytes) return true;
    }
  }
  return loose.names.length > 0 && findInTable(loose, bytes, at) >= 0;
}

function startsOf(names: Uint8Array, hashBytes: number): Uint32Array {
  const starts = new Uint32Array(new SharedArrayBuffer(65537 * 4));
  const count = names.length / hashBytes;
  for (let position = 0; position < count; position++)
    starts[((names[position * hashBytes] << 8) | names[position * hashBytes + 1]) + 1]++;
  for (let prefix = 0; prefix < 65536; prefix++) starts[prefix + 1] += starts[prefix];
  return starts;
}
