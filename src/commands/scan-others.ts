import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Context } from '../cli-context.ts';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import { kernelModule } from '../scan/kernel/kernel.ts';
import type { LiteralTables } from '../scan/literal-tables.ts';
import type { Match } from '../scan/match.ts';
import { forScanning } from '../scan/threads.ts';
import { memoryDocument } from '../sources/archives/member-document.ts';
import { folderAttachments } from '../sources/chat/folder-attachments.ts';
import { tellingBytes } from '../sources/document.ts';
import type { DocumentKind } from '../sources/document-kinds.ts';
import { isKnown } from '../sources/is-known.ts';
import { readLimits } from '../sources/limits.ts';
import { gatherOthers } from './gather-others.ts';
import { type OthersJob, type OthersPart, type OthersSettings, scanPart, shareOut } from './others-job.ts';
import { scanDocument } from './scan-documents.ts';
import type { OtherFile } from './scan-files.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';
import type { OthersAnswer } from './scan-others-worker.ts';

/** What scanning documents gave, beside what was found. */
export interface ScannedOthers {
  readonly gaps: readonly Gap[];
  readonly bytes: number;
  readonly objects: number;
}

/** What a scan of documents is made with. */
export interface OthersSetting {
  readonly root: string;
  readonly patterns: readonly Pattern[];
  readonly tables: LiteralTables | undefined;
  readonly options: ScanOptions;
  readonly context: Context;
  readonly events: ScanEvents;
  readonly as?: DocumentKind;
  readonly collect: (match: Match, origin: Origin) => void;
}

/**
 * Scans files that are more than lines of text, in as many threads as pay. `found` are files that were scanned already: what was
 * found in them is collected here, since a message that they were attached to may be what they come from.
 */
export async function scanOthers(
  files: readonly OtherFile[],
  found: readonly { readonly path: string; readonly matches: readonly Match[] }[],
  setting: OthersSetting,
): Promise<ScannedOthers> {
  const { root, collect, events, options, context } = setting;
  const { job, worth } = shareOut(files, root);
  const most = events.turnedDown ? 1 : Math.min(options.jobs ?? availableParallelism(), 16);
  const settings = settingsOf(setting);
  const others = startThreads(Math.min(worth, most) - 1, settings, job, context.signal);
  const report = () => events.progress?.('archives, logs and exports', job.counters[1], undefined, job.counters[2] * 1024);
  const timer = setInterval(report, 100);
  const own = gatherOthers(settings, { signal: context.signal, counters: job.counters, turnedDown: events.turnedDown });
  let parts: readonly OthersPart[];
  try {
    const [, ...answers] = await Promise.all([scanPart(job, own.scan), ...others.answers]);
    parts = [own.part(), ...answers];
  } finally {
    clearInterval(timer);
    await others.close();
  }
  checkKind(setting.as, parts);
  const held = parts.flatMap((part) => part.found).sort(byPlace);
  const exports = new Set(parts.flatMap((part) => part.exports));
  const isPlace = (origin: Origin) => origin.kind === 'file' || origin.kind === 'archive';
  const paths = new Set(found.map(({ path }) => path));
  for (const { origin } of held) if (isPlace(origin) && 'path' in origin && origin.path !== undefined) paths.add(origin.path);
  const attached = await folderAttachments(root, exports, paths, own.scan);
  for (const { path, matches } of found) {
    for (const match of matches) collect(match, attached.get(path) ?? { kind: 'file', path });
  }
  for (const { match, origin } of held) {
    const message = isPlace(origin) && 'path' in origin ? attached.get(origin.path!) : undefined;
    const member = 'member' in origin && origin.member !== undefined ? { member: origin.member } : {};
    collect(match, message ? { ...message, ...member } : origin);
  }
  return {
    gaps: different(parts.flatMap((part) => part.gaps)),
    bytes: parts.reduce((sum, part) => sum + part.bytes, 0),
    objects: parts.reduce((sum, part) => sum + part.objects, 0),
  };
}

/** What threads found, in an order that does not tell which of them was faster. */
function byPlace(a: OthersPart['found'][number], b: OthersPart['found'][number]): number {
  const [one, other] = [placeOf(a.origin), placeOf(b.origin)];
  return one < other ? -1 : one > other ? 1 : a.match.start - b.match.start;
}

function placeOf(origin: Origin): string {
  const path = 'path' in origin && origin.path !== undefined ? origin.path : '';
  return 'member' in origin && origin.member !== undefined ? `${path}!/${origin.member}` : path;
}

function startThreads(count: number, settings: OthersSettings, job: OthersJob, signal: AbortSignal) {
  const workerData = { settings: { ...settings, patterns: settings.patterns.map(forScanning) }, job };
  const workers = Array.from(
    { length: Math.max(0, count) },
    () => new Worker(new URL('bundle/scan-others-worker.js', distFolder), { workerData }),
  );
  const answers = workers.map(
    (worker) =>
      new Promise<OthersPart>((resolve, reject) => {
        worker.once('message', (answer: OthersAnswer) => {
          if ('part' in answer) resolve(answer.part);
          else reject(new QuashError(answer.error.code, answer.error.message));
        });
        worker.once('error', reject);
        if (signal.aborted) reject(signal.reason);
        signal.addEventListener('abort', () => reject(signal.reason), { once: true });
      }),
  );
  for (const answer of answers) answer.catch(() => {});
  return {
    answers,
    async close(): Promise<void> {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

/** Gaps, each once: threads that share a file may each have met one that is of the whole file. */
function different(gaps: readonly Gap[]): readonly Gap[] {
  return [...new Map(gaps.map((gap) => [JSON.stringify(gap), gap])).values()];
}

function settingsOf({ root, patterns, tables, options, as }: OthersSetting): OthersSettings {
  const { minConfidence } = options;
  return { root, patterns, tables, minConfidence, limits: readLimits(options.limit ?? []), as, module: kernelModule() };
}

/** Scans bytes of stdin as what they are; undefined where they are no more than bytes. */
export async function scanBytesAsKnown(bytes: Uint8Array, setting: OthersSetting): Promise<ScannedOthers | undefined> {
  const { as, context, events, collect } = setting;
  if (as === undefined && !isKnown(bytes.subarray(0, tellingBytes), '-')) return undefined;
  const counters = new Int32Array(3);
  const { scan, part } = gatherOthers(settingsOf(setting), {
    signal: context.signal,
    counters,
    turnedDown: events.turnedDown,
  });
  await scanDocument(memoryDocument({ path: '-' }, bytes), { ...scan, root: undefined });
  const scanned = part();
  checkKind(as, [scanned]);
  for (const { match, origin } of scanned.found) collect(match, origin.kind === 'file' ? { kind: 'stdin' } : origin);
  return scanned;
}

function checkKind(as: DocumentKind | undefined, parts: readonly OthersPart[]): void {
  if (as !== 'chat' || parts.some(({ chats }) => chats > 0)) return;
  throw new QuashError(
    'usage',
    'taking the target as a chat export: nothing in it is one of a kind that is known; leave out --as',
  );
}
