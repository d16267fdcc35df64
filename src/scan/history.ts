import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import { buildCommitGraph, type CommitGraph, reachable } from '../git/commit-graph.ts';
import { buildDeltaForest } from '../git/delta-tree.ts';
import { buildNameTable, findInTable, type NameTable } from '../git/name-table.ts';
import { openObjectReader } from '../git/object-reader.ts';
import { buildObjectSet, hasObject, type ObjectSet } from '../git/object-set.ts';
import { type ObjectStore, openObjectStore } from '../git/object-store.ts';
import { packTypes, readPackEntries } from '../git/pack.ts';
import { readTips, type Tips } from '../git/refs.ts';
import { type GitOptions, git } from '../git/run-git.ts';
import { type Appearance, buildTreeGraph, type TreeGraph } from '../git/tree-graph.ts';
import type { Candidate } from '../model/candidate.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import { Secret } from '../model/secret.ts';
import { createDocumentScanner, type Emitted } from './documents.ts';
import type { EngineOptions } from './engine.ts';
import {
  type Chunk,
  counter,
  createHistoryRunner,
  type HistoryJob,
  type HistoryRunner,
  type JobPack,
  matchesOf,
  type ObjectFault,
  type ObjectMatch,
  type ScanPart,
  scanBytes,
  type TreeJob,
  type TreePart,
} from './history-job.ts';
import type { HistoryRequest } from './history-worker.ts';
import { kernelModule } from './kernel/kernel.ts';
import { forScanning, sparingCompiler } from './threads.ts';
import type { TurnedDownPlace } from './turned-down.ts';

/** Which part of a repository's history to report. Everything is read; these decide what counts. */
export interface HistorySelection {
  /** Revisions as git rev-parse takes them, `A..B` and `^A` included. None: every ref, HEAD and the stash. */
  readonly revisions: readonly string[];
  /** Commits older than this many seconds since 1970 are left out. */
  readonly since?: number;
  /** Also what no ref leads to. */
  readonly withUnreachable: boolean;
}

export interface HistoryOptions extends Pick<EngineOptions, 'minConfidence'> {
  readonly patterns: readonly Pattern[];
  readonly maxBytes: number;
  /** Threads at most; default: the machine's cores. */
  readonly jobs?: number;
  readonly selection: HistorySelection;
  /** Whether to tell of candidates that were turned down. */
  readonly explains?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (objects: number, total: number, bytes: number) => void;
}

export interface RepositoryFolders {
  readonly gitDir: string;
  readonly commonDir: string;
}

export interface HistoryResult {
  readonly candidates: readonly Candidate[];
  readonly gaps: readonly Gap[];
  readonly objects: number;
  readonly bytes: number;
  /** With `explains`: candidates that were turned down, each where it first stood. */
  readonly turnedDown: readonly (TurnedDownPlace & { readonly origin: Origin })[];
}

/** Threads cost about 60 ms to start; below this much to inflate, one is faster. */
const worthAThread = 24 << 20;
const chunksAThread = 24;

/** Scans every object of a repository's history, and tells where each secret stood, from which commit to which. */
export async function scanHistory(folders: RepositoryFolders, options: HistoryOptions): Promise<HistoryResult> {
  options.signal?.throwIfAborted();
  sparingCompiler();
  const store = openObjectStore(folders.commonDir);
  const gitOptions: GitOptions = {
    cwd: folders.gitDir,
    gitDir: folders.gitDir,
    ...(options.signal ? { signal: options.signal } : {}),
  };
  const tipsRead = readTips(folders.commonDir, gitOptions);
  tipsRead.catch(() => {});
  const gaps: Gap[] = storeGaps(store);
  const { job, treeChunks, total, weight } = planJob(store, options, gaps);
  const threads = Math.max(1, Math.min(options.jobs ?? availableParallelism(), 16, Math.ceil(weight / worthAThread)));
  const objects = buildObjectSet(store.packs, store.loose, store.hashBytes);
  const report = () => options.onProgress?.(job.counters[counter.objects], total, job.counters[counter.kilobytes] * 1024);
  const crew =
    threads === 1
      ? inThisThread(createHistoryRunner(job, pauses(options.signal, report)))
      : startWorkers(job, threads, options.signal);
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
    const matches = [...parts.flatMap((part) => [...matchesOf(part)]), ...rescued];
    const faults = parts.flatMap((part) => part.faults);
    // In a damaged repository the way from a ref to an object may be what is lost: then everything that was found counts.
    const isDamaged = gaps.some(({ reason }) => reason === 'corrupt' || reason === 'missing-object') || faults.length > 0;
    const withUnreachable = options.selection.withUnreachable || (isDamaged && options.selection.revisions.length === 0);
    const { candidates, turnedDown, pathOf } = await attribute(
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
    );
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
    await crew.end();
  }
}

function objectGap(job: HistoryJob, { object, reason, detail }: ObjectFault, path?: string): Gap {
  const blob = nameOf(job, object);
  const limit = reason === 'too-large' ? ', more than --max-size' : '';
  return {
    origin: { kind: 'git', ...(path === undefined ? {} : { path }), blob },
    reason,
    detail: `object ${blob.slice(0, 12)}: ${detail}${limit}`,
  };
}

/** Gives way to the event loop now and then, so that Ctrl-C and progress get through. */
function pauses(signal: AbortSignal | undefined, report: () => void): () => Promise<void> | undefined {
  let pausedAt = performance.now();
  return () => {
    if (performance.now() - pausedAt < 50) return undefined;
    return (async () => {
      report();
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      pausedAt = performance.now();
    })();
  };
}

/** Several threads, or this one, working on a job. */
interface Crew {
  scan(): Promise<readonly ScanPart[]>;
  readTrees(job: TreeJob): Promise<readonly TreePart[]>;
  end(): Promise<void>;
}

function inThisThread(runner: HistoryRunner): Crew {
  return {
    scan: async () => [await runner.scan()],
    readTrees: async (job) => [await runner.readTrees(job)],
    end: async () => {},
  };
}

function startWorkers(job: HistoryJob, threads: number, signal: AbortSignal | undefined): Crew {
  const workers = Array.from(
    { length: threads },
    () => new Worker(new URL('src/scan/history-worker.js', distFolder), { workerData: job }),
  );
  const ask = (request: HistoryRequest) =>
    Promise.all(
      workers.map(
        (worker) =>
          new Promise<unknown>((resolve, reject) => {
            const abort = () => reject(signal?.reason);
            // One that is aborted already tells nobody any more.
            if (signal?.aborted) return abort();
            signal?.addEventListener('abort', abort, { once: true });
            worker.once('message', (answer) => {
              signal?.removeEventListener('abort', abort);
              worker.removeListener('error', reject);
              resolve(answer);
            });
            worker.once('error', reject);
            worker.postMessage(request);
          }),
      ),
    );
  return {
    scan: async () => (await ask({ step: 'scan' })) as ScanPart[],
    readTrees: async (treeJob) => (await ask({ step: 'trees', job: treeJob })) as TreePart[],
    end: async () => {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}

function storeGaps(store: ObjectStore): Gap[] {
  return store.faults.map(({ path, detail }) => ({
    origin: { kind: 'repository', repository: '.' },
    reason: 'corrupt',
    detail: `the pack index ${path.split('/').pop()} cannot be read: ${detail}; run git fsck, then git index-pack`,
  }));
}

/** Reads the packs' entries, builds their delta trees, and cuts them into chunks: the heaviest first, so that threads end together. */
function planJob(store: ObjectStore, options: HistoryOptions, gaps: Gap[]) {
  const packs: JobPack[] = [];
  const chunks: (Chunk & { readonly weight: number })[] = [];
  const treeChunks: (Chunk & { readonly weight: number })[] = [];
  let firstObject = 0;
  let total = 0;
  let weight = 0;
  for (const index of store.packs) {
    let read: ReturnType<typeof readPackEntries>;
    try {
      read = readPackEntries(index);
    } catch (cause) {
      gaps.push({
        origin: { kind: 'repository', repository: '.' },
        reason: 'corrupt',
        detail: `the pack ${index.packPath.split('/').pop()} cannot be read: ${(cause as Error).message}; run git fsck`,
      });
      continue;
    }
    const { entries, faults } = read;
    for (const { entry, detail } of faults) {
      const at = entries.name[entry] * index.hashBytes;
      const blob = index.names.toString('hex', at, at + index.hashBytes);
      gaps.push({
        origin: { kind: 'git', blob },
        reason: 'corrupt',
        detail: `object ${blob.slice(0, 12)} in ${index.packPath.split('/').pop()}: ${detail}; run git fsck`,
      });
    }
    const forest = buildDeltaForest(entries, () => true);
    const pack = packs.length;
    const names = new Uint8Array(index.names.buffer, index.names.byteOffset, index.names.length);
    packs.push({
      packPath: index.packPath,
      entries,
      firstChild: forest.firstChild,
      children: forest.children,
      names,
      firstObject,
    });
    const isTree = (root: number) => entries.type[root] === packTypes.tree;
    const scanned = forest.roots.filter((root) => !isTree(root));
    const packWeight = scanned.reduce((sum, root) => sum + forest.weight[root], 0);
    weight += packWeight;
    cut(pack, scanned, forest.weight, packWeight / chunksAThread / 2, chunks);
    const trees = forest.roots.filter(isTree);
    const treeWeight = trees.reduce((sum, root) => sum + forest.weight[root], 0);
    cut(pack, trees, forest.weight, treeWeight / chunksAThread, treeChunks);
    for (let entry = 0; entry < entries.count; entry++) if (entries.type[entry] !== packTypes.tree) total++;
    firstObject += index.count;
  }
  const heaviestFirst = (a: { readonly weight: number }, b: { readonly weight: number }) => b.weight - a.weight;
  const job: HistoryJob = {
    patterns: options.patterns.map(forScanning),
    module: kernelModule(),
    minConfidence: options.minConfidence,
    explains: options.explains ?? false,
    maxBytes: options.maxBytes,
    hashBytes: store.hashBytes,
    packs,
    chunks: chunks.sort(heaviestFirst),
    loose: store.loose,
    firstLoose: firstObject,
    counters: new Int32Array(new SharedArrayBuffer(16)),
  };
  return {
    job,
    treeChunks: treeChunks.sort(heaviestFirst),
    total: total + store.loose.length,
    weight: weight + store.loose.length * 4096,
  };
}

function cut(
  pack: number,
  roots: Uint32Array,
  weights: Float64Array,
  most: number,
  into: (Chunk & { readonly weight: number })[],
): void {
  let start = 0;
  let weight = 0;
  for (let i = 0; i < roots.length; i++) {
    weight += weights[roots[i]];
    if (weight < most && i + 1 < roots.length) continue;
    into.push({ pack, roots: roots.slice(start, i + 1), weight });
    start = i + 1;
    weight = 0;
  }
}

function nameOf(job: HistoryJob, object: number): string {
  if (object >= job.firstLoose) return job.loose[object - job.firstLoose].name;
  const pack = job.packs.findLast((one) => one.firstObject <= object)!;
  const at = (object - pack.firstObject) * job.hashBytes;
  return Buffer.from(pack.names.subarray(at, at + job.hashBytes)).toString('hex');
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

/** The commits that count, and all that came before them. */
interface Selected {
  readonly known: Uint8Array;
  readonly wanted: Uint8Array;
  readonly notes: Uint8Array;
  readonly tags: ReadonlySet<string> | undefined;
  /** Files and folders that a ref or a tag names by themselves. Hex. */
  readonly named: ReadonlySet<string>;
}

function everything(graph: CommitGraph): Uint8Array {
  return new Uint8Array(graph.count).fill(1);
}

async function select(
  graph: CommitGraph,
  tips: Tips,
  tags: ReadonlyMap<string, string>,
  selection: HistorySelection,
  gitOptions: GitOptions,
  gaps: Gap[],
  store: ObjectStore,
  objects: ObjectSet,
): Promise<Selected> {
  const numberOf = (name: string) => findInTable(graph.names, Buffer.from(targetOf(name, tags), 'hex'), 0);
  const numbers = (names: readonly string[]) => names.map(numberOf).filter((number) => number >= 0);
  const notes = reachable(graph, numbers(tips.notes));
  if (selection.revisions.length === 0) {
    const named = new Set<string>();
    for (const name of [...tips.names, ...tips.notes]) {
      if (numberOf(name) >= 0) continue;
      // What a ref or a tag names may be a file or a folder by itself: only what is not there at all is missing.
      const object = targetOf(name, tags);
      if (hasObject(objects, Buffer.from(object, 'hex'), 0)) {
        named.add(object);
        continue;
      }
      gaps.push({
        origin: { kind: 'commit', commit: object },
        reason: 'missing-object',
        detail: `a ref names ${object.slice(0, 12)}, which is not here; run git fetch, or git fsck`,
      });
    }
    // A repository loses its commits with its refs, and looks like one that was never committed to.
    if (tips.names.length === 0 && tips.notes.length === 0 && graph.count > 0 && !selection.withUnreachable) {
      gaps.push({
        origin: { kind: 'repository', repository: '.' },
        reason: 'missing-object',
        detail: `no ref leads to any of the ${graph.count} commits here: its refs are lost, and all that is left was scanned; run git fsck --lost-found`,
      });
    }
    const starts = numbers([...tips.names, ...tips.notes]);
    const known = selection.withUnreachable ? new Uint8Array(graph.count).fill(1) : reachable(graph, starts);
    const wanted =
      selection.since === undefined
        ? known
        : known.map((isKnown, commit) => (isKnown && graph.times[commit] >= selection.since! ? 1 : 0));
    reportCuts(graph, wanted, gaps, store);
    return {
      known,
      wanted,
      notes,
      tags: selection.withUnreachable ? undefined : reachedTags(tips, tags),
      named: selection.since === undefined ? named : new Set(),
    };
  }
  const names: string[] = [];
  for (const revision of selection.revisions) {
    const output = await git(['rev-parse', '--revs-only', '--end-of-options', revision], gitOptions).catch((cause) => {
      if (gitOptions.signal?.aborted) throw cause;
      return Buffer.alloc(0);
    });
    const named = output
      .toString('latin1')
      .split('\n')
      .filter((line) => /^\^?[0-9a-f]{40,64}$/.test(line));
    if (named.length === 0) {
      throw new QuashError(
        'usage',
        `reading the revision ${revision.replace(/^\^/, '')}: git knows no commit of that name here; check its spelling, or fetch it`,
      );
    }
    names.push(...named);
  }
  const starts = numbers(names.filter((name) => !name.startsWith('^')));
  const without = numbers(names.filter((name) => name.startsWith('^')).map((name) => name.slice(1)));
  const wanted = reachable(graph, starts, without, selection.since);
  reportCuts(graph, wanted, gaps, store);
  return { known: reachable(graph, [...starts, ...without]), wanted, notes, tags: new Set(), named: new Set() };
}

/** What a tag tags, a tag of a tag followed to its end. */
function targetOf(name: string, tags: ReadonlyMap<string, string>): string {
  let target = name;
  // git itself gives up on a chain this long.
  for (let depth = 0; depth < 10 && tags.has(target); depth++) target = tags.get(target)!;
  return target;
}

/** The annotated tags that refs name, and those that they tag. */
function reachedTags(tips: Tips, tags: ReadonlyMap<string, string>): ReadonlySet<string> {
  const reached = new Set<string>();
  for (const name of tips.names) for (let tag = name; tags.has(tag) && !reached.has(tag); tag = tags.get(tag)!) reached.add(tag);
  return reached;
}

/** Where the wanted history goes on and is not here: a shallow clone ends there, or parents are lost. */
function reportCuts(graph: CommitGraph, wanted: Uint8Array, gaps: Gap[], store: ObjectStore): void {
  const shallow = new Set(store.shallow);
  const isCut = (name: string) => {
    const commit = findInTable(graph.names, Buffer.from(name, 'hex'), 0);
    return commit >= 0 && wanted[commit] === 1;
  };
  if (store.shallow.some(isCut)) {
    gaps.push({
      origin: { kind: 'repository', repository: '.' },
      reason: 'shallow',
      detail: 'the clone is shallow: older history is not here; run git fetch --unshallow',
    });
  }
  for (let commit = 0; commit < graph.count; commit++) {
    if (!wanted[commit]) continue;
    for (let i = graph.firstParent[commit]; i < graph.firstParent[commit + 1]; i++) {
      if (graph.parents[i] >= 0) continue;
      const name = commitName(graph, commit);
      if (shallow.has(name)) continue;
      gaps.push({
        origin: { kind: 'commit', commit: name },
        reason: store.isPartial ? 'partial-clone' : 'missing-object',
        detail: `a parent of commit ${name.slice(0, 12)} is missing; run git fetch, or git fsck`,
      });
    }
  }
}

function commitName(graph: CommitGraph, commit: number): string {
  const { names, hashBytes } = graph.names;
  return Buffer.from(names.subarray(commit * hashBytes, (commit + 1) * hashBytes)).toString('hex');
}

/** Gives each secret its paths and commits: one candidate a path, and one for each commit or tag message that holds it. */
async function attribute(
  matches: readonly ObjectMatch[],
  job: HistoryJob,
  treeChunks: readonly Chunk[],
  parts: readonly ScanPart[],
  graph: CommitGraph,
  selected: Selected,
  tips: Tips,
  crew: Crew,
  options: HistoryOptions,
  gitOptions: GitOptions,
  gaps: Gap[],
  here: Pick<TreeJob, 'objects' | 'isPartial'>,
): Promise<
  Pick<HistoryResult, 'candidates' | 'turnedDown'> & {
    /** A path at which a blob stood that holds a match, or that could not be read. */
    readonly pathOf: (blob: string) => string | undefined;
  }
> {
  // The same object may lie in several packs.
  const blobs = new Map<string, number>();
  const byBlob: ObjectMatch[][] = [];
  const messages: { readonly match: ObjectMatch; readonly name: string }[] = [];
  const seen = new Set<string>();
  for (const match of matches) {
    const name = nameOf(job, match.object);
    const key = `${name} ${match.decision.pattern} ${match.start} ${match.end} ${match.decision.decoded?.join() ?? ''}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (match.type !== packTypes.blob) {
      messages.push({ match, name });
      continue;
    }
    let blob = blobs.get(name);
    if (blob === undefined) {
      blob = byBlob.length;
      blobs.set(name, blob);
      byBlob.push([]);
    }
    byBlob[blob].push(match);
  }

  const turnedDown = distinct(parts, job);
  const toPlace = [
    ...turnedDown.filter(({ type }) => type === packTypes.blob).map(({ name }) => name),
    ...parts.flatMap(({ faults }) => faults.map(({ object }) => nameOf(job, object))),
  ];
  for (const name of toPlace) {
    if (blobs.has(name)) continue;
    blobs.set(name, byBlob.length);
    byBlob.push([]);
  }

  const read = await readTreeGraph(blobs, job, treeChunks, parts, graph, selected, crew, gaps, here);
  const { treeGraph } = read;
  // Where a tree is lost, so is the way to what stands below it: it is reported without its path.
  const withUnreachable = options.selection.withUnreachable || (read.isDamaged && options.selection.revisions.length === 0);
  const named = await readNamed(selected.named, blobs, gitOptions, gaps);
  const places = placeSecrets(byBlob, [...blobs.keys()], treeGraph, graph, selected, named, withUnreachable);
  if (treeGraph.isCut()) {
    gaps.push({
      origin: { kind: 'repository', repository: '.' },
      reason: 'depth',
      detail: 'a file or folder stands at more paths, or deeper, than are followed; not every path of it is told',
    });
  }
  const wantedCommits = new Set<number>();
  for (const { first } of places) if (first !== undefined) wantedCommits.add(first);
  const commitMessages = messages.filter(({ match, name }) => isWantedMessage(match.type, name, graph, selected));
  for (const { match, name } of commitMessages) {
    if (match.type === packTypes.commit) wantedCommits.add(findInTable(graph.names, Buffer.from(name, 'hex'), 0));
  }
  const [authors, headers] = await Promise.all([
    readAuthors(
      [...wantedCommits].map((commit) => commitName(graph, commit)),
      gitOptions,
    ),
    readHeaders(new Set(commitMessages.map(({ name }) => name)), gitOptions, options),
  ]);
  reportSubmodules(treeGraph, graph, tips, selected, gaps);

  const candidates: Candidate[] = [];
  for (const place of places) {
    const firstCommit = place.first === undefined ? undefined : authors.get(commitName(graph, place.first));
    const isNote = place.first !== undefined && selected.notes[place.first] === 1;
    const origin: Origin = isNote
      ? { kind: 'note', commit: place.path!.replaceAll('/', ''), ...pick(firstCommit) }
      : {
          kind: 'git',
          ...(place.path === undefined ? {} : { path: place.path }),
          blob: place.blob,
          ...(place.first === undefined ? {} : { commit: commitName(graph, place.first), ...pick(firstCommit) }),
          ...(place.last === undefined ? {} : { lastCommit: commitName(graph, place.last) }),
          versions: place.versions,
        };
    candidates.push(candidateOf(place.match, origin, options.patterns));
  }
  for (const { match, name } of commitMessages) {
    const origin: Origin =
      match.type === packTypes.commit
        ? { kind: 'commit', commit: name, ...pick(authors.get(name)) }
        : { kind: 'tag', commit: name };
    candidates.push(candidateOf(inMessage(match, headers.get(name)), origin, options.patterns));
  }
  return {
    candidates,
    turnedDown: turnedDown.flatMap((row) => placeTurnedDown(row, blobs, treeGraph, graph, selected)),
    pathOf: (blob) => (blobs.has(blob) ? treeGraph.appearances(blobs.get(blob)!)[0]?.path : undefined),
  };
}

type TurnedDownObject = TurnedDownPlace & { readonly type: number; readonly name: string };

/** What was turned down, once an object: the same one may lie in several packs. */
function distinct(parts: readonly ScanPart[], job: HistoryJob): TurnedDownObject[] {
  const rows = new Map<string, TurnedDownObject>();
  for (const { turnedDown } of parts) {
    for (const { object, ...row } of turnedDown) {
      const name = nameOf(job, object);
      rows.set(`${name} ${row.pattern} ${row.start} ${row.reason}`, { ...row, name });
    }
  }
  return [...rows.values()];
}

function placeTurnedDown(
  { type, name, ...row }: TurnedDownObject,
  blobs: ReadonlyMap<string, number>,
  treeGraph: TreeGraph,
  graph: CommitGraph,
  selected: Selected,
): HistoryResult['turnedDown'] {
  if (type !== packTypes.blob) {
    const kind = type === packTypes.commit ? 'commit' : 'tag';
    return isWantedMessage(type, name, graph, selected) ? [{ ...row, origin: { kind, commit: name } }] : [];
  }
  const place = treeGraph.appearances(blobs.get(name)!).find(({ first }) => selected.wanted[first] === 1);
  return place ? [{ ...row, origin: { kind: 'git', path: place.path, blob: name, commit: commitName(graph, place.first) } }] : [];
}

/** What stands before the message in a commit or a tag: how many bytes and lines. */
interface Header {
  readonly bytes: number;
  readonly lines: number;
}

async function readHeaders(
  names: ReadonlySet<string>,
  gitOptions: GitOptions,
  { maxBytes }: HistoryOptions,
): Promise<ReadonlyMap<string, Header>> {
  const headers = new Map<string, Header>();
  if (names.size === 0) return headers;
  const reader = openObjectReader(gitOptions, maxBytes);
  try {
    for (const name of names) reader.request(name);
    for (const name of names) {
      const object = await reader.next();
      if (object.state !== 'read') continue;
      const end = object.bytes.indexOf('\n\n');
      if (end >= 0) headers.set(name, { bytes: end + 2, lines: object.bytes.toString('latin1', 0, end).split('\n').length + 1 });
    }
  } catch (cause) {
    if (gitOptions.signal?.aborted) throw cause;
    // git gives up on a damaged object; what it did not come to is told of as it stands in the object.
  } finally {
    reader.close();
  }
  return headers;
}

/** People count a message's lines from its own first one. What stands in the header (an author's name) keeps its place there. */
function inMessage(match: ObjectMatch, header: Header | undefined): ObjectMatch {
  if (!header || match.start < header.bytes) return match;
  return {
    ...match,
    start: match.start - header.bytes,
    end: match.end - header.bytes,
    line: match.line - header.lines,
    endLine: match.endLine - header.lines,
  };
}

/** The paths of blobs with matches that a ref or a tag names without a commit: none of a file, those inside of a folder. */
async function readNamed(
  named: ReadonlySet<string>,
  blobs: ReadonlyMap<string, number>,
  gitOptions: GitOptions,
  gaps: Gap[],
): Promise<ReadonlyMap<number, readonly (string | undefined)[]>> {
  const paths = new Map<number, (string | undefined)[]>();
  const add = (name: string, path: string | undefined) => {
    const blob = blobs.get(name);
    if (blob !== undefined) paths.set(blob, [...(paths.get(blob) ?? []), path]);
  };
  for (const name of named) {
    if (blobs.has(name)) {
      add(name, undefined);
      continue;
    }
    try {
      const type = (await git(['cat-file', '-t', name], gitOptions)).toString('latin1').trim();
      if (type !== 'tree') continue;
      const listing = await git(['ls-tree', '-r', '-z', '--full-tree', name], gitOptions);
      for (const line of listing.toString('utf8').split('\0')) {
        const [, blob, path] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
        if (blob !== undefined) add(blob, path);
      }
    } catch (cause) {
      if (gitOptions.signal?.aborted) throw cause;
      gaps.push({
        origin: { kind: 'git', blob: name },
        reason: 'corrupt',
        detail: `object ${name.slice(0, 12)}, which a ref names: git cannot read it; run git fsck`,
      });
    }
  }
  return paths;
}

function isWantedMessage(type: number, name: string, graph: CommitGraph, selected: Selected): boolean {
  if (type === packTypes.tag) return selected.tags === undefined || selected.tags.has(name);
  const commit = findInTable(graph.names, Buffer.from(name, 'hex'), 0);
  return commit >= 0 && selected.wanted[commit] === 1;
}

interface Place {
  readonly match: ObjectMatch;
  readonly blob: string;
  readonly path?: string;
  readonly first?: number;
  readonly last?: number;
  readonly versions: number;
}

/** One place for each secret and path: the oldest version there, and how many versions hold it. */
function placeSecrets(
  byBlob: readonly (readonly ObjectMatch[])[],
  names: readonly string[],
  treeGraph: TreeGraph,
  graph: CommitGraph,
  selected: Selected,
  named: ReadonlyMap<number, readonly (string | undefined)[]>,
  withUnreachable: boolean,
): Place[] {
  const { rank } = graph;
  const places = new Map<string, Place>();
  byBlob.forEach((matches, blob) => {
    const appearances: readonly Appearance[] = treeGraph.appearances(blob);
    const withoutCommit = named.get(blob) ?? (withUnreachable ? [undefined] : []);
    if (appearances.length === 0 && withoutCommit.length === 0) return;
    const firstOfEach = new Map<string, ObjectMatch>();
    for (const match of matches) {
      const key = `${match.decision.pattern}\0${match.decision.secret}`;
      const known = firstOfEach.get(key);
      if (!known || match.start < known.start) firstOfEach.set(key, match);
    }
    for (const [secret, match] of firstOfEach) {
      for (const path of appearances.length === 0 ? withoutCommit : []) {
        const where = path === undefined ? {} : { path };
        places.set(`${secret}\0${path ?? ''}\0${names[blob]}`, { match, blob: names[blob], ...where, versions: 1 });
      }
      for (const { path, first, last } of appearances) {
        const key = `${secret}\0${path}`;
        const other = places.get(key);
        if (!other) {
          places.set(key, { match, blob: names[blob], path, first, last, versions: 1 });
          continue;
        }
        const isOlder = rank[first] < rank[other.first!];
        places.set(key, {
          match: isOlder ? match : other.match,
          blob: isOlder ? names[blob] : other.blob,
          path,
          first: isOlder ? first : other.first!,
          last: rank[last] > rank[other.last!] ? last : other.last!,
          versions: other.versions + 1,
        });
      }
    }
  });
  return [...places.values()].filter(({ first }) => first === undefined || selected.wanted[first] === 1);
}

/** Reads all trees: which holds which, and where the blobs with matches stand. */
async function readTreeGraph(
  blobs: ReadonlyMap<string, number>,
  job: HistoryJob,
  treeChunks: readonly Chunk[],
  parts: readonly ScanPart[],
  graph: CommitGraph,
  selected: Selected,
  crew: Crew,
  gaps: Gap[],
  here: Pick<TreeJob, 'objects' | 'isPartial'>,
): Promise<{ readonly treeGraph: TreeGraph; readonly isDamaged: boolean }> {
  const looseTrees = parts.flatMap((part) => part.looseTrees);
  const treeObjects: number[] = [];
  for (const pack of job.packs) {
    for (let entry = 0; entry < pack.entries.count; entry++) {
      if (pack.entries.type[entry] === packTypes.tree) treeObjects.push(pack.firstObject + pack.entries.name[entry]);
    }
  }
  treeObjects.push(...looseTrees);
  const names = new Uint8Array(new SharedArrayBuffer(Math.max(1, treeObjects.length) * job.hashBytes));
  const treeOf = new Int32Array(new SharedArrayBuffer(Math.max(1, job.firstLoose + job.loose.length) * 4)).fill(-1);
  let pack = 0;
  treeObjects.forEach((object, tree) => {
    treeOf[object] = tree;
    if (object >= job.firstLoose) {
      names.set(Buffer.from(job.loose[object - job.firstLoose].name, 'hex'), tree * job.hashBytes);
      return;
    }
    while (pack + 1 < job.packs.length && job.packs[pack + 1].firstObject <= object) pack++;
    const at = (object - job.packs[pack].firstObject) * job.hashBytes;
    names.set(job.packs[pack].names.subarray(at, at + job.hashBytes), tree * job.hashBytes);
  });
  const trees: NameTable = buildNameTable(treeObjects.length === 0 ? names.subarray(0, 0) : names, job.hashBytes);
  const blobTable = buildNameTable(Buffer.concat([...blobs.keys()].map((name) => Buffer.from(name, 'hex'))), job.hashBytes);
  const links = await crew.readTrees({
    trees,
    treeOf,
    blobs: blobTable,
    ...here,
    chunks: treeChunks,
    looseTrees,
    counters: new Int32Array(new SharedArrayBuffer(16)),
  });
  for (const { faults } of links) for (const fault of faults) gaps.push(objectGap(job, fault));
  const graphOfTrees = buildTreeGraph(
    links.map((part) => part.links),
    trees,
    graph,
    selected.known,
  );
  const isLost = reportMissing(graphOfTrees, selected, here.isPartial, gaps);
  return { treeGraph: graphOfTrees, isDamaged: isLost || links.some(({ faults }) => faults.length > 0) };
}

/** Of a repository that lost a pack, the objects named one by one. */
const mostMissing = 1000;

/** Tells of files and folders that wanted commits name and that are not here; whether any is lost, not left out. */
function reportMissing(treeGraph: TreeGraph, selected: Selected, isPartial: boolean, gaps: Gap[]): boolean {
  const missing = treeGraph.missing().filter(({ first }) => selected.wanted[first] === 1);
  if (missing.length === 0) return false;
  if (isPartial) {
    gaps.push({
      origin: { kind: 'repository', repository: '.' },
      reason: 'partial-clone',
      detail: `the clone is partial: ${new Set(missing.map(({ object }) => object)).size} objects were left at the remote; run git fetch --refetch --no-filter, or scan a full clone`,
    });
    return false;
  }
  for (const { object, path } of missing.slice(0, mostMissing)) {
    gaps.push({
      origin: { kind: 'git', ...(path === '' ? {} : { path }), blob: object },
      reason: 'missing-object',
      detail: `object ${object.slice(0, 12)} is missing; run git fsck, and fetch it from a clone that has it`,
    });
  }
  if (missing.length > mostMissing) {
    gaps.push({
      origin: { kind: 'repository', repository: '.' },
      reason: 'missing-object',
      detail: `${missing.length - mostMissing} more objects are missing; run git fsck`,
    });
  }
  return true;
}

/** Submodules of HEAD's tree: other repositories, which this scan does not enter. */
function reportSubmodules(treeGraph: TreeGraph, graph: CommitGraph, tips: Tips, selected: Selected, gaps: Gap[]): void {
  if (tips.head === undefined) return;
  const head = findInTable(graph.names, Buffer.from(tips.head, 'hex'), 0);
  for (const { path, first, last } of treeGraph.submodulePaths()) {
    // One that is gone from HEAD was another repository's business then, too; it is told of while it is there.
    if (head < 0 || graph.rank[last] < graph.rank[head] || !selected.wanted[first]) continue;
    gaps.push({
      origin: { kind: 'repository', repository: path },
      reason: 'submodule',
      detail: `${path} is a submodule, a repository of its own; scan it where it is cloned`,
    });
  }
}

/** What a commit tells of its author; a damaged or made-up one may tell nothing. */
interface Author {
  readonly author?: string;
  readonly email?: string;
  readonly date?: string;
}

function pick(author: Author | undefined): Author {
  return author ?? {};
}

async function readAuthors(commits: readonly string[], gitOptions: GitOptions): Promise<ReadonlyMap<string, Author>> {
  const authors = new Map<string, Author>();
  if (commits.length === 0) return authors;
  const ask = (names: readonly string[]) =>
    git(['log', '--no-walk=unsorted', '--stdin', '-z', '--format=%H%n%an%n%ae%n%aI'], {
      ...gitOptions,
      input: `${names.join('\n')}\n`,
    });
  // git gives up at the first commit that is damaged: then each is asked about on its own, and the damaged one has no author.
  const outputs = await ask(commits).then(
    (output) => [output],
    () => {
      const oneOfFew = pLimit(4);
      return Promise.all(commits.slice(0, 1000).map((commit) => oneOfFew(() => ask([commit]).catch(() => Buffer.alloc(0)))));
    },
  );
  for (const record of outputs.flatMap((output) => output.toString('utf8').split('\0'))) {
    const [commit, author, email, date] = record.trim().split('\n');
    if (!commit) continue;
    authors.set(commit, {
      ...(author ? { author } : {}),
      ...(email ? { email } : {}),
      // Without an author line git prints the format back, and a year of five digits is no ISO 8601.
      ...(Number.isNaN(Date.parse(date ?? '')) ? {} : { date }),
    });
  }
  return authors;
}

function candidateOf(match: ObjectMatch, origin: Origin, patterns: readonly Pattern[]): Candidate {
  const { decision, start, end, line, column, endLine, endColumn } = match;
  return {
    pattern: patterns[decision.pattern],
    secret: new Secret(decision.secret),
    parts: Object.fromEntries(Object.entries(decision.parts).map(([name, value]) => [name, new Secret(value)])),
    confidence: decision.confidence,
    location: {
      origin,
      start,
      end,
      line,
      column,
      endLine,
      endColumn,
      context: decision.context,
      ...(match.copies ? { copies: match.copies } : {}),
      ...(decision.decoded ? { decoded: decision.decoded } : {}),
    },
    ...(decision.allowedBy ? { allowedBy: decision.allowedBy } : {}),
  };
}
