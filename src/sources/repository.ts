import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Where a git repository keeps itself. */
export interface Repository {
  /** The folder of this working tree's HEAD and index; in a linked worktree not the one that holds the objects. */
  readonly gitDir: string;
  /** The folder of objects, refs and config: `gitDir`, unless this is a linked worktree. */
  readonly commonDir: string;
  /** The folder that is checked out; none in a bare repository. */
  readonly workTree?: string;
}

/**
 * The repository whose top is `folder`: it holds a `.git` folder, a `.git` file that names one (a linked worktree, a
 * submodule), or it is a git folder itself (bare). Told by looking, as git does, without starting git.
 */
export function repositoryAt(folder: string): Repository | undefined {
  const inside = join(folder, '.git');
  const pointer = readStart(inside);
  const pointed = pointer === undefined ? undefined : /^gitdir: (.+)$/m.exec(pointer)?.[1];
  if (pointed !== undefined) return describe(resolve(folder, pointed), folder);
  return describe(inside, folder) ?? describe(folder, undefined);
}

/**
 * The repository that `folder` is in: its own, or that of the nearest folder above. `env` may name it, as it does for a hook;
 * hooks run at the top of the work tree, or in the git folder of a bare repository.
 */
export function findRepository(folder: string, env: Readonly<NodeJS.ProcessEnv> = {}): Repository | undefined {
  if (env.GIT_DIR) {
    const workTree = env.GIT_WORK_TREE ? resolve(folder, env.GIT_WORK_TREE) : repositoryAt(folder)?.workTree;
    return describe(resolve(folder, env.GIT_DIR), workTree);
  }
  for (let at = resolve(folder); ; at = dirname(at)) {
    const repository = repositoryAt(at);
    if (repository !== undefined) return repository;
    if (dirname(at) === at) return undefined;
  }
}

function describe(gitDir: string, workTree: string | undefined): Repository | undefined {
  const head = readStart(join(gitDir, 'HEAD'));
  if (head === undefined || !/^(ref: *refs\/|[0-9a-f]{40})/.test(head)) return undefined;
  const common = readStart(join(gitDir, 'commondir'))?.trim();
  const commonDir = common ? resolve(gitDir, common) : gitDir;
  if (!isFolder(join(commonDir, 'objects')) || !isFolder(join(commonDir, 'refs'))) return undefined;
  return workTree === undefined ? { gitDir, commonDir } : { gitDir, commonDir, workTree };
}

/** The text of a small regular file; undefined for anything else that may stand there. */
function readStart(file: string): string | undefined {
  try {
    const stats = statSync(file);
    return stats.isFile() && stats.size <= 65_536 ? readFileSync(file, 'utf8') : undefined;
  } catch {
    // Not there, or not ours to read: either way not a git folder that can be used.
    return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
