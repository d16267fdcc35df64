import type { Pattern } from '../model/pattern.ts';
import { createDocumentScanner, type Emitted } from './documents.ts';
import type { EngineOptions } from './engine.ts';
import type { Match } from './match.ts';

/** Scans bytes in this thread. */
export interface Scanner {
  scan(bytes: Uint8Array): readonly Match[];
  /** Scans what `read` puts into the buffer it is given: it returns how many bytes it put there. */
  scanRead(size: number, read: (into: Buffer) => number): readonly Match[];
  /** The memory that `scanRead` hands out parts of. */
  memory(): ArrayBufferLike;
}

/** Makes a scanner for a pattern set. */
export function createScanner(patterns: readonly Pattern[], options: EngineOptions, module?: WebAssembly.Module): Scanner {
  const documents = createDocumentScanner(patterns, options, module);
  const { kernel } = documents;

  function scanRead(size: number, read: (into: Buffer) => number): readonly Match[] {
    documents.forget();
    const address = kernel.allocate(size);
    try {
      const length = read(kernel.bytes().subarray(address, address + size));
      const matches: Match[] = [];
      documents.scan(address, length, (emitted) => matches.push(matchOf(emitted)));
      return matches;
    } finally {
      kernel.free(address);
    }
  }

  return {
    scan: (bytes) =>
      scanRead(bytes.length, (into) => {
        into.set(bytes);
        return bytes.length;
      }),
    scanRead,
    memory: () => kernel.bytes().buffer,
  };
}

/** Puts a match together from what a document scanner emitted. */
function matchOf({ decision, ...place }: Emitted): Match {
  return { ...decision, ...place };
}
