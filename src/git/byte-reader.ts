import type { Readable } from 'node:stream';
import { QuashError } from '../errors.ts';

/** Reads a stream as a protocol does: up to a byte, or so many bytes. It pulls, so a slow reader slows the writer. */
export interface ByteReader {
  /** The bytes up to `end`, which is consumed too; undefined when the stream is over. Throws past `maxBytes`. */
  readUntil(end: number, maxBytes: number): Promise<Buffer | undefined>;
  /** Exactly `length` bytes; throws when the stream ends before. */
  readExactly(length: number): Promise<Buffer>;
  /** Reads over `length` bytes without keeping them. */
  skip(length: number): Promise<void>;
}

/** A reader of `stream`, which must not be read by anyone else. `what` names it in errors. */
export function createByteReader(stream: Readable, what: string): ByteReader {
  const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let buffer: Buffer = Buffer.alloc(0);

  /** Puts the next chunk into the empty buffer; false at the end of the stream. */
  async function refill(): Promise<boolean> {
    const next = await chunks.next();
    if (next.done) return false;
    buffer = next.value;
    return true;
  }

  return {
    async readUntil(end, maxBytes) {
      const parts: Buffer[] = [];
      let length = 0;
      for (;;) {
        const at = buffer.indexOf(end);
        if (at >= 0) {
          parts.push(buffer.subarray(0, at));
          buffer = buffer.subarray(at + 1);
          return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
        }
        length += buffer.length;
        if (length > maxBytes) throw new QuashError('source', `${what}: a field is longer than ${maxBytes} bytes`);
        if (buffer.length > 0) parts.push(buffer);
        buffer = buffer.subarray(buffer.length);
        if (!(await refill())) {
          if (length === 0) return undefined;
          throw new QuashError('source', `${what}: it ended in the middle of a field`);
        }
      }
    },
    async readExactly(length) {
      if (buffer.length >= length) {
        const bytes = buffer.subarray(0, length);
        buffer = buffer.subarray(length);
        return bytes;
      }
      const bytes = Buffer.allocUnsafeSlow(length);
      let filled = 0;
      while (filled < length) {
        if (buffer.length === 0 && !(await refill()))
          throw new QuashError('source', `${what}: it ended ${length - filled} bytes early`);
        const taken = Math.min(buffer.length, length - filled);
        buffer.copy(bytes, filled, 0, taken);
        buffer = buffer.subarray(taken);
        filled += taken;
      }
      return bytes;
    },
    async skip(length) {
      let left = length;
      while (left > 0) {
        if (buffer.length === 0 && !(await refill())) throw new QuashError('source', `${what}: it ended ${left} bytes early`);
        const taken = Math.min(buffer.length, left);
        buffer = buffer.subarray(taken);
        left -= taken;
      }
    },
  };
}
