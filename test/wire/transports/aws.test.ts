import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type AwsRights, type AwsServer, startAwsServer } from '../../../fixtures/providers/aws-server.ts';
import type { Fault, KnownCredential } from '../../../fixtures/providers/server.ts';
import { openRig, type Planted, type Rig } from '../../revoke/rig.ts';
import { findLogin } from '../../revoke/server-login.ts';
import { stopEverywhere } from '../../revoke/stops.ts';

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

describe('AWS, with nothing but the key', () => {
  const nothing = { adminOf: async () => undefined };

  test('a key that may takes itself back', async () => {
    const key = plant(alone, {}, { manages: 'self' });
    const { results } = await alone.revoke([key], nothing);
    expect(results, JSON.stringify(results)).toMatchObject([{ state: 'disabled' }]);
    expect(actsOn(key)).toEqual(['UpdateAccessKey']);
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
