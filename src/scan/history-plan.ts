import { statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { buildDeltaForest } from '../git/delta-tree.ts';
import type { ObjectStore } from '../git/object-store.ts';
import { packTypes, readPackEntries } from '../git/pack.ts';
import type { Gap } from '../model/gap.ts';
import type { Chunk, HistoryJob, JobPack, ObjectFault } from './history-job.ts';
import type { HistoryOptions } from './history-options.ts';
import { kernelModule } from './kernel/kernel.ts';
import { forScanning } from './threads.ts';

/** A thread costs about 60 ms to start; below this much of a pack one more is slower. */
const worthAThread = 12 << 20;

const chunksAThread = 24;
/** More bytes to inflate than this are no chunk, so that Ctrl-C and progress get through in time. */
const mostChunk = 32 << 20;

/** With how many threads a repository is scanned. */
export function threadsFor(store: ObjectStore, { jobs }: Pick<HistoryOptions, 'jobs'>): number {
  let bytes = store.loose.length * 2048;
  for (const { packPath } of store.packs) bytes += statSync(packPath, { throwIfNoEntry: false })?.size ?? 0;
  return Math.max(1, Math.min(jobs ?? availableParallelism(), 16, Math.ceil(bytes / worthAThread)));
}

export function objectGap(job: HistoryJob, { object, reason, detail }: ObjectFault, path?: string): Gap {
  const blob = nameOf(job, object);
  const limit = reason === 'too-large' ? ', more than --max-size' : '';
  return {
    origin: { kind: 'git', ...(path === undefined ? {} : { path }), blob },
    reason,
    detail: `object ${blob.slice(0, 12)}: ${detail}${limit}`,
  };
}

export function storeGaps(store: ObjectStore): Gap[] {
  return store.faults.map(({ path, detail }) => ({
    origin: { kind: 'repository', repository: '.' },
    reason: 'corrupt',
    detail: `the pack index ${path.split('/').pop()} cannot be read: ${detail}; run git fsck, then git index-pack`,
  }));
}

/** Reads the packs' entries, builds their delta trees, and cuts them into chunks: the heaviest first, so that threads end together. */
export function planJob(store: ObjectStore, options: HistoryOptions, gaps: Gap[]) {
  const packs: JobPack[] = [];
  const chunks: (Chunk & { readonly weight: number })[] = [];
  const treeChunks: (Chunk & { readonly weight: number })[] = [];
  let firstObject = 0;
  let total = 0;
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
    cut(pack, scanned, forest.weight, Math.min(packWeight / chunksAThread / 2, mostChunk), chunks);
    const trees = forest.roots.filter(isTree);
    const treeWeight = trees.reduce((sum, root) => sum + forest.weight[root], 0);
    cut(pack, trees, forest.weight, Math.min(treeWeight / chunksAThread, mostChunk), treeChunks);
    for (let entry = 0; entry < entries.count; entry++) if (entries.type[entry] !== packTypes.tree) total++;
    firstObject += index.count;
  }
  const heaviestFirst = (a: { readonly weight: number }, b: { readonly weight: number }) => b.weight - a.weight;
  const job: HistoryJob = {
    patterns: options.patterns.map(forScanning),
    module: kernelModule(),
    minConfidence: options.minConfidence,
    explains: options.explains ?? false,
    opensBlobs: options.openBlob !== undefined,
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

export function nameOf(job: HistoryJob, object: number): string {
  if (object >= job.firstLoose) return job.loose[object - job.firstLoose].name;
  const pack = job.packs.findLast((one) => one.firstObject <= object)!;
  const at = (object - pack.firstObject) * job.hashBytes;
  return Buffer.from(pack.names.subarray(at, at + job.hashBytes)).toString('hex');
}
