import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type GitOptions, git } from './run-git.ts';

/** What names the starts of a repository's history. Hex names of commits and annotated tags. */
export interface Tips {
  readonly head?: string;
  /** Whatever a ref, a worktree's HEAD or an entry of the stash names. */
  readonly names: readonly string[];
  /** Tips of refs/notes. */
  readonly notes: readonly string[];
}

const hexName = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * Reads all refs, the worktrees' HEADs and every entry of the stash. The files are read as they are, since git looks up
 * each object that a ref names and gives up at the first that is damaged; only a reftable is left to git.
 */
export async function readTips(commonDir: string, options: GitOptions): Promise<Tips> {
  const refs = existsSync(join(commonDir, 'reftable')) ? await listRefs(options) : readRefs(commonDir);
  const gitDir = options.gitDir ?? commonDir;
  const names = new Set<string>();
  const notes = new Set<string>();
  for (const [ref, name] of refs) (ref.startsWith('refs/notes/') ? notes : names).add(name);
  const head = resolveHead(text(join(gitDir, 'HEAD')).trim(), refs);
  if (head) names.add(head);
  for (const worktree of list(join(commonDir, 'worktrees'))) {
    const name = resolveHead(text(join(commonDir, 'worktrees', worktree, 'HEAD')).trim(), refs);
    if (name) names.add(name);
  }
  // refs/stash names the newest entry only; the older ones live in its log, one `old new who` a line.
  for (const line of text(join(commonDir, 'logs', 'refs', 'stash')).split('\n')) {
    const name = line.split(' ')[1];
    if (name && hexName.test(name)) names.add(name);
  }
  return { ...(head ? { head } : {}), names: [...names], notes: [...notes] };
}

function resolveHead(head: string, refs: ReadonlyMap<string, string>): string | undefined {
  if (hexName.test(head)) return head;
  const ref = /^ref: *(\S+)$/.exec(head)?.[1];
  return ref === undefined ? undefined : refs.get(ref);
}

/** Refs as files: `packed-refs`, and below `refs/` those that changed since, which win. */
function readRefs(commonDir: string): ReadonlyMap<string, string> {
  const refs = new Map<string, string>();
  for (const line of text(join(commonDir, 'packed-refs')).split('\n')) {
    const [name, ref] = line.split(' ');
    if (name && ref && hexName.test(name)) refs.set(ref, name);
  }
  const folders = ['refs'];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of list(join(commonDir, folder))) {
      const ref = `${folder}/${entry}`;
      const path = join(commonDir, ref);
      if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) folders.push(ref);
      else {
        const name = text(path).trim();
        if (hexName.test(name)) refs.set(ref, name);
      }
    }
  }
  return refs;
}

async function listRefs(options: GitOptions): Promise<ReadonlyMap<string, string>> {
  const listing = await git(['for-each-ref', '--format=%(objectname) %(refname)'], options);
  const refs = new Map<string, string>();
  for (const line of listing.toString('utf8').split('\n')) {
    const [name, ref] = line.split(' ');
    if (name && ref) refs.set(ref, name);
  }
  return refs;
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
