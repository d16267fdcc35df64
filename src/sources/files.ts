import { closeSync, constants, type Dirent, fstatSync, lstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { QuashError } from '../errors.ts';
import type { Gap } from '../model/gap.ts';

/** A regular file below the root that was listed; its path is relative to the root and uses `/`. */
export interface ListedFile {
  readonly path: string;
  /** Bytes, where they were asked for. */
  readonly size?: number;
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
  /** Of how many files the size is asked for, which takes longer than listing them. Default: of all. */
  readonly sizes?: number;
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
  { isWanted = () => true, signal, sizes = Number.POSITIVE_INFINITY }: ListOptions = {},
): AsyncGenerator<ListedFile | Gap> {
  const folders: Folder[] = [{ path: '' }];
  let seen = 0;
  let files = 0;
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
        const isKnown = files >= sizes && entry.isFile();
        const file = isKnown ? { path, ...(rawPath ? { rawPath } : {}) } : look(root, path, rawPath);
        if (file === undefined) continue;
        files++;
        yield file;
      }
    }
    folders.push(...below.reverse());
  }
}

/** A file's bytes, or why there are none. */
export function readFileBytes(root: string, path: string, maxSize: number, rawPath?: Uint8Array): Uint8Array | Gap {
  return withOpenFile(root, path, maxSize, rawPath, (file, size) => {
    const bytes = Buffer.allocUnsafeSlow(size);
    return size === 0 ? readUnsized(file, path, maxSize) : bytes.subarray(0, readInto(file, bytes));
  });
}

/**
 * Opens a file for `use`, which gets its descriptor and how many bytes it has, or tells why it is not read. Opened without
 * following a link and without waiting for a pipe's other end, and looked at once open, so what was swapped in since the
 * listing is not read either.
 */
export function withOpenFile<T>(
  root: string,
  path: string,
  maxSize: number,
  rawPath: Uint8Array | undefined,
  use: (file: number, size: number) => T,
): T | Gap {
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
    if (stats.size > maxSize) return tooLarge(path, `${stats.size} bytes, more than the ${maxSize} of --max-size`);
    return use(file, stats.size);
  } catch (error) {
    // What is no error of the system is none of the file.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error;
    return unreadable(path, error);
  } finally {
    closeSync(file);
  }
}

/** Fills `bytes` from a file and returns how many it had: fewer if it has become shorter. */
export function readInto(file: number, bytes: Buffer): number {
  let filled = 0;
  while (filled < bytes.length) {
    const length = readSync(file, bytes, filled, bytes.length - filled, null);
    if (length === 0) break;
    filled += length;
  }
  return filled;
}

/** A file that says it is empty, which those of /proc do whatever they hold. */
export function readUnsized(file: number, path: string, maxSize: number): Uint8Array | Gap {
  const chunks: Buffer[] = [];
  for (let total = 0; total <= maxSize; ) {
    const chunk = Buffer.allocUnsafe(65_536);
    const length = readSync(file, chunk, 0, chunk.length, null);
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(chunk.subarray(0, length));
    total += length;
  }
  return tooLarge(path, `it grew past the ${maxSize} bytes of --max-size while it was read`);
}

type Entry = Pick<Dirent, 'name' | 'isFile' | 'isDirectory' | 'isSymbolicLink'> & { readonly rawPath?: Uint8Array };

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
      isFile: () => entry.isFile(),
      isDirectory: () => entry.isDirectory(),
      isSymbolicLink: () => entry.isSymbolicLink(),
      ...(Buffer.from(raw.toString()).equals(raw) ? {} : { rawPath: raw }),
    };
  });
}

function onDisk(root: string, path: string, rawPath: Uint8Array | undefined): string | Buffer {
  return rawPath === undefined ? `${root}/${path}` : Buffer.concat([Buffer.from(`${root}/`), rawPath]);
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

function tooLarge(path: string, detail: string): Gap {
  return { origin: { kind: 'file', path }, reason: 'too-large', detail };
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
