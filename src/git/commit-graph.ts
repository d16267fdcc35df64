import { buildNameTable, findInTable, type NameTable } from './name-table.ts';

/** What is kept of every commit read: packed, since a large repository has a million of them. */
export interface CommitRecords {
  /** Raw names: of each commit its tree, then its parents. */
  readonly links: Uint8Array;
  readonly parentCounts: Uint16Array;
  /** Committer's time, seconds since 1970. */
  readonly times: Float64Array;
  /** The commits' own names, raw. */
  readonly names: Uint8Array;
}

/** Collects commits as they are read. */
export interface CommitCollector {
  add(name: Uint8Array, bytes: Buffer, start: number, end: number): void;
  records(): CommitRecords;
}

/** As many as are counted in 16 bits; git writes no merge of more than a few dozen. */
const mostParents = 65535;

export function createCommitCollector(hashBytes: number): CommitCollector {
  const links = growing();
  const names = growing();
  const parentCounts: number[] = [];
  const times: number[] = [];
  return {
    add(name, bytes, start, end) {
      const hexLength = 2 * hashBytes;
      // The head is `tree <hex>`, any `parent <hex>`, `author …`, `committer … <seconds> <zone>`, in this order. A commit
      // that does not begin so is none; what follows a parent that is none is not read.
      let at = start;
      if (end - at < 5 + hexLength || bytes.toString('latin1', at, at + 5) !== 'tree ') return;
      const first = Buffer.allocUnsafe(hashBytes);
      if (!readHex(bytes, at + 5, first)) return;
      links.push(first);
      let parents = 0;
      at += 6 + hexLength;
      while (
        parents < mostParents &&
        at + 7 + hexLength < end &&
        bytes[at] === 0x70 &&
        bytes.toString('latin1', at, at + 7) === 'parent '
      ) {
        const parent = Buffer.allocUnsafe(hashBytes);
        if (!readHex(bytes, at + 7, parent)) break;
        links.push(parent);
        parents++;
        at += 8 + hexLength;
      }
      names.push(name);
      parentCounts.push(parents);
      times.push(committedAt(bytes, at, end));
    },
    records: () => ({
      links: links.bytes(),
      names: names.bytes(),
      parentCounts: Uint16Array.from(parentCounts),
      times: Float64Array.from(times),
    }),
  };
}

/** The value of each hexadecimal digit, 255 of other bytes. */
const hexValues = Uint8Array.from({ length: 256 }, (_, byte) => {
  const value = Number.parseInt(String.fromCharCode(byte), 16);
  return Number.isNaN(value) ? 255 : value;
});

/** Reads the hexadecimal digits at `at` that fill `into`; false when they are none. A string and a Buffer of it cost five times as much. */
function readHex(bytes: Uint8Array, at: number, into: Uint8Array): boolean {
  for (let i = 0; i < into.length; i++) {
    const high = hexValues[bytes[at + 2 * i]];
    const low = hexValues[bytes[at + 2 * i + 1]];
    if ((high | low) > 15) return false;
    into[i] = (high << 4) | low;
  }
  return true;
}

const committer = /^committer [^\n]*> (-?\d{1,15}) [+-]\d{4}$/m;

/** The committer's time, which mostly stands on the second line behind the parents; 0 when there is none. */
function committedAt(bytes: Buffer, at: number, end: number): number {
  const most = Math.min(end, at + 4096);
  const lineEnd = bytes.indexOf(10, bytes.indexOf(10, at) + 1);
  const short = lineEnd > at && lineEnd < most ? committer.exec(bytes.toString('latin1', at, lineEnd)) : null;
  const time = short ?? committer.exec(bytes.toString('latin1', at, most));
  return time ? Number(time[1]) : 0;
}

/** All commits of a repository, numbered, with their order. */
export interface CommitGraph {
  readonly count: number;
  readonly names: NameTable;
  readonly times: Float64Array;
  /** Raw name of each commit's tree, one after the other. */
  readonly trees: Uint8Array;
  readonly firstParent: Uint32Array;
  /** Parents of commit `c`: `parents[firstParent[c]]` up to `firstParent[c + 1]`; -1 for one that is not here. */
  readonly parents: Int32Array;
  /** Position in an order in which parents come before their children, and otherwise the older first. */
  readonly rank: Uint32Array;
}

/** Puts the commits that several readers collected into one graph. */
export function buildCommitGraph(parts: readonly CommitRecords[], hashBytes: number): CommitGraph {
  const names = Buffer.concat(parts.map((part) => part.names));
  const count = names.length / hashBytes;
  const table = buildNameTable(names, hashBytes);
  const times = new Float64Array(count);
  const trees = Buffer.allocUnsafe(count * hashBytes);
  const firstParent = new Uint32Array(count + 1);
  const parents: number[] = [];
  let commit = 0;
  for (const part of parts) {
    let at = 0;
    for (let i = 0; i < part.times.length; i++, commit++) {
      times[commit] = part.times[i];
      trees.set(part.links.subarray(at, at + hashBytes), commit * hashBytes);
      at += hashBytes;
      for (let parent = 0; parent < part.parentCounts[i]; parent++) {
        parents.push(findInTable(table, part.links, at));
        at += hashBytes;
      }
      firstParent[commit + 1] = parents.length;
    }
  }
  const parentList = Int32Array.from(parents);
  return {
    count,
    names: table,
    times,
    trees,
    firstParent,
    parents: parentList,
    rank: rankCommits(count, times, firstParent, parentList),
  };
}

/**
 * The commits that can be reached from `from`, and from none of `without`. Commits older than `since` (seconds) are
 * walked through and left out.
 */
export function reachable(
  graph: CommitGraph,
  from: readonly number[],
  without: readonly number[] = [],
  since = Number.NEGATIVE_INFINITY,
): Uint8Array {
  const hidden = mark(graph, without, undefined);
  const reached = mark(graph, from, hidden);
  for (let commit = 0; commit < graph.count; commit++) if (graph.times[commit] < since) reached[commit] = 0;
  return reached;
}

function mark(graph: CommitGraph, from: readonly number[], hidden: Uint8Array | undefined): Uint8Array {
  const marked = new Uint8Array(graph.count);
  const pending = [...from];
  while (pending.length > 0) {
    const commit = pending.pop()!;
    if (commit < 0 || marked[commit] || hidden?.[commit]) continue;
    marked[commit] = 1;
    for (let i = graph.firstParent[commit]; i < graph.firstParent[commit + 1]; i++) pending.push(graph.parents[i]);
  }
  return marked;
}

/** Orders commits by a time that never runs backwards: at least one more than that of any parent. */
function rankCommits(count: number, times: Float64Array, firstParent: Uint32Array, parents: Int32Array): Uint32Array {
  const corrected = new Float64Array(count);
  const state = new Uint8Array(count);
  const stack: number[] = [];
  for (let start = 0; start < count; start++) {
    if (state[start]) continue;
    stack.push(start);
    while (stack.length > 0) {
      const commit = stack[stack.length - 1];
      if (state[commit] === 2) {
        stack.pop();
        continue;
      }
      if (state[commit] === 0) {
        state[commit] = 1;
        for (let i = firstParent[commit]; i < firstParent[commit + 1]; i++)
          if (parents[i] >= 0 && state[parents[i]] === 0) stack.push(parents[i]);
        continue;
      }
      let time = times[commit];
      for (let i = firstParent[commit]; i < firstParent[commit + 1]; i++)
        if (parents[i] >= 0) time = Math.max(time, corrected[parents[i]] + 1);
      corrected[commit] = time;
      state[commit] = 2;
      stack.pop();
    }
  }
  const order = Uint32Array.from({ length: count }, (_, commit) => commit).sort((a, b) => corrected[a] - corrected[b] || a - b);
  const rank = new Uint32Array(count);
  order.forEach((commit, position) => {
    rank[commit] = position;
  });
  return rank;
}

function growing() {
  let room = Buffer.allocUnsafe(1 << 16);
  let length = 0;
  return {
    push(bytes: Uint8Array): void {
      if (length + bytes.length > room.length) {
        const larger = Buffer.allocUnsafe(Math.max(room.length * 2, length + bytes.length));
        room.copy(larger, 0, 0, length);
        room = larger;
      }
      room.set(bytes, length);
      length += bytes.length;
    },
    bytes: () => new Uint8Array(room.subarray(0, length)),
  };
}
