import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Origin } from '../../src/model/origin.ts';
import { checkChildren, childrenOf } from '../../src/revoke/children.ts';
import type { Journal } from '../../src/revoke/journal.ts';
import { revokerOf } from '../../src/revoke/load-revokers.ts';
import { openRig, type Planted, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const patternOf = (id: string) => rig.patterns.find((one) => one.id === id)!;

/** Puts what was found into a file, with what its provider tells of it. */
async function foundIn(path: string, { known, credential }: Planted): Promise<Planted> {
  const origin: Origin = { kind: 'file', path };
  const locations = credential.locations.map((one) => ({ ...one, origin }));
  return { known, credential: { ...credential, locations, verdict: await rig.verdictOn(credential) } };
}

test('a refresh token takes its access tokens along: they are in the plan, and asked about when it is dead', async () => {
  const grant = randomUUID();
  const refresh = await foundIn('adc.json', await rig.plant(patternOf('google-authorized-user'), { grant }));
  const access = await foundIn('adc.json', await rig.plant(patternOf('google-oauth-access-token'), { grant }));
  // Of another grant, in the same file: it is asked about as well, and lives.
  const other = await foundIn('adc.json', await rig.plant(patternOf('google-oauth-access-token'), { grant: randomUUID() }));
  const elsewhere = await foundIn('other.json', await rig.plant(patternOf('google-oauth-access-token')));
  const kin = [access, other, elsewhere].map(({ credential }) => credential);
  const bare = { ...refresh.credential, verdict: { state: 'unasked' } as const };
  const revoker = (await revokerOf(bare.pattern))!;
  expect(childrenOf(bare, revoker, kin).map(({ finding, why }) => [finding, why])).toEqual([
    [access.credential.id, 'found in the same place'],
    [other.credential.id, 'found in the same place'],
  ]);

  const { results, planned } = await rig.revoke([refresh]);
  expect(results, JSON.stringify(results)).toMatchObject([{ state: 'revoked' }]);
  const plan = {
    ...planned.plan,
    steps: planned.plan.steps.map((step) => ({ ...step, children: childrenOf(bare, revoker, kin) })),
  };
  const children = await checkChildren(plan, results, kin, { ...rig.terms, windowMs: 50 });
  expect(children).toMatchObject([
    { finding: access.credential.id, of: bare.id, verdict: 'dead' },
    { finding: other.credential.id, of: bare.id, verdict: 'live' },
  ]);
  expect(access.known).toMatchObject({ state: 'dead' });
  expect([access, other].map(({ known }) => known.calls)).toEqual([undefined, undefined]);
  const told = rig.journal.lines().filter(({ action, finding }) => action === 'verified' && finding === access.credential.id);
  expect(told).toMatchObject([{ after: 'dead', evidence: expect.stringContaining(`after ${bare.id} was taken back`) }]);
});

test('who is told to be somebody else is no child, and what was not taken back has none to ask about', async () => {
  const parent = await foundIn('a.json', await rig.plant(patternOf('google-oauth-access-token')));
  const child = await foundIn('a.json', await rig.plant(patternOf('google-oauth-access-token')));
  const revoker = (await revokerOf(parent.credential.pattern))!;
  const tellingOf = (identity: string) => ({ ...child.credential, verdict: { ...child.credential.verdict, identity } });
  expect(childrenOf(parent.credential, revoker, [tellingOf('ann@example.com')])).toMatchObject([
    { why: 'of the same account and identity' },
  ]);
  expect(childrenOf(parent.credential, revoker, [tellingOf('bob@example.com')])).toEqual([]);
  const { plan } = await rig.plan([parent]);
  const failed = {
    finding: parent.credential.id,
    state: 'failed',
    evidence: '',
    secondsToDead: null,
    undoUntil: null,
    step: '1',
  } as const;
  const steps = plan.steps.map((step) => ({ ...step, children: childrenOf(parent.credential, revoker, [child.credential]) }));
  expect(steps[0]?.children.length).toBe(1);
  expect(await checkChildren({ ...plan, steps }, [failed], [child.credential], { ...rig.terms, windowMs: 0 })).toEqual([]);
});

test('what was seen of them stands in the journal before it is told, also where a server has to be waited for', async () => {
  const refresh = await foundIn('late.json', await rig.plant(patternOf('google-authorized-user'), { grant: randomUUID() }));
  const access = await foundIn('late.json', await rig.plant(patternOf('google-oauth-access-token')));
  const revoker = (await revokerOf(refresh.credential.pattern))!;
  const { plan } = await rig.plan([refresh]);
  const kin = [access.credential];
  const withChildren = {
    ...plan,
    steps: plan.steps.map((step) => ({
      ...step,
      children: childrenOf({ ...refresh.credential, verdict: { state: 'unasked' } }, revoker, kin),
    })),
  };
  const result = {
    finding: refresh.credential.id,
    state: 'revoked',
    evidence: '',
    secondsToDead: 1,
    undoUntil: null,
    step: '1',
  } as const;
  const late: Journal = {
    ...rig.journal,
    append: async (...entries) => {
      await new Promise((resolve) => setImmediate(resolve));
      return rig.journal.append(...entries);
    },
  };
  await checkChildren(withChildren, [result], kin, { ...rig.terms, journal: late, windowMs: 0 });
  expect(rig.journal.lines().at(-1)).toMatchObject({ action: 'verified', finding: access.credential.id });
});
