import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import type { LiteralTables } from '../scan/literal-tables.ts';
import type { Match } from '../scan/match.ts';
import type { Limits, Share } from '../sources/document.ts';
import type { DocumentKind } from '../sources/document-kinds.ts';
import { type DocumentScan, scanOtherFile } from './scan-documents.ts';
import type { OtherFile } from './scan-files.ts';

/** What every thread that scans documents needs to know. Plain data. */
export interface OthersSettings {
  readonly root: string;
  readonly patterns: readonly Pattern[];
  readonly tables?: LiteralTables | undefined;
  readonly minConfidence: number;
  readonly limits: Limits;
  readonly as?: DocumentKind | undefined;
  /** The compiled kernel, shared by all threads. */
  readonly module: WebAssembly.Module;
}

/** Files that threads share. Plain data: the buffers are the same memory in all of them. */
export interface OthersJob {
  /** Large ones: every thread reads what it can of each. */
  readonly large: readonly { readonly file: OtherFile; readonly parts: SharedArrayBuffer; readonly counts: SharedArrayBuffer }[];
  /** The rest: each thread takes the next. */
  readonly small: readonly OtherFile[];
  /** The next of the small ones; documents and kilobytes that were read. */
  readonly counters: Int32Array;
}

/** What one thread found and could not read. Plain data. */
export interface OthersPart {
  readonly found: readonly { readonly match: Match; readonly origin: Origin }[];
  /** Files that are chat exports, or parts of one. */
  readonly exports: readonly string[];
  readonly gaps: readonly Gap[];
  readonly bytes: number;
  readonly objects: number;
  readonly chats: number;
}

/** From this size on a file is worth to be read by several threads. */
const largeBytes = 4 << 20;
/** A thread costs some 100 ms until it reads: from this many bytes on it pays. */
const worthAThread = 8 << 20;
/** Parts of a file that are shared out one by one; a hundred times as many as most archives have. What comes behind is part 0. */
const mostParts = 1 << 17;
/** Files that are read by all threads: each costs memory for what is whose, and of so many every thread finds enough to do. */
const mostLarge = 64;

/** Files for several threads, and for how many they are worth it. */
export function shareOut(files: readonly OtherFile[], root: string): { readonly job: OthersJob; readonly worth: number } {
  const sized = files.map((file) => ({ file, size: lstatSync(join(root, file.path), { throwIfNoEntry: false })?.size ?? 0 }));
  const bytes = sized.reduce((sum, { size }) => sum + size, 0);
  const bySize = sized.toSorted((a, b) => b.size - a.size);
  const large = bySize.slice(0, mostLarge).filter(({ size }) => size >= largeBytes);
  return {
    job: {
      large: large.map(({ file }) => ({
        file,
        parts: new SharedArrayBuffer(mostParts),
        counts: new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT),
      })),
      // The largest first: what one thread is left with at the end is short then.
      small: bySize.slice(large.length).map(({ file }) => file),
      counters: new Int32Array(new SharedArrayBuffer(12)),
    },
    worth: Math.ceil(bytes / worthAThread),
  };
}

/** Scans one thread's part of the files. */
export async function scanPart({ large, small, counters }: OthersJob, scan: DocumentScan): Promise<void> {
  for (const { file, parts, counts } of large) await scanOtherFile(file, { ...scan, share: shareOf(parts, counts) });
  for (let next = Atomics.add(counters, 0, 1); next < small.length; next = Atomics.add(counters, 0, 1)) {
    await scanOtherFile(small[next], scan);
  }
}

function shareOf(parts: SharedArrayBuffer, counts: SharedArrayBuffer): Share {
  const taken = new Uint8Array(parts);
  const [bytes, entries] = [0, 1];
  const sums = new BigInt64Array(counts);
  // A part is given to one, and asked for once; part 0 is everything that has no number of its own, and stays with who has it.
  let isOwner = false;
  return {
    take(part) {
      if (part > 0 && part < taken.length) return Atomics.compareExchange(taken, part, 0, 1) === 0;
      isOwner ||= Atomics.compareExchange(taken, 0, 0, 1) === 0;
      return isOwner;
    },
    countBytes: (more) => Number(Atomics.add(sums, bytes, BigInt(more))) + more,
    countEntry: () => Number(Atomics.add(sums, entries, 1n)) + 1,
  };
}
