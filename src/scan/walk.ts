import { closeSync, openSync } from 'node:fs';
import type { DeltaForest } from '../git/delta-tree.ts';
import { type PackEntries, readAt } from '../git/pack.ts';
import type { Document, DocumentScanner, Emitted } from './documents.ts';
import { KernelFullError, kernelErrors } from './kernel/kernel.ts';

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
}

const windowBytes = 16 << 10;

/** Of a copied run as the kernel tells it. */
const segmentBytes = 12;
/** The kernel's status for a delta of more copied runs than there is room for. */
const tooManyRuns = -9;

/** A buffer in the kernel's memory. */
interface Room {
  address: number;
  size: number;
}

interface Frame {
  readonly entry: number;
  readonly document: Document;
  nextChild: number;
}

/**
 * Walks delta trees depth first. Every entry is inflated once, with its base in memory; of a delta only what it inserts
 * and the seams of its copies are looked at. Where a base has a last child, it is let go before that child's own children
 * are walked: with the heaviest child last, few documents are alive at a time.
 */
export function walkDeltaTrees(
  scanner: Pick<DocumentScanner, 'kernel' | 'scan' | 'scanDelta' | 'keepHits' | 'release' | 'forget'>,
  packPath: string,
  entries: PackEntries,
  forest: Pick<DeltaForest, 'firstChild' | 'children'>,
  roots: Iterable<number>,
  maxBytes: number,
  visitor: WalkVisitor,
): void {
  const { kernel } = scanner;
  const { exports } = kernel;
  const { firstChild, children } = forest;
  const file = openSync(packPath, 'r');
  const input: Room = { address: kernel.allocate(1 << 16), size: 1 << 16 };
  const delta: Room = { address: kernel.allocate(1 << 16), size: 1 << 16 };
  const segments: Room = { address: kernel.allocate(1 << 16), size: 1 << 16 };

  // One closure for all: a walk makes hundreds of thousands of calls.
  let current = 0;
  const emit = (match: Emitted) => visitor.match(current, match);

  // Small entries stand close together, and a read costs more than their bytes do: they come in windows.
  const window = kernel.allocate(windowBytes);
  let windowAt = 0;
  let windowLength = 0;
  let source = 0;

  /** Makes a buffer that all entries use in turn large enough for this one. */
  function makeRoom(room: Room, wanted: number): void {
    if (wanted <= room.size) return;
    const size = Math.min(wanted * 2, wanted + (16 << 20));
    const address = kernel.allocate(size);
    kernel.free(room.address);
    room.address = address;
    room.size = size;
  }

  /** Brings an entry's stream into the kernel's memory, to `source`; returns how many bytes of it there are. */
  function readInput(entry: number): number {
    const wanted = Math.min(entries.dataBytes[entry], mostStreamBytes(entries.size[entry]));
    const at = entries.dataAt[entry];
    if (wanted <= windowBytes >> 2) {
      if (at < windowAt || at + wanted > windowAt + windowLength) {
        windowAt = at;
        windowLength = readAt(file, kernel.bytes(), window, at, windowBytes);
      }
      source = window + (at - windowAt);
      return Math.min(wanted, windowAt + windowLength - at);
    }
    makeRoom(input, wanted);
    source = input.address;
    return readAt(file, kernel.bytes(), source, at, wanted);
  }

  function readWhole(entry: number): Document | undefined {
    const size = entries.size[entry];
    if (size > maxBytes) {
      visitor.fault(entry, 'too-large', `${size} bytes`);
      return undefined;
    }
    const have = readInput(entry);
    const address = kernel.allocate(size);
    const status = exports.inflate(source, have, address, size);
    if (status !== 0) {
      kernel.free(address);
      visitor.fault(entry, 'corrupt', kernelErrors[status]);
      return undefined;
    }
    return scanned(entry, address, size, undefined);
  }

  function scanned(entry: number, address: number, length: number, base: Document | undefined): Document {
    current = entry;
    try {
      const document = base
        ? scanner.scanDelta(address, length, segments.address, exports.segmentCount.value, base, emit)
        : scanner.scan(address, length, emit);
      visitor.object(entry, address, length);
      return document;
    } catch (cause) {
      kernel.free(address);
      throw cause;
    }
  }

  function readDelta(entry: number, base: Document): Document | undefined {
    const size = entries.size[entry];
    if (size > maxBytes) {
      visitor.fault(entry, 'too-large', `a delta of ${size} bytes`);
      return undefined;
    }
    const have = readInput(entry);
    makeRoom(delta, size);
    let status = exports.inflate(source, have, delta.address, size);
    if (status !== 0) {
      visitor.fault(entry, 'corrupt', kernelErrors[status]);
      return undefined;
    }
    exports.readDeltaSizes(delta.address, size);
    const length = exports.deltaResultSize.value >>> 0;
    if (length > maxBytes) {
      visitor.fault(entry, 'too-large', `${length} bytes`);
      return undefined;
    }
    const address = kernel.allocate(length);
    status = applyDelta(size, base, address, length);
    if (status !== 0) {
      kernel.free(address);
      visitor.fault(entry, 'corrupt', kernelErrors[status]);
      return undefined;
    }
    return scanned(entry, address, length, base);
  }

  /** Applies the delta that was read, with room for its copied runs: a run takes one byte at least, and mostly seven. */
  function applyDelta(size: number, base: Document, address: number, length: number): number {
    for (;;) {
      const room = Math.floor(segments.size / segmentBytes);
      const status = exports.applyDelta(base.address, base.length, delta.address, size, address, length, segments.address, room);
      if (status !== tooManyRuns) return status;
      try {
        makeRoom(segments, 2 * segments.size);
      } catch (cause) {
        kernel.free(address);
        throw cause;
      }
    }
  }

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

  const stack: Frame[] = [];
  /** Reads an entry, and goes on with its children or gives them up. */
  function enter(entry: number, base: Document | undefined): void {
    let document: Document | undefined;
    try {
      document = base ? readDelta(entry, base) : readWhole(entry);
      if (document && firstChild[entry] !== firstChild[entry + 1]) scanner.keepHits(document);
    } catch (cause) {
      if (!(cause instanceof KernelFullError)) throw cause;
      if (document) kernel.free(document.address);
      document = undefined;
      visitor.fault(entry, 'too-large', 'more than there is memory for, with what it stands on');
    }
    if (!document) orphan(entry);
    else if (firstChild[entry] === firstChild[entry + 1]) kernel.free(document.address);
    else stack.push({ entry, document, nextChild: firstChild[entry] });
  }

  try {
    for (const root of roots) {
      scanner.forget();
      enter(root, undefined);
      while (stack.length > 0) {
        const frame = stack[stack.length - 1];
        const child = children[frame.nextChild++];
        const isLast = frame.nextChild === firstChild[frame.entry + 1];
        if (isLast) stack.pop();
        enter(child, frame.document);
        if (isLast) scanner.release(frame.document);
      }
    }
  } finally {
    closeSync(file);
    kernel.free(window);
    for (const { address } of [input, delta, segments]) kernel.free(address);
  }
}

/**
 * More bytes than a stream of this many inflated bytes takes, however badly it is packed: zlib's own bound is a
 * thousandth and a few bytes. An entry whose neighbours are missing from the index seems to go on to the end of the pack.
 */
function mostStreamBytes(size: number): number {
  return size + (size >>> 3) + 65536;
}
