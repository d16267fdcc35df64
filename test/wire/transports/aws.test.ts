import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsRights, type AwsServer, startAwsServer } from '../../../fixtures/providers/aws-server.ts';
import type { Fault, KnownCredential } from '../../../fixtures/providers/server.ts';
import { applyPlan } from '../../../src/revoke/apply.ts';
import { loadTransport } from '../../../src/wire/transport.ts';
import { openRig, type Planted, type Rig } from '../../revoke/rig.ts';
import { findLogin } from '../../revoke/server-login.ts';
import { Stopped, stopEverywhere } from '../../revoke/stops.ts';

let server: AwsServer;
let ours: Rig;
let alone: Rig;

beforeAll(async () => {
  server = await startAwsServer();
  const endpoints = server.endpoints('aws');
  ours = await openRig({ endpoints, admins: { aws: server.admin } });
  alone = await openRig({ endpoints, admins: { aws: '' } });
});
afterAll(async () => {
  await ours?.close();
  await alone?.close();
  await server?.close();
});

function plant(rig: Rig, more: Partial<KnownCredential> = {}, rights: AwsRights = {}): Planted {
  const { secret, parts } = server.newKey();
  const planted = findLogin(rig, 'aws-access-key', secret, parts);
  const known: KnownCredential = { ...planted.known, owner: 'team/ann', ...more };
  server.add(known, rights);
  return { ...planted, known };
}

const actsOn = ({ known }: Planted) =>
  server.acted.filter((line) => line.endsWith(known.secret)).map((line) => line.split(' ')[0]);

describe('AWS, with a key of ours', () => {
  test('a key is switched off and on again, then off and deleted, and another of its user is not touched', async () => {
    const key = plant(ours);
    const twin = plant(ours);
    const off = await ours.revoke([key]);
    expect(off.planned.plan.steps).toMatchObject([{ authority: 'admin', needs: { isThere: true } }]);
    expect(off.results, JSON.stringify(off.results)).toMatchObject([{ state: 'disabled' }]);
    expect(key.known.state).toBe('disabled');
    const told = off.planned.credentials.get(key.credential.id)!.verdict;
    const on = await ours.revoke([key], { purpose: 'undo', told });
    expect(on.results, JSON.stringify(on.results)).toMatchObject([{ state: 'enabled' }]);
    const final = await ours.revoke([key], { graceMs: 0 });
    expect(final.results, JSON.stringify(final.results)).toMatchObject([{ state: 'revoked' }]);
    expect(actsOn(key)).toEqual(['UpdateAccessKey', 'UpdateAccessKey', 'UpdateAccessKey', 'DeleteAccessKey']);
    expect(twin.known.state).toBe('live');
    const written = JSON.stringify([off, on, final, ours.journal.lines()]);
    expect(written).not.toContain(key.known.parts.secret);
    expect(written).not.toContain(server.admin.split(':')[1]);
  });

  test.each<[Fault, string, string]>([
    // What did nothing is sent once more, and then it does.
    ['error-before', 'disabled', 'disabled'],
    ['error-after', 'disabled', 'disabled'],
    ['cut-before', 'disabled', 'disabled'],
    ['cut-after', 'disabled', 'disabled'],
    ['never-takes-effect', 'requested', 'live'],
  ])('%s', async (fault, state, left) => {
    const key = plant(ours, { fault });
    const { results } = await ours.revoke([key], { proofWindowMs: fault.endsWith('-after') ? 30_000 : 300 });
    expect(results, JSON.stringify(results)).toMatchObject([{ state }]);
    expect(key.known.state).toBe(left);
  });

  test('stopped anywhere, the next run ends it, and nothing is done twice', async () => {
    await stopEverywhere(ours, {
      plant: async () => ({ planted: plant(ours) }),
      check: ({ state }, { known }, when) => {
        expect(['revoked', 'already-dead'], when).toContain(state);
        expect(known, when).toMatchObject({ state: 'dead', revocations: 1 });
      },
    });
  }, 120_000);

  test('a user of another account is left alone', async () => {
    const key = plant(ours, {}, { account: '210987654321' });
    const { results } = await ours.revoke([key]);
    expect(results).toMatchObject([
      { state: 'failed', evidence: 'it is a key of the account 210987654321, and the credential of ours is of 123456789012' },
    ]);
    expect(actsOn(key)).toEqual([]);
  });

  test('a key of the root user is left to the root user', async () => {
    const key = plant(ours, { owner: 'root' });
    expect((await ours.revoke([key])).results).toMatchObject([
      { state: 'failed', evidence: expect.stringContaining('sign in as the root user') },
    ]);
    expect(actsOn(key)).toEqual([]);
  });

  test('one that was deleted behind our back while it was off is gone', async () => {
    const key = plant(ours);
    const off = await ours.revoke([key]);
    const told = off.planned.credentials.get(key.credential.id)!.verdict;
    key.known.state = 'dead';
    const { results } = await ours.revoke([key], { purpose: 'finalise', told });
    expect(results, JSON.stringify(results)).toMatchObject([{ state: 'revoked' }]);
    expect(actsOn(key)).toEqual(['UpdateAccessKey']);
  });
});

describe('AWS, sessions that outlive a key', () => {
  const policiesOn = (path: string) => [...server.policies].filter(([name]) => name.startsWith(`${path}/`));

  test('those of the user are denied by when they began, and allowed when the key is switched on again', async () => {
    const key = plant(ours, { owner: 'team/bea' });
    const off = await ours.revoke([key]);
    expect(off.planned.plan.steps[0]?.calls.map(({ url }) => url)).toEqual(['deactivate-key', 'deny-sessions']);
    expect(off.results, JSON.stringify(off.results)).toMatchObject([{ state: 'disabled' }]);
    const [[name, text] = ['', '{}']] = policiesOn('user/bea');
    expect(name).toBe(`user/bea/QuashDenySessions-${key.known.secret}`);
    expect(JSON.parse(text)).toMatchObject({
      Statement: [
        {
          Effect: 'Deny',
          Action: '*',
          Resource: '*',
          Condition: { DateLessThan: { 'aws:TokenIssueTime': expect.stringMatching(/:[0-9]{2}Z$/) } },
        },
      ],
    });
    const told = off.planned.credentials.get(key.credential.id)!.verdict;
    const on = await ours.revoke([key], { purpose: 'undo', told });
    expect(on.results, JSON.stringify(on.results)).toMatchObject([{ state: 'enabled' }]);
    expect(policiesOn('user/bea')).toEqual([]);
  });

  test('a run that was killed before they were denied denies them, though the key is dead by then', async () => {
    const { close, ...own } = ours.ownJournal();
    const key = plant(ours, { owner: 'carl' });
    const { plan, credentials } = await ours.plan([key], own);
    const die = () => {
      throw new Stopped('while its second call was on the way');
    };
    const aws = await loadTransport('aws');
    const dying = { ...aws, actions: { ...aws.actions, 'deny-sessions': { ...aws.actions['deny-sessions']!, act: die } } };
    await expect(applyPlan(plan, credentials, { ...ours.terms, ...own, loadTransport: async () => dying })).rejects.toThrow(
      Stopped,
    );
    expect([key.known.state, policiesOn('user/carl')]).toEqual(['disabled', []]);
    expect(await applyPlan(plan, credentials, { ...ours.terms, ...own })).toMatchObject([{ state: 'disabled' }]);
    expect(policiesOn('user/carl').length).toBe(1);
    expect(actsOn(key)).toEqual(['UpdateAccessKey']);
    close();
  });

  test('leaked themselves, those of a role are denied by their name, and stay requested until they end', async () => {
    const { secret, parts } = server.newKey();
    const session = { secret: secret.replace('AKIA', 'ASIA'), parts: { ...parts, session_token: `IQo${'Jb3'.repeat(40)}` } };
    const planted = findLogin(ours, 'aws-session-credentials', session.secret, session.parts);
    server.add({ ...planted.known, owner: 'deploy/ci-4711' });
    const { results, planned } = await ours.revoke([planted], { proofWindowMs: 200 });
    expect(results, JSON.stringify(results)).toMatchObject([{ state: 'requested' }]);
    expect(planned.plan.steps).toMatchObject([{ survives: expect.stringContaining('until it ends') }]);
    const [[name, text] = ['', '{}']] = policiesOn('role/deploy');
    expect(name).toBe(`role/deploy/QuashDenySessions-${session.secret}`);
    expect(JSON.parse(text)).toMatchObject({ Statement: [{ Condition: { StringLike: { 'aws:userid': '*:ci-4711' } } }] });
    expect(JSON.stringify([results, planned.plan])).not.toContain(session.parts.secret);
  });
});

describe('AWS, with nothing but the key', () => {
  const nothing = { adminOf: async () => undefined };

  test('a key that may takes itself back', async () => {
    const key = plant(alone, {}, { manages: 'self' });
    const { results, planned } = await alone.revoke([key], nothing);
    expect(results, JSON.stringify(results)).toMatchObject([{ state: 'disabled' }]);
    expect(actsOn(key)).toEqual(['UpdateAccessKey']);
    // What takes a credential of ours is not planned without one.
    expect(planned.plan.steps[0]?.calls.map(({ url }) => url)).toEqual(['deactivate-key']);
    expect(server.policies.has(`user/ann/QuashDenySessions-${key.known.secret}`)).toBe(false);
  });

  test('inactive, it cannot delete itself: that is said, and it stays inactive', async () => {
    const key = plant(alone, {}, { manages: 'self' });
    const { results } = await alone.revoke([key], { ...nothing, graceMs: 0 });
    expect(results).toMatchObject([{ state: 'failed', evidence: expect.stringContaining('takes a credential of ours') }]);
    expect(key.known.state).toBe('disabled');
  });

  test('a key that may not says so, and that the quarantine is to stay', async () => {
    const key = plant(alone);
    const { results } = await alone.revoke([key], nothing);
    expect(results).toMatchObject([{ state: 'failed', evidence: expect.stringContaining('quarantine') }]);
    expect(key.known.state).toBe('live');
  });
});
