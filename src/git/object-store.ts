import { readdirSync, readFileSync, statSync } from 'node:fs';
import { isAbsolute, join, resolve } from 'node:path';
import { type PackIndex, readPackIndex } from './pack-index.ts';

/** A loose object's file. */
export interface LooseObject {
  readonly path: string;
  /** Its name in hex. */
  readonly name: string;
}

/** Where a repository keeps its objects, its own folder and those it borrows from. */
export interface ObjectStore {
  readonly hashBytes: number;
  readonly packs: readonly PackIndex[];
  readonly loose: readonly LooseObject[];
  /** What could not be opened: one sentence each. */
  readonly faults: readonly { readonly path: string; readonly detail: string }[];
  /** Objects may be missing because the clone left them at its remote. */
  readonly isPartial: boolean;
  /** Commits whose parents were left out when it was cloned. Hex. */
  readonly shallow: readonly string[];
}

/** Finds the packs and loose objects of the repository whose objects lie below `commonDir`, alternates included. */
export function openObjectStore(commonDir: string, env: Readonly<NodeJS.ProcessEnv> = {}): ObjectStore {
  const hashBytes = objectFormat(commonDir);
  const folders: string[] = [];
  const pending = [
    env.GIT_OBJECT_DIRECTORY ?? join(commonDir, 'objects'),
    ...(env.GIT_ALTERNATE_OBJECT_DIRECTORIES?.split(':').filter(Boolean) ?? []),
  ];
  // git follows alternates of alternates to a depth of five (object-file.c); a loop ends by itself here.
  while (pending.length > 0 && folders.length < 64) {
    const folder = resolve(pending.shift()!);
    if (folders.includes(folder)) continue;
    folders.push(folder);
    for (const line of readText(join(folder, 'info', 'alternates')).split('\n')) {
      const path = line.trim();
      if (path && !path.startsWith('#')) pending.push(isAbsolute(path) ? path : join(folder, path));
    }
  }

  const packs: PackIndex[] = [];
  const loose: LooseObject[] = [];
  const faults: { path: string; detail: string }[] = [];
  let isPartial = false;
  const seen = new Set<string>();
  for (const folder of folders) {
    const packFiles = list(join(folder, 'pack'));
    for (const file of packFiles) {
      const index = file.replace(/\.pack$/, '.idx');
      if (index !== file && !file.startsWith('tmp_') && !packFiles.includes(index))
        faults.push({ path: join(folder, 'pack', index), detail: 'it is missing' });
      if (file.endsWith('.promisor')) isPartial = true;
      if (!file.endsWith('.idx') || file.startsWith('tmp_')) continue;
      const path = join(folder, 'pack', file);
      if (seen.has(file)) continue;
      seen.add(file);
      try {
        packs.push(readPackIndex(path, hashBytes));
      } catch (cause) {
        faults.push({ path, detail: (cause as Error).message });
      }
    }
    for (const prefix of list(folder)) {
      if (!/^[0-9a-f]{2}$/.test(prefix)) continue;
      for (const rest of list(join(folder, prefix))) {
        if (rest.length !== 2 * hashBytes - 2 || !/^[0-9a-f]+$/.test(rest)) continue;
        const name = prefix + rest;
        if (seen.has(name)) continue;
        seen.add(name);
        loose.push({ path: join(folder, prefix, rest), name });
      }
    }
  }
  const shallow = readText(join(commonDir, 'shallow'))
    .split('\n')
    .filter((line) => /^[0-9a-f]{40,64}$/.test(line));
  return { hashBytes, packs, loose, faults, isPartial, shallow };
}

/** Bytes of an object name: `extensions.objectFormat` of the repository's config says `sha256`, or it is SHA-1. */
function objectFormat(commonDir: string): number {
  return /^\s*objectformat\s*=\s*"?sha256"?\s*$/im.test(readText(join(commonDir, 'config'))) ? 32 : 20;
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes((cause as NodeJS.ErrnoException).code ?? '')) return [];
    throw cause;
  }
}

function readText(path: string): string {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : '';
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR', 'EACCES'].includes((cause as NodeJS.ErrnoException).code ?? '')) return '';
    throw cause;
  }
}
