import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { QuashError } from '../errors.ts';
import { git } from '../git/run-git.ts';
import { findRepository, type Repository } from '../sources/repository.ts';
import { authorOf, type HookType, type Launcher, movedSuffix, renderHook } from './hook-script.ts';

/** What became of one hook. `chained` is the hook that was there and still runs, at its new name. */
export interface HookChange {
  readonly type: HookType;
  readonly path: string;
  readonly state: 'installed' | 'updated' | 'unchanged' | 'removed' | 'absent' | 'foreign';
  readonly chained?: string;
}

/**
 * Writes a hook where git looks for it (core.hooksPath, a linked worktree's main repository, a bare repository). A hook
 * that is there is renamed and runs first. Doing it twice changes nothing. Throws QuashError('usage') rather than write
 * over what quash did not write.
 */
export async function installHook(
  type: HookType,
  { cwd, launcher }: { readonly cwd: string; readonly launcher: Launcher },
): Promise<HookChange> {
  const { folder, isShared } = await findHooksFolder(cwd);
  const path = join(folder, type);
  const moved = `${path}${movedSuffix}`;
  // A folder of hooks that is checked in reaches other machines, where this one's paths mean nothing.
  const script = renderHook(type, isShared ? undefined : launcher);
  const present = readHook(path);
  const author = present === undefined ? undefined : authorOf(present);
  if (author === 'edited') {
    throw new QuashError(
      'usage',
      `installing the ${type} hook: ${path} was written by quash and edited since; move your lines to ${moved} and delete it, then install again`,
    );
  }
  if (present === script) return { type, path, state: 'unchanged', ...chainedBy(moved) };
  mkdirSync(folder, { recursive: true });
  if (author === 'other') {
    if (exists(moved)) {
      throw new QuashError(
        'usage',
        `installing the ${type} hook: ${path} and ${moved} are both there, and one would be lost; join them in ${moved} and delete the other`,
      );
    }
    renameSync(path, moved);
  }
  writeExecutable(path, script);
  return { type, path, state: author === 'quash' ? 'updated' : 'installed', ...chainedBy(moved) };
}

/** Takes a hook out and gives the one that was there before its name back. Leaves alone what quash did not write. */
export async function uninstallHook(type: HookType, { cwd }: { readonly cwd: string }): Promise<HookChange> {
  const { folder } = await findHooksFolder(cwd, 'uninstall');
  const path = join(folder, type);
  const moved = `${path}${movedSuffix}`;
  const present = readHook(path);
  const author = present === undefined ? undefined : authorOf(present);
  if (author === 'edited')
    throw new QuashError(
      'usage',
      `uninstalling the ${type} hook: ${path} was edited since quash wrote it; take your lines out and delete it`,
    );
  if (author === 'other') return { type, path, state: 'foreign' };
  const hadMoved = exists(moved);
  // A rename over the script leaves no moment without a hook.
  if (hadMoved) renameSync(moved, path);
  else if (author === 'quash') rmSync(path);
  return { type, path, state: author === 'quash' || hadMoved ? 'removed' : 'absent' };
}

/** The folder git runs hooks from, and whether it is checked in with the work tree. */
async function findHooksFolder(
  cwd: string,
  doing: 'install' | 'uninstall' = 'install',
): Promise<{ readonly folder: string; readonly isShared: boolean }> {
  const repository = findRepository(cwd);
  if (repository === undefined)
    throw new QuashError('usage', `${doing}ing a hook: ${cwd} is in no git repository; go to one first`);
  // A relative core.hooksPath counts from where git runs hooks: the top of the work tree, or the bare repository.
  const top = repository.workTree ?? repository.gitDir;
  const answer = await git(['rev-parse', '--git-path', 'hooks'], { cwd: top, keepHooksPath: true });
  const folder = resolve(top, answer.toString().replace(/\r?\n$/, ''));
  if (doing === 'install' && folder.split(/[\\/]/).slice(-2).includes('.husky')) {
    throw new QuashError(
      'usage',
      `installing a hook: husky keeps this repository's hooks and would write over it; put this line into .husky/pre-commit: quash hook run pre-commit`,
    );
  }
  return { folder, isShared: isCheckedIn(folder, repository) };
}

function isCheckedIn(folder: string, repository: Repository): boolean {
  const { workTree, gitDir, commonDir } = repository;
  return workTree !== undefined && isInside(folder, workTree) && !isInside(folder, gitDir) && !isInside(folder, commonDir);
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === '' || (!isAbsolute(way) && !/^\.\.([\\/]|$)/.test(way));
}

/** The text of the hook that is there, following a link; an empty text for a link to nothing, undefined for nothing. */
function readHook(path: string): string | undefined {
  if (!exists(path)) return undefined;
  try {
    return readFileSync(path, 'latin1');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw new QuashError('usage', `reading the hook ${path}: ${(cause as Error).message}; make it a file that you may read`, {
      cause,
    });
  }
}

function exists(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
}

function chainedBy(moved: string): Pick<HookChange, 'chained'> {
  return exists(moved) ? { chained: moved } : {};
}

/** Puts the script in place in one step, so that git never runs half of it. */
function writeExecutable(path: string, script: string): void {
  const draft = join(dirname(path), `.${basename(path)}.quash-${process.pid}`);
  writeFileSync(draft, script, { mode: 0o755, flag: 'wx' });
  chmodSync(draft, 0o755);
  renameSync(draft, path);
}
