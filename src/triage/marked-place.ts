import { type Sight, sightOf } from './places.ts';
import { lineCount, markedLine } from './screens.ts';
import { bodyHeight, type Screen, type TriageState } from './state.ts';

/** The places of findings: of the one that is open the one that is marked, else of each the first. */
export function sightsOf({ screen, findings }: TriageState, ids: readonly string[]): readonly Sight[] {
  const wanted = new Set(ids);
  const found = findings.filter(({ id }) => wanted.has(id));
  if (screen.kind === 'detail' && screen.history) {
    const location = screen.history.locations[screen.at];
    return found.flatMap((finding) => (location ? [{ finding, location }] : []));
  }
  return found.flatMap((finding) => sightOf(finding) ?? []);
}

/** Marks another place of the finding that is open, and scrolls to it. */
export function placed(state: TriageState, by: number): TriageState {
  const { screen } = state;
  if (screen.kind !== 'detail' || !screen.history) return state;
  const at = Math.max(0, Math.min(screen.at + by, screen.history.locations.length - 1));
  const next: TriageState = { ...state, screen: { ...screen, at } };
  const line = markedLine(next);
  const height = bodyHeight(state);
  // Its line of context is to be seen as well.
  if (line >= screen.top && line < screen.top + height - 2) return next;
  const last = Math.max(0, lineCount(next) - height);
  return { ...next, screen: { ...screen, at, top: Math.max(0, Math.min(line - 1, last)) } };
}

/** A screen on which no secret is shown, nor on those below it. */
export function maskedScreen(screen: Screen): Screen {
  if (screen.kind === 'detail') {
    const { revealed: _, ...rest } = screen;
    return rest;
  }
  return 'back' in screen ? { ...screen, back: maskedScreen(screen.back) } : screen;
}
