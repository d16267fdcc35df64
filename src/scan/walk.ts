import { closeSync, openSync } from 'node:fs';
import type { DeltaForest } from '../git/delta-tree.ts';
import { type PackEntries, readAt } from '../git/pack.ts';
import type { Document, DocumentScanner, Emitted } from './documents.ts';
import { kernelErrors } from './kernel/kernel.ts';

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
  scanner: Pick<DocumentScanner, 'kernel' | 'scan' | 'scanDelta' | 'keepHits' | 'release'>,
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
  let input = kernel.allocate(1 << 16);
  let inputRoom = 1 << 16;
  let delta = kernel.allocate(1 << 16);
  let deltaRoom = 1 << 16;
  let segments = kernel.allocate(1 << 16);
  let segmentRoom = Math.floor((1 << 16) / 12);

  // One closure for all: a walk makes hundreds of thousands of calls.
  let current = 0;
  const emit = (match: Emitted) => visitor.match(current, match);

  // Small entries stand close together, and a read costs more than their bytes do: they come in windows.
  const window = kernel.allocate(windowBytes);
  let windowAt = 0;
  let windowLength = 0;
  let source = 0;

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
    if (wanted > inputRoom) {
      kernel.free(input);
      inputRoom = wanted * 2;
      input = kernel.allocate(inputRoom);
    }
    source = input;
    return readAt(file, kernel.bytes(), input, at, wanted);
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
    current = entry;
    const document = scanner.scan(address, size, emit);
    visitor.object(entry, address, size);
    return document;
  }

  function readDelta(entry: number, base: Document): Document | undefined {
    const size = entries.size[entry];
    if (size > maxBytes) {
      visitor.fault(entry, 'too-large', `a delta of ${size} bytes`);
      return undefined;
    }
    const have = readInput(entry);
    if (size > deltaRoom) {
      kernel.free(delta);
      deltaRoom = size * 2;
      delta = kernel.allocate(deltaRoom);
    }
    let status = exports.inflate(source, have, delta, size);
    if (status !== 0) {
      visitor.fault(entry, 'corrupt', kernelErrors[status]);
      return undefined;
    }
    exports.readDeltaSizes(delta, size);
    const length = exports.deltaResultSize.value >>> 0;
    if (length > maxBytes) {
      visitor.fault(entry, 'too-large', `${length} bytes`);
      return undefined;
    }
    // A copy takes a byte at least: a delta has no more runs than bytes.
    if (size > segmentRoom) {
      kernel.free(segments);
      segmentRoom = size;
      segments = kernel.allocate(segmentRoom * 12);
    }
    const address = kernel.allocate(length);
    status = exports.applyDelta(base.address, base.length, delta, size, address, length, segments, segmentRoom);
    if (status !== 0) {
      kernel.free(address);
      visitor.fault(entry, 'corrupt', kernelErrors[status]);
      return undefined;
    }
    current = entry;
    const document = scanner.scanDelta(address, length, segments, exports.segmentCount.value, base, emit);
    visitor.object(entry, address, length);
    return document;
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
  function enter(entry: number, document: Document | undefined): void {
    if (!document) {
      orphan(entry);
      return;
    }
    if (firstChild[entry] === firstChild[entry + 1]) {
      kernel.free(document.address);
      return;
    }
    scanner.keepHits(document);
    stack.push({ entry, document, nextChild: firstChild[entry] });
  }

  try {
    for (const root of roots) {
      enter(root, readWhole(root));
      while (stack.length > 0) {
        const frame = stack[stack.length - 1];
        const child = children[frame.nextChild++];
        const isLast = frame.nextChild === firstChild[frame.entry + 1];
        const document = readDelta(child, frame.document);
        if (isLast) {
          stack.pop();
          scanner.release(frame.document);
        }
        enter(child, document);
      }
    }
  } finally {
    closeSync(file);
    kernel.free(window);
    kernel.free(input);
    kernel.free(delta);
    kernel.free(segments);
  }
}

/**
 * More bytes than a stream of this many inflated bytes takes, however badly it is packed: zlib's own bound is a
 * thousandth and a few bytes. An entry whose neighbours are missing from the index seems to go on to the end of the pack.
 */
function mostStreamBytes(size: number): number {
  return size + (size >>> 3) + 65536;
}
