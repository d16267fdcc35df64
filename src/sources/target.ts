import { type Stats, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { QuashError } from '../errors.ts';
import { printable } from '../git/run-git.ts';
import { cloneUrl, looksLikeUrl } from './clone-url.ts';
import { findRepository, type Repository, repositoryAt } from './repository.ts';

export const targetKinds = ['repository', 'folder', 'file', 'url', 'stdin'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** What a TARGET proved to be. Paths are absolute. */
export type Target =
  | { readonly kind: 'repository'; readonly path: string; readonly repository: Repository }
  /** `within` is the repository that the folder is a part of: its history is not this target's. */
  | { readonly kind: 'folder'; readonly path: string; readonly within?: Repository }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'stdin' };

/**
 * Tells what TARGET is by what it proves to be: `-` is stdin; what is there on disk is a file, a folder, or a repository
 * when it is the top of one (a folder inside a repository is only that folder, without history); the rest must be a URL
 * git can clone. `as` overrules: a repository taken as a folder loses its history, a folder taken as a repository is the
 * repository it is in. Throws QuashError('usage') for what is not there or cannot be what it is said to be.
 */
export function resolveTarget(text: string, cwd: string, as?: TargetKind): Target {
  if (as === 'stdin' || (as === undefined && text === '-')) return { kind: 'stdin' };
  if (as === 'url') return { kind: 'url', url: cloneUrl(text) };
  const path = resolve(cwd, text);
  const stats = statOf(path, text);
  if (stats === undefined) {
    if (as === undefined && looksLikeUrl(text)) return { kind: 'url', url: cloneUrl(text) };
    throw new QuashError(
      'usage',
      `looking at ${printable(text)}: there is no such file or folder; check the path, or give a URL such as https://host/team/app.git`,
    );
  }
  if (stats.isDirectory()) return resolveFolder(path, text, as);
  if (!stats.isFile())
    throw new QuashError(
      'usage',
      `looking at ${printable(text)}: it is neither a file nor a folder; pipe it in instead: quash scan - < ${printable(text)}`,
    );
  if (as === 'folder') throw new QuashError('usage', `taking ${printable(text)} as a folder: it is a file; leave out --as`);
  if (as === 'repository')
    throw new QuashError('usage', `taking ${printable(text)} as a repository: it is a file; name the folder that holds .git`);
  return { kind: 'file', path };
}

function resolveFolder(path: string, text: string, as: TargetKind | undefined): Target {
  if (as === 'file') throw new QuashError('usage', `taking ${printable(text)} as a file: it is a folder; leave out --as`);
  if (as === 'folder') return { kind: 'folder', path };
  const repository = repositoryAt(path);
  if (repository !== undefined) return { kind: 'repository', path, repository };
  const within = findRepository(dirname(path));
  if (as === undefined) return within === undefined ? { kind: 'folder', path } : { kind: 'folder', path, within };
  if (within === undefined)
    throw new QuashError('usage', `taking ${printable(text)} as a repository: no git repository holds it; leave out --as`);
  return { kind: 'repository', path: within.workTree ?? within.gitDir, repository: within };
}

function statOf(path: string, text: string): Stats | undefined {
  try {
    return statSync(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENAMETOOLONG') return undefined;
    throw new QuashError('usage', `looking at ${printable(text)}: ${code ?? 'it cannot be opened'}; check its permissions`, {
      cause,
    });
  }
}
