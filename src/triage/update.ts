import type { Purpose } from '../model/plan.ts';
import type { ListedFinding } from '../model/stored-finding.ts';
import { type ActionName, actionOf, matchingActions } from './actions.ts';
import { confirmationOf, isConfirmed } from './confirmation.ts';
import { allToggled, idAt, moved, relisted, scrolled, toggled, withPage } from './listing.ts';
import { maskedScreen, placed, sightsOf } from './marked-place.ts';
import { questionsOf } from './questions.ts';
import { bodyHeight, type Effect, type Event, groupings, type Screen, sorts, type TriageState } from './state.ts';
import { edit, oneLine } from './typing.ts';

/** What an event leads to: the next state, and what is to be done. */
export interface Step {
  readonly state: TriageState;
  readonly effects: readonly Effect[];
}

const mostOpened = 10;
/** What is done by the ledger, or read out of it. */
const ofTheLedger: ReadonlySet<ActionName> = new Set([
  'open',
  'verify',
  'ignore',
  'accept',
  'assign',
  'reopen',
  'revoke',
  'undo',
  'finalise',
  'reload',
]);
const stopping = 'Stopping; the journal says how far it came.';

const underWay = 'It is being done. Ctrl-C stops it; revoking again goes on from there.';

/** The terminal UI's one rule book: from a state and an event to the next state and what is to be done. Pure. */
export function update(state: TriageState, event: Event): Step {
  switch (event.kind) {
    case 'key':
      return event.key === 'ctrl-c'
        ? { state: { ...state, message: stopping }, effects: [{ kind: 'interrupt' }] }
        : onKey({ ...state, message: undefined }, event.key);
    case 'text':
      return onText({ ...state, message: undefined }, oneLine(event.text));
    case 'resized':
      return only(scrolled({ ...state, columns: event.columns, rows: event.rows }));
    case 'scan':
      return {
        state: { ...state, isLoading: false, scan: { state: 'running', progress: '', isPreview: false } },
        effects: [{ kind: 'scan' }],
      };
    case 'scanning':
      return only(state.scan?.state === 'running' ? { ...state, scan: { ...state.scan, progress: event.progress } } : state);
    case 'found':
      return only(
        state.scan?.state === 'running'
          ? relisted({ ...state, findings: event.findings, now: event.now, scan: { ...state.scan, isPreview: true } })
          : state,
      );
    case 'scanned':
      // What was left out of the list to keep up is read now.
      return {
        state: { ...state, isLoading: true, scan: { state: 'over', gaps: event.gaps }, message: event.summary || state.message },
        effects: [{ kind: 'load' }],
      };
    case 'stale':
      return { state: { ...state, isLoading: true }, effects: [{ kind: 'load' }] };
    case 'page':
      return only(withPage({ ...state, now: event.now }, event.findings));
    case 'loaded':
      return only(relisted({ ...settled(state), findings: event.findings, now: event.now, isLoading: false }));
    case 'changed':
      return withHistory(
        relisted({ ...state, findings: replaced(state.findings, event.findings), now: event.now }),
        event.findings,
      );
    case 'opened': {
      const { finding, history } = event;
      return only(
        state.screen.kind === 'detail' && state.screen.id === finding.id
          ? { ...state, screen: { ...state.screen, finding, history } }
          : state,
      );
    }
    case 'revealed':
      return only(
        state.screen.kind === 'detail' && state.screen.id === event.id
          ? { ...state, screen: { ...state.screen, revealed: event.text } }
          : state,
      );
    case 'masked':
      return only({ ...state, screen: maskedScreen(state.screen) });
    case 'planned':
      return only(
        state.screen.kind === 'plan' && state.screen.ids === event.ids
          ? { ...state, screen: { ...state.screen, planned: event.planned } }
          : state,
      );
    case 'progress':
      return only(inProof(state, (screen) => ({ ...screen, lines: [...screen.lines, event.line] })));
    case 'result':
      return only(inProof(state, (screen) => ({ ...screen, results: [...screen.results, event.result] })));
    case 'applied':
      return only({
        ...inProof(state, (screen) => ({ ...screen, results: event.results, isOver: true })),
        selected: new Set(),
      });
    case 'began':
      return only({ ...state, busy: [...state.busy, event.what] });
    case 'ended':
      return only({ ...state, busy: without(state.busy, event.what), message: event.message ?? state.message });
    case 'told':
      return only({ ...state, message: event.message });
    case 'failed':
      return only(failed(state, event.message));
    default:
      return event satisfies never;
  }
}

/** What is listed now stands in the ledger. */
function settled(state: TriageState): TriageState {
  return state.scan?.state === 'running' ? { ...state, scan: { ...state.scan, isPreview: false } } : state;
}

function only(state: TriageState): Step {
  return { state, effects: [] };
}

function without(list: readonly string[], one: string): readonly string[] {
  const at = list.indexOf(one);
  return list.filter((_, index) => index !== at);
}

function replaced(findings: readonly ListedFinding[], changed: readonly ListedFinding[]): readonly ListedFinding[] {
  const byId = new Map(changed.map((finding) => [finding.id, finding]));
  return findings.map((finding) => byId.get(finding.id) ?? finding);
}

/** What is known of the finding that is open has grown as well. */
function withHistory(state: TriageState, changed: readonly ListedFinding[]): Step {
  const { screen } = state;
  const isShown = screen.kind === 'detail' && changed.some(({ id }) => id === screen.id);
  return { state, effects: isShown ? [{ kind: 'open', id: screen.id }] : [] };
}

/** A plan that cannot be made, or done, leads back to where it was asked for. */
function failed(state: TriageState, message: string): TriageState {
  const { screen } = state;
  if (screen.kind === 'plan' && !screen.planned) return { ...state, screen: screen.back, message };
  return { ...inProof(state, (proof) => ({ ...proof, isOver: true })), message };
}

type Proof = Extract<Screen, { kind: 'proof' }>;

/** Help may lie over the proof that goes on below. */
function inProof(state: TriageState, change: (screen: Proof) => Proof): TriageState {
  const { screen } = state;
  if (screen.kind === 'proof') return { ...state, screen: change(screen) };
  if (screen.kind === 'help' && screen.back.kind === 'proof')
    return { ...state, screen: { ...screen, back: change(screen.back) } };
  return state;
}

/** What the next action is about: what is open, else what is selected, else what the cursor is on. */
export function targetsOf(state: TriageState): readonly string[] {
  const { screen, selected, listed, cursor } = state;
  if (screen.kind === 'detail') return [screen.id];
  if (selected.size > 0) return [...selected];
  const under = idAt(listed[cursor]);
  return under === undefined ? [] : [under];
}

function onText(state: TriageState, text: string): Step {
  const { screen } = state;
  if (state.question) return only({ ...state, question: { ...state.question, typed: state.question.typed + text } });
  if (state.filterBefore !== undefined) return only(relisted({ ...state, filter: state.filter + text }));
  if (screen.kind === 'palette') return only({ ...state, screen: { ...screen, typed: screen.typed + text, at: 0 } });
  if (screen.kind === 'confirm') return only({ ...state, screen: { ...screen, typed: screen.typed + text, isWrong: false } });
  return only({ ...state, message: 'What was pasted is no key, and was left out.' });
}

function onKey(state: TriageState, key: string): Step {
  const { screen } = state;
  if (state.question) return onAnswerKey(state, state.question, key);
  if (state.filterBefore !== undefined) return onFilterKey(state, key);
  if (screen.kind === 'palette') return onPaletteKey(state, screen, key);
  if (screen.kind === 'confirm') return onConfirmKey(state, screen, key);
  const action = actionOf(screen.kind, key);
  return action ? act(state, action) : only(state);
}

function onFilterKey(state: TriageState, key: string): Step {
  if (key === 'enter') return only(state.filterProblem === undefined ? { ...state, filterBefore: undefined } : state);
  if (key === 'escape') return only(relisted({ ...state, filter: state.filterBefore ?? '', filterBefore: undefined }));
  if (key === 'down' || key === 'up') return only(scrolled({ ...state, cursor: state.cursor + (key === 'down' ? 1 : -1) }));
  return only(relisted({ ...state, filter: edit(state.filter, key) }));
}

function onAnswerKey(state: TriageState, question: NonNullable<TriageState['question']>, key: string): Step {
  if (key === 'escape') return only({ ...state, question: undefined, message: 'Nothing was changed.' });
  if (key !== 'enter') {
    const { problem: _, ...rest } = question;
    return only({ ...state, question: { ...rest, typed: edit(question.typed, key) } });
  }
  const { kind, ids, typed } = question;
  const asked = questionsOf(kind)[question.answers.length];
  const problem = typed.trim() === '' ? `${asked} has to be said` : undefined;
  if (problem !== undefined) return only({ ...state, question: { ...question, problem } });
  const answers = [...question.answers, typed.trim()];
  if (answers.length < questionsOf(kind).length) return only({ ...state, question: { kind, ids, answers, typed: '' } });
  return { state: { ...state, question: undefined }, effects: [{ kind: 'decide', ids, decision: kind, answers }] };
}

function onPaletteKey(state: TriageState, screen: Extract<Screen, { kind: 'palette' }>, key: string): Step {
  const found = matchingActions(screen.back.kind, screen.typed);
  if (key === 'escape') return only({ ...state, screen: screen.back });
  if (key === 'enter') {
    const chosen = found[screen.at];
    return chosen ? act({ ...state, screen: screen.back }, chosen.name) : only(state);
  }
  const last = Math.max(0, found.length - 1);
  if (key === 'down') return only({ ...state, screen: { ...screen, at: Math.min(last, screen.at + 1) } });
  if (key === 'up') return only({ ...state, screen: { ...screen, at: Math.max(0, screen.at - 1) } });
  return only({ ...state, screen: { ...screen, typed: edit(screen.typed, key), at: 0 } });
}

function onConfirmKey(state: TriageState, screen: Extract<Screen, { kind: 'confirm' }>, key: string): Step {
  if (key === 'escape') return only({ ...state, screen: screen.back, message: 'Nothing was done.' });
  if (key !== 'enter') return only({ ...state, screen: { ...screen, typed: edit(screen.typed, key), isWrong: false } });
  const { planned, typed } = screen;
  const confirmation = confirmationOf(planned.plan);
  if (!confirmation || !isConfirmed(typed, confirmation))
    return only({ ...state, screen: { ...screen, typed: '', isWrong: true } });
  const proof: Screen = { kind: 'proof', planned, lines: [], results: [], isOver: false, top: undefined };
  return { state: { ...state, screen: proof }, effects: [{ kind: 'apply', planned }] };
}

function act(state: TriageState, action: ActionName): Step {
  const { screen } = state;
  const page = bodyHeight(state) - 1;
  if (state.scan?.state === 'running' && state.scan.isPreview && ofTheLedger.has(action))
    return only({ ...state, message: 'It is still being scanned; a moment, and it can be acted on.' });
  switch (action) {
    case 'down':
      return only(moved(state, 1));
    case 'up':
      return only(moved(state, -1));
    case 'page-down':
      return only(moved(state, page));
    case 'page-up':
      return only(moved(state, -page));
    case 'first':
      return only(moved(state, Number.NEGATIVE_INFINITY));
    case 'last':
      return only(moved(state, Number.POSITIVE_INFINITY));
    case 'select':
      return only(moved(toggled(state), 1));
    case 'select-all':
      return only(allToggled(state));
    case 'open':
      return open(state);
    case 'filter':
      return only({ ...state, filterBefore: state.filter });
    case 'sort':
      return only(relisted({ ...state, sort: next(sorts, state.sort) }));
    case 'group':
      return only(relisted({ ...state, grouping: next(groupings, state.grouping) }));
    case 'verify':
      return onTargets(state, (ids) => ({ state, effects: [{ kind: 'verify', ids }] }));
    case 'ignore':
    case 'accept':
    case 'assign':
      return onTargets(state, (ids) => only({ ...state, question: { kind: action, ids, answers: [], typed: '' } }));
    case 'reopen':
      return onTargets(state, (ids) => ({ state, effects: [{ kind: 'decide', ids, decision: 'reopen', answers: [] }] }));
    case 'next-place':
      return only(placed(state, 1));
    case 'previous-place':
      return only(placed(state, -1));
    case 'edit':
    case 'browse':
    case 'copy':
      return visit(state, action);
    case 'reveal':
      return screen.kind === 'detail' ? { state, effects: [{ kind: 'reveal', id: screen.id }] } : only(state);
    case 'revoke':
    case 'undo':
    case 'finalise':
      return plan(state, action);
    case 'confirm':
      return confirm(state);
    case 'reload':
      return update(state, { kind: 'stale' });
    case 'palette':
      return only({ ...state, screen: { kind: 'palette', typed: '', at: 0, back: screen } });
    case 'help':
      return only({ ...state, screen: { kind: 'help', top: 0, back: screen } });
    case 'back':
      return back(state);
    case 'quit':
      if (screen.kind === 'proof' && !screen.isOver) return only({ ...state, message: underWay });
      return { state, effects: [{ kind: 'quit' }] };
    default:
      return action satisfies never;
  }
}

function next<T>(all: readonly T[], one: T): T {
  return all[(all.indexOf(one) + 1) % all.length] as T;
}

function onTargets(state: TriageState, then: (ids: readonly string[]) => Step): Step {
  const ids = targetsOf(state);
  return ids.length === 0 ? only({ ...state, message: 'There is no finding here.' }) : then(ids);
}

/** What opens for each of them would bury whoever asks for hundreds. */
function visit(state: TriageState, kind: 'edit' | 'browse' | 'copy'): Step {
  const sights = sightsOf(state, targetsOf(state));
  if (sights.length === 0) return only({ ...state, message: 'There is no place here.' });
  if (kind !== 'copy' && sights.length > mostOpened)
    return only({ ...state, message: `These are ${sights.length} places, and at most ${mostOpened} are opened at once.` });
  return { state, effects: [{ kind, sights }] };
}

function plan(state: TriageState, purpose: Purpose): Step {
  return onTargets(state, (ids) => ({
    state: { ...state, screen: { kind: 'plan', ids, purpose, top: 0, back: state.screen } },
    effects: [{ kind: 'plan', ids, purpose }],
  }));
}

function confirm(state: TriageState): Step {
  const { screen } = state;
  if (screen.kind !== 'plan' || !screen.planned) return only(state);
  if (!confirmationOf(screen.planned.plan))
    return only({ ...state, message: 'There is nothing in it that can be done by an API.' });
  return only({ ...state, screen: { kind: 'confirm', planned: screen.planned, typed: '', isWrong: false, back: screen } });
}

function open(state: TriageState): Step {
  const id = idAt(state.listed[state.cursor]);
  if (id === undefined) return only(state);
  return { state: { ...state, screen: { kind: 'detail', id, top: 0, at: 0 } }, effects: [{ kind: 'open', id }] };
}

function back(state: TriageState): Step {
  const { screen } = state;
  switch (screen.kind) {
    case 'list':
      // Esc drops what narrows the list, one thing at a time.
      if (state.selected.size > 0) return only({ ...state, selected: new Set() });
      return only(state.filter === '' ? state : relisted({ ...state, filter: '' }));
    case 'detail':
      return only({ ...state, screen: { kind: 'list' } });
    case 'proof':
      if (!screen.isOver) return only({ ...state, message: underWay });
      return only({ ...state, screen: { kind: 'list' } });
    case 'plan':
    case 'confirm':
    case 'help':
    case 'palette':
      return only({ ...state, screen: screen.back });
    default:
      return screen satisfies never;
  }
}
