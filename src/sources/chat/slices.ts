import type { Slice } from '../../model/view.ts';
import type { Document } from '../document.ts';

/** Reads a document slice by slice: whoever reads says how far a slice was used, and the next begins there. */
export interface SliceReader {
  /** The next slice, longer than what was left of the last one; that itself, at the end. */
  next(): Promise<{ readonly slice: Slice & { readonly bytes: Buffer }; readonly isLast: boolean }>;
  /** Says that the slice's first bytes are done with; once a slice. */
  used(bytes: number): void;
  /** Ends the reading. */
  close(): Promise<void>;
}

const sliceBytes = 1_000_000;

export function readSlices(document: Document, signal: AbortSignal): SliceReader {
  const chunks = document.bytes()[Symbol.asyncIterator]();
  let rest: Buffer = Buffer.alloc(0);
  let spare: Uint8Array | undefined;
  let start = 0;
  let line = 1;
  let column = 1;
  let isLast = false;

  async function next() {
    signal.throwIfAborted();
    // Twice what is left, so that a message of any size is not read over and over.
    const wanted = rest.length + Math.max(sliceBytes, rest.length);
    const parts: Uint8Array[] = [rest];
    let length = rest.length;
    while (length < wanted && !isLast) {
      let chunk = spare;
      spare = undefined;
      if (!chunk) {
        const taken = await chunks.next();
        if (taken.done) {
          isLast = true;
          break;
        }
        chunk = taken.value;
      }
      if (chunk.length > wanted - length) {
        spare = chunk.subarray(wanted - length);
        chunk = chunk.subarray(0, wanted - length);
      }
      parts.push(chunk);
      length += chunk.length;
    }
    rest = Buffer.allocUnsafeSlow(length);
    let at = 0;
    for (const part of parts) {
      rest.set(part, at);
      at += part.length;
    }
    return { slice: { bytes: rest, start, line, column }, isLast };
  }

  function used(bytes: number): void {
    const done = rest.subarray(0, bytes);
    let lineStart = 0;
    // Four bytes at once, of which most hold no line's end.
    const words = new Uint32Array(rest.buffer, 0, done.length >> 2);
    for (let index = 0; index < words.length; index++) {
      const differs = words[index] ^ 0x0a0a0a0a;
      if (((differs - 0x01010101) & ~differs & 0x80808080) === 0) continue;
      for (let at = index * 4; at < index * 4 + 4; at++) {
        if (done[at] !== 0x0a) continue;
        line++;
        lineStart = at + 1;
      }
    }
    for (let at = words.length * 4; at < done.length; at++) {
      if (done[at] !== 0x0a) continue;
      line++;
      lineStart = at + 1;
    }
    if (lineStart > 0) column = 1;
    for (let at = lineStart; at < done.length; at++) {
      const byte = done[at];
      // Columns are UTF-16 units: one a character, two where UTF-8 takes four bytes.
      if ((byte & 0xc0) !== 0x80) column += byte >= 0xf0 ? 2 : 1;
    }
    start += done.length;
    rest = rest.subarray(bytes);
  }

  return { next, used, close: async () => void (await chunks.return?.()) };
}
