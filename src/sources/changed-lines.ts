import { QuashError } from '../errors.ts';
import { type ObjectReader, openObjectReader } from '../git/object-reader.ts';
import { type GitOptions, git, spawnGit } from '../git/run-git.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Change } from './change.ts';
import { collectFiles, commitFormat, type DiffRecord, diffArguments, everyLine, readDiff } from './diff-output.ts';
import { objectGap, readChange } from './read-change.ts';

/** Commits, as git names them: those reachable from `from`, less those reachable from `except`. */
export interface RevisionRange {
  /** Ids, names, or ranges such as `A..B`. */
  readonly from: readonly string[];
  readonly except?: readonly string[];
  /** Leaves out what refs hold already: `all` of them, those that remember some remote, or one. */
  readonly exceptRefs?: 'all' | 'remotes' | { readonly remote: string };
  /** Passes over ids in `except` that are not here, as a remote's may be. */
  readonly ignoreMissing?: boolean;
}

export interface RangeOptions extends GitOptions {
  readonly maxSize: number;
}

type Commit = Extract<DiffRecord, { kind: 'commit' }>;

/**
 * What the commits of a range bring in, oldest first: for each commit the files it changes, with the lines it adds, and
 * its message. A merge brings in only lines that none of its parents has. One git lists the commits, one compares them,
 * one reads contents; nothing is held but the commit at hand.
 */
export async function* rangeChanges(range: RevisionRange, options: RangeOptions): AsyncGenerator<Change | Gap> {
  if (range.from.length === 0) return;
  const reader = openObjectReader(options, options.maxSize);
  const revisions = spawnGit(['rev-list', '--reverse', '--topo-order', ...revisionArguments(range)], options);
  const diffs = spawnGit(
    ['diff-tree', '--stdin', '-r', '--root', '-c', '--always', '--encoding=UTF-8', commitFormat, ...diffArguments],
    options,
  );
  revisions.stdin.end(revisionInput(range));
  revisions.stdout.pipe(diffs.stdin);
  try {
    let commit: Commit | undefined;
    let records: DiffRecord[] = [];
    for await (const record of readDiff(diffs.stdout)) {
      if (record.kind !== 'commit') {
        records.push(record);
        continue;
      }
      if (commit !== undefined) yield* commitChanges(commit, records, reader, options.maxSize);
      commit = record;
      records = [];
    }
    // A list cut short by an error must not pass for a complete one.
    await revisions.finished;
    await diffs.finished;
    if (commit !== undefined) yield* commitChanges(commit, records, reader, options.maxSize);
  } finally {
    for (const child of [revisions, diffs]) child.stop();
    reader.close();
  }
}

async function* commitChanges(
  commit: Commit,
  records: readonly DiffRecord[],
  reader: ObjectReader,
  maxSize: number,
): AsyncGenerator<Change | Gap> {
  const { author, email, date } = commit;
  const who = { commit: commit.commit, author, email, date };
  yield { origin: { kind: 'commit', ...who }, bytes: commit.message, addedLines: everyLine };
  const files = collectFiles(records);
  for (const file of files) if (file.holdsText) reader.request(file.blob);
  for (const file of files) {
    const change = await readChange(file, { kind: 'git', path: file.path, blob: file.blob, ...who }, reader, maxSize);
    if (change !== undefined) yield change;
  }
}

/**
 * What refs bring in besides commits: the messages of the annotated tags they name, and the blobs or trees that a tag may
 * name instead of a commit. `ids` are the objects the refs point at.
 */
export async function* taggedChanges(ids: readonly string[], options: RangeOptions): AsyncGenerator<Change | Gap> {
  if (ids.length === 0) return;
  const reader = openObjectReader(options, options.maxSize);
  try {
    const left = [...ids];
    const seen = new Set<string>();
    for (let id = left.pop(); id !== undefined; id = left.pop()) {
      if (seen.has(id)) continue;
      seen.add(id);
      reader.request(id);
      const object = await reader.next();
      if (object.state !== 'missing' && object.type === 'commit') continue;
      if (object.state !== 'missing' && object.type === 'tree') {
        yield* treeChanges(id, reader, options);
        continue;
      }
      const isBlob = object.state !== 'missing' && object.type === 'blob';
      const origin: Origin = isBlob ? { kind: 'git', blob: id } : { kind: 'tag', commit: id };
      if (object.state !== 'read') {
        yield objectGap(object, id, origin, options.maxSize);
        continue;
      }
      yield { origin, bytes: object.bytes, addedLines: everyLine };
      const named = object.type === 'tag' ? /^object ([0-9a-f]+)$/m.exec(object.bytes.toString('latin1', 0, 80))?.[1] : undefined;
      if (named !== undefined) left.push(named);
    }
  } finally {
    reader.close();
  }
}

/** Every file of a tree that no commit leads to. */
async function* treeChanges(tree: string, reader: ObjectReader, options: RangeOptions): AsyncGenerator<Change | Gap> {
  const listing = (await git(['ls-tree', '-r', '-z', '--full-tree', tree], options)).toString();
  for (const line of listing.split('\0')) {
    const [, mode, blob, path] = /^(\d+) \w+ ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
    if (mode === undefined || blob === undefined || path === undefined) continue;
    const file = { path, mode, blob, status: 'A', holdsText: mode.startsWith('100'), added: everyLine };
    if (file.holdsText) reader.request(blob);
    const change = await readChange(file, { kind: 'git', path, blob }, reader, options.maxSize);
    if (change !== undefined) yield change;
  }
}

function revisionArguments(range: RevisionRange): string[] {
  const words = range.ignoreMissing ? ['--ignore-missing', '--stdin'] : ['--stdin'];
  if (range.exceptRefs === 'all' || range.exceptRefs === 'remotes') return [...words, '--not', `--${range.exceptRefs}`];
  // A remote that has no name but its URL has no refs either, and a URL may hold what --remotes would take for a pattern.
  if (range.exceptRefs !== undefined && /^[\w./-]+$/.test(range.exceptRefs.remote))
    return [...words, '--not', `--remotes=${range.exceptRefs.remote}`];
  return words;
}

/** Revisions go in by stdin, so neither their number nor a leading dash matters to the command line. */
function revisionInput(range: RevisionRange): string {
  const lines = [...range.from, ...(range.except ?? []).map((revision) => `^${revision}`)];
  for (const line of lines) {
    if (/[\n\0]/.test(line) || line.startsWith('-'))
      throw new QuashError('usage', `reading the range ${JSON.stringify(line)}: it is not a revision; see git help revisions`);
  }
  return `${lines.join('\n')}\n`;
}
