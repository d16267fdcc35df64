import type { Origin } from './origin.ts';

/** A stretch of a document, read at once. Offsets count in the document; lines and columns begin at 1. */
export interface Slice {
  readonly bytes: Uint8Array;
  /** Where the stretch begins in the document. */
  readonly start: number;
  /** The line and column (in UTF-16 units) of its first byte. */
  readonly line: number;
  readonly column: number;
}

/**
 * Text as people wrote it, taken out of a stretch of a document in which a runner or a client had wrapped it. Every byte of it
 * knows where it stands in the document, and whose words it is part of.
 */
export interface View {
  readonly slice: Slice;
  readonly bytes: Uint8Array;
  readonly runs: Runs;
  /** Whose words they are, in order: each origin holds from byte `at` of the view on. */
  readonly pieces: readonly { readonly at: number; readonly origin: Origin }[];
  /** What else the slice tells of a place. Asked only where something was found: a log has a time on each of its lines. */
  readonly refine?: Refine;
}

/** Adds to an origin what is known of the byte at an offset of the slice. */
export type Refine = (origin: Origin, offset: number) => Origin;

/**
 * The way back: run `i` begins at byte `at[i]` of the view and byte `from[i]` of the slice, and takes `size[i]` bytes there.
 * Where it is as long in both, byte stands for byte; else all of it stands for all of it: `&amp;` for `&`.
 */
export interface Runs {
  readonly count: number;
  readonly at: Uint32Array;
  readonly from: Uint32Array;
  readonly size: Uint32Array;
}

/** Puts a view together, from the start of a slice to its end. */
export interface ViewBuilder {
  /** Bytes of the view so far. */
  readonly length: number;
  /** Whether the last of them is a line feed. */
  readonly endsLine: boolean;
  /** What follows is told of under this origin. */
  piece(origin: Origin): void;
  /** Takes bytes of the slice as they are. */
  copy(from: number, end: number): void;
  /** Takes `text` for bytes of the slice: what they encode. */
  replace(text: string | Uint8Array, from: number, end: number): void;
  /** A boundary that no secret reaches across: what is on both sides was never one text. */
  separate(): void;
  build(): View;
}

/** No pattern's value holds it, and a document with it is still text. */
const separator = Buffer.from('\n\u001e\n');

/** Up to this many bytes are copied one by one sooner than a part of the slice is made to copy them from. */
const shortBytes = 128;

/** Starts a view of a slice. */
export function buildView(slice: Slice, refine?: Refine): ViewBuilder {
  let bytes = Buffer.allocUnsafe(Math.max(64, slice.bytes.length + 64));
  let length = 0;
  let at = new Uint32Array(64);
  let from = new Uint32Array(64);
  let size = new Uint32Array(64);
  let count = 0;
  const pieces: { readonly at: number; readonly origin: Origin }[] = [];

  function reserve(more: number): void {
    if (length + more <= bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(length + more, bytes.length * 2));
    bytes.copy(grown, 0, 0, length);
    bytes = grown;
  }

  function addRun(start: number, taken: number, given: number): void {
    const last = count - 1;
    // What goes on where the last run ended is part of it.
    const goesOn = last >= 0 && given === taken && length - at[last] === size[last] && from[last] + size[last] === start;
    if (goesOn) {
      size[last] += taken;
      return;
    }
    if (count === at.length) {
      at = grow(at);
      from = grow(from);
      size = grow(size);
    }
    at[count] = length;
    from[count] = start;
    size[count] = taken;
    count++;
  }

  return {
    get length() {
      return length;
    },
    get endsLine() {
      return length > 0 && bytes[length - 1] === 10;
    },
    piece(origin) {
      pieces.push({ at: length, origin });
    },
    copy(start, end) {
      if (end <= start) return;
      reserve(end - start);
      addRun(start, end - start, end - start);
      const source = slice.bytes;
      if (end - start > shortBytes) bytes.set(source.subarray(start, end), length);
      else {
        const target = bytes;
        for (let from = start, to = length; from < end; from++, to++) target[to] = source[from];
      }
      length += end - start;
    },
    replace(text, start, end) {
      const given = typeof text === 'string' ? Buffer.from(text) : text;
      if (given.length === 0) return;
      reserve(given.length);
      addRun(start, end - start, given.length);
      bytes.set(given, length);
      length += given.length;
    },
    separate() {
      if (length === 0) return;
      reserve(separator.length);
      const end = count > 0 ? from[count - 1] + size[count - 1] : 0;
      addRun(end, 0, separator.length);
      bytes.set(separator, length);
      length += separator.length;
    },
    build: () => ({
      slice,
      bytes: bytes.subarray(0, length),
      runs: { count, at, from, size },
      pieces,
      ...(refine && { refine }),
    }),
  };
}

function grow(list: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const grown = new Uint32Array(list.length * 2);
  grown.set(list);
  return grown;
}

/** Where in the slice the byte at `offset` of a view stands, or what encodes it begins. */
export function startInSlice({ runs, bytes }: View, offset: number): number {
  const run = runAt(runs, offset);
  const length = lengthOf(runs, run, bytes.length);
  return runs.size[run] === length ? runs.from[run] + offset - runs.at[run] : runs.from[run];
}

/** Where in the slice the bytes before `end` of a view end, or what encodes them does. */
export function endInSlice({ runs, bytes }: View, end: number): number {
  const run = runAt(runs, end - 1);
  const length = lengthOf(runs, run, bytes.length);
  return runs.size[run] === length ? runs.from[run] + end - runs.at[run] : runs.from[run] + runs.size[run];
}

/** The stretch of the slice that [start, end) of a view stands for, in whatever order the view reads it. */
export function spanInSlice(view: View, start: number, end: number): { readonly start: number; readonly end: number } {
  const { runs, bytes } = view;
  let low = startInSlice(view, start);
  let high = endInSlice(view, end);
  for (let run = runAt(runs, start); run < runs.count && runs.at[run] < end; run++) {
    const first = Math.max(start, runs.at[run]);
    const last = Math.min(end, runs.at[run] + lengthOf(runs, run, bytes.length));
    low = Math.min(low, startInSlice(view, first));
    high = Math.max(high, endInSlice(view, last));
  }
  return { start: low, end: high };
}

/** Whose words stand at an offset of a view. */
export function originAt(view: View, offset: number): Origin | undefined {
  const { pieces, refine } = view;
  let low = 0;
  let high = pieces.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle].at <= offset) low = middle + 1;
    else high = middle;
  }
  const origin = pieces[low - 1]?.origin;
  return origin && refine ? refine(origin, startInSlice(view, offset)) : origin;
}

function lengthOf({ at, count }: Runs, run: number, total: number): number {
  return (run + 1 < count ? at[run + 1] : total) - at[run];
}

function runAt({ at, count }: Runs, offset: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at[middle] <= offset) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}
