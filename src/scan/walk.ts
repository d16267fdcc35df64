import { closeSync, openSync } from 'node:fs';
import type { DeltaForest } from '../git/delta-tree.ts';
import type { PackEntries } from '../git/pack.ts';
import { type DocumentScanner, type Emitted, mostHits } from './documents.ts';
import { kernelErrors, recordFlags, recordWords, type WalkHost, walkFaults } from './kernel/kernel.ts';
import { aheadBytes, createStreamInput } from './stream-input.ts';

/** What a walk over delta trees tells of. */
export interface WalkVisitor {
  /** A match in the object of a pack entry. */
  match(entry: number, match: Emitted): void;
  /** An entry that could not be read or was too large, with everything that stands on it left to `orphan`. */
  fault(entry: number, reason: 'corrupt' | 'too-large', detail: string): void;
  /** An entry whose base was not read: its object is to be read another way. */
  orphan(entry: number): void;
  /** An object that was read; it lies at `address` during the call. */
  object(entry: number, address: number, length: number): void;
  /** Whether `object` is called for an entry; without it for all. */
  wantsObject?(entry: number): boolean;
  /** The number of the tree that an entry is, for the tree reader (tree-reader.ts); -1 for other objects. */
  treeOf?(entry: number): number;
}

/** How much a walk read. */
export interface Walked {
  readonly objects: number;
  readonly bytes: number;
  /** Documents scanned as the result of a delta on a base with hits, rather than whole. */
  readonly deltas: number;
}

/** A walk's records are laid out for trees of about so many entries at once. */
const batchEntries = 1 << 17;
/** Of a record that is a root. */
const noRecord = 0xffffffff;

/**
 * Walks delta trees depth first. Every entry is inflated once, with its base in memory; of a delta only what it inserts
 * and the seams of its copies are looked at. The walk itself runs in the kernel (assembly/walk.ts). A scanner without
 * `decide` looks for nothing: its visitor gets the objects.
 */
export function walkDeltaTrees(
  scanner: Pick<DocumentScanner, 'kernel'> & Partial<DocumentScanner>,
  packPath: string,
  entries: PackEntries,
  forest: Pick<DeltaForest, 'firstChild' | 'children'>,
  roots: Iterable<number>,
  maxBytes: number,
  visitor: WalkVisitor,
): Walked {
  const { kernel } = scanner;
  const { exports } = kernel;
  const { firstChild, children } = forest;
  const { dataBytes, size } = entries;
  const file = openSync(packPath, 'r');
  const input = createStreamInput(kernel, file, entries);
  const walked = { objects: 0, bytes: 0, deltas: 0 };

  const entryOf = (record: number) => kernel.words()[record >> 2];
  // One closure for all: a walk makes hundreds of thousands of calls.
  let current = 0;
  const emit = (match: Emitted) => visitor.match(current, match);

  const host: WalkHost = {
    locate(record) {
      const source = input.locate(entryOf(record));
      const words = kernel.words();
      words[(record >> 2) + 1] = source;
      words[(record >> 2) + 2] = input.length();
      return true;
    },
    scanWhole(record, address, length) {
      current = entryOf(record);
      return scanner.scan!(address, length, emit);
    },
    decide(record, address, length, count) {
      current = entryOf(record);
      scanner.decide!(address, length, count, emit);
      return true;
    },
    tell: (record, address, length) => visitor.object(entryOf(record), address, length),
    fault(record, status, bytes) {
      const entry = entryOf(record);
      if (status < 0) visitor.fault(entry, 'corrupt', kernelErrors[status]);
      else visitor.fault(entry, 'too-large', tooLarge(status, bytes));
      orphan(entry);
    },
    forget: () => scanner.forget?.(),
  };

  function orphan(entry: number): void {
    const pending = [entry];
    while (pending.length > 0) {
      const parent = pending.pop()!;
      for (let i = firstChild[parent]; i < firstChild[parent + 1]; i++) {
        visitor.orphan(children[i]);
        pending.push(children[i]);
      }
    }
  }

  // Records lie in the kernel's memory from the start: as arrays of their own they made V8 collect garbage again and again.
  const records = { address: kernel.allocate(1 << 16), room: 1 << 11 };

  /** Makes room for more records. */
  function growRecords(): void {
    const grown = records.room * 2;
    const address = kernel.allocate(4 * recordWords * grown);
    kernel.bytes().copyWithin(address, records.address, records.address + 4 * recordWords * records.room);
    kernel.free(records.address);
    records.address = address;
    records.room = grown;
  }

  const pending: number[] = [];
  let count = 0;
  let packed = 0;

  // Small functions, since V8 compiles them anew when types join in: as one they took a tenth of the CPU.

  /** Lays out the trees below the first of `left`, as many as are worth reading ahead in one go; gives how many. */
  function layOut(left: Uint32Array): number {
    let taken = 0;
    count = 0;
    packed = 0;
    while (taken < left.length && packed < aheadBytes >> 1 && count < batchEntries) layOutTree(left[taken++]);
    closeRecords(kernel.words(), records.address >> 2, count);
    return taken;
  }

  function layOutTree(root: number): void {
    pending.push(root, noRecord);
    while (pending.length > 0) {
      const parent = pending.pop()!;
      const entry = pending.pop()!;
      if (count === records.room) growRecords();
      const tree = visitor.treeOf === undefined ? -1 : visitor.treeOf(entry);
      const tells = visitor.wantsObject === undefined || visitor.wantsObject(entry);
      const flags = (tells ? recordFlags.tells : 0) | (tree >= 0 ? recordFlags.isTree : 0);
      putRecord(kernel.words(), (records.address >> 2) + count * recordWords, entry, size[entry], count + 1, flags, tree, parent);
      packed += dataBytes[entry];
      pushChildren(entry, count++);
    }
  }

  function pushChildren(entry: number, record: number): void {
    // The last child is walked last, and so pushed first.
    for (let i = firstChild[entry + 1] - 1; i >= firstChild[entry]; i--) pending.push(children[i], record);
  }

  const { walkHost } = kernel;
  kernel.walkHost = host;
  exports.configureWalk(
    scanner.decide ? 1 : 0,
    scanner.engine?.sweep ? 1 : 0,
    Math.min(maxBytes, 0xffffffff),
    scanner.hits ?? 0,
    mostHits,
  );
  try {
    let left = Uint32Array.from(roots);
    while (left.length > 0) {
      const taken = layOut(left);
      input.readAhead(records.address, count);
      exports.walkRecords(records.address, count);
      walked.objects += exports.walkedObjects.value >>> 0;
      walked.bytes += exports.walkedBytes.value;
      walked.deltas += exports.walkedDeltas.value >>> 0;
      left = left.subarray(taken);
    }
  } finally {
    kernel.walkHost = walkHost;
    closeSync(file);
    input.close();
    kernel.free(records.address);
    exports.endWalks();
  }
  return walked;
}

function putRecord(
  words: Uint32Array,
  at: number,
  entry: number,
  size: number,
  end: number,
  flags: number,
  tree: number,
  parent: number,
): void {
  words[at] = entry;
  words[at + 1] = 0;
  words[at + 3] = size;
  words[at + 4] = end;
  words[at + 5] = flags;
  words[at + 6] = tree;
  words[at + 7] = parent;
}

/** Works out where each record's tree ends: what stands below a record stands behind it, and tells its parent. */
function closeRecords(words: Uint32Array, first: number, count: number): void {
  for (let at = first + (count - 1) * recordWords; at >= first; at -= recordWords) {
    if (words[at + 7] === noRecord) continue;
    const end = first + words[at + 7] * recordWords + 4;
    if (words[end] < words[at + 4]) words[end] = words[at + 4];
  }
}

function tooLarge(status: number, size: number): string {
  if (status === walkFaults.noRoom) return 'more than there is memory for, with what it stands on';
  return status === walkFaults.deltaTooLarge ? `a delta of ${size} bytes` : `${size} bytes`;
}
