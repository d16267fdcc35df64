import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { distFolder } from '../dist-folder.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import { KernelFullError, kernelModule } from '../scan/kernel/kernel.ts';
import type { LiteralTables } from '../scan/literal-tables.ts';
import type { Match } from '../scan/match.ts';
import { createScanner } from '../scan/scanner.ts';
import { maySpeakOtherwise } from '../scan/sniff.ts';
import { forScanning, sparingCompiler } from '../scan/threads.ts';
import { createTurnedDownCollector, type TurnedDownCollector } from '../scan/turned-down.ts';
import { tellingBytes } from '../sources/document.ts';
import { type ListedFile, readFileBytes, readInto, readUnsized, withOpenFile } from '../sources/files.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';

/** What scanning files gave: those with matches, in no order, and those that could not be read. */
export interface ScannedFiles {
  readonly files: readonly { readonly path: string; readonly matches: readonly Match[] }[];
  readonly gaps: readonly Gap[];
  /** Files that are more than lines of text, or are too large to be read at once; none of them was scanned. */
  readonly others: readonly OtherFile[];
  readonly bytes: number;
}

/** A file that somebody else has to look at; `gap` is what it is when nobody knows its format. */
export interface OtherFile {
  readonly path: string;
  readonly gap?: Gap;
}

/** What every thread needs to know. Plain data. */
export interface FileSettings {
  readonly root: string;
  readonly patterns: readonly Pattern[];
  readonly tables?: LiteralTables | undefined;
  /** The compiled kernel, shared by all threads. */
  readonly module: WebAssembly.Module;
  readonly minConfidence: number;
  readonly maxSize: number;
}

/** The files for all threads: each takes the next ones until none is left. Plain data. */
export interface FileJob {
  readonly paths: readonly string[];
  /** By position: paths on disk that are no UTF-8. */
  readonly rawPaths: ReadonlyMap<number, Uint8Array>;
  /** Shared: the next file, files done, kilobytes done. */
  readonly counters: Int32Array;
}

/** Scans files that are told one by one, and all of them once they are told. */
export interface FilesScan {
  add(file: ListedFile): void;
  /** Scans them, in as many threads as pay. To be called once. */
  finish(): Promise<ScannedFiles>;
  /** Ends the threads, whatever they do. */
  close(): Promise<void>;
}

/** Bytes of a file that tell what it may be. */
const headBytes = 4096;
/** Files that one thread takes at a time. */
const batch = 16;
/** A thread costs about 40 ms to start, on a core that may have nothing else to do: from this many bytes on it pays. */
const worthAThread = 8 << 20;
/** So many files are worth a second thread whatever they hold, and each time so many more another one. */
const worthASecond = 1024;
const worthAnother = 2048;
/** Of so many files the size tells how many threads are worth it; of more their number does. */
export const sizesToKnow = worthASecond;

/** Begins to scan files: threads start as soon as so much was listed that they pay, while the rest is listed. */
export function openFilesScan(
  settings: Omit<FileSettings, 'module'>,
  options: Pick<ScanOptions, 'jobs'>,
  signal: AbortSignal,
  events: ScanEvents,
): FilesScan {
  sparingCompiler();
  const shared: FileSettings = { ...settings, patterns: settings.patterns.map(forScanning), module: kernelModule() };
  const counters = new Int32Array(new SharedArrayBuffer(12));
  const paths: string[] = [];
  const rawPaths = new Map<number, Uint8Array>();
  const workers: Worker[] = [];
  const failures: Promise<never>[] = [];
  const mostWorkers = events.turnedDown ? 0 : Math.min(options.jobs ?? availableParallelism(), 16) - 1;
  let bytes = 0;

  function startWorker(): void {
    const worker = new Worker(new URL('bundle/scan-files-worker.js', distFolder), { workerData: shared });
    const failure = new Promise<never>((_, reject) => worker.once('error', reject));
    failure.catch(() => {});
    workers.push(worker);
    failures.push(failure);
  }

  function add({ path, size = 0, rawPath }: ListedFile): void {
    if (rawPath) rawPaths.set(paths.length, rawPath);
    paths.push(path);
    bytes += size;
    const byNumber = paths.length < worthASecond ? 1 : 2 + Math.floor(paths.length / worthAnother);
    const worth = Math.max(Math.ceil(bytes / worthAThread), byNumber);
    while (workers.length < Math.min(worth - 1, mostWorkers)) startWorker();
  }

  async function finish(): Promise<ScannedFiles> {
    const job: FileJob = { paths, rawPaths, counters };
    const report = () => events.progress?.('files', counters[1], paths.length, counters[2] * 1024);
    const answers = workers.map(
      (worker, index) =>
        new Promise<ScannedFiles>((resolve, reject) => {
          worker.once('message', resolve);
          failures[index].catch(reject);
          if (signal.aborted) reject(signal.reason);
          signal.addEventListener('abort', () => reject(signal.reason), { once: true });
          worker.postMessage(job);
        }),
    );
    for (const answer of answers) answer.catch(() => {});
    const timer = setInterval(report, 100);
    try {
      const own = createFileScanner(shared, events).run(job, signal, report);
      const parts = [await own, ...(await Promise.all(answers))];
      return {
        files: parts.flatMap((part) => part.files),
        gaps: parts.flatMap((part) => part.gaps),
        others: parts.flatMap((part) => part.others),
        bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
      };
    } finally {
      clearInterval(timer);
    }
  }

  return {
    add,
    finish,
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Tells by a file's first bytes whether it is more than lines of text. */
interface Look {
  /** As many it wants to see. */
  readonly bytes: number;
  readonly isOther: (head: Uint8Array, path: string) => boolean;
}

/** One thread's scanner of files. */
export function createFileScanner(settings: FileSettings, events?: Pick<ScanEvents, 'turnedDown'>) {
  const { root, patterns, minConfidence, maxSize, tables } = settings;
  let path = '';
  const turnedDown = events?.turnedDown;
  const collector = turnedDown ? createTurnedDownCollector() : undefined;
  const origin = (): Origin => ({ kind: 'file', path });
  const scanner = createScanner(
    patterns,
    { minConfidence, ...(tables ? { tables } : {}), ...(collector ? { turnedDown: collector.turnedDown } : {}) },
    settings.module,
  );

  interface ScannedFile {
    readonly matches: readonly Match[];
    readonly length: number;
    /** It was not scanned: what it is has to be found out first. */
    readonly isOther?: boolean;
  }

  const other: ScannedFile = { matches: [], length: 0, isOther: true };
  const sniffed: Look = { bytes: headBytes, isOther: maySpeakOtherwise };
  let look = sniffed;

  function isOther(content: Uint8Array, rawPath: Uint8Array | undefined): boolean {
    return rawPath === undefined && look.isOther(content.length > look.bytes ? content.subarray(0, look.bytes) : content, path);
  }

  /** What is sure of what the first look was not. It takes loading all formats, and is made when a file asks for it. */
  async function secondLook(): Promise<Look> {
    const { isKnown } = await import('../sources/is-known.ts');
    return { bytes: tellingBytes, isOther: isKnown };
  }

  /** Reads a file into the scanner's own memory, and scans it there. */
  function scanFile(rawPath: Uint8Array | undefined): ScannedFile | Gap {
    if (collector) return explainFile(rawPath, collector);
    return withOpenFile<ScannedFile | Gap>(root, path, maxSize, rawPath, (file, size) => {
      if (size === 0) {
        const content = readUnsized(file, path, maxSize);
        return 'reason' in content ? content : { matches: scanner.scan(content), length: content.length };
      }
      let length = 0;
      let isUnread = false;
      const matches = scanner.scanRead(size, (into) => {
        length = readInto(file, into);
        isUnread = isOther(into.subarray(0, length), rawPath);
        return isUnread ? 0 : length;
      });
      return isUnread ? other : { matches, length };
    });
  }

  /** Scans a copy of a file, which is still there when what was turned down in it is to be placed. */
  function explainFile(rawPath: Uint8Array | undefined, { take }: TurnedDownCollector): ScannedFile | Gap {
    const content = readFileBytes(root, path, maxSize, rawPath);
    if ('reason' in content) return content;
    if (isOther(content, rawPath)) return other;
    const matches = scanner.scan(content);
    for (const row of take(content)) turnedDown?.(row, origin());
    return { matches, length: content.length };
  }

  function scanOrGiveUp(rawPath: Uint8Array | undefined): ScannedFile | Gap {
    try {
      return scanFile(rawPath);
    } catch (cause) {
      if (!(cause instanceof KernelFullError)) throw cause;
      return { origin: origin(), reason: 'too-large', detail: `${cause.size} bytes, more than there is memory for` };
    }
  }

  return {
    /** One thread's share. Gives way to the event loop now and then, so that Ctrl-C and progress get through. */
    async run({ paths, rawPaths, counters }: FileJob, signal?: AbortSignal, onBatch?: () => void): Promise<ScannedFiles> {
      const files: { path: string; matches: readonly Match[] }[] = [];
      const gaps: Gap[] = [];
      const others: OtherFile[] = [];
      const unsure: number[] = [];
      let bytes = 0;
      let told = 0;
      let pausedAt = performance.now();

      /** Scans a file; false for one that was not. */
      function take(index: number): boolean {
        path = paths[index];
        const result = scanOrGiveUp(rawPaths.get(index));
        if ('reason' in result) {
          if (result.reason === 'too-large' && !rawPaths.has(index)) others.push({ path, gap: result });
          else gaps.push(result);
          return true;
        }
        if (result.isOther) return false;
        bytes += result.length;
        if (result.matches.length > 0) files.push({ path, matches: result.matches });
        return true;
      }

      async function giveWay(): Promise<void> {
        if (performance.now() - pausedAt < 50) return;
        onBatch?.();
        await new Promise((resolve) => setImmediate(resolve));
        signal?.throwIfAborted();
        pausedAt = performance.now();
      }

      look = sniffed;
      for (let next = Atomics.add(counters, 0, batch); next < paths.length; next = Atomics.add(counters, 0, batch)) {
        const end = Math.min(paths.length, next + batch);
        for (let i = next; i < end; i++) if (!take(i)) unsure.push(i);
        Atomics.add(counters, 1, end - next);
        Atomics.add(counters, 2, Math.round((bytes - told) / 1024));
        told = bytes;
        await giveWay();
      }
      if (unsure.length > 0) look = await secondLook();
      for (const index of unsure) {
        if (!take(index)) others.push({ path });
        await giveWay();
      }
      return { files, gaps, others, bytes };
    },
  };
}
