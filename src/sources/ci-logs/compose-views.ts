import { buildView, type View } from '../../model/view.ts';

/** A view of a view's bytes (its slice is the outer one's text) as a view of what the outer one is of. */
export function composeViews(outer: View, inner: View): View {
  const built = buildView(outer.slice, outer.refine);
  const { runs } = inner;
  let outerRun = 0;
  let piece = -1;

  function seek(offset: number): void {
    const { at, count } = outer.runs;
    if (outerRun >= count || at[outerRun] > offset) outerRun = 0;
    // Runs come nearly in order; where they do not, the search halves what is left.
    let low = outerRun;
    let step = 1;
    while (low + step < count && at[low + step] <= offset) {
      low += step;
      step *= 2;
    }
    let high = Math.min(count, low + step);
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (at[middle] <= offset) low = middle;
      else high = middle;
    }
    outerRun = low;
  }

  function tell(offset: number): void {
    const { pieces } = outer;
    if (piece >= 0 && pieces[piece].at <= offset && (piece + 1 >= pieces.length || pieces[piece + 1].at > offset)) return;
    let low = 0;
    let high = pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (pieces[middle].at <= offset) low = middle + 1;
      else high = middle;
    }
    if (low - 1 === piece || low === 0) return;
    piece = low - 1;
    built.piece(pieces[piece].origin);
  }

  for (let run = 0; run < runs.count; run++) {
    const at = runs.at[run];
    const given = (run + 1 < runs.count ? runs.at[run + 1] : inner.bytes.length) - at;
    const taken = runs.size[run];
    let from = runs.from[run];
    const end = from + taken;
    seek(from);
    tell(from);
    if (given !== taken) {
      const start = placeOf(outer, outerRun, from).start;
      if (taken > 0) seek(end - 1);
      built.replace(inner.bytes.subarray(at, at + given), start, taken > 0 ? placeOf(outer, outerRun, end - 1).end : start);
      continue;
    }
    while (from < end) {
      seek(from);
      tell(from);
      const runEnd = Math.min(end, outerRun + 1 < outer.runs.count ? outer.runs.at[outerRun + 1] : outer.bytes.length);
      const { start, isExact } = placeOf(outer, outerRun, from);
      if (isExact) built.copy(start, start + runEnd - from);
      else built.replace(outer.bytes.subarray(from, runEnd), start, start + outer.runs.size[outerRun]);
      from = runEnd;
    }
  }
  return built.build();
}

function placeOf(
  outer: View,
  run: number,
  offset: number,
): { readonly start: number; readonly end: number; readonly isExact: boolean } {
  const { at, from, size, count } = outer.runs;
  const given = (run + 1 < count ? at[run + 1] : outer.bytes.length) - at[run];
  if (given !== size[run]) return { start: from[run], end: from[run] + size[run], isExact: false };
  const start = from[run] + offset - at[run];
  return { start, end: start + 1, isExact: true };
}
