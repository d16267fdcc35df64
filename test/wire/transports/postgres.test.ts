import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startHanging } from '../../../fixtures/servers/hanging.ts';
import { type PostgresServer, startPostgres } from '../../../fixtures/servers/postgres.ts';
import { freePort } from '../../../fixtures/servers/program.ts';
import { openRig, type Rig } from '../../revoke/rig.ts';
import { findLogin } from '../../revoke/server-login.ts';
import { stopEverywhere } from '../../revoke/stops.ts';
import { askBy } from '../protocols/asking.ts';
import { actBy } from './acting.ts';

const password = ['correct', 'horse', '41'].join('-');
let server: PostgresServer;
let rig: Rig;
let admin: string;
let place: string;

beforeAll(async () => {
  server = await startPostgres();
  place = `127.0.0.1:${server.port}`;
  admin = `postgresql://${server.admin.user}:${server.admin.password}@${place}/postgres`;
  await server.query(`create role helper login createrole password '${password}'`);
  rig = await openRig({ allowHosts: ['127.0.0.1', 'localhost'], admins: { postgresql: admin } });
});
afterAll(async () => {
  await rig?.close();
  await server?.stop();
});

/** A session of a role, until the server ends it. */
async function openSession(user: string): Promise<{ readonly ended: Promise<string> }> {
  const client = new pg.Client({ host: '127.0.0.1', port: server.port, user, password, database: 'postgres', ssl: false });
  const ended = new Promise<string>((resolve) => client.on('error', (error) => resolve(error.message)));
  await client.connect();
  return { ended };
}

async function isLive(user: string): Promise<boolean> {
  return (await askBy('postgres', { host: place, user, password })).state === 'live';
}

describe('PostgreSQL, as its revoker does it', () => {
  test.each([
    ['postgresql-url', 'app "x"; drop', () => ({ host: place, user: encodeURIComponent('app "x"; drop') })],
    ['postgresql-jdbc-url', 'jdbc', () => ({ host: `localhost:${server.port}`, user: 'jdbc' })],
    ['postgresql-keyword-dsn', 'Dsn', () => ({ host: '127.0.0.1', port: String(server.port), user: 'Dsn' })],
    ['postgresql-pgpass', 'pgpass', () => ({ host: place, user: 'pgpass' })],
  ])('%s: the role is switched off with its sessions, on again, and made final', async (pattern, role, parts) => {
    await server.query(`create role ${pg.escapeIdentifier(role)} login password '${password}'`);
    await server.query(`create role ${pg.escapeIdentifier(`${role}2`)} login password '${password}'`);
    const twin = await openSession(`${role}2`);
    const session = await openSession(role);
    const login = findLogin(rig, pattern, password, parts());
    const off = await rig.revoke([login]);
    expect(off.results, JSON.stringify(off.results)).toMatchObject([
      { state: 'disabled', evidence: expect.stringContaining('not permitted to log in') },
    ]);
    expect(await session.ended).toContain('terminating connection');
    expect(off.planned.plan.steps[0]?.calls.length).toBe(2);
    const told = off.planned.credentials.get(login.credential.id)!.verdict;
    const on = await rig.revoke([login], { purpose: 'undo', told });
    expect(on.results, JSON.stringify(on.results)).toMatchObject([{ state: 'enabled' }]);
    expect(await isLive(role)).toBe(true);
    const final = await rig.revoke([login], { graceMs: 0 });
    expect(final.results, JSON.stringify(final.results)).toMatchObject([{ state: 'revoked' }]);
    // Allowed to log in again, it has no password to do it with.
    await server.query(`alter role ${pg.escapeIdentifier(role)} login`);
    expect(await isLive(role)).toBe(false);
    expect(await isLive(`${role}2`)).toBe(true);
    expect(await Promise.race([twin.ended, 'open'])).toBe('open');
    const written = JSON.stringify([off, on, final, rig.journal.lines()]);
    expect(written).not.toContain(password);
    expect(written).not.toContain(server.admin.password);
  });

  test('stopped anywhere, the next run ends it', async () => {
    let count = 0;
    const sessions = new Map<string, { readonly ended: Promise<string> }>();
    const points = await stopEverywhere(rig, {
      plant: async () => {
        const role = `stopped_${count++}`;
        await server.query(`create role ${role} login password '${password}'`);
        sessions.set(role, await openSession(role));
        return { planted: findLogin(rig, 'postgresql-url', password, { host: place, user: role }) };
      },
      check: async ({ state }, { known }, when) => {
        expect(['revoked', 'already-dead'], when).toContain(state);
        // Also where the run was stopped between the role and its sessions.
        expect(await sessions.get(known.parts.user!)?.ended, when).toContain('terminating connection');
        await server.query(`alter role ${known.parts.user} login`);
        expect(await isLive(known.parts.user!), when).toBe(false);
      },
    });
    // Four calls: of each the line before, the request, the answer and the line behind.
    expect(points).toBeGreaterThan(20);
  }, 120_000);
});

describe('PostgreSQL, when it is not the right thing', () => {
  const act = (fields: Readonly<Record<string, string>>, action = 'disable-role', totalMs?: number) =>
    actBy('postgres', action, { admin, host: place, user: 'helper', ...fields }, totalMs);

  test.each<[string, () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>, string]>([
    ['a login of another server', async () => ({ host: `127.0.0.1:${await freePort()}` }), 'is a login of 127.0.0.1:'],
    ['a login of no place', () => ({ host: '*' }), 'names no place'],
    ['a host that is not allowed', () => ({ host: '10.0.0.1:5432' }), '--allow-host'],
    ['a role that is not there', () => ({ user: 'nobody' }), 'no role of this name'],
    ['our own role', () => ({ user: server.admin.user }), 'logs in as'],
    ['a URL of ours that is none', () => ({ admin: 'nonsense' }), 'must be a URL'],
    ['a URL of another protocol', () => ({ admin: admin.replace('postgresql', 'mysql') }), 'must be a URL'],
    ['a password of ours that is wrong', () => ({ admin: admin.replace(server.admin.password, 'wrong') }), '28P01'],
    [
      'a role of ours that may not',
      () => ({ admin: `postgresql://helper:${password}@${place}`, user: server.admin.user }),
      '42501',
    ],
  ])('%s is refused, and nothing is done', async (_, fields, why) => {
    const acted = await act(await fields());
    expect(acted).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining(why) });
    expect(JSON.stringify(acted)).not.toContain(server.admin.password);
    expect(await isLive('helper')).toBe(true);
  });

  test('sessions that our role may not end are told', async () => {
    await server.query(`create role guest login superuser password '${password}'`);
    await openSession('guest');
    const ours = `postgresql://helper:${password}@${place}`;
    expect(await act({ admin: ours, user: 'guest' }, 'end-sessions')).toMatchObject({
      outcome: 'refused',
      evidence: expect.stringContaining('42501'),
    });
  });

  test('a server that never answers is not done', async () => {
    const hanging = await startHanging();
    try {
      const at = `127.0.0.1:${hanging.port}`;
      const acted = await act({ host: at, admin: `postgresql://owner:${password}@${at}` }, 'disable-role', 300);
      expect(acted).toMatchObject({ outcome: 'refused', evidence: expect.stringMatching(/time|answer/) });
    } finally {
      await hanging.stop();
    }
  });
});
