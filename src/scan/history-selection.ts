import { QuashError } from '../errors.ts';
import { type CommitGraph, reachable } from '../git/commit-graph.ts';
import { findInTable } from '../git/name-table.ts';
import { hasObject, type ObjectSet } from '../git/object-set.ts';
import type { ObjectStore } from '../git/object-store.ts';
import type { Tips } from '../git/refs.ts';
import { type GitOptions, git } from '../git/run-git.ts';
import type { Gap } from '../model/gap.ts';
import type { HistorySelection } from './history-options.ts';

/** The commits that count, and all that came before them. */
export interface Selected {
  readonly known: Uint8Array;
  readonly wanted: Uint8Array;
  readonly notes: Uint8Array;
  readonly tags: ReadonlySet<string> | undefined;
  /** Files and folders that a ref or a tag names by themselves. Hex. */
  readonly named: ReadonlySet<string>;
}

export function everything(graph: CommitGraph): Uint8Array {
  return new Uint8Array(graph.count).fill(1);
}

export async function select(
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

export function commitName(graph: CommitGraph, commit: number): string {
  const { names, hashBytes } = graph.names;
  return Buffer.from(names.subarray(commit * hashBytes, (commit + 1) * hashBytes)).toString('hex');
}
