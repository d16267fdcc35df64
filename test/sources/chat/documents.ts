import { posix } from 'node:path';
import { type Document, defaultLimits, type FormatContext } from '../../../src/sources/document.ts';

/** Files of an export in memory, by path; each is read in chunks of `chunkBytes`. */
export function exportOf(files: Readonly<Record<string, string | Uint8Array>>, chunkBytes = 65_536) {
  function bytesOf(path: string): Buffer {
    const file = files[path];
    return typeof file === 'string' ? Buffer.from(file) : Buffer.from(file.buffer, file.byteOffset, file.length);
  }

  function document(path: string): Document {
    return {
      path,
      size: bytesOf(path).length,
      head: async () => bytesOf(path).subarray(0, 65_536),
      async *bytes() {
        const bytes = bytesOf(path);
        for (let at = 0; at < bytes.length; at += chunkBytes) yield bytes.subarray(at, at + chunkBytes);
      },
      whole: async () => bytesOf(path),
    };
  }

  function context(path: string): FormatContext {
    return {
      signal: new AbortController().signal,
      limits: defaultLimits,
      sibling: async (name) => {
        const beside = posix.join(posix.dirname(path), name);
        return files[beside] === undefined ? undefined : document(beside);
      },
    };
  }

  return { document, context };
}
