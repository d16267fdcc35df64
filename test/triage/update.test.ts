import { expect, test } from 'vitest';
import type { Plan, PlanStep } from '../../src/model/plan.ts';
import type { StoredFinding } from '../../src/model/stored-finding.ts';
import { displayWidth } from '../../src/report/display-width.ts';
import { actions } from '../../src/triage/actions.ts';
import { drawnOf } from '../../src/triage/screens.ts';
import { type Event, startState, type TriageState } from '../../src/triage/state.ts';
import { targetsOf, update } from '../../src/triage/update.ts';
import { storedFinding } from './stored-findings.ts';

const now = new Date('2026-06-01T00:00:00Z');

const findings = [
  storedFinding(1, { provider: 'github', verdict: 'live', owner: 'octocat' }),
  storedFinding(2, { provider: 'gitlab', verdict: 'dead' }),
  storedFinding(3, { provider: 'github', verdict: 'unknown', path: 'deploy/Ünïcode.env' }),
];

function start(size = { columns: 80, rows: 24 }, all = findings): TriageState {
  return after(startState(size, '', now), { kind: 'loaded', findings: all, now });
}

function after(state: TriageState, ...events: readonly Event[]): TriageState {
  return events.reduce((one, event) => update(one, event).state, state);
}

function keys(state: TriageState, ...pressed: readonly string[]): TriageState {
  return after(state, ...pressed.map((key) => ({ kind: 'key', key }) as const));
}

function type(state: TriageState, text: string): TriageState {
  return keys(state, ...text);
}

function listed(state: TriageState): readonly string[] {
  return state.listed.map((row) => (row.kind === 'finding' ? row.finding.id : `${row.title} ${row.count}`));
}

function seen(state: TriageState): string {
  const { head, body, foot } = drawnOf(state);
  return [...head, ...body, ...foot].map((line) => line.map(({ text }) => text).join('')).join('\n');
}

const ids = findings.map(({ id }) => id);

test('the cursor stays within the list', () => {
  const state = start();
  expect(keys(state, 'k').cursor).toBe(0);
  expect(keys(state, 'j', 'down', 'j', 'j').cursor).toBe(2);
  expect(keys(state, 'G', 'home').cursor).toBe(0);
});

test('of many rows only those in the window are drawn, and the cursor is among them', () => {
  const many = Array.from({ length: 5000 }, (_, at) => storedFinding(at, {}));
  let state = start({ columns: 80, rows: 24 }, many);
  for (const key of ['pagedown', 'pagedown', 'j', 'G', 'k', 'pageup']) {
    state = keys(state, key);
    const { head, body, foot } = drawnOf(state);
    expect(head.length + 18 + foot.length).toBe(23);
    expect(body).toHaveLength(18);
    expect(body.filter(([mark]) => mark!.text.startsWith('>'))).toHaveLength(1);
  }
});

test('the filter takes words in any case, and the language of findings list', () => {
  expect(listed(type(keys(start(), '/'), 'ünïCODE'))).toEqual([ids[2]]);
  expect(listed(type(keys(start(), '/'), 'verdict=live'))).toEqual([ids[0]]);
  expect(listed(type(keys(start(), '/'), 'provider = github unknown'))).toEqual([ids[2]]);
});

test('a filter that is not understood, or not yet, changes nothing and says why', () => {
  const state = type(keys(start(), '/'), 'verdict=li');
  expect(listed(state)).toEqual(ids);
  expect(seen(state)).toContain('verdict is never "li"');
});

test('Enter keeps the filter, Esc drops it', () => {
  const editing = type(keys(start(), '/'), 'dead');
  expect(keys(editing, 'enter')).toMatchObject({ filter: 'dead', filterBefore: undefined });
  expect(listed(keys(editing, 'enter'))).toEqual([ids[1]]);
  expect(listed(keys(editing, 'escape'))).toEqual(ids);
  expect(listed(keys(editing, 'enter', 'escape'))).toEqual(ids);
});

test('keys are text where text is typed', () => {
  expect(type(keys(start(), '/'), 'qRv j')).toMatchObject({ filter: 'qRv j', screen: { kind: 'list' } });
});

test('a pasted run is no key, and a pasted Enter confirms nothing', () => {
  const step = update(start(), { kind: 'text', text: 'qRv' });
  expect(step).toMatchObject({ effects: [], state: { screen: { kind: 'list' } } });
  const confirming = keys(withPlan([planStep({})]), 'enter');
  const pasted = update(confirming, { kind: 'text', text: '1\r' });
  expect(pasted).toMatchObject({ effects: [], state: { screen: { kind: 'confirm', typed: '1 ' } } });
});

test('space selects and moves on; what is selected is what is acted on', () => {
  const state = keys(start(), ' ', 'j', ' ');
  expect(targetsOf(state)).toEqual([ids[0], ids[2]]);
  expect(targetsOf(keys(state, 'escape'))).toEqual([ids[2]]);
  expect(targetsOf(keys(start(), 'a'))).toEqual(ids);
});

test('the cursor stays on its finding when the list changes below it', () => {
  const state = after(keys(start(), 'j'), { kind: 'loaded', findings: [findings[2]!, findings[0]!, findings[1]!], now });
  expect(targetsOf(state)).toEqual([ids[1]]);
});

test('what is read is listed page by page, and put in order once all is there', () => {
  const [one, two, three] = findings as [StoredFinding, StoredFinding, StoredFinding];
  const first = after(startState({ columns: 80, rows: 24 }, '', now), { kind: 'page', findings: [one], now });
  expect(listed(first)).toEqual([one.id]);
  expect(first.isLoading).toBe(true);
  const second = after(keys(first, 'j'), { kind: 'page', findings: [two, three], now });
  expect(listed(second)).toEqual([one.id, two.id, three.id]);
  const whole = after(keys(second, 'G'), { kind: 'loaded', findings: [three, one, two], now });
  expect(listed(whole)).toEqual([three.id, one.id, two.id]);
  expect(targetsOf(whole)).toEqual([three.id]);
  expect(whole.isLoading).toBe(false);
});

test('of a page only what the filter names is listed, and nothing behind the headings of what came before', () => {
  const filtered = startState({ columns: 80, rows: 24 }, 'provider=gitlab', now);
  expect(listed(after(filtered, { kind: 'page', findings, now }))).toEqual([ids[1]]);
  const grouped = keys(
    after(startState({ columns: 80, rows: 24 }, '', now), { kind: 'page', findings: [findings[0]!], now }),
    'g',
  );
  const more = after(grouped, { kind: 'page', findings: findings.slice(1), now });
  expect(listed(more)).toEqual(['github 1', ids[0]]);
  expect(more.findings).toHaveLength(3);
  expect(listed(after(more, { kind: 'loaded', findings, now }))).toEqual(['github 2', ids[0], ids[2], 'gitlab 1', ids[1]]);
});

test('a page that a wrong filter meets is kept, and the filter told of', () => {
  const wrong = after(startState({ columns: 80, rows: 24 }, 'colour=red', now), { kind: 'page', findings, now });
  expect(wrong.findings).toHaveLength(3);
  expect(after(wrong, { kind: 'loaded', findings, now }).filterProblem).toMatch(/there is no field "colour"/);
});

test('the whole of a finding is read when it is opened, and again when it changed', () => {
  const { state, effects } = update(start(), { kind: 'key', key: 'enter' });
  expect(effects).toEqual([{ kind: 'open', id: ids[0] }]);
  expect(seen(state)).toContain('Reading it');
  const history = { verdicts: [], decisions: [], revocations: [], locations: [] };
  const opened = after(state, { kind: 'opened', finding: findings[0]!, history });
  expect(seen(opened)).toContain('octocat');
  expect(update(opened, { kind: 'changed', findings: [findings[0]!], now }).effects).toEqual(effects);
  // What is read of another, which was left again, is not shown in its place.
  expect(after(opened, { kind: 'opened', finding: findings[1]!, history })).toEqual(opened);
});

test('groups have headings, which cannot be acted on', () => {
  const state = keys(start(), 'g');
  expect(listed(state)).toEqual(['github 2', ids[0], ids[2], 'gitlab 1', ids[1]]);
  expect(update(keys(state, 'home'), { kind: 'key', key: 'v' })).toMatchObject({ effects: [] });
});

test('a decision asks for all it needs before it is kept', () => {
  const asked = type(keys(start(), 'A'), '30d');
  expect(update(asked, { kind: 'key', key: 'enter' }).effects).toEqual([]);
  const answered = type(keys(asked, 'enter'), 'a rotation');
  expect(update(answered, { kind: 'key', key: 'enter' }).effects).toEqual([
    { kind: 'decide', ids: [ids[0]], decision: 'accept', answers: ['30d', 'a rotation'] },
  ]);
  expect(update(keys(start(), 'i'), { kind: 'key', key: 'enter' }).effects).toEqual([]);
  expect(keys(asked, 'escape').question).toBeUndefined();
});

function planStep(over: Partial<PlanStep>): PlanStep {
  return {
    id: '1',
    findings: [ids[0]!],
    provider: 'github',
    revoker: 'github',
    tasks: ['revoke'],
    authority: 'none',
    needs: null,
    calls: [],
    reversible: false,
    undoUntil: null,
    cascade: null,
    survives: null,
    manual: null,
    isProvable: true,
    credentials: [],
    ...over,
  };
}

function withPlan(steps: readonly PlanStep[]): TriageState {
  const state = keys(start(), 'R');
  const plan: Plan = { id: 'p', hash: 'p', createdAt: '', purpose: 'revoke', by: 'ann', steps, left: [] };
  const { screen } = state;
  if (screen.kind !== 'plan') throw new Error('there is no plan');
  return after(state, { kind: 'planned', ids: screen.ids, planned: { plan, text: 'the plan\n' } });
}

test('a plan is asked for, shown, and done only once it is confirmed', () => {
  expect(update(start(), { kind: 'key', key: 'R' }).effects).toEqual([{ kind: 'plan', ids: [ids[0]], purpose: 'revoke' }]);
  const confirming = keys(withPlan([planStep({})]), 'enter');
  expect(update(confirming, { kind: 'key', key: 'enter' }).effects).toEqual([]);
  expect(update(type(confirming, '2'), { kind: 'key', key: 'enter' }).effects).toEqual([]);
  expect(update(type(confirming, '1'), { kind: 'key', key: 'enter' }).effects).toMatchObject([{ kind: 'apply' }]);
  expect(keys(confirming, 'escape', 'escape').screen).toEqual({ kind: 'list' });
});

test.each([
  ['one that cannot be undone', [planStep({})], '1'],
  ['many that can be', [planStep({ findings: ['a', 'b'], reversible: true })], '2'],
  ['many that cannot be', [planStep({ findings: ['a', 'b'] })], 'github'],
  ['our own authority', [planStep({ authority: 'admin' })], 'github'],
  ['two providers', [planStep({ authority: 'admin' }), planStep({ id: '2', provider: 'aws', authority: 'admin' })], 'aws github'],
])('what has to be typed for %s', (_, steps, answer) => {
  const confirming = keys(withPlan(steps), 'enter');
  expect(seen(confirming)).toContain(`, ${answer}, and Enter`);
  expect(update(type(confirming, 'y'), { kind: 'key', key: 'enter' }).effects).toEqual([]);
  expect(update(type(confirming, answer), { kind: 'key', key: 'enter' }).effects).toMatchObject([{ kind: 'apply' }]);
});

test('what only a person can do is not confirmed', () => {
  expect(keys(withPlan([planStep({ manual: { steps: ['go there'] } })]), 'enter').screen.kind).toBe('plan');
});

test('a plan that comes after one has gone elsewhere is left out', () => {
  const state = keys(start(), 'R', 'escape', 'j', 'R');
  const plan: Plan = { id: 'p', hash: 'p', createdAt: '', purpose: 'revoke', by: 'ann', steps: [], left: [] };
  expect(after(state, { kind: 'planned', ids: [ids[0]!], planned: { plan, text: 'of the other\n' } })).toEqual(state);
});

test('what is being done is not quit; Ctrl-C is passed on from anywhere', () => {
  const doing = keys(type(keys(withPlan([planStep({})]), 'enter'), '1'), 'enter');
  expect(update(doing, { kind: 'key', key: 'q' }).effects).toEqual([]);
  expect(keys(doing, 'escape').screen.kind).toBe('proof');
  for (const state of [start(), keys(start(), '/'), keys(start(), 'i'), doing])
    expect(update(state, { kind: 'key', key: 'ctrl-c' }).effects).toEqual([{ kind: 'interrupt' }]);
  expect(update(start(), { kind: 'key', key: 'q' }).effects).toEqual([{ kind: 'quit' }]);
});

test('every action can be found in the palette, and done from there', () => {
  const state = type(keys(start(), ':'), 'ignore');
  expect(keys(state, 'enter').question).toMatchObject({ kind: 'ignore', ids: [ids[0]] });
  expect(update(type(keys(start(), ':'), 'verify'), { kind: 'key', key: 'enter' }).effects).toEqual([
    { kind: 'verify', ids: [ids[0]] },
  ]);
});

test.each(['list', 'detail'] as const)('every action of the %s is in the help, and in the palette by its name', (screen) => {
  const state = screen === 'list' ? start() : keys(start(), 'enter');
  const help = start({ columns: 160, rows: 80 });
  for (const { name, title, on } of actions) {
    expect(seen(keys(help, '?'))).toContain(title);
    if (!on.includes(screen) || name === 'palette') continue;
    expect(seen(type(keys(state, ':'), name))).toContain(title);
  }
});

function withDetail(): TriageState {
  const [first] = findings as [StoredFinding];
  const locations = [...first.locations, { ...first.locations[0]!, origin: { kind: 'file', path: 'second.env' } as const }];
  return after(keys(start(), 'enter'), {
    kind: 'opened',
    finding: first,
    history: { verdicts: [], decisions: [], revocations: [], locations },
  });
}

test('the place that is marked is the one that is opened and copied', () => {
  const state = keys(withDetail(), 'n');
  expect(seen(state)).toMatch(/^> second\.env:1:1$/m);
  for (const [key, kind] of [
    ['e', 'edit'],
    ['b', 'browse'],
    ['y', 'copy'],
  ] as const)
    expect(update(state, { kind: 'key', key }).effects).toMatchObject([
      { kind, sights: [{ location: { origin: { path: 'second.env' } } }] },
    ]);
  expect(seen(keys(state, 'n', 'n', 'p'))).toMatch(/^> src\/1\.env:1:1$/m);
});

test('of what is selected each first place is copied', () => {
  expect(update(keys(start(), 'a'), { kind: 'key', key: 'y' }).effects).toMatchObject([
    { kind: 'copy', sights: ids.map((id) => ({ finding: { id } })) },
  ]);
});

test('what is found by a scan is listed at once, and acted on once it stands in the ledger', () => {
  const scanning = after(startState({ columns: 80, rows: 24 }, '', now), { kind: 'scan' }, { kind: 'found', findings, now });
  expect(listed(scanning)).toEqual(ids);
  expect(listed(type(keys(scanning, '/'), 'dead'))).toEqual([ids[1]]);
  for (const key of ['enter', 'R', 'v', 'i', 'r']) {
    expect(update(scanning, { kind: 'key', key })).toMatchObject({ effects: [], state: { screen: { kind: 'list' } } });
    expect(seen(keys(scanning, key))).toContain('It is still being scanned');
  }
  const kept = after(scanning, { kind: 'loaded', findings, now });
  expect(keys(kept, 'R').screen.kind).toBe('plan');
  const over = update(kept, { kind: 'scanned', summary: '3 findings', gaps: 2 });
  expect(over.effects).toEqual([{ kind: 'load' }]);
  expect(seen(over.state)).toContain('incomplete: 2 places could not be read');
  expect(update(over.state, { kind: 'found', findings: [], now }).state).toEqual(over.state);
});

test('hundreds of editors are not opened', () => {
  const many = start(
    { columns: 80, rows: 24 },
    Array.from({ length: 300 }, (_, at) => storedFinding(at, {})),
  );
  const state = keys(many, 'a');
  for (const key of ['e', 'b']) expect(update(state, { kind: 'key', key }).effects).toEqual([]);
  expect(seen(keys(state, 'e'))).toContain('These are 300 places, and at most 10 are opened at once.');
});

test('a secret is shown only where its finding is open, and masked also below what lies over it', () => {
  const [id] = ids as [string];
  const shown = after(withDetail(), { kind: 'revealed', id, text: 'hunter\x1b[2J2' });
  expect(update(withDetail(), { kind: 'key', key: 'X' }).effects).toEqual([{ kind: 'reveal', id }]);
  expect(seen(shown)).toContain('secret     hunter\\x1b[2J2');
  expect(seen(after(shown, { kind: 'masked' }))).not.toContain('hunter');
  expect(seen(keys(after(keys(shown, '?'), { kind: 'masked' }), 'escape'))).not.toContain('hunter');
  expect(seen(keys(shown, 'escape', 'enter'))).not.toContain('hunter');
  expect(seen(after(start(), { kind: 'revealed', id, text: 'hunter2' }))).not.toContain('hunter');
});

test('hostile text is neutralised, wide text is cut where it ends, and no line is wider than the terminal', () => {
  const path = 'a\x1b[2J\u202eb/\u{1f600}漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字\u200b.env';
  const hostile = storedFinding(9, { path, owner: '\x1b]0;x\x07\u202e' });
  const history = { verdicts: [], decisions: [], revocations: [], locations: hostile.locations };
  for (const columns of [40, 80, 160]) {
    const state = start({ columns, rows: 24 }, [hostile]);
    const detail = after(keys(state, 'enter'), { kind: 'opened', finding: hostile, history });
    for (const one of [state, detail, keys(state, '?'), keys(state, ':')]) {
      const text = seen(one);
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      for (const line of text.split('\n')) expect(displayWidth(line)).toBeLessThanOrEqual(columns);
    }
  }
});
