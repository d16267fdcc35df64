import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { distFolder } from '../dist-folder.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import { KernelFullError, kernelModule } from '../scan/kernel/kernel.ts';
import type { Match } from '../scan/match.ts';
import { createScanner } from '../scan/scanner.ts';
import { forScanning, sparingCompiler } from '../scan/threads.ts';
import { createTurnedDownCollector, type TurnedDownCollector } from '../scan/turned-down.ts';
import { type ListedFile, readFileBytes } from '../sources/files.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';

/** What scanning files gave: those with matches, in no order, and those that could not be read. */
export interface ScannedFiles {
  readonly files: readonly { readonly path: string; readonly matches: readonly Match[] }[];
  readonly gaps: readonly Gap[];
  readonly bytes: number;
}

/** The files for all threads: each takes the next ones until none is left. Plain data. */
export interface FileJob {
  readonly root: string;
  readonly paths: readonly string[];
  /** By position: paths on disk that are no UTF-8. */
  readonly rawPaths: ReadonlyMap<number, Uint8Array>;
  /** Bytes of each file when it was listed. */
  readonly sizes: Float64Array;
  readonly patterns: readonly Pattern[];
  /** The compiled kernel, shared by all threads. */
  readonly module: WebAssembly.Module;
  readonly minConfidence: number;
  readonly maxSize: number;
  /** Shared: the next file, files done, kilobytes done. */
  readonly counters: Int32Array;
}

/** Files that one thread takes at a time. */
const batch = 16;
/** A thread costs about 60 ms to start: below this many bytes for each, fewer are faster. */
const worthAThread = 8 << 20;

/** Scans files, in as many threads as pay. */
export async function scanFiles(
  root: string,
  files: readonly ListedFile[],
  patterns: readonly Pattern[],
  options: Pick<ScanOptions, 'minConfidence' | 'maxSize' | 'jobs'>,
  signal: AbortSignal,
  events: ScanEvents,
): Promise<ScannedFiles> {
  sparingCompiler();
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const job: FileJob = {
    root,
    paths: files.map(({ path }) => path),
    rawPaths: new Map(files.flatMap(({ rawPath }, position) => (rawPath ? [[position, rawPath] as const] : []))),
    sizes: Float64Array.from(files, ({ size }) => size),
    patterns: patterns.map(forScanning),
    module: kernelModule(),
    minConfidence: options.minConfidence,
    maxSize: options.maxSize,
    counters: new Int32Array(new SharedArrayBuffer(12)),
  };
  const threads = events.turnedDown ? 1 : Math.min(options.jobs ?? availableParallelism(), 16, Math.ceil(total / worthAThread));
  const report = () => events.progress?.('files', job.counters[1], files.length, job.counters[2] * 1024);
  if (threads <= 1) return runFileJob(job, signal, report, events);
  const timer = setInterval(report, 100);
  const workers = Array.from(
    { length: threads - 1 },
    () => new Worker(new URL('bundle/scan-files-worker.cjs', distFolder), { workerData: job }),
  );
  try {
    const answers = workers.map(
      (worker) =>
        new Promise<ScannedFiles>((resolve, reject) => {
          worker.once('message', resolve);
          worker.once('error', reject);
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
        }),
    );
    for (const answer of answers) answer.catch(() => {});
    const parts = [await runFileJob(job, signal, report, events), ...(await Promise.all(answers))];
    return {
      files: parts.flatMap((part) => part.files),
      gaps: parts.flatMap((part) => part.gaps),
      bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    };
  } finally {
    clearInterval(timer);
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
}

/** One thread's share. Gives way to the event loop now and then, so that Ctrl-C and progress get through. */
export async function runFileJob(
  job: FileJob,
  signal?: AbortSignal,
  onBatch?: () => void,
  events?: Pick<ScanEvents, 'turnedDown'>,
): Promise<ScannedFiles> {
  const { root, paths, counters } = job;
  let path = '';
  const turnedDown = events?.turnedDown;
  const collector = turnedDown ? createTurnedDownCollector() : undefined;
  const origin = (): Origin => ({ kind: 'file', path });
  const scanner = createScanner(
    job.patterns,
    {
      minConfidence: job.minConfidence,
      ...(collector ? { turnedDown: collector.turnedDown } : {}),
    },
    job.module,
  );

  /** Reads a file into the scanner's own memory, and scans it there. One that has grown since is scanned from a copy. */
  function scanFileOf(index: number): { readonly matches: readonly Match[]; readonly length: number; readonly gap?: Gap } {
    if (collector) return explainFile(index, collector);
    let content: Uint8Array | Gap | undefined;
    // Asked while it is read: scanning may grow the kernel's memory, which gives it another buffer.
    let isInPlace = false;
    const matches = scanner.scanRead(Math.min(job.sizes[index], job.maxSize), (into) => {
      content = readFileBytes(root, paths[index], job.maxSize, into, job.rawPaths.get(index));
      if ('reason' in content) return 0;
      isInPlace = content.buffer === into.buffer;
      return isInPlace ? content.length : 0;
    });
    if (content === undefined) return { matches, length: 0 };
    if ('reason' in content) return { matches: [], length: 0, gap: content };
    return { matches: isInPlace ? matches : scanner.scan(content), length: content.length };
  }

  /** Scans a copy of a file, which is still there when what was turned down in it is to be placed. */
  function explainFile(index: number, { take }: TurnedDownCollector): ReturnType<typeof scanFileOf> {
    const content = readFileBytes(root, paths[index], job.maxSize, undefined, job.rawPaths.get(index));
    if ('reason' in content) return { matches: [], length: 0, gap: content };
    const matches = scanner.scan(content);
    for (const row of take(content)) turnedDown?.(row, origin());
    return { matches, length: content.length };
  }

  function scanOrGiveUp(index: number): ReturnType<typeof scanFileOf> {
    try {
      return scanFileOf(index);
    } catch (cause) {
      if (!(cause instanceof KernelFullError)) throw cause;
      const gap: Gap = {
        origin: origin(),
        reason: 'too-large',
        detail: `${job.sizes[index]} bytes, more than there is memory for`,
      };
      return { matches: [], length: 0, gap };
    }
  }

  const files: { path: string; matches: readonly Match[] }[] = [];
  const gaps: Gap[] = [];
  let bytes = 0;
  let pausedAt = performance.now();
  for (let next = Atomics.add(counters, 0, batch); next < paths.length; next = Atomics.add(counters, 0, batch)) {
    const end = Math.min(paths.length, next + batch);
    let scanned = 0;
    for (let i = next; i < end; i++) {
      path = paths[i];
      const { matches, length, gap } = scanOrGiveUp(i);
      if (gap) gaps.push(gap);
      scanned += length;
      if (matches.length > 0) files.push({ path, matches });
    }
    bytes += scanned;
    Atomics.add(counters, 1, end - next);
    Atomics.add(counters, 2, Math.round(scanned / 1024));
    if (performance.now() - pausedAt < 50) continue;
    onBatch?.();
    await new Promise((resolve) => setImmediate(resolve));
    signal?.throwIfAborted();
    pausedAt = performance.now();
  }
  return { files, gaps, bytes };
}
