/**
 * Finds the position of an object name among many. Names are raw bytes, one after the other; the slots and the names may
 * be shared between threads.
 */
export interface NameTable {
  readonly names: Uint8Array;
  readonly hashBytes: number;
  readonly slots: Int32Array;
}

/** Builds the table of `count` names. Of equal names the first keeps its place. */
export function buildNameTable(names: Uint8Array, hashBytes: number): NameTable {
  const count = names.length / hashBytes;
  const size = 2 ** Math.ceil(Math.log2(Math.max(4, count * 2)));
  const slots = new Int32Array(new SharedArrayBuffer(size * 4)).fill(-1);
  for (let position = 0; position < count; position++) {
    const at = position * hashBytes;
    let slot = slotOf(names, at, size);
    while (slots[slot] >= 0 && !isEqual(names, slots[slot] * hashBytes, names, at, hashBytes)) slot = (slot + 1) & (size - 1);
    if (slots[slot] < 0) slots[slot] = position;
  }
  return { names, hashBytes, slots };
}

/** The position of the name at `at` in `bytes`, or -1. */
export function findInTable({ names, hashBytes, slots }: NameTable, bytes: Uint8Array, at: number): number {
  const mask = slots.length - 1;
  let slot = slotOf(bytes, at, slots.length);
  while (slots[slot] >= 0) {
    if (isEqual(names, slots[slot] * hashBytes, bytes, at, hashBytes)) return slots[slot];
    slot = (slot + 1) & mask;
  }
  return -1;
}

// A name is a hash already: its own first bytes spread it.
function slotOf(bytes: Uint8Array, at: number, size: number): number {
  return (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) & (size - 1);
}

function isEqual(left: Uint8Array, leftAt: number, right: Uint8Array, rightAt: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (left[leftAt + i] !== right[rightAt + i]) return false;
  return true;
}
