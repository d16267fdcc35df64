import type { Random } from '../../../fixtures/random.ts';

/** One operation of a delta: bytes copied from the base, or inserted. */
export type DeltaOp = { readonly copy: number; readonly length: number } | { readonly insert: Uint8Array };

/** Encodes a delta (gitformat-pack, "Deltified representation"). Copies are at most 2^24 - 1 bytes, inserts of any length. */
export function encodeDelta(
  baseLength: number,
  ops: readonly DeltaOp[],
  { resultLength = lengthOf(ops), spellsZeros = (): boolean => false } = {},
): Buffer {
  const bytes = [...encodeSize(baseLength), ...encodeSize(resultLength)];
  for (const op of ops) {
    if ('insert' in op) {
      for (let at = 0; at < op.insert.length; at += 127) {
        const piece = op.insert.subarray(at, at + 127);
        bytes.push(piece.length, ...piece);
      }
      continue;
    }
    // A zero byte may be left out or written; a length of 64 KiB is written as none.
    const length = op.length === 65536 ? 0 : op.length;
    const operands = [op.copy, op.copy >>> 8, op.copy >>> 16, op.copy >>> 24, length, length >>> 8, length >>> 16].map(
      (value) => value & 255,
    );
    const written = operands.map((value) => value > 0 || spellsZeros());
    bytes.push(
      128 | written.reduce((flags, is, index) => flags | (is ? 1 << index : 0), 0),
      ...operands.filter((_, index) => written[index]),
    );
  }
  return Buffer.from(bytes);
}

export function encodeSize(size: number): number[] {
  const bytes: number[] = [];
  let rest = size;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push(128 | (rest & 127));
  return [...bytes, rest];
}

export function lengthOf(ops: readonly DeltaOp[]): number {
  return ops.reduce((sum, op) => sum + ('insert' in op ? op.insert.length : op.length), 0);
}

/**
 * A random edit of a base of this many bytes: pieces kept, dropped, moved, doubled, cut to bits, with `text` inserted
 * between them. Mostly in order, as edits of files are.
 */
export function randomEdit(random: Random, baseLength: number, text: () => Uint8Array): DeltaOp[] {
  const ops: DeltaOp[] = [];
  let at = random.chance(0.8) ? 0 : random.int(baseLength + 1);
  const edits = 1 + random.int(6);
  for (let edit = 0; edit < edits; edit++) {
    const left = baseLength - at;
    const length = random.chance(0.15) ? random.int(Math.min(left, 120) + 1) : random.int(left + 1);
    if (length > 0) ops.push({ copy: at, length });
    at += length;
    if (random.chance(0.7)) ops.push({ insert: text() });
    if (random.chance(0.5)) at = Math.min(baseLength, at + random.int(random.pick([4, 60, 1000])));
    if (random.chance(0.15)) at = random.int(baseLength + 1);
  }
  if (random.chance(0.8) && at < baseLength) ops.push({ copy: at, length: baseLength - at });
  return ops.filter((op) => !('insert' in op) || op.insert.length > 0);
}
