import { QuashError } from '../errors.ts';
import { createByteReader } from './byte-reader.ts';
import { type GitOptions, spawnGit } from './run-git.ts';

/** What git said of one object id. */
export type ReadObject =
  | { readonly state: 'read'; readonly type: string; readonly bytes: Buffer }
  | { readonly state: 'too-large'; readonly type: string; readonly size: number }
  | { readonly state: 'missing' };

/** One `git cat-file --batch` process: ids go in with `request`, objects come out of `next` in the same order. */
export interface ObjectReader {
  request(id: string): void;
  next(): Promise<ReadObject>;
  /** Ends the process, whatever it still has to say. */
  close(): void;
}

/** Starts a reader of whole objects. Those larger than `maxSize` are read over, never held in memory. */
export function openObjectReader(options: GitOptions, maxSize: number): ObjectReader {
  const child = spawnGit(['cat-file', '--batch'], options);
  const reader = createByteReader(child.stdout, 'reading objects with git cat-file');
  return {
    request(id) {
      child.stdin.write(`${id}\n`);
    },
    async next() {
      const header = await reader.readUntil(0x0a, 1024);
      if (header === undefined) {
        await child.finished;
        throw new QuashError('source', 'reading objects with git cat-file: it ended before every object was read; run git fsck');
      }
      const [, type, size] = header.toString('latin1').split(' ');
      if (type === undefined || size === undefined) return { state: 'missing' };
      const length = Number(size);
      if (length > maxSize) {
        await reader.skip(length + 1);
        return { state: 'too-large', type, size: length };
      }
      const bytes = await reader.readExactly(length);
      await reader.skip(1);
      return { state: 'read', type, bytes };
    },
    close: child.stop,
  };
}
