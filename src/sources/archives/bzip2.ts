import { createRequire } from 'node:module';
import type { Outcome } from './inflate.ts';

interface Bunzip {
  /** Unpacks the block that begins at a bit of a file; throws for what is damaged. */
  decodeBlock(
    input: { readByte(): number; read(into: Uint8Array, at: number, length: number): number; seek(position: number): void },
    bit: number,
    output: { writeByte(byte: number): void },
  ): void;
}

const blockMark = 0x314159265359;
const endMark = 0x177245385090;
const markBits = 48;
const largestLevel = '9';
/** A block of 900,000 bytes is never packed into more. */
const mostBlockBytes = 1_300_000;
const chunkBytes = 65_536;

/**
 * Unpacks bzip2 with seek-bzip, block by block: each is found by its mark, as bzip2recover does, so that memory is bounded and
 * a damaged block costs only itself. Files that follow each other are one.
 */
export async function* bunzip2(source: AsyncIterable<Uint8Array>, outcome: Outcome): AsyncGenerator<Uint8Array> {
  const { decodeBlock } = createRequire(import.meta.url)('seek-bzip') as Bunzip;
  let held: Buffer = Buffer.alloc(0);
  let bit = 32;
  let isOver = false;
  let hasEnd = false;
  /** Of the first file; it is only where to begin, as the next may be another and the digit may be damaged. */
  let level = largestLevel;
  const input = source[Symbol.asyncIterator]();

  async function fill(): Promise<void> {
    const chunks: Uint8Array[] = [held.subarray(Math.max(0, (bit >> 3) - 8))];
    const dropped = held.length - chunks[0].length;
    bit -= dropped * 8;
    let length = chunks[0].length;
    while (length < 2 * mostBlockBytes) {
      const { done, value } = await input.next();
      if (done) {
        isOver = true;
        break;
      }
      outcome.consumed += value.length;
      chunks.push(value);
      length += value.length;
    }
    held = Buffer.concat(chunks);
  }

  await fill();
  if (held[3] >= 0x31 && held[3] <= 0x39) level = String.fromCharCode(held[3]);
  for (;;) {
    if (!isOver && held.length - (bit >> 3) < mostBlockBytes) await fill();
    const found = findMark(held, bit);
    if (found === undefined) {
      bit = Math.max(bit, held.length * 8 - markBits);
      if (isOver) break;
      continue;
    }
    if (found.isEnd) {
      hasEnd = true;
      bit = found.bit + markBits;
      continue;
    }
    hasEnd = false;
    const block = unpackBlock(decodeBlock, held, found.bit, level);
    const { blocks, end, error } =
      block.error === undefined || level === largestLevel ? block : unpackBlock(decodeBlock, held, found.bit, largestLevel);
    yield* blocks;
    if (error !== undefined) outcome.error ??= error;
    bit = error === undefined ? end : found.bit + markBits;
  }
  if (!hasEnd) outcome.error ??= 'it ends too early';
}

/** Unpacks a block. A level of 9 does for any; a lower one takes less memory, 400 KB for each. */
function unpackBlock(decodeBlock: Bunzip['decodeBlock'], held: Buffer, bit: number, level: string) {
  const header = Buffer.from(`BZh${level}`);
  const blocks: Uint8Array[] = [];
  let chunk = Buffer.allocUnsafe(chunkBytes);
  let filled = 0;
  let position = 0;
  let hasHeader = false;
  const reader = {
    readByte: () => (position < held.length ? held[position++] : -1),
    // Asked for the file's own header only.
    read(into: Uint8Array, at: number, length: number) {
      if (hasHeader) return 0;
      hasHeader = true;
      into.set(header.subarray(0, length), at);
      return length;
    },
    seek(to: number) {
      position = to;
    },
  };
  const writer = {
    writeByte(byte: number) {
      if (filled === chunk.length) {
        blocks.push(chunk);
        chunk = Buffer.allocUnsafe(chunkBytes);
        filled = 0;
      }
      chunk[filled++] = byte;
    },
  };
  let error: string | undefined;
  try {
    decodeBlock(reader, bit, writer);
  } catch (thrown) {
    error = (thrown as Error).message;
  }
  if (filled > 0) blocks.push(chunk.subarray(0, filled));
  // The next mark begins in the last byte that was read, or right behind it.
  return { blocks, end: Math.max(bit + markBits, position * 8 - 8), error };
}

/** The first mark of a block, or of the end, at or after a bit. */
function findMark(bytes: Uint8Array, from: number): { readonly bit: number; readonly isEnd: boolean } | undefined {
  let high = 0;
  let low = 0;
  const first = from >> 3;
  for (let at = first; at < bytes.length; at++) {
    high = ((high << 8) | (low >>> 16)) & 0xff_ffff;
    low = ((low << 8) | bytes[at]) & 0xff_ffff;
    // Each bit at which a mark could end within this byte, earliest first: 55 bits are needed, the byte before the six too.
    if (at - first < 5) continue;
    for (let shift = 7; shift >= 0; shift--) {
      const bit = (at + 1) * 8 - shift - markBits;
      if (bit < from) continue;
      const before = at - 6 >= 0 ? bytes[at - 6] : 0;
      const value = shift === 0 ? high * 0x100_0000 + low : shifted(before, high, low, shift);
      if (value === blockMark) return { bit, isEnd: false };
      if (value === endMark) return { bit, isEnd: true };
    }
  }
  return undefined;
}

/** The 48 bits that end `shift` bits before the end of the last seven bytes. */
function shifted(before: number, high: number, low: number, shift: number): number {
  const top = (((before << 24) | high) >>> shift) & 0xff_ffff;
  const bottom = ((((high & ((1 << shift) - 1)) << (24 - shift)) >>> 0) | (low >>> shift)) & 0xff_ffff;
  return top * 0x100_0000 + bottom;
}
