import { buildCommitGraph } from '../git/commit-graph.ts';
import { openObjectReader } from '../git/object-reader.ts';
import { buildObjectSet } from '../git/object-set.ts';
import { type ObjectStore, openObjectStore } from '../git/object-store.ts';
import { packTypes } from '../git/pack.ts';
import { readTips } from '../git/refs.ts';
import type { GitOptions } from '../git/run-git.ts';
import type { Gap } from '../model/gap.ts';
import { createDocumentScanner, type Emitted } from './documents.ts';
import { attribute } from './history-attribution.ts';
import { openBlobs } from './history-blobs.ts';
import { type Helpers, pauses, startHelpers } from './history-crew.ts';
import {
  counter,
  createHistoryRunner,
  type HistoryJob,
  matchesOf,
  type ObjectMatch,
  type ScanPart,
  scanBytes,
} from './history-job.ts';
import type { HistoryOptions, HistoryResult, RepositoryFolders } from './history-options.ts';
import { nameOf, objectGap, planJob, storeGaps, threadsFor } from './history-plan.ts';
import { everything, select } from './history-selection.ts';
import { sparingCompiler } from './threads.ts';

/** Scans every object of a repository's history, and tells where each secret stood, from which commit to which. */
export async function scanHistory(folders: RepositoryFolders, options: HistoryOptions): Promise<HistoryResult> {
  options.signal?.throwIfAborted();
  sparingCompiler();
  const store = openObjectStore(folders.commonDir);
  // They start while this thread plans the work.
  const helpers = startHelpers(threadsFor(store, options) - 1, options.signal);
  try {
    return await scanWith(helpers, folders, store, options);
  } finally {
    await helpers.end();
  }
}

async function scanWith(
  helpers: Helpers,
  folders: RepositoryFolders,
  store: ObjectStore,
  options: HistoryOptions,
): Promise<HistoryResult> {
  const gitOptions: GitOptions = {
    cwd: folders.gitDir,
    gitDir: folders.gitDir,
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const tipsRead = readTips(folders.commonDir, gitOptions);
  tipsRead.catch(() => {});
  const gaps: Gap[] = storeGaps(store);
  const { job, treeChunks, total } = planJob(store, options, gaps);
  const report = () => options.onProgress?.(job.counters[counter.objects], total, job.counters[counter.kilobytes] * 1024);
  const crew = helpers.work(job, () => createHistoryRunner(job, pauses(options.signal, report)));
  const objects = buildObjectSet(store.packs, store.loose, store.hashBytes);
  const reporter = options.onProgress && setInterval(report, 100);
  try {
    const parts = await crew.scan();
    options.signal?.throwIfAborted();
    const rescued = await rescueOrphans(parts, job, gitOptions, options, gaps);
    const tips = await tipsRead;
    const graph = buildCommitGraph(
      parts.map((part) => part.commits),
      store.hashBytes,
    );
    const tags = new Map<string, string>();
    for (const part of parts) for (let i = 0; i < part.tags.length; i += 2) tags.set(part.tags[i], part.tags[i + 1]);
    const selected = await select(graph, tips, tags, options.selection, gitOptions, gaps, store, objects);
    const opened = await openBlobs(parts, job, gitOptions, options);
    const inBytes = [...parts.flatMap((part) => [...matchesOf(part)]), ...rescued].filter(
      ({ object, type }) => opened.names.size === 0 || type !== packTypes.blob || !opened.names.has(nameOf(job, object)),
    );
    const matches = [...inBytes, ...opened.matches];
    const faults = parts.flatMap((part) => part.faults);
    // In a damaged repository the way from a ref to an object may be what is lost: then everything that was found counts.
    const isDamaged = gaps.some(({ reason }) => reason === 'corrupt' || reason === 'missing-object') || faults.length > 0;
    const withUnreachable = options.selection.withUnreachable || (isDamaged && options.selection.revisions.length === 0);
    const { candidates, turnedDown, pathOf, wantedPathOf } = await attribute(
      matches,
      job,
      treeChunks,
      parts,
      graph,
      withUnreachable ? { ...selected, known: everything(graph), wanted: everything(graph), tags: undefined } : selected,
      tips,
      crew,
      { ...options, selection: { ...options.selection, withUnreachable } },
      gitOptions,
      gaps,
      { objects, isPartial: store.isPartial },
      opened.gaps.keys(),
    );
    for (const [blob, inside] of opened.gaps) {
      const path = wantedPathOf(blob);
      if (path === undefined) continue;
      for (const { reason, detail, member } of inside)
        gaps.push({ origin: { kind: 'git', path, blob, ...(member === undefined ? {} : { member }) }, reason, detail });
    }
    for (const fault of faults) gaps.push(objectGap(job, fault, pathOf(nameOf(job, fault.object))));
    return {
      candidates,
      gaps,
      objects: job.counters[counter.objects],
      bytes: job.counters[counter.kilobytes] * 1024,
      turnedDown,
    };
  } finally {
    clearInterval(reporter);
  }
}

/** Reads what stands on an unreadable base through git itself, and scans it whole. */
async function rescueOrphans(
  parts: readonly ScanPart[],
  job: HistoryJob,
  gitOptions: GitOptions,
  options: HistoryOptions,
  gaps: Gap[],
): Promise<ObjectMatch[]> {
  const unrooted: number[] = [];
  for (const pack of job.packs) {
    const { entries } = pack;
    for (let entry = 0; entry < entries.count; entry++) {
      if (entries.type[entry] === 0 && entries.dataBytes[entry] > 0) unrooted.push(pack.firstObject + entries.name[entry]);
    }
  }
  const orphans = [...new Set([...unrooted, ...parts.flatMap((part) => part.orphans)])];
  const found: ObjectMatch[] = [];
  if (orphans.length === 0) return found;
  const scanner = createDocumentScanner(job.patterns, options);
  const reader = openObjectReader(gitOptions, options.maxBytes);
  const collect = (object: number, type: number) => (match: Emitted) => found.push({ ...match, object, type });
  try {
    for (const object of orphans) {
      const name = nameOf(job, object);
      reader.request(name);
      const answer = await reader.next();
      if (answer.state === 'read') {
        const type: number = packTypes[answer.type as 'blob'];
        if (type !== packTypes.tree) scanBytes(scanner, answer.bytes, collect(object, type));
        Atomics.add(job.counters, counter.objects, 1);
        continue;
      }
      const tooLarge = answer.state === 'too-large';
      gaps.push({
        origin: { kind: 'git', blob: name },
        reason: tooLarge ? 'too-large' : 'corrupt',
        detail: tooLarge
          ? `object ${name.slice(0, 12)}: ${answer.size} bytes, more than --max-size`
          : `object ${name.slice(0, 12)}: it stands on an object that cannot be read; run git fsck`,
      });
    }
  } catch (cause) {
    if (options.signal?.aborted) throw cause;
    // git itself gave up on the damage: what it had not delivered stays unread.
    gaps.push({
      origin: { kind: 'repository', repository: '.' },
      reason: 'corrupt',
      detail: `${orphans.length} objects stand on others that cannot be read; run git fsck`,
    });
  } finally {
    reader.close();
  }
  return found;
}
