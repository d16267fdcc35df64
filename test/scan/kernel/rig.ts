import { createKernel, hitWords, type KernelLiteral, noResult, openResult } from '../../../src/scan/kernel/kernel.ts';
import type { Hit, Runs } from '../../../src/scan/kernel/reference.ts';
import type { CopiedRun } from '../../../src/scan/kernel/reference-delta.ts';

/** A hit as the kernel tells it. */
export interface KernelHit extends Hit {
  /** Undefined where it is open. */
  readonly result: number | undefined;
}

/** A kernel with literals, and room for documents of a megabyte. */
export interface Rig {
  scan(text: Uint8Array): KernelHit[] | 'full';
  /** As `scan`, in pieces that follow one another. */
  scanPieces(text: Uint8Array, piece: number): KernelHit[];
  carry(result: Uint8Array, copied: readonly CopiedRun[], baseLength: number, baseHits: readonly KernelHit[]): KernelHit[];
  /** Scans a text, and gives the hits that are not turned down; `isLeft` is what the kernel says of them. */
  turnDown(text: Uint8Array): { readonly hits: KernelHit[]; readonly isLeft: boolean };
  wrappedEnd(text: Uint8Array, start: number, end: number): number;
  /** How often WebAssembly was called. */
  readonly calls: () => number;
}

const room = 1 << 20;

export function createRig(literals: readonly KernelLiteral[], runs: Runs, hitRoom = 1 << 16): Rig {
  const kernel = createKernel();
  const { exports } = kernel;
  kernel.configure(literals, runs);
  const textAt = kernel.allocate(room);
  const hitsAt = kernel.allocate(hitRoom * 16);
  const baseHitsAt = kernel.allocate(hitRoom * 16);
  const copiedAt = kernel.allocate(1 << 20);
  let calls = 0;

  // What stands around a document must not matter: here it is text that goes on as the document does.
  function put(text: Uint8Array): void {
    const bytes = kernel.bytes();
    if (text.length > room - 512) throw new Error('the document is too large for this rig');
    bytes.fill(0x61, textAt, textAt + text.length + 352);
    bytes.set(text, textAt);
    bytes.set(text.subarray(0, 300), textAt + text.length);
  }

  function hits(): KernelHit[] {
    const words = kernel.words();
    return Array.from({ length: exports.hitCount.value }, (_, index) => {
      const [position, literal, length, result] = words.subarray(
        hitsAt / 4 + index * hitWords,
        hitsAt / 4 + (index + 1) * hitWords,
      );
      return { position, literal, length, result: result === openResult ? undefined : result };
    });
  }

  return {
    scan(text) {
      put(text);
      exports.setHits(hitsAt, hitRoom);
      exports.scanDocument(textAt, text.length);
      calls++;
      return exports.hitsFull.value ? 'full' : hits();
    },
    scanPieces(text, piece) {
      put(text);
      exports.setHits(hitsAt, hitRoom);
      for (let from = 0; from < text.length; from += piece) {
        exports.scanRange(textAt, textAt + text.length, textAt + from, textAt + Math.min(text.length, from + piece));
        calls++;
      }
      return hits();
    },
    carry(result, copied, baseLength, baseHits) {
      put(result);
      const words = kernel.words();
      copied.forEach(({ start, source, length }, index) => {
        words.set([start, source, length], copiedAt / 4 + 3 * index);
      });
      baseHits.forEach(({ position, literal, length, result: known }, index) => {
        words.set([position, literal, length, known ?? openResult], baseHitsAt / 4 + hitWords * index);
      });
      exports.setHits(hitsAt, hitRoom);
      exports.carryHits(textAt, result.length, copiedAt, copied.length, baseHitsAt, baseHits.length, baseLength, 1);
      calls++;
      if (exports.hitsFull.value) throw new Error('too many hits for this rig');
      return hits();
    },
    turnDown(text) {
      put(text);
      exports.setHits(hitsAt, hitRoom);
      exports.scanDocument(textAt, text.length);
      calls++;
      const isLeft = exports.turnDown(textAt, text.length, hitsAt, exports.hitCount.value) !== 0;
      return { hits: hits().filter(({ result }) => result !== noResult), isLeft };
    },
    wrappedEnd(text, start, end) {
      put(text);
      calls++;
      return exports.wrappedEnd(textAt + start, textAt + end, textAt + text.length) - textAt;
    },
    calls: () => calls,
  };
}

/** Hits in one order, without what was decided at them. */
export function placesOf(hits: readonly Hit[]): string[] {
  return hits.map(({ position, literal, length }) => `${String(position).padStart(7)} ${literal} ${length}`).sort();
}

/** What is in one list and not in the other, which is what a failure should show. */
export function differenceOf(
  ours: readonly Hit[],
  theirs: readonly Hit[],
): { readonly missing: string[]; readonly extra: string[] } {
  const [left, right] = [placesOf(ours), placesOf(theirs)];
  return { missing: right.filter((one) => !left.includes(one)), extra: left.filter((one) => !right.includes(one)) };
}

export const same = { missing: [], extra: [] } as const;
