import type { Readable } from 'node:stream';
import { QuashError } from '../errors.ts';
import type { Gap } from '../model/gap.ts';

/**
 * Reads stdin to its end, or to `maxSize` bytes: what came until then is still to be scanned, and the gap says that more
 * was not. Past the limit nothing is read, so the writer is stopped by its closed pipe.
 */
export async function readStdin(
  stdin: Readable,
  maxSize: number,
  signal?: AbortSignal,
): Promise<{ readonly bytes: Uint8Array; readonly gap?: Gap }> {
  const chunks: Buffer[] = [];
  let size = 0;
  const abort = () => stdin.destroy(new QuashError('interrupted', 'reading stdin: interrupted'));
  signal?.addEventListener('abort', abort, { once: true });
  try {
    if (signal?.aborted) abort();
    for await (const chunk of stdin as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxSize) break;
    }
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  const bytes = Buffer.concat(chunks, Math.min(size, maxSize));
  if (size <= maxSize) return { bytes };
  return {
    bytes,
    gap: {
      origin: { kind: 'stdin' },
      reason: 'too-large',
      detail: `more than the ${maxSize} bytes of --max-size came in; what is past them was not read`,
    },
  };
}
