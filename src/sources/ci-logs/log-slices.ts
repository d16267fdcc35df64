import type { Slice } from '../../model/view.ts';
import type { Document } from '../document.ts';

export const sliceBytes = 2 << 20;
const firstBytes = 64 << 10;
/** What is read twice at least, so that what crosses the end of a slice is whole in the next. */
export const overlapBytes = 16 << 10;
/** A line that began longer ago than this is not read again from its start. */
const mostOverlap = 64 << 10;

/** A stretch of a log. */
export interface LogSlice extends Slice {
  readonly bytes: Buffer;
  /** Whether its first byte is the first of a line. */
  readonly startsLine: boolean;
  /** Where the next slice begins, in this one; its length when it is the last. */
  readonly next: number;
}

/**
 * Cuts a log into slices that overlap, at line starts wherever a line is not endless. Each has memory of its own. `nextOf` tells of
 * all but the last where the next one begins.
 */
export async function* logSlices(document: Document, nextOf = lineNext): AsyncIterable<LogSlice> {
  // Most logs of an archive are short.
  let bytes = Buffer.allocUnsafeSlow(firstBytes);
  let length = 0;
  let start = 0;
  let line = 1;
  let column = 1;
  let startsLine = true;
  for await (const chunk of document.bytes()) {
    let taken = 0;
    while (taken < chunk.length) {
      const room = Math.min(bytes.length - length, chunk.length - taken);
      bytes.set(chunk.subarray(taken, taken + room), length);
      taken += room;
      length += room;
      if (length < bytes.length) continue;
      if (length < sliceBytes) {
        const grown = Buffer.allocUnsafeSlow(Math.min(sliceBytes, length * 4));
        bytes.copy(grown, 0, 0, length);
        bytes = grown;
        continue;
      }
      const lastEnd = bytes.lastIndexOf(10) + 1;
      const cut = length - lastEnd < sliceBytes / 2 ? lastEnd : characterStart(bytes, length);
      const next = nextOf(bytes.subarray(0, cut));
      yield { bytes: bytes.subarray(0, cut), start, line, column, startsLine, next };
      const following = Buffer.allocUnsafeSlow(sliceBytes);
      bytes.copy(following, 0, next, length);
      const lines = countLines(bytes, next);
      startsLine = bytes[next - 1] === 10;
      const lineStart = lines === 0 ? 0 : bytes.lastIndexOf(10, next - 1) + 1;
      column = (lines === 0 ? column : 1) + utf16Units(bytes, lineStart, next);
      line += lines;
      start += next;
      length -= next;
      bytes = following;
    }
  }
  if (length > 0) yield { bytes: bytes.subarray(0, length), start, line, column, startsLine, next: length };
}

function lineNext(bytes: Buffer): number {
  const cut = bytes.length;
  const wanted = cut - overlapBytes;
  const lineStart = bytes.lastIndexOf(10, wanted) + 1;
  return cut - lineStart <= mostOverlap && lineStart > 0 ? lineStart : characterStart(bytes, wanted);
}

/** The start of the character of UTF-8 that `at` may stand in. */
export function characterStart(bytes: Buffer, at: number): number {
  let start = at;
  while (start > at - 4 && (bytes[start] & 0xc0) === 0x80) start--;
  return start;
}

function countLines(bytes: Buffer, end: number): number {
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1 && at < end; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

function utf16Units(bytes: Buffer, from: number, end: number): number {
  let units = 0;
  for (let at = from; at < end; at++) if ((bytes[at] & 0xc0) !== 0x80) units += bytes[at] >= 0xf0 ? 2 : 1;
  return units;
}
