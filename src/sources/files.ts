import { closeSync, constants, type Dirent, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { QuashError } from '../errors.ts';
import type { Gap } from '../model/gap.ts';

/** A regular file below the root that was listed; its path is relative to the root and uses `/`. */
export interface ListedFile {
  readonly path: string;
  readonly size: number;
  /** The path as it is on disk, where that is no UTF-8 and `path` only resembles it. */
  readonly rawPath?: Uint8Array;
}

interface Folder {
  readonly path: string;
  readonly rawPath?: Uint8Array;
}

export interface ListOptions {
  /** Whether a file is asked for; asked of folders too, and one that is not wanted is not entered. */
  readonly isWanted?: (path: string, kind: 'file' | 'folder') => boolean;
  readonly signal?: AbortSignal;
}

/**
 * Every regular file below `root`, in the order of their names: hidden files, those that .gitignore names (secrets live in
 * .env) and nested repositories' working trees included; what is named `.git` is left to the history. Symbolic links are
 * not followed and are no gap: what they point to inside the root is listed at its own path, and what is outside was not
 * asked for. A folder that cannot be read and a file that is none (device, socket, pipe) are gaps.
 *
 * It walks by itself, with synchronous calls: of 5,927 files it lists in 50 ms what fast-glob lists in 200 (160 without
 * sizes), since each asynchronous stat costs more than the stat.
 */
export async function* listFiles(
  root: string,
  { isWanted = () => true, signal }: ListOptions = {},
): AsyncGenerator<ListedFile | Gap> {
  const folders: Folder[] = [{ path: '' }];
  let seen = 0;
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const entries = readFolder(root, folder);
    if (!Array.isArray(entries)) {
      yield entries;
      continue;
    }
    const below: Folder[] = [];
    for (const entry of entries) {
      if (entry.name === '.git') continue;
      const path = folder.path === '' ? entry.name : `${folder.path}/${entry.name}`;
      const { rawPath } = entry;
      // Lets a Ctrl-C in, now and then.
      if (++seen % 1024 === 0) await setImmediate();
      if (signal?.aborted) throw new QuashError('interrupted', `listing files in ${root}: interrupted`);
      if (entry.isDirectory()) {
        if (isWanted(path, 'folder')) below.push({ path, ...(rawPath ? { rawPath } : {}) });
      } else if (!entry.isSymbolicLink() && isWanted(path, 'file')) {
        const file = look(root, path, rawPath);
        if (file !== undefined) yield file;
      }
    }
    folders.push(...below.reverse());
  }
}

/**
 * A file's bytes, or why there are none. Opened without following a link and without waiting for a pipe's other end, and
 * looked at again once open, so what was swapped in since the listing is not read either.
 * With `room`, what fits is read into it: thousands of files then need one buffer, and the bytes are gone at the next call.
 */
export function readFileBytes(
  root: string,
  path: string,
  maxSize: number,
  room?: Buffer,
  rawPath?: Uint8Array,
): Uint8Array | Gap {
  const origin = { kind: 'file', path } as const;
  let file: number;
  try {
    // Windows has neither flag, and no pipe or device in a folder either.
    file = openSync(onDisk(root, path, rawPath), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    return unreadable(path, error);
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return specialFile(path);
    if (stats.size > maxSize)
      return { origin, reason: 'too-large', detail: `${stats.size} bytes, more than the ${maxSize} of --max-size` };
    const bytes = readAll(file, stats.size, maxSize, room);
    return bytes ?? { origin, reason: 'too-large', detail: `it grew past the ${maxSize} bytes of --max-size while it was read` };
  } catch (error) {
    return unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

/** Reads `size` bytes, fewer if the file has become shorter; undefined past `maxSize`. */
function readAll(file: number, size: number, maxSize: number, room: Buffer | undefined): Uint8Array | undefined {
  if (size === 0) return readUnsized(file, maxSize);
  const bytes = room && size <= room.length ? room : Buffer.allocUnsafeSlow(size);
  let filled = 0;
  while (filled < size) {
    const length = readSync(file, bytes, filled, size - filled, null);
    if (length === 0) break;
    filled += length;
  }
  return bytes.subarray(0, filled);
}

/** A file that says it is empty, which those of /proc do whatever they hold. */
function readUnsized(file: number, maxSize: number): Uint8Array | undefined {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= maxSize; ) {
    const chunk = Buffer.allocUnsafe(65_536);
    const length = readSync(file, chunk, 0, chunk.length, null);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return undefined;
}

type Entry = Pick<Dirent, 'name' | 'isDirectory' | 'isSymbolicLink'> & { readonly rawPath?: Uint8Array };

/** The entries of a folder, sorted by name, or the gap that it is. */
function readFolder(root: string, folder: Folder): Entry[] | Gap {
  try {
    const where = onDisk(root, folder.path, folder.rawPath);
    const entries: readonly Entry[] = readdirSync(where, { withFileTypes: true });
    const isPlain = folder.rawPath === undefined && !entries.some(({ name }) => name.includes('\ufffd'));
    return (isPlain ? [...entries] : readRawFolder(where, folder)).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (folder.path === '')
      throw new QuashError(
        'source',
        `listing files in ${root}: ${reasonOf(error)}; check that it is there and that you may read it`,
        { cause: error },
      );
    return unreadable(folder.path, error);
  }
}

/** The entries of a folder in which a name is no UTF-8, or whose own path is none, with their paths in bytes. */
function readRawFolder(where: string | Buffer, { path, rawPath = Buffer.from(path) }: Folder): Entry[] {
  return readdirSync(where, { withFileTypes: true, encoding: 'buffer' }).map((entry): Entry => {
    const raw = rawPath.length === 0 ? entry.name : Buffer.concat([rawPath, Buffer.from('/'), entry.name]);
    return {
      name: entry.name.toString(),
      isDirectory: () => entry.isDirectory(),
      isSymbolicLink: () => entry.isSymbolicLink(),
      ...(Buffer.from(raw.toString()).equals(raw) ? {} : { rawPath: raw }),
    };
  });
}

function onDisk(root: string, path: string, rawPath: Uint8Array | undefined): string | Buffer {
  return rawPath === undefined ? join(root, path) : Buffer.concat([Buffer.from(`${root}/`), rawPath]);
}

function look(root: string, path: string, rawPath: Uint8Array | undefined): ListedFile | Gap | undefined {
  try {
    const stats = lstatSync(onDisk(root, path, rawPath));
    if (stats.isFile()) return { path, size: stats.size, ...(rawPath ? { rawPath } : {}) };
    return stats.isSymbolicLink() || stats.isDirectory() ? undefined : specialFile(path);
  } catch (error) {
    return unreadable(path, error);
  }
}

function specialFile(path: string): Gap {
  return {
    origin: { kind: 'file', path },
    reason: 'special-file',
    detail: 'a device, a socket or a pipe is not opened; pipe it in: quash scan -',
  };
}

function unreadable(path: string, error: unknown): Gap {
  const origin = { kind: 'file', path } as const;
  if ((error as NodeJS.ErrnoException).code === 'ELOOP') {
    return {
      origin,
      reason: 'outside-root',
      detail: 'it became a symbolic link after it was listed, and links are not followed',
    };
  }
  return {
    origin,
    reason: 'unreadable',
    detail: reasonOf(error),
  };
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied; run as a user who may read it';
  if (code === 'ENOENT') return 'it was gone when it was to be read';
  return code ?? message;
}
