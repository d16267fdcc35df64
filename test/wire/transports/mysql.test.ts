import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MariaServer, mariaPrograms, startMaria } from '../../../fixtures/servers/mariadb.ts';
import { freePort, serverSuite } from '../../../fixtures/servers/program.ts';
import { openRig, type Rig } from '../../revoke/rig.ts';
import { findLogin } from '../../revoke/server-login.ts';
import { stopEverywhere } from '../../revoke/stops.ts';
import { askBy } from '../protocols/asking.ts';
import { actBy } from './acting.ts';

const password = ['correct', 'horse', '41'].join('-');
const suite = serverSuite('MariaDB, as its revoker does it', mariaPrograms);

describe.skipIf(suite.skip)(suite.title, () => {
  let server: MariaServer;
  let rig: Rig;
  let admin: string;
  let place: string;

  beforeAll(async () => {
    server = await startMaria();
    place = `127.0.0.1:${server.port}`;
    admin = `mysql://${server.admin.user}:${server.admin.password}@${place}`;
    await server.query(`create user helper identified by '${password}'; create user other identified by '${password}'`);
    rig = await openRig({ allowHosts: ['127.0.0.1', 'localhost'], admins: { mysql: admin } });
  });
  afterAll(async () => {
    await rig?.close();
    await server?.stop();
  });

  const isLive = async (user: string) => (await askBy('mysql', { host: place, user, password })).state === 'live';

  test.each([
    ['mysql-url', "o'app\\\\@x", () => ({ host: place, user: encodeURIComponent("o'app\\@x") })],
    ['mysql-jdbc-url', 'jdbc', () => ({ host: `localhost:${server.port}`, user: 'jdbc' })],
    ['mysql-go-dsn', 'go', () => ({ host: place, user: 'go' })],
  ])('%s: the account is locked with its sessions, unlocked, and made final', async (pattern, name, parts) => {
    const account = `'${name.replaceAll("'", "''")}'@'127.0.0.1'`;
    const user = name.replaceAll('\\\\', '\\');
    await server.query(`create user ${account} identified by '${password}'`);
    const session = await mysql.createConnection({ host: '127.0.0.1', port: server.port, user, password });
    const ended = new Promise<string>((resolve) => session.on('error', (error) => resolve(String(error))));
    const twin = await mysql.createConnection({ host: '127.0.0.1', port: server.port, user: 'other', password });
    const login = findLogin(rig, pattern, password, parts());
    const off = await rig.revoke([login]);
    expect(off.results, JSON.stringify(off.results)).toMatchObject([{ state: 'disabled' }]);
    expect(await ended).toMatch(/closed|lost|killed/i);
    const told = off.planned.credentials.get(login.credential.id)!.verdict;
    expect(told).toMatchObject({ identity: `${user}@127.0.0.1` });
    const on = await rig.revoke([login], { purpose: 'undo', told });
    expect(on.results, JSON.stringify(on.results)).toMatchObject([{ state: 'enabled' }]);
    expect(await isLive(user)).toBe(true);
    const final = await rig.revoke([login], { graceMs: 0 });
    expect(final.results, JSON.stringify(final.results)).toMatchObject([{ state: 'revoked' }]);
    // Unlocked again, it has another password.
    await server.query(`alter user ${account} account unlock`);
    expect(await isLive(user)).toBe(false);
    await twin.query('select 1');
    await twin.end();
    const written = JSON.stringify([off, on, final, rig.journal.lines()]);
    expect(written).not.toContain(password);
    expect(written).not.toContain(server.admin.password);
  });

  test('stopped anywhere, the next run ends it', async () => {
    let count = 0;
    await stopEverywhere(rig, {
      plant: async () => {
        const user = `stopped${count++}`;
        await server.query(`create user ${user}@'127.0.0.1' identified by '${password}'`);
        return { planted: findLogin(rig, 'mysql-url', password, { host: place, user }) };
      },
      check: async ({ state }, { known }, when) => {
        expect(['revoked', 'already-dead'], when).toContain(state);
        await server.query(`alter user ${known.parts.user}@'127.0.0.1' account unlock`);
        expect(await isLive(known.parts.user!), when).toBe(false);
      },
    });
  }, 120_000);

  test.each<[string, () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>, string]>([
    ['a login of another server', async () => ({ host: `127.0.0.1:${await freePort()}` }), 'is a login of 127.0.0.1:'],
    ['a login that was taken for another user', () => ({ identity: '@%' }), 'account of another user'],
    ['an account that is not there', () => ({ user: 'nobody', identity: 'nobody@%' }), '1396'],
    ['our own account', () => ({ user: server.admin.user, identity: `${server.admin.user}@%` }), 'logs in as'],
    ['a URL of ours that is none', () => ({ admin: 'nonsense' }), 'must be a URL'],
    ['a password of ours that is wrong', () => ({ admin: admin.replace(server.admin.password, 'wrong') }), '1045'],
    ['an account of ours that may not', () => ({ admin: `mysql://other:${password}@${place}` }), '1227'],
  ])('%s is refused, and nothing is done', async (_, fields, why) => {
    const acted = await actBy('mysql', 'lock-account', {
      admin,
      host: place,
      user: 'helper',
      identity: 'helper@%',
      ...(await fields()),
    });
    expect(acted).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining(why) });
    expect(JSON.stringify(acted)).not.toContain(server.admin.password);
    expect(await isLive('helper')).toBe(true);
  });
});
