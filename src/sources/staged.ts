import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openObjectReader } from '../git/object-reader.ts';
import { type GitOptions, type GitProcess, git, spawnGit } from '../git/run-git.ts';
import type { Gap } from '../model/gap.ts';
import type { Change } from './change.ts';
import { type ChangedFile, collectFiles, diffArguments, type LineRange, readDiff } from './diff-output.ts';
import { readChange } from './read-change.ts';
import { findRepository, type Repository } from './repository.ts';

export interface StagedOptions extends GitOptions {
  readonly maxSize: number;
}

/**
 * What is staged: the index against HEAD, or against nothing before the first commit. The contents are the index's own,
 * not the work tree's, and the index is the one git names (`git commit PATH` uses one of its own). While a merge is being
 * committed, only lines that no parent has are new. What cannot be read is a gap.
 * Two git processes run at the same time: the diff, and the reader of contents.
 */
export async function* stagedChanges(options: StagedOptions): AsyncGenerator<Change | Gap> {
  const reader = openObjectReader(options, options.maxSize);
  try {
    const parents = readMergeHeads(options);
    const [head, ...others] = await Promise.all([
      diffAgainstHead(options),
      ...parents.map((parent) => filesOf(startDiff(parent, options))),
    ]);
    const files = others.reduce<readonly ChangedFile[]>(narrow, head);
    for (const file of files) if (file.holdsText) reader.request(file.blob);
    for (const file of files) {
      const change = await readChange(file, { kind: 'staged', path: file.path }, reader, options.maxSize);
      if (change !== undefined) yield change;
    }
  } finally {
    reader.close();
  }
}

async function diffAgainstHead(options: StagedOptions): Promise<readonly ChangedFile[]> {
  const tree = looksUnborn(options) ? sha1EmptyTree : undefined;
  if (tree !== undefined) {
    // Git has the last word, and says it while it is at work already.
    const [has, files] = await Promise.all([hasHead(options), filesOf(startDiff(tree, options)).catch(() => undefined)]);
    if (!has && files !== undefined) return files;
  }
  try {
    return await filesOf(startDiff('HEAD', options));
  } catch (error) {
    // Before the first commit HEAD names a branch that is not there yet. A HEAD that is there and cannot be read is an error.
    if (await hasHead(options)) throw error;
    return filesOf(startDiff(await emptyTree(options), options));
  }
}

function startDiff(tree: string, options: StagedOptions): GitProcess {
  return spawnGit(['diff-index', '--cached', '--ita-invisible-in-index', ...diffArguments, tree, '--'], options);
}

async function filesOf(child: GitProcess): Promise<readonly ChangedFile[]> {
  child.stdin.end();
  const records = [];
  for await (const record of readDiff(child.stdout)) records.push(record);
  await child.finished;
  return collectFiles(records);
}

/** What is new in both: a file that one parent already has as it is, and lines that it has, drop out. */
function narrow(files: readonly ChangedFile[], other: readonly ChangedFile[]): readonly ChangedFile[] {
  const others = new Map(other.map((file) => [file.path, file]));
  return files.flatMap((file) => {
    const same = others.get(file.path);
    return same === undefined ? [] : [{ ...file, added: intersect(file.added, same.added) }];
  });
}

function intersect(left: readonly LineRange[], right: readonly LineRange[]): readonly LineRange[] {
  return left.flatMap(([first, last]) =>
    right.map(([start, end]): LineRange => [Math.max(first, start), Math.min(last, end)]).filter(([start, end]) => start <= end),
  );
}

async function hasHead(options: GitOptions): Promise<boolean> {
  return git(['rev-parse', '--verify', '--quiet', 'HEAD'], options).then(
    () => true,
    () => false,
  );
}

/** The id of a tree that holds nothing. Git knows it without storing it, in the repository's own hash. */
async function emptyTree(options: GitOptions): Promise<string> {
  return (await git(['hash-object', '-t', 'tree', '--stdin'], options)).toString().trim();
}

/** Git knows the empty tree of SHA-1 in every repository that has these names. */
const sha1EmptyTree = '4b825dc642cb6eb9a060e54bf8d69288fbee4904';

/** Whether HEAD seems to name a branch without a commit, in a repository of SHA-1: told by looking, which may be wrong. */
function looksUnborn(options: GitOptions): boolean {
  const repository = repositoryOf(options);
  if (repository === undefined) return false;
  const head = /^ref: *(refs\/.+?)\s*$/.exec(readIfThere(join(repository.gitDir, 'HEAD')))?.[1];
  if (head === undefined || readIfThere(join(repository.commonDir, head)) !== '') return false;
  if (readIfThere(join(repository.commonDir, 'packed-refs')).includes(` ${head}\n`)) return false;
  return !/objectformat/i.test(readIfThere(join(repository.commonDir, 'config')));
}

/** The text of a file of git's; empty when there is none, or it is none that can be read. */
function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'latin1');
  } catch {
    return '';
  }
}

function repositoryOf(options: GitOptions): Repository | undefined {
  return findRepository(options.cwd, options.inherit === 'hook' ? process.env : {});
}

function readMergeHeads(options: GitOptions): string[] {
  const repository = repositoryOf(options);
  if (repository === undefined) return [];
  try {
    return readFileSync(join(repository.gitDir, 'MERGE_HEAD'), 'latin1')
      .split('\n')
      .filter((line) => /^[0-9a-f]{40,64}$/.test(line));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
