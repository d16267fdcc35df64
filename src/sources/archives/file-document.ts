import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Gap } from '../../model/gap.ts';
import { type Document, tellingBytes } from '../document.ts';
import { gapIn } from './member-document.ts';

const chunkBytes = 1 << 18;

/** A file below `root` as a document, and what closes it; or the gap that it is. Links are not followed. */
export async function openFileDocument(
  root: string,
  path: string,
): Promise<{ readonly document: Document; readonly close: () => Promise<void> } | Gap> {
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
  try {
    const file = await open(join(root, path), flags);
    const stats = await file.stat();
    if (!stats.isFile()) {
      await file.close();
      return gapIn({ path }, 'special-file', 'a device, a socket or a pipe is not opened; pipe it in: quash scan -');
    }
    const { size } = stats;
    const range = async (start: number, end: number): Promise<Uint8Array> => {
      const wanted = Math.max(0, Math.min(end, size) - start);
      const bytes = Buffer.allocUnsafe(wanted);
      let filled = 0;
      while (filled < wanted) {
        const { bytesRead } = await file.read(bytes, filled, wanted - filled, start + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return bytes.subarray(0, filled);
    };
    const document: Document = {
      path,
      size,
      head: () => range(0, tellingBytes),
      bytes: () => chunksOf(range, 0, size),
      whole: async (maxBytes) =>
        size <= maxBytes
          ? range(0, size)
          : gapIn(
              { path },
              'too-large',
              `${size} bytes, and it can only be read as a whole; raise maxWholeBytes, which is ${maxBytes}`,
            ),
      range,
    };
    return { document, close: () => file.close() };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return gapIn({ path }, 'unreadable', code ?? message);
  }
}

/** A stretch of something that can be read in any order, in chunks. */
export async function* chunksOf(
  range: (start: number, end: number) => Promise<Uint8Array>,
  start: number,
  end: number,
): AsyncGenerator<Uint8Array> {
  for (let at = start; at < end; ) {
    const chunk = await range(at, Math.min(end, at + chunkBytes));
    if (chunk.length === 0) return;
    yield chunk;
    at += chunk.length;
  }
}
