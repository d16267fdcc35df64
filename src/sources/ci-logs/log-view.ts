import type { CiLogOrigin } from '../../model/origin.ts';
import { buildView, type View, type ViewBuilder } from '../../model/view.ts';
import { readSequence, type Sequence } from './escape-sequences.ts';
import type { LineFormat, LineState, LogPlace } from './line-format.ts';
import type { LogSlice } from './log-slices.ts';
import { remainderAfter, remainderBefore } from './masked-text.ts';

const escapeCode = 0x1b;
const space = Buffer.from(' ');
/** A string that is not shown is text of its own from this length on: the time that Buildkite puts into each line is shorter. */
const hiddenBytes = 20;

/** What a slice of a log says. */
export interface ReadSlice {
  /** What a person would see, without what the runner put there. */
  readonly shown: View;
  /** Where in it each line ends, in its first `lineCount` places. */
  readonly lineEnds: Uint32Array;
  readonly lineCount: number;
  /** What a terminal keeps to itself, such as where a link leads. */
  readonly hidden: View | undefined;
  /** The state to begin the next slice with. */
  readonly state: LineState;
}

/** Reads a slice's lines by a format, from a state that it goes on to change. */
export function readSlice(
  slice: LogSlice,
  format: LineFormat,
  state: LineState,
  originOf: (place: LogPlace) => CiLogOrigin,
): ReadSlice {
  const { bytes, next } = slice;
  const { length } = bytes;
  const refine: NonNullable<View['refine']> = (origin, offset) => {
    if (!format.timeAt || origin.kind !== 'ci-log') return origin;
    const timestamp = format.timeAt(bytes, bytes.lastIndexOf(10, Math.max(0, offset - 1)) + 1, offset, origin.timestamp);
    return timestamp === undefined ? origin : { ...origin, timestamp };
  };
  const view = buildView(slice, refine);
  let hidden: ViewBuilder | undefined;
  const mask = format.mask === undefined ? undefined : Buffer.from(format.mask);
  const sequence: Sequence = { end: 0, kind: 'style', inner: 0, innerEnd: 0 };
  let lineEnds = new Uint32Array(Math.max(64, length >> 6));
  let lineCount = 0;
  let place: LogPlace | undefined;
  let after: LineState | undefined;
  /** What is taken over as it is begins here. */
  let from = 0;
  let nextEscape = length;
  let nextStars = find('***', 0);
  let nextMask = mask ? find(mask, 0) : length;

  function find(what: string | Buffer, at: number): number {
    const found = bytes.indexOf(what as string, at);
    return found === -1 ? length : found;
  }

  function findEscape(start: number, end: number): number {
    for (let at = start; at < end; at++) if (bytes[at] === escapeCode) return at;
    return length;
  }

  function leaveOutSequence(at: number, end: number): void {
    readSequence(bytes, at, end, sequence);
    view.copy(from, at);
    from = sequence.end;
    if (sequence.kind === 'move') view.replace(space, at, sequence.end);
    if (sequence.kind === 'string' && sequence.innerEnd - sequence.inner >= hiddenBytes) {
      hidden ??= buildView(slice, refine);
      hidden.piece(originOf(state.place));
      hidden.copy(sequence.inner, sequence.innerEnd);
      hidden.separate();
    }
    nextEscape = findEscape(sequence.end, end);
  }

  /** Leaves out what is left of a value on either side of a mask: it is evidence, but no secret. */
  function leaveOutRemainders(at: number, maskEnd: number, end: number): void {
    const start = remainderBefore(bytes, at, from);
    view.copy(from, start);
    view.copy(at, maskEnd);
    from = Math.max(maskEnd, Math.min(remainderAfter(bytes, maskEnd, end), nextEscape));
    if (nextStars < from) nextStars = find('***', from);
    if (mask && nextMask < from) nextMask = find(mask, from);
  }

  function readText(end: number): void {
    for (;;) {
      const at = Math.min(nextEscape, nextStars, nextMask);
      if (at >= end) return;
      if (at < from) {
        // It lies in what the runner put there.
        if (nextEscape < from) nextEscape = findEscape(from, end);
        if (nextStars < from) nextStars = find('***', from);
        if (nextMask < from && mask) nextMask = find(mask, from);
      } else if (at === nextEscape) leaveOutSequence(at, end);
      else if (at === nextStars) {
        let maskEnd = at + 3;
        while (maskEnd < end && bytes[maskEnd] === 0x2a) maskEnd++;
        leaveOutRemainders(at, maskEnd, end);
      } else leaveOutRemainders(at, at + mask!.length, end);
    }
  }

  function readEscapes(escapeByte: number, end: number): void {
    let at = bytes.indexOf(escapeByte, from);
    while (at !== -1 && at < end) {
      const meant = format.unescape?.(bytes, at, end);
      if (meant) {
        view.copy(from, at);
        from = meant.end;
        view.replace(meant.text, at, meant.end);
      }
      at = bytes.indexOf(escapeByte, meant?.end ?? at + 1);
    }
  }

  for (let lineStart = 0; lineStart < length; ) {
    if (lineStart === next) after = { ...state };
    // Both in one go: a line is short, and asking for the next of each costs more than looking.
    let lineEnd = lineStart;
    nextEscape = length;
    for (; lineEnd < length; lineEnd++) {
      const byte = bytes[lineEnd];
      if (byte === 10) break;
      if (byte === escapeCode && nextEscape === length) nextEscape = lineEnd;
    }
    const end = lineEnd > lineStart && bytes[lineEnd - 1] === 13 ? lineEnd - 1 : lineEnd;
    let text = lineStart;
    state.joins = false;
    if (lineStart > 0 || slice.startsLine) text = format.readLine(bytes, lineStart, end, state);
    if (text > lineStart || state.place !== place) {
      const joins = state.joins && lineCount > 0;
      view.copy(from, joins ? lineStart - 1 : lineStart);
      if (joins) lineCount--;
      from = text;
    }
    if (state.place !== place) {
      place = state.place;
      view.piece(originOf(place));
    }
    if (lineStart < next && next <= lineEnd) after = { ...state };
    const escapeByte = format.escapeByte?.(state) ?? 0;
    if (escapeByte > 0) readEscapes(escapeByte, end);
    else readText(end);
    if (end < lineEnd) {
      // A line ends alike whoever wrote it.
      view.copy(from, end);
      from = lineEnd;
    }
    if (lineCount === lineEnds.length) {
      const grown = new Uint32Array(2 * lineCount);
      grown.set(lineEnds);
      lineEnds = grown;
    }
    lineEnds[lineCount++] = view.length + lineEnd - from;
    lineStart = lineEnd + 1;
  }
  view.copy(from, length);
  return { shown: view.build(), lineEnds, lineCount, hidden: hidden?.build(), state: after ?? state };
}
