import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { faults, idOf } from '../../fixtures/providers/server.ts';
import { lintRevoker } from '../../src/revoke/lint-revoker.ts';
import { loadTransport } from '../../src/wire/transport.ts';
import { isProvable, overHttp, revokers, set } from './kinds.ts';
import { openRig, type Planted, type Rig, routesOf } from './rig.ts';

// Every revoker against its provider as the provider's documentation describes it: taken back, proved, and never twice.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

test('every pattern that names a revoker is in exactly one of its file', () => {
  const wanted = set.patterns.filter(({ revoker }) => revoker !== undefined).map(({ id, revoker }) => `${revoker}: ${id}`);
  const there = revokers.flatMap(({ provider, patterns }) => patterns.map((id) => `${provider}: ${id}`));
  expect([...there].sort()).toEqual([...wanted].sort());
});

test.each(revokers.map((revoker, index) => [`${revoker.provider} ${index}`, revoker] as const))('%s is sound', (_, revoker) => {
  expect(lintRevoker(revoker, set.patterns)).toEqual([]);
});

test.each(
  revokers.flatMap((revoker) =>
    Object.values(revoker.tasks)
      .flat()
      .flatMap((step) => ('transport' in step ? [[`${step.transport}: ${step.action}`, step] as const] : [])),
  ),
)('%s is an action of its transport, and is given what it needs', async (_, step) => {
  const { actions } = await loadTransport(step.transport);
  const action = actions[step.action];
  expect(action).toBeDefined();
  expect(action?.needs.filter((name) => !Object.hasOwn(step.with, name))).toEqual([]);
  expect(Object.keys(step.with).filter((name) => ![...(action?.needs ?? []), ...(action?.takes ?? [])].includes(name))).toEqual(
    [],
  );
});

describe.concurrent.each(overHttp.map((one) => [one.pattern.id, one] as const))('%s', (_, { pattern, revoker }) => {
  /** What can be asked about is proved; the rest is only ever requested. */
  const canProve = isProvable({ pattern, revoker });
  const isReversible = revoker.tasks.disable !== undefined;
  const proved = isReversible ? 'disabled' : 'revoked';

  test('is taken back and proved dead; a second run finds it dead and sends nothing', async () => {
    const planted = await rig.plant(pattern);
    const { results, planned } = await rig.revoke([planted], { graceMs: 0 });
    expect(results, JSON.stringify(results)).toMatchObject([{ state: canProve ? 'revoked' : 'requested' }]);
    expect(planted.known).toMatchObject({ state: 'dead', revocations: 1 });
    expect(planned.plan.steps).toMatchObject([{ revoker: revoker.provider, authority: revoker.authority }]);
    if (!canProve) return;
    const before = callsFor(planted);
    const again = await rig.revoke([planted], { graceMs: 0 });
    expect(again.planned.plan.steps).toEqual([]);
    expect(again.planned.plan.left).toMatchObject([{ why: expect.stringMatching(/dead already|proved then/) }]);
    expect(callsFor(planted)).toBe(before);
    expect(planted.known.revocations).toBe(1);
  });

  test.runIf(canProve)('two runs of one plan act once', async () => {
    const planted = await rig.plant(pattern);
    const { plan, credentials } = await rig.plan([planted], { graceMs: 0 });
    const { applyPlan } = await import('../../src/revoke/apply.ts');
    await applyPlan(plan, credentials, rig.terms);
    const second = await applyPlan(plan, credentials, rig.terms);
    expect(second).toMatchObject([{ state: 'already-dead' }]);
    expect(planted.known.revocations).toBe(1);
  });

  test.each([...faults])('%s', async (fault) => {
    const planted = await rig.plant(pattern, { fault });
    // What did nothing is only known to have done nothing when the time is up.
    const doesNothing = fault === 'never-takes-effect' || fault.endsWith('-before');
    const { close, ...own } = rig.ownWire();
    const { results } = await rig.revoke([planted], { ...own, proofWindowMs: doesNothing ? 300 : 30_000 });
    await close();
    // Of what lives still, its provider says so, or its list; of what does not, nobody may say anything.
    const isListed = revoker.tasks.revoke.some((step) => 'find' in step && step.find !== undefined);
    const isDoubtful =
      !isListed && (/^(?:error|cut)-after$/.test(fault) || (pattern.verify === undefined && /^(?:error|cut)/.test(fault)));
    const expected = fault === 'never-takes-effect' ? 'requested' : canProve ? proved : isDoubtful ? 'failed' : 'requested';
    expect(results, JSON.stringify(results)).toMatchObject([{ state: expected }]);
    if (fault === 'never-takes-effect') expect(planted.known.state).toBe('live');
    if (canProve && fault !== 'never-takes-effect') expect(planted.known.state).toBe(isReversible ? 'disabled' : 'dead');
    if (!isReversible && fault !== 'never-takes-effect') expect(planted.known.revocations ?? 0).toBeLessThanOrEqual(1);
    expect(JSON.stringify([results, rig.journal.lines()])).not.toContain(planted.known.secret);
  });

  test('a credential of another owner is refused by policy, and nothing is sent', async () => {
    const planted = await rig.plant(pattern);
    const { results } = await rig.revoke([planted], { policy: { refusal: () => 'its owner is not among those of the policy' } });
    expect(results).toMatchObject([{ state: 'refused', evidence: expect.stringContaining('policy') }]);
    expect(planted.known).toMatchObject({ state: 'live' });
    expect(planted.known.revocations).toBeUndefined();
  });

  test('one that looks alike in a list is never touched', async () => {
    const planted = await rig.plant(pattern);
    const twin = await rig.plant(pattern, { secret: twinOf(planted.known.secret) });
    const { results } = await rig.revoke([planted], { graceMs: 0 });
    expect(twin.known).toMatchObject({ state: 'live' });
    expect(twin.known.revocations).toBeUndefined();
    // Either it is told apart, or nothing is done.
    const isTouched = planted.known.state === 'dead';
    expect(results).toMatchObject([{ state: isTouched ? (canProve ? 'revoked' : 'requested') : 'failed' }]);
  });

  test('one whose id begins as its own does, and one whose id its own begins with, are never touched', async () => {
    const id = `4${idOf(pattern.id)}7`;
    const planted = await rig.plant(pattern, { id });
    const others = [await rig.plant(pattern, { id: `${id}1` }), await rig.plant(pattern, { id: id.slice(0, -1) })];
    const { results } = await rig.revoke([planted], { graceMs: 0 });
    expect(others.map(({ known }) => [known.state, known.calls])).toEqual([
      ['live', undefined],
      ['live', undefined],
    ]);
    const isTouched = planted.known.state === 'dead';
    expect(results).toMatchObject([{ state: isTouched ? (canProve ? 'revoked' : 'requested') : 'failed' }]);
    if (isTouched) expect(planted.known.revocations).toBe(1);
  });

  test.runIf(isReversible && canProve)('is switched off, and on again; and what is off is made final', async () => {
    const planted = await rig.plant(pattern);
    const off = await rig.revoke([planted]);
    expect(off.results).toMatchObject([{ state: 'disabled', undoUntil: expect.stringMatching(/^\d{4}-/) }]);
    expect(planted.known.state).toBe('disabled');
    // What the provider told while it was alive is what the requests name later.
    const told = off.planned.credentials.get(planted.credential.id)!.verdict;
    const on = await rig.revoke([planted], { purpose: 'undo', told });
    expect(on.results, JSON.stringify(on.results)).toMatchObject([{ state: 'enabled' }]);
    expect(planted.known.state).toBe('live');
    await rig.revoke([planted]);
    const final = await rig.revoke([planted], { purpose: 'finalise', told });
    expect(final.results, JSON.stringify(final.results)).toMatchObject([{ state: 'revoked' }]);
    expect(planted.known.state).toBe('dead');
  });

  function callsFor({ credential }: Planted): number {
    return rig.journal.lines().filter(({ action, finding }) => action === 'begun' && finding === credential.id).length;
  }
});

test('a description of what is done belongs to a revoker', () => {
  const doing = set.patterns.filter((pattern) => routesOf(pattern).some(({ does }) => does !== undefined)).map(({ id }) => id);
  const taken = new Set(revokers.flatMap(({ patterns }) => patterns));
  expect(doing.filter((id) => !taken.has(id))).toEqual([]);
});

/** The same ends, another middle. */
function twinOf(secret: string): string {
  const third = Math.floor(secret.length / 3);
  const middle = [...secret.slice(third, -third)].reverse().join('');
  return `${secret.slice(0, third)}${middle}${secret.slice(-third)}`;
}
