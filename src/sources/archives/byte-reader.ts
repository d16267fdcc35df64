import { concat } from './member-document.ts';
import type { RandomAccess } from './random-access.ts';

/** Takes bytes from a stream by number. */
export interface ByteReader {
  /** Bytes that were taken so far. */
  readonly position: number;
  /** The next `length` bytes; fewer at the end. */
  read(length: number): Promise<Uint8Array>;
  /** The bytes up to a position, as they come. */
  stretch(end: number): AsyncIterable<Uint8Array>;
  skipTo(position: number): Promise<void>;
  /** Lets the stream go. */
  close(): Promise<void>;
}

/** Reads a stream of chunks by number of bytes; holds no more than a chunk and what was asked for. */
export function createByteReader(source: AsyncIterable<Uint8Array>): ByteReader {
  const iterator = source[Symbol.asyncIterator]();
  let held: Uint8Array = new Uint8Array(0);
  let position = 0;

  /** The next bytes, at most `most`; none at the end. */
  async function take(most: number): Promise<Uint8Array> {
    while (held.length === 0) {
      const { done, value } = await iterator.next();
      if (done) return held;
      held = value;
    }
    const taken = held.subarray(0, most);
    held = held.subarray(taken.length);
    position += taken.length;
    return taken;
  }

  async function* stretch(end: number): AsyncGenerator<Uint8Array> {
    while (position < end) {
      const chunk = await take(end - position);
      if (chunk.length === 0) return;
      yield chunk;
    }
  }

  return {
    get position() {
      return position;
    },
    async read(length) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stretch(position + length)) chunks.push(chunk);
      return concat(chunks);
    },
    stretch,
    async skipTo(to) {
      for await (const _ of stretch(to));
    },
    async close() {
      await iterator.return?.();
    },
  };
}

/** The same of bytes in any order: what is skipped is not read. */
export function createSeekingReader({ size, range }: RandomAccess): ByteReader {
  const ahead = 1 << 17;
  let held: Uint8Array = new Uint8Array(0);
  let heldAt = 0;
  let position = 0;

  async function* stretch(end: number): AsyncGenerator<Uint8Array> {
    while (position < end) {
      if (position < heldAt || position >= heldAt + held.length) {
        held = await range(position, Math.min(size, position + ahead));
        heldAt = position;
        if (held.length === 0) return;
      }
      const chunk = held.subarray(position - heldAt, end - heldAt);
      position += chunk.length;
      yield chunk;
    }
  }

  return {
    get position() {
      return position;
    },
    async read(length) {
      const chunks: Uint8Array[] = [];
      for await (const chunk of stretch(position + length)) chunks.push(chunk);
      return concat(chunks);
    },
    stretch,
    async skipTo(to) {
      position = Math.max(position, Math.min(size, to));
    },
    close: async () => {},
  };
}
