import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type GitOptions, git } from './run-git.ts';

/** Where a repository's history starts. Hex names. */
export interface Tips {
  readonly head?: string;
  /** Every commit that something names: refs, HEAD of each worktree, entries of the stash. */
  readonly commits: readonly string[];
  readonly tags: readonly string[];
  /** Tips of refs/notes. */
  readonly notes: readonly string[];
}

/** Reads all refs, annotated tags peeled, with HEAD, the worktrees' HEADs and every entry of the stash. */
export async function readTips(commonDir: string, options: GitOptions): Promise<Tips> {
  const listing = await git(['for-each-ref', '--format=%(objectname) %(objecttype) %(*objectname) %(refname)'], options);
  const commits = new Set<string>();
  const tags = new Set<string>();
  const notes = new Set<string>();
  for (const line of listing.toString('utf8').split('\n')) {
    const [name, type, peeled, ref] = line.split(' ');
    if (!name) continue;
    if (type === 'tag') {
      tags.add(name);
      if (peeled) commits.add(peeled);
    } else if (ref?.startsWith('refs/notes/')) notes.add(name);
    else commits.add(name);
  }
  const head = nameIn(join(options.gitDir ?? commonDir, 'HEAD')) ?? (await resolveHead(options));
  if (head) commits.add(head);
  for (const worktree of list(join(commonDir, 'worktrees'))) {
    const name = nameIn(join(commonDir, 'worktrees', worktree, 'HEAD'));
    if (name) commits.add(name);
  }
  // refs/stash names the newest entry only; the older ones live in its log, one `old new who` a line.
  for (const line of text(join(commonDir, 'logs', 'refs', 'stash')).split('\n')) {
    const name = line.split(' ')[1];
    if (name && /^[0-9a-f]{40,64}$/.test(name)) commits.add(name);
  }
  return { ...(head ? { head } : {}), commits: [...commits], tags: [...tags], notes: [...notes] };
}

async function resolveHead(options: GitOptions): Promise<string | undefined> {
  try {
    return (await git(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'], options)).toString('latin1').trim() || undefined;
  } catch {
    // No commit yet: HEAD names a branch that is not born.
    return undefined;
  }
}

function nameIn(path: string): string | undefined {
  return /^[0-9a-f]{40,64}$/.exec(text(path).trim())?.[0];
}

function text(path: string): string {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : '';
  } catch {
    // Nothing there: most repositories have no stash and no other worktree.
    return '';
  }
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    // As above.
    return [];
  }
}
