import { fzstd } from '../lazy-packages.ts';
import type { Outcome } from './inflate.ts';

// A block of four bytes can unpack to 128 KB, and fzstd gives all that a push holds at once.
const pushBytes = 1024;

/** 128 MB, as zstd itself allows without being asked. */
const mostWindowLog = 27;

/** Unpacks zstd with fzstd: zlib of Node reads it only from 22.15 on. */
export async function* unzstd(source: AsyncIterable<Uint8Array>, outcome: Outcome): AsyncGenerator<Uint8Array> {
  let isFirst = true;
  const queue: Uint8Array[] = [];
  const unpacker = new (fzstd().Decompress)((chunk) => {
    if (chunk.length > 0) queue.push(chunk);
  });
  // Thrown by fzstd for bytes it cannot read.
  const push = (chunk: Uint8Array, isLast: boolean) => {
    try {
      unpacker.push(chunk, isLast);
    } catch (error) {
      outcome.error = (error as Error).message;
    }
  };
  let isEmpty = true;
  for await (const chunk of source) {
    if (isFirst && windowLog(chunk) > mostWindowLog) {
      outcome.error = 'it asks for more memory than is given; pack it anew without --long';
      return;
    }
    isFirst = false;
    for (let at = 0; at < chunk.length && outcome.error === undefined; at += pushBytes) {
      const piece = chunk.subarray(at, at + pushBytes);
      isEmpty = false;
      push(piece, false);
      outcome.consumed += piece.length;
      // What it gives may be its window, which it writes over.
      for (let given = queue.shift(); given !== undefined; given = queue.shift()) yield given.slice();
    }
    if (outcome.error !== undefined) return;
  }
  if (!isEmpty) push(new Uint8Array(0), true);
  yield* queue;
}

/** The logarithm of the window that a frame asks for; 0 where its content's size stands for it. RFC 8878, 3.1.1.1 */
function windowLog(frame: Uint8Array): number {
  const isSingleSegment = (frame[4] & 0x20) !== 0;
  return isSingleSegment ? 0 : 10 + (frame[5] >> 3);
}
