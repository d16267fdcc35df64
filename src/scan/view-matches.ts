import type { Location } from '../model/location.ts';
import type { Origin } from '../model/origin.ts';
import { originAt, type Slice, spanInSlice, type View } from '../model/view.ts';
import type { Match } from './match.ts';

/** A match of a view, or what else was told of it, where it stands in the document that the view is of. */
export interface PlacedMatch<Of extends Span = Match> {
  readonly match: Of;
  readonly origin: Origin;
  readonly place: Pick<Location, 'start' | 'end' | 'line' | 'column' | 'endLine' | 'endColumn'>;
}

type Span = Pick<Match, 'start' | 'end'>;

/** Brings matches of a view's bytes back to the document: its offsets, lines and columns, and whose words they are. */
export function placeInDocument<Of extends Span>(view: View, matches: readonly Of[]): readonly PlacedMatch<Of>[] {
  const lineAt = lineCounter(view.slice);
  const inOrder = [...matches].sort((a, b) => a.start - b.start);
  return inOrder.flatMap((match) => {
    const origin = originAt(view, match.start);
    if (!origin) return [];
    const { start, end } = spanInSlice(view, match.start, match.end);
    const from = lineAt(start);
    const to = lineAt(end);
    const { start: base } = view.slice;
    const place = {
      start: base + start,
      end: base + end,
      line: from.line,
      column: from.column,
      endLine: to.line,
      endColumn: to.column,
    };
    return [{ match, origin, place }];
  });
}

/** Lines and columns of a slice's offsets; quick when they are asked for in about their order. */
function lineCounter({ bytes, line, column }: Slice): (offset: number) => { readonly line: number; readonly column: number } {
  const first = { offset: 0, line, column };
  let cursor = first;
  return (offset) => {
    if (offset < cursor.offset) cursor = first;
    let { line: at, column: units } = cursor;
    for (let i = cursor.offset; i < offset; i++) {
      const byte = bytes[i];
      if (byte === 10) {
        at++;
        units = 1;
      } else if ((byte & 0xc0) !== 0x80) units += byte >= 0xf0 ? 2 : 1;
    }
    cursor = { offset, line: at, column: units };
    return cursor;
  };
}
