import { readFileSync } from 'node:fs';
import { distFolder } from '../../dist-folder.ts';
import { QuashError } from '../../errors.ts';
import { commonness } from './common-trigrams.ts';

/** A literal as the prefilter looks for it. */
export interface KernelLiteral {
  /** ASCII, three bytes or more; only the first 32 are compared. */
  readonly text: string;
  readonly caseSensitive: boolean;
  /** Bytes before its start and after its start in which a change can alter what is decided at a hit. */
  readonly before: number;
  readonly after: number;
  /** Bytes that may not precede it, as a 256-entry table of 0 and 1. */
  readonly notAfter?: Uint8Array;
  /** Bytes that must follow it, `followCount` of them, as a 256-entry table. */
  readonly follow?: Uint8Array;
  readonly followCount?: number;
  /** Bytes that may stand behind it (1) up to one that must (2), as a 256-entry table; looked at before a hit is decided. */
  readonly until?: Uint8Array;
  /** It is a keyword, and no match unless a value may be assigned to it; see assembly/assignment.ts. */
  readonly isAssigned?: boolean;
}

interface Exports {
  readonly memory: WebAssembly.Memory;
  readonly heapBase: () => number;
  readonly inflate: (src: number, srcLength: number, dst: number, dstLength: number) => number;
  readonly adler32: (start: number, length: number) => number;
  readonly consumed: WebAssembly.Global<'i32'>;
  readonly applyDelta: (
    base: number,
    baseLength: number,
    delta: number,
    deltaLength: number,
    out: number,
    outLength: number,
    segments: number,
    room: number,
  ) => number;
  readonly carryHits: (
    out: number,
    outLength: number,
    segments: number,
    count: number,
    baseHits: number,
    baseHitCount: number,
    baseLength: number,
    withRuns: number,
  ) => void;
  readonly readDeltaSizes: (delta: number, length: number) => void;
  readonly deltaBaseSize: WebAssembly.Global<'i32'>;
  readonly deltaResultSize: WebAssembly.Global<'i32'>;
  readonly segmentCount: WebAssembly.Global<'i32'>;
  readonly countLines: (start: number, end: number) => number;
  readonly hasZero: (start: number, end: number) => number;
  readonly configure: (
    filter: number,
    heads: number,
    entries: number,
    literals: number,
    classes: number,
    longest: number,
    furthest: number,
    scratch: number,
    scratchBytes: number,
    withRuns: number,
    allRuns: number,
  ) => void;
  readonly setHits: (at: number, room: number) => void;
  readonly hitCount: WebAssembly.Global<'i32'>;
  readonly hitsFull: WebAssembly.Global<'i32'>;
  readonly scanDocument: (start: number, length: number) => void;
  readonly scanRange: (textStart: number, textEnd: number, from: number, to: number) => void;
  readonly wrappedEnd: (start: number, end: number, textEnd: number) => number;
  readonly turnDown: (start: number, length: number, list: number, count: number) => number;
  readonly isWide: (at: number, bytes: number) => number;
  readonly configureWalk: (looks: number, all: number, most: number, hits: number, room: number) => void;
  readonly walkRecords: (at: number, total: number) => void;
  readonly endWalks: () => void;
  readonly treeCacheBytes: () => number;
  readonly configureTrees: (nameBytes: number, wanted: number, caches: number, links: number, room: number, asks: number) => void;
  readonly readTree: (tree: number, start: number, length: number) => void;
  readonly endTrees: () => void;
  readonly walkedObjects: WebAssembly.Global<'i32'>;
  readonly walkedBytes: WebAssembly.Global<'f64'>;
  readonly walkedDeltas: WebAssembly.Global<'i32'>;
}

/** What a walk calls its host for; see assembly/walk.ts. Records, addresses and lengths are numbers in the kernel's memory. */
export interface WalkHost {
  /** Fills in where a record's stream lies; false when there is no room for it. */
  locate(record: number): boolean;
  /** Scans a document whole; gives how many hits it has, -1 when nothing can build on it, -2 when there is no room. */
  scanWhole(record: number, address: number, length: number): number;
  /** Decides the hits of a document; false when there is no room. */
  decide(record: number, address: number, length: number, count: number): boolean;
  /** An object that was read, of a record that asks for it. */
  tell(record: number, address: number, length: number): void;
  /** An entry that could not be read: a negative status as in `kernelErrors`, or one of `walkFaults`. */
  fault(record: number, status: number, size: number): void;
  /** No document is alive that another could build on. */
  forget(): void;
}

/** Statuses of `WalkHost.fault` besides `kernelErrors`. */
export const walkFaults = { wholeTooLarge: 1, deltaTooLarge: 2, resultTooLarge: 3, noRoom: 4 } as const;
/** A record of a walk is eight u32; see assembly/walk.ts. */
export const recordWords = 8;
/** Flags of a record: its object is told of; it is a tree to read. */
export const recordFlags = { tells: 1, isTree: 2 } as const;

/** What a reading of trees calls its host for; see assembly/trees.ts. */
export interface TreeHost {
  /** The number of a tree, or of a wanted blob, by its raw name at an address; -1 for one without. */
  objectNumber(kind: number, object: number): number;
  /** The number of a file's or folder's name at an address. */
  nameNumber(from: number, to: number): number;
  /** Notes the object of an entry when it is missing; whether it need not be asked about again for a while. */
  lookUp(tree: number, name: number, nameEnd: number, object: number): boolean;
  /** Takes this many links. */
  takeLinks(count: number): void;
}

/** Kinds of links: to a tree, to a wanted blob, to a submodule. */
export const linkKinds = { tree: 0, blob: 1, submodule: 2 } as const;
/** A link is four u32: kind, number of the object, of the tree that holds it, of its name. */
export const linkWords = 4;

/** Literal number of an encoded run; see assembly/prefilter.ts. */
export const runLiteral = 0xfff0;
/** Literal number of a word with escapes. */
export const wordLiteral = 0xfff1;
/** Result of a hit that is not decided yet, and of one where nothing was found. */
export const openResult = 0xffffffff;
export const noResult = 0;
/** A hit is four u32: position, literal, run length, result. */
export const hitWords = 4;
/** Bytes that stay free behind every buffer: the kernel reads and writes whole words past the end. */
export const slackBytes = 352;

const filterBytes = 1 << 16;
/** More bytes than these behind a literal would hardly turn down more, and every seam is looked at that much wider. */
export const mostFollow = 8;
/** Windows further than this behind a literal's start would make every seam be looked at that much wider. */
const mostShift = 16;
const headBytes = 2 << 16;
const literalBytes = 80;
/** Number of no class: see `ASSIGNED` in assembly/prefilter.ts. */
const assignedClass = 255;
const scratchBytes = 4 << 20;
/** Addresses stay below 2^31: here they are shifted, and what WebAssembly gives back is signed. */
const mostBytes = 2 ** 31 - 65536;

/** A kernel's memory has no room for a buffer: what needed it is left out, and told of. */
export class KernelFullError extends QuashError {
  readonly size: number;
  constructor(size: number) {
    super('source', `scanning ${size} bytes at once: there is no memory for so many; lower --max-size`);
    this.name = 'KernelFullError';
    this.size = size;
  }
}

/** What a negative status of `inflate` or `applyDelta` means. */
export const kernelErrors: Readonly<Record<number, string>> = {
  [-1]: 'no zlib header',
  [-2]: 'a block of an unknown kind',
  [-3]: 'an impossible Huffman code',
  [-4]: 'a distance before the start',
  [-5]: 'more or fewer bytes than its header says',
  [-6]: 'it ends too early',
  [-7]: 'its Adler-32 checksum is wrong',
  [-8]: 'a delta that does not fit its base',
  [-9]: 'a delta of too many operations',
};

/** The WebAssembly kernel with memory of its own. One per thread; nothing in it is shared. */
export interface Kernel {
  readonly exports: Exports;
  /** The whole memory. Replaced when it grows: take it anew after every `allocate`. */
  bytes(): Buffer;
  words(): Uint32Array;
  /** A buffer of at least `size` bytes, with slack behind it. Throws a KernelFullError when there is no room for it. */
  allocate(size: number): number;
  free(address: number): void;
  /** Loads the literals to look for; `runs` also looks into encoded runs, `all` reports every run. */
  configure(literals: readonly KernelLiteral[], runs: 'none' | 'hiding' | 'all'): void;
  /** The same, of tables that were made before. */
  load(tables: KernelTables, runs: 'none' | 'hiding' | 'all'): void;
  readonly allocatedBytes: () => number;
  /** Who answers the walk that runs; undefined while none does. */
  walkHost: WalkHost | undefined;
  /** Who answers the reading of trees. */
  treeHost: TreeHost | undefined;
}

/** The literals, laid out as assembly/prefilter.ts reads them. */
export interface KernelTables {
  readonly filter: Uint8Array;
  readonly heads: Uint16Array;
  readonly entries: Uint32Array;
  readonly records: Uint8Array;
  readonly classes: Uint8Array;
  readonly longest: number;
  readonly furthest: number;
}

let compiled: WebAssembly.Module | undefined;

/** The compiled kernel: compiled once, and handed to other threads so that they need not do it again. */
export function kernelModule(): WebAssembly.Module {
  compiled ??= new WebAssembly.Module(readFileSync(new URL('kernel.wasm', distFolder)));
  return compiled;
}

/** Instantiates the kernel. */
export function createKernel(module: WebAssembly.Module = kernelModule()): Kernel {
  const exports = new WebAssembly.Instance(module, { host: hostOf(() => kernel) }).exports as unknown as Exports;
  const memory = exports.memory;
  let bytes = Buffer.from(memory.buffer);
  let words = new Uint32Array(memory.buffer);
  let top = align(exports.heapBase());

  function reserve(size: number): number {
    const address = top;
    if (address + size > mostBytes) throw new KernelFullError(size);
    const end = align(address + size);
    const missing = end + 64 - memory.buffer.byteLength;
    if (missing > 0) {
      // Growing moves nothing in practice but replaces the buffer object, and makes V8 collect garbage: few steps, and large
      // ones. What is not written to takes no memory.
      const step = Math.min(Math.max(memory.buffer.byteLength, 8 << 20), 16 << 20);
      const pages = Math.ceil(Math.max(missing, step) / 65536);
      try {
        memory.grow(pages);
      } catch {
        growBy(missing, size);
      }
      bytes = Buffer.from(memory.buffer);
      words = new Uint32Array(memory.buffer);
    }
    top = end;
    return address;
  }

  function growBy(missing: number, size: number): void {
    try {
      memory.grow(Math.ceil(missing / 65536));
    } catch {
      throw new KernelFullError(size);
    }
  }

  // Freed buffers are kept by size class, four classes a power of two, and used again. A buffer's class stands before it.
  const free: number[][] = [];

  /** Joins what is free at the end of the memory, whatever its classes, to the room that is left; tells whether there was any. */
  function giveBack(): boolean {
    const before = top;
    for (let number = 0; number < free.length; number++) {
      const at = free[number]?.findIndex((address) => align(address + classBytes(number)) === top) ?? -1;
      if (at < 0) continue;
      [top] = free[number].splice(at, 1);
      top -= 64;
      number = -1;
    }
    return top < before;
  }

  function allocate(size: number): number {
    if (size > mostBytes) throw new KernelFullError(size);
    const number = classNumber(size + slackBytes);
    const freed = free[number]?.pop();
    if (freed !== undefined) return freed;
    try {
      const address = reserve(classBytes(number) + 64) + 64;
      words[(address >> 2) - 1] = number;
      return address;
    } catch (cause) {
      if (giveBack()) return allocate(size);
      // A larger one that is free serves as well, and goes back to its own class.
      const larger = free.find((addresses, other) => other > number && addresses?.length > 0)?.pop();
      if (larger === undefined) throw cause;
      return larger;
    }
  }

  const kernel: Kernel = {
    exports,
    walkHost: undefined,
    treeHost: undefined,
    bytes: () => bytes,
    words: () => words,
    allocate,
    free(address) {
      const number = words[(address >> 2) - 1];
      free[number] ??= [];
      free[number].push(address);
    },
    configure(literals, runs) {
      this.load(buildTables(literals), runs);
    },
    load(tables, runs) {
      const filter = reserve(filterBytes);
      const heads = reserve(headBytes);
      const entries = reserve(tables.entries.byteLength);
      const records = reserve(tables.records.byteLength);
      const classes = reserve(tables.classes.byteLength);
      const scratch = reserve(scratchBytes);
      bytes.set(tables.filter, filter);
      bytes.set(asBytes(tables.heads), heads);
      bytes.set(asBytes(tables.entries), entries);
      bytes.set(tables.records, records);
      bytes.set(tables.classes, classes);
      exports.configure(
        filter,
        heads,
        entries,
        records,
        classes,
        tables.longest,
        tables.furthest,
        scratch,
        scratchBytes,
        runs === 'none' ? 0 : 1,
        runs === 'all' ? 1 : 0,
      );
    },
    allocatedBytes: () => memory.buffer.byteLength,
  };
  return kernel;
}

/** What the kernel imports. A lack of room is a value there: it goes on with the next entry. */
function hostOf(kernel: () => Kernel): Record<string, unknown> {
  const host = () => kernel().walkHost!;
  return {
    allocate: (size: number) => roomOr(0, () => kernel().allocate(size >>> 0)),
    free: (address: number) => kernel().free(address),
    locate: (record: number) => roomOr(false, () => host().locate(record)),
    scanWhole: (record: number, address: number, length: number) => roomOr(-2, () => host().scanWhole(record, address, length)),
    decide: (record: number, address: number, length: number, count: number) =>
      roomOr(false, () => host().decide(record, address, length, count)),
    tell: (record: number, address: number, length: number) => host().tell(record, address, length),
    fault: (record: number, status: number, size: number) => host().fault(record, status, size >>> 0),
    forget: () => host().forget(),
    objectNumber: (kind: number, object: number) => kernel().treeHost!.objectNumber(kind, object),
    nameNumber: (from: number, to: number) => kernel().treeHost!.nameNumber(from, to),
    lookUp: (tree: number, name: number, nameEnd: number, object: number) =>
      kernel().treeHost!.lookUp(tree, name, nameEnd, object),
    takeLinks: (count: number) => kernel().treeHost!.takeLinks(count),
  };
}

function roomOr<T>(otherwise: T, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof KernelFullError) return otherwise;
    throw cause;
  }
}

function align(address: number): number {
  return (address + 63) & ~63;
}

const smallestClass = 12;

/** The smallest class that holds `size` bytes: class 0 has 4,096, and four classes later it is twice that. */
function classNumber(size: number): number {
  if (size <= 1 << smallestClass) return 0;
  const power = 31 - Math.clz32(size - 1);
  return (power - smallestClass) * 4 + Math.floor((size - 1) / 2 ** (power - 2)) - 3;
}

function classBytes(number: number): number {
  return 2 ** (smallestClass + (number >> 2) - 2) * (4 + (number & 3));
}

function asBytes({ buffer, byteOffset, byteLength }: Uint16Array | Uint32Array): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Lays literals out. A scan with patterns of the user's own does so at its start: nothing here allocates by literal. */
export function buildTables(literals: readonly KernelLiteral[]): KernelTables {
  if (literals.length >= runLiteral) throw new Error('too many literals for the prefilter');
  const filter = new Uint8Array(filterBytes);
  const heads = new Uint16Array(65536);
  // Entry 0 ends a chain. An entry is four words: literal and shift, the next entry, what must stand at the start, and its mask.
  let entries = new Uint32Array(4 * (64 + 8 * literals.length));
  let entryCount = 1;
  const records = new Uint8Array(Math.max(1, literals.length) * literalBytes);
  const recordView = new DataView(records.buffer);
  const classList: Uint8Array[] = [new Uint8Array(256)];
  const classNumbers = new Map<Uint8Array, number>();
  let longest = 1;
  let furthest = 0;

  function classNumber(table: Uint8Array | undefined): number {
    if (!table) return 0;
    const known = classNumbers.get(table);
    if (known !== undefined) return known;
    if (classList.length >= assignedClass) return 0;
    classList.push(table);
    classNumbers.set(table, classList.length - 1);
    return classList.length - 1;
  }

  /** Enters the window of three bytes `shift` behind a literal's start; the bits of `next` are the low three of what can follow. */
  function enter(
    first: number,
    second: number,
    third: number,
    next: number,
    literal: number,
    shift: number,
    check: number,
    mask: number,
  ): void {
    const hash = hashWindow(first, second, third);
    filter[hash] |= next;
    const key = (literal | ((shift & 0xffff) << 16)) >>> 0;
    for (let entry = heads[hash]; entry !== 0; entry = entries[entry * 4 + 1]) if (entries[entry * 4] === key) return;
    if (entryCount > 65535) throw new Error('too many literals for the prefilter');
    if (entryCount * 4 === entries.length) {
      const larger = new Uint32Array(entries.length * 2);
      larger.set(entries);
      entries = larger;
    }
    entries[entryCount * 4] = key;
    entries[entryCount * 4 + 1] = heads[hash];
    entries[entryCount * 4 + 2] = check;
    entries[entryCount * 4 + 3] = mask;
    heads[hash] = entryCount++;
    furthest = Math.max(furthest, shift);
  }

  literals.forEach((literal, index) => {
    const text = literal.text.slice(0, 32);
    const folded = text.toLowerCase();
    const { length } = text;
    const at = index * literalBytes;
    const follow = classNumber(literal.follow);
    const followCount = follow === 0 ? 0 : Math.min(literal.followCount ?? 0, mostFollow);
    records[at] = length;
    records[at + 1] = literal.caseSensitive ? 1 : 0;
    records[at + 2] = classNumber(literal.notAfter);
    records[at + 3] = follow;
    records[at + 4] = followCount;
    records[at + 5] = literal.isAssigned ? assignedClass : classNumber(literal.until);
    recordView.setUint16(at + 6, length + followCount, true);
    recordView.setUint32(at + 8, literal.before, true);
    recordView.setUint32(at + 12, literal.after, true);
    for (let i = 0; i < length; i++) {
      records[at + 16 + i] = folded.charCodeAt(i);
      records[at + 48 + i] = text.charCodeAt(i);
    }
    longest = Math.max(longest, length + followCount);

    const mask = length > 3 ? 0xffffffff : 0xffffff;
    const check = ((recordView.getUint32(at + 48, true) | 0x20202020) & mask) >>> 0;
    const followTable = followCount > 0 ? literal.follow : undefined;
    const followBits = followTable ? lowBits(followTable) : 255;
    // One window at an even and one at an odd distance from its start: the rarest of each.
    for (const parity of [0, 1]) {
      const shift = rarestShift(folded, parity);
      const code = (place: number) => text.charCodeAt(place);
      if (shift >= 0) {
        enter(
          code(shift),
          code(shift + 1),
          code(shift + 2),
          shift + 3 < length ? 1 << (code(shift + 3) & 7) : followBits,
          index,
          shift,
          check,
          mask,
        );
      } else if (followTable) {
        for (let byte = 0; byte < 256; byte++)
          if (followTable[byte]) enter(code(1), code(2), byte, followCount > 1 ? followBits : 255, index, 1, check, mask);
      } else {
        for (let byte = 0; byte < 256; byte++) enter(byte, code(0), code(1), 1 << (code(2) & 7), index, -1, check, mask);
      }
    }
  });

  const classes = new Uint8Array(256 * classList.length);
  classList.forEach((table, index) => {
    classes.set(table, 256 * index);
  });
  return { filter, heads, entries: entries.subarray(0, entryCount * 4), records, classes, longest, furthest };
}

/** The distance from a literal's start, even or odd, at which its rarest window stands; -1 when it has none. */
function rarestShift(folded: string, parity: number): number {
  let best = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let shift = parity; shift + 3 <= Math.min(folded.length, mostShift); shift += 2) {
    const common = commonness(folded.slice(shift, shift + 3));
    if (common >= least) continue;
    best = shift;
    least = common;
  }
  return best;
}

/** Which low three bits the bytes of a table have, as a mask. */
function lowBits(table: Uint8Array): number {
  let bits = 0;
  for (let byte = 0; byte < 256; byte++) if (table[byte]) bits |= 1 << (byte & 7);
  return bits;
}

/** The hash of assembly/prefilter.ts, of a window folded to lower case. */
function hashWindow(first: number, second: number, third: number): number {
  const pair = (first | (second << 8) | 0x2020) & 0xffff;
  return (Math.imul(pair, 0x9e37) + Math.imul((third | 0x20) & 0xff, 0x85eb)) & 0xffff;
}
