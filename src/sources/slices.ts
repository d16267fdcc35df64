import type { Slice } from '../model/view.ts';

/** A slice and the part of it that the slice before held already. */
export interface Sliced {
  readonly slice: Slice;
  /** Offset in the document up to which everything was in an earlier slice. */
  readonly knownUntil: number;
  readonly isLast: boolean;
}

export interface SliceSizes {
  /** Bytes of a slice, about. */
  readonly size: number;
  /** How much of the one before is repeated, so that what crosses the border is whole in one of them. */
  readonly overlap: number;
}

/** Of 4 MB, with 64 kB of the one before: longer than any pattern reaches, but for private keys in a megabyte of text. */
export const usualSlices: SliceSizes = { size: 4 << 20, overlap: 64 << 10 };

const firstRoom = 16 << 10;

/**
 * Cuts a stream into slices that begin at the start of a line, wherever lines are shorter than the overlap. One slice is held
 * at a time; its bytes are good until the next one is asked for.
 */
export async function* sliced(chunks: AsyncIterable<Uint8Array>, sizes: SliceSizes = usualSlices): AsyncGenerator<Sliced> {
  const most = sizes.size + sizes.overlap;
  // Most documents are small: room grows with what comes.
  let held = Buffer.allocUnsafe(Math.min(most, firstRoom));
  let length = 0;
  let start = 0;
  let line = 1;
  let column = 1;
  let knownUntil = 0;
  const cut = (isLast: boolean): Sliced => ({
    slice: { bytes: held.subarray(0, length), start, line, column },
    knownUntil,
    isLast,
  });

  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const taken = Math.min(chunk.length - at, held.length - length);
      held.set(chunk.subarray(at, at + taken), length);
      length += taken;
      at += taken;
      if (length < held.length) continue;
      if (held.length < most) {
        const grown = Buffer.allocUnsafe(Math.min(most, held.length * 4));
        held.copy(grown, 0, 0, length);
        held = grown;
        continue;
      }
      yield cut(false);
      const from = lineStart(held, length - sizes.overlap, length);
      knownUntil = start + length;
      ({ line, column } = advance(held, from, line, column));
      start += from;
      // A new buffer: whoever keeps the slice a little longer must not see it change.
      const next = Buffer.allocUnsafe(held.length);
      held.copy(next, 0, from, length);
      length -= from;
      held = next;
    }
  }
  yield cut(true);
}

/** The first start of a line in [from, end), else `from`. */
function lineStart(bytes: Buffer, from: number, end: number): number {
  const newline = bytes.indexOf(10, from);
  return newline >= 0 && newline + 1 < end ? newline + 1 : from;
}

function advance(bytes: Buffer, to: number, line: number, column: number): { readonly line: number; readonly column: number } {
  let last = -1;
  let lines = line;
  for (let at = bytes.indexOf(10); at >= 0 && at < to; at = bytes.indexOf(10, at + 1)) {
    lines++;
    last = at;
  }
  let units = last < 0 ? column : 1;
  for (let i = last + 1; i < to; i++) if ((bytes[i] & 0xc0) !== 0x80) units += bytes[i] >= 0xf0 ? 2 : 1;
  return { line: lines, column: units };
}
