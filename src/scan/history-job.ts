import { type CommitRecords, createCommitCollector } from '../git/commit-graph.ts';
import { readLooseObject } from '../git/loose-object.ts';
import type { NameTable } from '../git/name-table.ts';
import type { ObjectSet } from '../git/object-set.ts';
import type { LooseObject } from '../git/object-store.ts';
import { type PackEntries, packTypes } from '../git/pack.ts';
import { createTreeCollector, type TreeLinks } from '../git/tree-graph.ts';
import type { Within } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import { createDocumentScanner, type DocumentScanner, type Emitted } from './documents.ts';
import type { EngineOptions } from './engine.ts';
import { KernelFullError } from './kernel/kernel.ts';
import type { Decision } from './match.ts';
import { beginsAsDocument } from './sniff.ts';
import { startTreeReader } from './tree-reader.ts';
import { createTurnedDownCollector, type TurnedDownPlace } from './turned-down.ts';
import { walkDeltaTrees } from './walk.ts';

/** A pack as a job sees it. The arrays are shared between the threads. */
export interface JobPack {
  readonly packPath: string;
  readonly entries: PackEntries;
  readonly firstChild: Uint32Array;
  readonly children: Uint32Array;
  /** Raw object names, in the order of the index. */
  readonly names: Uint8Array;
  /** Number of the pack's first object: objects are numbered over all packs, then the loose ones. */
  readonly firstObject: number;
}

/** Trees to walk by one thread at a time. */
export interface Chunk {
  readonly pack: number;
  readonly roots: Uint32Array;
}

/** The work of scanning a repository's objects, as every thread gets it. Plain data. */
export interface HistoryJob {
  readonly patterns: readonly Pattern[];
  /** The compiled kernel, shared by all threads. */
  readonly module: WebAssembly.Module;
  readonly minConfidence: number;
  /** Whether candidates that are turned down are told of. */
  readonly explains: boolean;
  /** Whether blobs that begin as an archive, a document or a log does are told of. */
  readonly opensBlobs: boolean;
  readonly maxBytes: number;
  readonly hashBytes: number;
  readonly packs: readonly JobPack[];
  readonly chunks: readonly Chunk[];
  readonly loose: readonly LooseObject[];
  readonly firstLoose: number;
  /** Shared counters: the next chunk, the next loose object, objects done, and bytes done in kilobytes. */
  readonly counters: Int32Array;
}

/** Positions in `HistoryJob.counters`. */
export const counter = { chunk: 0, loose: 1, objects: 2, kilobytes: 3 } as const;

/** A match found in an object. */
export interface ObjectMatch extends Emitted {
  /** Number of the object. */
  readonly object: number;
  readonly type: number;
  /** Where in the blob it is, where that is an archive. Of what the main thread found. */
  readonly member?: string;
  /** What of the blob it is part of. Of what the main thread found. */
  readonly within?: Within;
}

export interface ObjectFault {
  readonly object: number;
  readonly reason: 'corrupt' | 'too-large' | 'unreadable';
  readonly detail: string;
}

/** What one thread found. Matches are columns of numbers: `matchColumns` a match. */
export interface ScanPart {
  readonly decisions: readonly Decision[];
  readonly matches: Float64Array;
  readonly commits: CommitRecords;
  /** Annotated tags and what they tag, hex names in turn. */
  readonly tags: readonly string[];
  readonly looseTrees: readonly number[];
  readonly faults: readonly ObjectFault[];
  /** Objects whose base could not be read. */
  readonly orphans: readonly number[];
  /** Blobs that begin as an archive, a document or a log does. */
  readonly held: readonly number[];
  /** With `HistoryJob.explains`. Of a delta only what its base did not have. */
  readonly turnedDown: readonly (TurnedDownPlace & { readonly object: number; readonly type: number })[];
}

/** Object, type, decision, start, end, line, column, end line, end column, copies (0 where they are not counted). */
export const matchColumns = 10;

/** Reads the matches of a part back. */
export function* matchesOf({ decisions, matches }: Pick<ScanPart, 'decisions' | 'matches'>): Generator<ObjectMatch> {
  for (let at = 0; at < matches.length; at += matchColumns) {
    const [object, type, decision, start, end, line, column, endLine, endColumn, copies] = matches.subarray(
      at,
      at + matchColumns,
    );
    yield {
      object,
      type,
      decision: decisions[decision],
      start,
      end,
      line,
      column,
      endLine,
      endColumn,
      ...(copies ? { copies } : {}),
    };
  }
}

/** One thread's share of a job: takes chunks until none is left. */
export interface HistoryRunner {
  scan(): Promise<ScanPart>;
  readTrees(job: TreeJob): Promise<TreePart>;
}

/** What one thread read of the trees, and the ones that it could not. */
export interface TreePart {
  readonly links: TreeLinks;
  readonly faults: readonly ObjectFault[];
}

/** The second pass: which trees hold which, and where the wanted blobs stand. */
export interface TreeJob {
  readonly trees: NameTable;
  /** Position in `trees` of the object numbered `o` at `treeOf[o]`, -1 for other objects. */
  readonly treeOf: Int32Array;
  readonly blobs: NameTable;
  /** All objects that are there, to tell which are missing. */
  readonly objects: ObjectSet;
  readonly isPartial: boolean;
  readonly chunks: readonly Chunk[];
  readonly looseTrees: readonly number[];
  readonly counters: Int32Array;
}

/**
 * `pause` is called between pieces of work: where the thread is the program's only one, Ctrl-C and progress get through
 * there, and by throwing it ends the run.
 */
export function createHistoryRunner(job: HistoryJob, pause: () => Promise<void> | undefined = () => undefined): HistoryRunner {
  const collector = job.explains ? createTurnedDownCollector() : undefined;
  const options: EngineOptions = {
    minConfidence: job.minConfidence,
    ...(collector ? { turnedDown: collector.turnedDown } : {}),
  };
  const scanner = createDocumentScanner(job.patterns, options, job.module);

  async function scan(): Promise<ScanPart> {
    const commits = createCommitCollector(job.hashBytes);
    const decisions: Decision[] = [];
    const decisionNumbers = new Map<Decision, number>();
    const rows: number[] = [];
    const faults: ObjectFault[] = [];
    const orphans: number[] = [];
    const held: number[] = [];
    const looseTrees: number[] = [];
    const tags: string[] = [];
    const turnedDown: ScanPart['turnedDown'][number][] = [];
    const explain = (object: number, type: number, bytes: Uint8Array) => {
      for (const row of collector?.take(bytes) ?? []) turnedDown.push({ ...row, object, type });
    };
    // Most loose objects are smaller than what is counted in: what is left over goes to the next.
    let uncounted = 0;
    const countBytes = (bytes: number) => {
      const kilobytes = Math.floor((uncounted + bytes) / 1024);
      uncounted += bytes - kilobytes * 1024;
      if (kilobytes > 0) Atomics.add(job.counters, counter.kilobytes, kilobytes);
    };
    const noteTag = (name: Uint8Array, bytes: Buffer, start: number) => {
      const target = /^object ([0-9a-f]{40,64})\n/.exec(bytes.toString('latin1', start, start + 80))?.[1];
      if (target) tags.push(Buffer.from(name).toString('hex'), target);
    };

    function record(
      object: number,
      type: number,
      { decision, start, end, line, column, endLine, endColumn, copies = 0 }: Emitted,
    ): void {
      let number = decisionNumbers.get(decision);
      if (number === undefined) {
        number = decisions.length;
        decisions.push(decision);
        decisionNumbers.set(decision, number);
      }
      rows.push(object, type, number, start, end, line, column, endLine, endColumn, copies);
    }

    for (let next = take(job.counters, counter.chunk); next < job.chunks.length; next = take(job.counters, counter.chunk)) {
      await pause();
      const chunk = job.chunks[next];
      const { packPath, entries, firstChild, children, names, firstObject } = job.packs[chunk.pack];
      const objectOf = (entry: number) => firstObject + entries.name[entry];
      const nameAt = (entry: number) =>
        names.subarray(entries.name[entry] * job.hashBytes, (entries.name[entry] + 1) * job.hashBytes);
      // Of whole objects the walk is cheap to tell; their versions, which are deltas on them, go with them.
      const hold = (entry: number): void => {
        const pending = [entry];
        for (let one = pending.pop(); one !== undefined; one = pending.pop()) {
          held.push(objectOf(one));
          for (let i = firstChild[one]; i < firstChild[one + 1]; i++) pending.push(children[i]);
        }
      };
      const { objects, bytes } = walkDeltaTrees(scanner, packPath, entries, { firstChild, children }, chunk.roots, job.maxBytes, {
        match: (entry, match) => record(objectOf(entry), entries.type[entry], match),
        wantsObject: (entry) =>
          collector !== undefined ||
          entries.type[entry] === packTypes.tag ||
          entries.type[entry] === packTypes.commit ||
          (job.opensBlobs && entries.base[entry] === -1 && entries.type[entry] === packTypes.blob),
        object(entry, address, length) {
          if (collector)
            explain(objectOf(entry), entries.type[entry], scanner.kernel.bytes().subarray(address, address + length));
          if (job.opensBlobs && entries.base[entry] === -1 && entries.type[entry] === packTypes.blob) {
            if (beginsAsDocument(scanner.kernel.bytes(), address, length)) hold(entry);
          }
          if (entries.type[entry] === packTypes.tag) noteTag(nameAt(entry), scanner.kernel.bytes(), address);
          if (entries.type[entry] === packTypes.commit)
            commits.add(nameAt(entry), scanner.kernel.bytes(), address, address + length);
        },
        fault: (entry, reason, detail) => faults.push({ object: objectOf(entry), reason, detail }),
        orphan: (entry) => orphans.push(objectOf(entry)),
      });
      Atomics.add(job.counters, counter.objects, objects);
      countBytes(bytes);
    }

    for (let next = take(job.counters, counter.loose); next < job.loose.length; next = take(job.counters, counter.loose)) {
      await pause();
      const object = job.firstLoose + next;
      const loose = await readLooseObject(job.loose[next].path, job.maxBytes);
      if ('fault' in loose) {
        faults.push({ object, reason: loose.fault, detail: loose.detail });
        continue;
      }
      const type = packTypes[loose.type];
      if (type === packTypes.tree) {
        looseTrees.push(object);
        continue;
      }
      if (job.opensBlobs && type === packTypes.blob && beginsAsDocument(loose.bytes, 0, loose.bytes.length)) held.push(object);
      if (type === packTypes.tag) noteTag(Buffer.from(job.loose[next].name, 'hex'), loose.bytes, 0);
      if (type === packTypes.commit) commits.add(Buffer.from(job.loose[next].name, 'hex'), loose.bytes, 0, loose.bytes.length);
      try {
        scanBytes(scanner, loose.bytes, (match) => record(object, type, match));
        explain(object, type, loose.bytes);
      } catch (cause) {
        if (!(cause instanceof KernelFullError)) throw cause;
        faults.push({ object, reason: 'too-large', detail: `${loose.bytes.length} bytes, more than there is memory for` });
        continue;
      }
      Atomics.add(job.counters, counter.objects, 1);
      countBytes(loose.bytes.length);
    }
    Atomics.add(job.counters, counter.kilobytes, Math.ceil(uncounted / 1024));
    return {
      decisions,
      matches: Float64Array.from(rows),
      commits: commits.records(),
      tags,
      looseTrees,
      faults,
      orphans,
      held,
      turnedDown,
    };
  }

  async function readTrees({
    trees,
    treeOf,
    blobs,
    objects,
    isPartial,
    chunks,
    looseTrees,
    counters,
  }: TreeJob): Promise<TreePart> {
    const faults: ObjectFault[] = [];
    const collector = createTreeCollector(trees, blobs, { objects, isPartial });
    const reader = startTreeReader(scanner.kernel, collector, trees, blobs, objects);
    for (let next = take(counters, counter.chunk); next < chunks.length; next = take(counters, counter.chunk)) {
      await pause();
      const { packPath, entries, firstChild, children, firstObject } = job.packs[chunks[next].pack];
      walkDeltaTrees(reader, packPath, entries, { firstChild, children }, chunks[next].roots, job.maxBytes, {
        match: () => {},
        object: () => {},
        wantsObject: () => false,
        treeOf: (entry) => treeOf[firstObject + entries.name[entry]],
        fault: (entry, reason, detail) => faults.push({ object: firstObject + entries.name[entry], reason, detail }),
        orphan: (entry) =>
          faults.push({
            object: firstObject + entries.name[entry],
            reason: 'corrupt',
            detail: 'it stands on an object that cannot be read',
          }),
      });
    }
    reader.end();
    for (let next = take(counters, counter.loose); next < looseTrees.length; next = take(counters, counter.loose)) {
      const object = looseTrees[next];
      const loose = await readLooseObject(job.loose[object - job.firstLoose].path, job.maxBytes);
      if ('fault' in loose) faults.push({ object, reason: loose.fault, detail: loose.detail });
      else collector.add(treeOf[object], loose.bytes, 0, loose.bytes.length);
    }
    return { links: collector.links(), faults };
  }

  return { scan, readTrees };
}

/** Scans bytes that are not in the kernel's memory yet. */
export function scanBytes(scanner: DocumentScanner, bytes: Uint8Array, emit: (match: Emitted) => void): void {
  const address = scanner.kernel.allocate(bytes.length);
  scanner.kernel.bytes().set(bytes, address);
  try {
    scanner.scan(address, bytes.length, emit);
  } finally {
    scanner.kernel.free(address);
  }
}

function take(counters: Int32Array, which: number): number {
  return Atomics.add(counters, which, 1);
}
