import { byUrgency } from '../ledger/by-urgency.ts';
import type { Purpose } from '../model/plan.ts';
import type { RevocationResult } from '../model/revocation.ts';
import type { DecisionInput, ListedFinding, StoredFinding } from '../model/stored-finding.ts';
import { counted } from '../report/quantities.ts';
import { atMostEvery } from './at-most-every.ts';
import type { Desk } from './desk.ts';
import { linkText } from './places.ts';
import { indexWords, preparations } from './rows.ts';
import type { DetailHistory, Effect, Event, Planned, TriageState } from './state.ts';
import { update } from './update.ts';

/** What the terminal UI has done for it: by the same functions as the other commands. */
export interface Work {
  /** Fills the ledger by a scan, where one was asked for, until it is aborted. */
  readonly scan?: (told: ScanTold, signal: AbortSignal) => Promise<ScanTaken>;
  /** What the list shows of every finding, in pages, the most urgent first. */
  readonly list: () => AsyncIterable<readonly ListedFinding[]>;
  /** Those of these ids, as they are now. */
  readonly read: (ids: readonly string[]) => Promise<readonly StoredFinding[]>;
  readonly history: (id: string) => Promise<DetailHistory>;
  /** The value itself, which takes the identity of the ledger. */
  readonly reveal: (id: string) => Promise<string>;
  /** Gives back what there is to say of it. */
  readonly verify: (ids: readonly string[]) => Promise<string>;
  readonly decide: (ids: readonly string[], decision: DecisionInput['kind'], answers: readonly string[]) => Promise<void>;
  readonly plan: (ids: readonly string[], purpose: Purpose) => Promise<Planned>;
  readonly apply: (
    planned: Planned,
    told: { readonly onStep: (line: string) => void; readonly onResult: (result: RevocationResult) => void },
  ) => Promise<readonly RevocationResult[]>;
}

/** What is told of along a scan. */
export interface ScanTold {
  readonly onProgress: (progress: string) => void;
  /** What was found so far, and is not in the ledger yet. */
  readonly onFound: (findings: readonly StoredFinding[]) => void;
  /** The ledger holds more than it did, or knows more of it. */
  readonly onChange: () => void;
}

export interface ScanTaken {
  /** In words: `12 objects scanned, 3 findings`. */
  readonly summary: string;
  /** How many places could not be read. */
  readonly gaps: number;
}

/** Pages that come in quick succession are shown together: to draw each would take longer than to read it. */
const pageMs = 100;
/** As often as a person can follow: every change has the list read again. */
const relistMs = 300;
const progressMs = 80;
const revealMs = 5000;

export interface Session {
  readonly state: () => TriageState;
  readonly dispatch: (event: Event) => void;
  /** Resolves once nothing is under way. */
  readonly settled: () => Promise<void>;
}

/** Holds the state, and does what its events lead to. `messageOf` says what went wrong, or throws what nobody foresaw. */
export function openSession(
  first: TriageState,
  {
    work,
    desk,
    onState,
    onEnd,
    messageOf,
  }: {
    readonly work: Work;
    readonly desk: Desk;
    readonly onState: (state: TriageState) => void;
    readonly onEnd: (end: 'quit' | 'interrupt') => void;
    readonly messageOf: (error: unknown) => string;
  },
): Session {
  let state = first;
  const open = new Set<Promise<void>>();
  const scanning = new AbortController();
  let masking: NodeJS.Timeout | undefined;
  let isLoading = false;
  let isStale = false;

  function dispatch(event: Event): void {
    const step = update(state, event);
    state = step.state;
    onState(state);
    for (const effect of step.effects) start(effect);
  }

  function start(effect: Effect): void {
    if (effect.kind === 'quit' || effect.kind === 'interrupt') {
      scanning.abort();
      onEnd(effect.kind);
      return;
    }
    const done = run(effect)
      .catch((error: unknown) => dispatch({ kind: 'failed', message: messageOf(error) }))
      .finally(() => open.delete(done));
    open.add(done);
  }

  async function run(effect: Exclude<Effect, { kind: 'quit' | 'interrupt' }>): Promise<void> {
    switch (effect.kind) {
      case 'scan':
        return scan();
      case 'load':
        return load();
      case 'open': {
        const [[finding], history] = await Promise.all([work.read([effect.id]), work.history(effect.id)]);
        return finding && dispatch({ kind: 'opened', finding, history });
      }
      case 'verify':
        return busy(`asking about ${counted(effect.ids.length, 'finding')}`, effect.ids, () => work.verify(effect.ids));
      case 'decide': {
        const { ids, decision, answers } = effect;
        const done = { ignore: 'ignored', accept: 'accepted', assign: 'assigned', reopen: 'reopened' }[decision];
        return busy(`keeping what was decided`, ids, async () => {
          await work.decide(ids, decision, answers);
          return `${counted(ids.length, 'finding')} ${done}`;
        });
      }
      case 'edit':
      case 'browse': {
        const act = effect.kind === 'edit' ? desk.edit : desk.browse;
        const told: string[] = [];
        for (const sight of effect.sights) told.push(await act(sight));
        return dispatch({ kind: 'told', message: [...new Set(told)].join(' ') });
      }
      case 'copy':
        desk.copy(effect.sights.map(linkText).join('\n'));
        return dispatch({
          kind: 'told',
          message: `The terminal was asked to copy ${counted(effect.sights.length, 'link')}, without the secret.`,
        });
      case 'reveal':
        return reveal(effect.id);
      case 'plan':
        return dispatch({ kind: 'planned', ids: effect.ids, planned: await work.plan(effect.ids, effect.purpose) });
      case 'apply':
        return apply(effect.planned);
      default:
        return effect satisfies never;
    }
  }

  async function scan(): Promise<void> {
    if (!work.scan) return;
    const changed = atMostEvery(relistMs, () => dispatch({ kind: 'stale' }));
    const onProgress = atMostEvery(progressMs, (progress: string) => dispatch({ kind: 'scanning', progress }));
    const onFound = (findings: readonly StoredFinding[]) => dispatch({ kind: 'found', findings, now: new Date() });
    try {
      dispatch({ kind: 'scanned', ...(await work.scan({ onProgress, onFound, onChange: changed }, scanning.signal)) });
    } catch (error) {
      // Who leaves has stopped it.
      if (scanning.signal.aborted) return;
      dispatch({ kind: 'scanned', summary: '', gaps: 1 });
      throw error;
    }
  }

  /** Whatever changes while the list is read, it is read once more afterwards. */
  async function load(): Promise<void> {
    isStale = true;
    if (isLoading) return;
    isLoading = true;
    try {
      while (isStale) {
        isStale = false;
        await readList();
      }
    } finally {
      isLoading = false;
    }
  }

  /** The first time what was read is shown at once; later what is shown stays until all of it was read again. */
  async function readList(): Promise<void> {
    const isFirst = state.findings.length === 0;
    const all = new Map<string, ListedFinding>();
    let waiting: ListedFinding[] = [];
    let shownAt = Number.NEGATIVE_INFINITY;
    for await (const page of work.list()) {
      // What changed while it was read may have come before.
      if (isFirst) waiting.push(...page.filter(({ id }) => !all.has(id)));
      for (const finding of page) all.set(finding.id, finding);
      indexWords(page);
      if (waiting.length === 0 || performance.now() - shownAt < pageMs) continue;
      dispatch({ kind: 'page', findings: waiting, now: new Date() });
      waiting = [];
      shownAt = performance.now();
    }
    const findings = [...all.values()].sort(byUrgency);
    dispatch({ kind: 'loaded', findings, now: new Date() });
    for (const prepare of preparations(findings)) {
      // Keys come first.
      await new Promise((resolve) => setImmediate(resolve));
      if (state.findings === findings) prepare();
    }
  }

  async function reveal(id: string): Promise<void> {
    dispatch({ kind: 'revealed', id, text: await work.reveal(id) });
    clearTimeout(masking);
    masking = setTimeout(() => dispatch({ kind: 'masked' }), revealMs);
    masking.unref();
  }

  async function busy(what: string, ids: readonly string[], work: () => Promise<string>): Promise<void> {
    dispatch({ kind: 'began', what });
    let message: string | undefined;
    try {
      message = await work();
    } finally {
      dispatch({ kind: 'ended', what, ...(message !== undefined && { message }) });
    }
    await reread(ids);
  }

  async function reread(ids: readonly string[]): Promise<void> {
    dispatch({ kind: 'changed', findings: await work.read(ids), now: new Date() });
  }

  async function apply(planned: Planned): Promise<void> {
    const ids = planned.plan.steps.flatMap(({ findings }) => findings);
    try {
      const results = await work.apply(planned, {
        onStep: (line) => dispatch({ kind: 'progress', line }),
        onResult: (result) => dispatch({ kind: 'result', result }),
      });
      dispatch({ kind: 'applied', results });
    } finally {
      await reread(ids);
    }
  }

  return {
    state: () => state,
    dispatch,
    async settled() {
      while (open.size > 0) await Promise.all(open);
    },
  };
}
