import type { CommitGraph } from '../git/commit-graph.ts';
import { buildNameTable, findInTable, type NameTable } from '../git/name-table.ts';
import { packTypes } from '../git/pack.ts';
import type { Tips } from '../git/refs.ts';
import { buildTreeGraph, type TreeGraph } from '../git/tree-graph.ts';
import type { Gap } from '../model/gap.ts';
import type { Crew } from './history-crew.ts';
import type { Chunk, HistoryJob, ScanPart, TreeJob } from './history-job.ts';
import { objectGap } from './history-plan.ts';
import type { Selected } from './history-selection.ts';

/** Reads all trees: which holds which, and where the blobs with matches stand. */
export async function readTreeGraph(
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
export function reportSubmodules(treeGraph: TreeGraph, graph: CommitGraph, tips: Tips, selected: Selected, gaps: Gap[]): void {
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
