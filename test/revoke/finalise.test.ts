import { afterAll, beforeAll, expect, test } from 'vitest';
import { policyOf } from '../../src/revoke/policy.ts';
import { openRig, type Rig } from './rig.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

test('what is off is made final by a policy of owners: whose it is was told while it was alive', async () => {
  const planted = await rig.plant(rig.patterns.find(({ id }) => id === 'anthropic-api-key')!);
  const policyOfOwners = (owner: string) =>
    policyOf([{ owners: [owner] }], { actor: 'ann@here', now: () => new Date(), approvals: () => [] });
  expect((await rig.revoke([planted], { told: { identity: 'octocat' } })).results).toMatchObject([{ state: 'disabled' }]);
  const finalise = { purpose: 'finalise', told: { identity: 'octocat' } } as const;
  const refused = await rig.revoke([planted], { ...finalise, policy: policyOfOwners('somebody-else') });
  expect(refused.results).toMatchObject([{ state: 'refused', evidence: expect.stringContaining('of octocat') }]);
  const done = await rig.revoke([planted], { ...finalise, policy: policyOfOwners('octo*') });
  expect(done.results, JSON.stringify(done.results)).toMatchObject([{ state: 'revoked' }]);
});
