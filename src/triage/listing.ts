import type { ListedFinding } from '../model/stored-finding.ts';
import { matchingFindings, type Row, rowOf, rowsOf } from './rows.ts';
import { lineCount } from './screens.ts';
import { bodyHeight, type Screen, type TriageState } from './state.ts';

/**
 * Lists anew: the cursor stays on its finding where that is listed still. Of a filter whose last words are not understood, as
 * while they are typed, those before them count.
 */
export function relisted(state: TriageState): TriageState {
  const { filter } = state;
  try {
    return relistedBy({ ...state, filterProblem: undefined }, filter);
  } catch (error) {
    const filterProblem = (error as Error).message.replace('reading the filter: ', '');
    try {
      return relistedBy({ ...state, filterProblem }, filter.replace(/\S+\s*$/, ''));
    } catch {
      return { ...state, filterProblem };
    }
  }
}

/**
 * Lists more, behind what is listed: the whole is put in order once it is there. Under headings, or in another order than that in
 * which they come, they would stand in the wrong place until then.
 */
export function withPage(state: TriageState, page: readonly ListedFinding[]): TriageState {
  const findings = [...state.findings, ...page];
  if (state.sort !== 'urgency' || state.grouping !== 'nothing' || state.filterProblem !== undefined)
    return { ...state, findings };
  try {
    const more = matchingFindings(page, state.filter, state.now).map(rowOf);
    return scrolled({ ...state, findings, listed: [...state.listed, ...more] });
  } catch {
    // What is wrong with the filter is told with the whole list.
    return { ...state, findings };
  }
}

function relistedBy(state: TriageState, filter: string): TriageState {
  const { findings, sort, grouping, now } = state;
  const listed = rowsOf(findings, { filter, sort, grouping, now });
  const under = idAt(state.listed[state.cursor]);
  const same = under === undefined ? -1 : listed.findIndex((row) => idAt(row) === under);
  return scrolled({ ...state, listed, cursor: same === -1 ? 0 : same });
}

/** Which finding a row is about, if it is no heading. */
export function idAt(row: Row | undefined): string | undefined {
  return row?.kind === 'finding' ? row.finding.id : undefined;
}

/** Keeps the cursor on a row that is there, and in the window. */
export function scrolled(state: TriageState): TriageState {
  const height = bodyHeight(state);
  const cursor = Math.max(0, Math.min(state.cursor, state.listed.length - 1));
  const top = Math.max(0, Math.min(state.top, cursor, Math.max(0, state.listed.length - height)));
  return { ...state, cursor, top: Math.max(top, cursor - height + 1) };
}

/** Selects what the cursor is on, or lets it go. */
export function toggled(state: TriageState): TriageState {
  const id = idAt(state.listed[state.cursor]);
  if (id === undefined) return state;
  const selected = new Set(state.selected);
  if (!selected.delete(id)) selected.add(id);
  return { ...state, selected };
}

/** Selects all that is listed, or lets all go where all is selected. */
export function allToggled(state: TriageState): TriageState {
  const all = new Set<string>();
  for (const row of state.listed) if (row.kind === 'finding') all.add(row.finding.id);
  const isAll = state.selected.size >= all.size && [...all].every((id) => state.selected.has(id));
  return { ...state, selected: isAll ? new Set() : all };
}

/** Moves the cursor of the list, or scrolls what is longer than the terminal. */
export function moved(state: TriageState, by: number): TriageState {
  const { screen } = state;
  if (screen.kind === 'list') return scrolled({ ...state, cursor: clamp(state.cursor + by, state.listed.length - 1) });
  if (!('top' in screen)) return state;
  const last = lineCount(state) - bodyHeight(state);
  const top = clamp((screen.top ?? last) + by, last);
  return { ...state, screen: { ...screen, top: screen.kind === 'proof' && top >= last ? undefined : top } as Screen };
}

function clamp(value: number, last: number): number {
  return Math.max(0, Math.min(value, Math.max(0, last)));
}
