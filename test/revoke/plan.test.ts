import { describe, expect, test } from 'vitest';
import type { Pattern } from '../../src/model/pattern.ts';
import type { Plan, PlanStep } from '../../src/model/plan.ts';
import type { Credential } from '../../src/model/revocation.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { isMortal } from '../../src/model/verification.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { planText as planPage } from '../../src/report/plan-text.ts';
import { revokerOf } from '../../src/revoke/load-revokers.ts';
import { makePlan, type PlanTerms, sealPlan } from '../../src/revoke/plan.ts';
import { planText, readPlan, whyStale } from '../../src/revoke/plan-file.ts';

const { set } = await loadPatterns({ withExamples: true });
const live: Verdict = { state: 'live', checkedAt: '2026-11-24T12:00:00.000Z', evidence: 'it answered', identity: 'octocat' };
let number = 0;

function credentialOf(id: string, more: Partial<Credential> = {}): Credential {
  const pattern = set.patterns.find((one) => one.id === id) as Pattern;
  const value = `value-of-number-${number++}-which-is-long-enough`;
  const location = {
    origin: { kind: 'file', path: 'src/a.env' },
    start: 0,
    end: 1,
    line: 7,
    column: 1,
    endLine: 7,
    endColumn: 2,
  } as const;
  return { id: `id${number}`, pattern, secret: new Secret(value), parts: {}, verdict: live, locations: [location], ...more };
}

const terms: PlanTerms = {
  purpose: 'revoke',
  by: 'ann@here',
  now: new Date('2026-11-24T12:00:00Z'),
  graceMs: 7 * 86_400_000,
  revokerOf,
  runbookOf: ({ runbook }) => runbook,
  isProvable: ({ verify }) => isMortal(verify),
  adminFrom: () => ({ from: 'the environment: A_KEY', isThere: false }),
  standingOf: () => undefined,
  describePlace: ({ line }) => `src/a.env:${line}`,
};

test('what can make others goes first, what a person has to do last', async () => {
  const minting: PlanTerms['revokerOf'] = async (pattern) => {
    const revoker = await revokerOf(pattern);
    return revoker && { ...revoker, mints: pattern.id === 'gitlab-access-token' };
  };
  const all = [credentialOf('stripe-webhook-secret'), credentialOf('github-pat-classic'), credentialOf('gitlab-access-token')];
  const { steps } = await makePlan(all, { ...terms, revokerOf: minting });
  expect(steps.map(({ provider, authority }) => [provider, authority])).toEqual([
    ['gitlab', 'self'],
    ['github', 'none'],
    ['stripe', 'person'],
  ]);
  expect(steps[2]?.manual?.steps.length).toBeGreaterThan(0);
});

test('what can be switched off is, for the time of grace; without one it is made final as well', async () => {
  const key = credentialOf('anthropic-api-key', { verdict: { ...live, account: 'acme' } });
  const off = await makePlan([key], terms);
  expect(off.steps).toMatchObject([{ tasks: ['disable'], reversible: true, undoUntil: '2026-12-01T12:00:00.000Z' }]);
  const final = await makePlan([key], { ...terms, graceMs: 0 });
  expect(final.steps).toMatchObject([{ tasks: ['disable', 'revoke'], reversible: false, undoUntil: null }]);
});

describe('what is left alone, and why', () => {
  const dead: Verdict = { state: 'dead', checkedAt: '', evidence: 'it answered 401' };
  test.each([
    ['what is dead', { verdict: dead }, {}, /dead already: it answered 401/],
    ['a trap', { verdict: { state: 'unasked', canary: 'canarytokens.org' } as const }, {}, /trap laid out by canarytokens.org/],
    [
      'what is switched off',
      { verdict: dead },
      { standingOf: () => ({ done: [], disabled: { at: 'then', until: null, plan: null } }) },
      /switched off at then/,
    ],
    [
      'what is not switched off, to be made final',
      { verdict: dead },
      { purpose: 'finalise' as const },
      /not switched off by quash/,
    ],
  ])('%s', async (_, more, about, why) => {
    const plan = await makePlan([credentialOf('github-pat-classic', more)], { ...terms, ...about });
    expect(plan.steps).toEqual([]);
    expect(plan.left).toMatchObject([{ why: expect.stringMatching(why) }]);
  });

  test('what was begun is brought to its end, also where it is dead by now', async () => {
    const begun = { standingOf: () => ({ done: [], open: { task: 'revoke' as const, step: 0, at: 'then' } }) };
    const plan = await makePlan([credentialOf('github-pat-classic', { verdict: dead })], { ...terms, ...begun });
    expect(plan.steps).toHaveLength(1);
  });
});

test('a plan shows what is hostile as text, and no value in clear', async () => {
  const hostile: Verdict = { ...live, identity: '\u001b[2Jann\u202e' };
  const one = credentialOf('github-pat-classic', { verdict: hostile });
  const plan = await makePlan([one], terms);
  const page = planPage(plan, { color: false });
  expect(page).toMatch(/^[^\u001b\u202e]*$/);
  expect(page + planText(plan)).not.toContain(one.secret.reveal());
  expect(page).toContain('src/a.env:7');
});

test('a plan of a file that is hostile all over is shown as text', async () => {
  const plan = await makePlan([credentialOf('github-pat-classic')], terms);
  const hostile = JSON.parse(
    JSON.stringify({ ...plan, left: [{ finding: 'id', redacted: 'x', why: 'y' }] }).replace(
      /"(finding|does|cascade|survives|undoUntil|provider|method|from|name)":"/g,
      '$&\\u001b[2J',
    ),
  ) as typeof plan;
  expect(JSON.stringify(hostile)).toContain('[2JReports');
  expect(planPage(hostile, { color: false })).toMatch(/^[^\u001b\u202e]*$/);
});

describe('a plan that says other than what it does is not run', () => {
  const staleness = (plan: Plan, credential: Credential) =>
    whyStale(plan, new Map([[credential.id, credential]]), { now: terms.now, revokerOf });
  test.each<[string, Partial<PlanStep>]>([
    ['the provider, by which a policy decides', { provider: 'gitlab' }],
    ['whether it can be undone', { reversible: true }],
    ['by whose authority', { authority: 'admin' }],
    ['what dies with it', { cascade: 'nothing at all' }],
    ['what lives on', { survives: 'everything' }],
    ['who takes it back', { revoker: null }],
  ])('%s', async (_, more) => {
    const one = credentialOf('github-pat-classic');
    const plan = await makePlan([one], terms);
    expect(await staleness(plan, one)).toBeUndefined();
    const forged = sealPlan({ ...plan, steps: plan.steps.map((step) => ({ ...step, ...more })) });
    expect(await staleness(forged, one)).toMatch(/what step 1 would do is not what it says/);
  });

  test('what it is for', async () => {
    const one = credentialOf('github-pat-classic');
    const plan = await makePlan([one], terms);
    expect(await staleness(sealPlan({ ...plan, purpose: 'undo' }), one)).toMatch(/what step 1 would do is not what it says/);
  });

  test('what a person has to do is no call of a revoker', async () => {
    const one = credentialOf('stripe-webhook-secret');
    expect(await staleness(await makePlan([one], terms), one)).toBeUndefined();
  });
});

test('a plan is read as it was written, and not when a letter of it was changed', async () => {
  const plan = await makePlan([credentialOf('github-pat-classic')], terms);
  const text = planText(plan);
  expect(readPlan(text, 'plan.json')).toEqual(plan);
  for (const [from, to] of [
    ['octocat', 'hubot'],
    ['"none"', '"self"'],
    [plan.id, '0'.repeat(12)],
    ['2026-11-24', '2026-11-25'],
  ] as const) {
    expect(text).toContain(from);
    expect(() => readPlan(text.replace(from, to), 'plan.json')).toThrow(/was changed after it was made/);
  }
  expect(() => readPlan('{}', 'plan.json')).toThrow(/it is no plan/);
  expect(() => readPlan('x', 'plan.json')).toThrow(/it is no JSON/);
});
