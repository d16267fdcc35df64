import type { Slice } from '../../model/view.ts';

const sliceBytes = 4 << 20;
const overlapBytes = 16_384;

/** A slice, and where in it the next begins; undefined for the last. */
export interface CutSlice extends Slice {
  readonly next?: number;
}

/**
 * Cuts a document into slices that overlap by 16 KB, so that a secret on a border is whole in one of them. They begin at a
 * line's start where one is near, else at a character's.
 */
export async function* cutSlices(source: AsyncIterable<Uint8Array>): AsyncGenerator<CutSlice> {
  let held: Buffer = Buffer.alloc(0);
  let chunks: Uint8Array[] = [];
  let waiting = 0;
  let start = 0;
  let line = 1;
  let column = 1;

  function cut(): CutSlice {
    const next = borderBefore(held, held.length - overlapBytes);
    const slice: CutSlice = { bytes: held, start, line, column, next };
    const passed = held.subarray(0, next);
    const lastBreak = passed.lastIndexOf(0x0a);
    for (let at = passed.indexOf(0x0a); at >= 0; at = passed.indexOf(0x0a, at + 1)) line++;
    const width = passed.toString('utf8', lastBreak + 1).length;
    column = lastBreak < 0 ? column + width : 1 + width;
    start += next;
    held = held.subarray(next);
    return slice;
  }

  for await (const chunk of source) {
    chunks.push(chunk);
    waiting += chunk.length;
    if (held.length + waiting < sliceBytes) continue;
    held = Buffer.concat([held, ...chunks]);
    chunks = [];
    waiting = 0;
    yield cut();
  }
  if (held.length + waiting === 0) return;
  yield { bytes: Buffer.concat([held, ...chunks]), start, line, column };
}

/** The start of a line at or before an offset, if it is in the 16 KB before it; else of a character. */
function borderBefore(bytes: Buffer, offset: number): number {
  const found = bytes.lastIndexOf(0x0a, offset - 1) + 1;
  if (found > offset - overlapBytes && found > 0) return found;
  let border = offset;
  while (border > offset - 4 && (bytes[border] & 0xc0) === 0x80) border--;
  return border;
}
