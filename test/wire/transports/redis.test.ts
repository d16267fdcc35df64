import { createClient } from '@redis/client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, serverSuite } from '../../../fixtures/servers/program.ts';
import { type RedisServer, redisPrograms, startRedis } from '../../../fixtures/servers/redis.ts';
import { openRig, type Rig } from '../../revoke/rig.ts';
import { findLogin } from '../../revoke/server-login.ts';
import { stopEverywhere } from '../../revoke/stops.ts';
import { askBy } from '../protocols/asking.ts';
import { actBy } from './acting.ts';

const password = ['correct', 'horse', '41'].join('-');
const suite = serverSuite('Redis, as its revoker does it', redisPrograms);

describe.skipIf(suite.skip)(suite.title, () => {
  let server: RedisServer;
  let rig: Rig;
  let admin: string;
  let place: string;

  beforeAll(async () => {
    server = await startRedis([
      `user default on >${password}-default ~* &* +@all`,
      `user app on >${password}-app >${password}-second ~app:* +@read`,
      `user twin on >${password}-twin ~app:* +@read +ping`,
      `user small on >${password}-small +@read +auth`,
    ]);
    place = `127.0.0.1:${server.port}`;
    admin = `redis://${server.admin.user}:${server.admin.password}@${place}`;
    rig = await openRig({ allowHosts: ['127.0.0.1', 'localhost'], admins: { redis: admin } });
  });
  afterAll(async () => {
    await rig?.close();
    await server?.stop();
  });

  const isLive = async (user: string, secret: string) =>
    (await askBy('redis', { host: place, user, password: secret })).state === 'live';

  test.each([
    ['app', { user: 'app' }],
    ['default', { user: 'whoever' }],
  ])('the user %s is switched off with its connections, on again, and made final', async (name, parts) => {
    const secret = `${password}-${name}`;
    const open = async (username: string, own: string) => {
      const client = createClient({
        RESP: 2,
        socket: { host: '127.0.0.1', port: server.port, reconnectStrategy: false },
        username,
        password: own,
      });
      const ended = new Promise<string>((resolve) => client.on('error', (error) => resolve(String(error))));
      await client.connect();
      return { client, ended };
    };
    const session = await open(name, secret);
    const twin = await open('twin', `${password}-twin`);
    const login = findLogin(rig, 'redis-url', secret, { host: place, ...parts });
    const off = await rig.revoke([login]);
    expect(off.results, JSON.stringify(off.results)).toMatchObject([{ state: 'disabled' }]);
    expect(await session.ended).toMatch(/closed/i);
    const told = off.planned.credentials.get(login.credential.id)!.verdict;
    const on = await rig.revoke([login], { purpose: 'undo', told });
    expect(on.results, JSON.stringify(on.results)).toMatchObject([{ state: 'enabled' }]);
    expect(await isLive(name, secret)).toBe(true);
    const final = await rig.revoke([login], { graceMs: 0 });
    expect(final.results, JSON.stringify(final.results)).toMatchObject([{ state: 'revoked' }]);
    // Switched on again, it does not know the password any more.
    await server.run('ACL', 'SETUSER', name, 'on');
    expect(await isLive(name, secret)).toBe(false);
    expect(await twin.client.sendCommand(['PING'])).toBe('PONG');
    twin.client.destroy();
    const written = JSON.stringify([off, on, final, rig.journal.lines()]);
    expect(written).not.toContain(secret);
    expect(written).not.toContain(server.admin.password);
    // That it will not outlive a restart is said.
    expect(written).toContain('its configuration counts');
  });

  test('stopped anywhere, the next run ends it', async () => {
    let count = 0;
    await stopEverywhere(rig, {
      plant: async () => {
        const user = `stopped${count++}`;
        await server.run('ACL', 'SETUSER', user, 'on', `>${password}-${user}`, '+@read', '+auth');
        return { planted: findLogin(rig, 'redis-url', `${password}-${user}`, { host: place, user }) };
      },
      check: async ({ state }, { known }, when) => {
        expect(['revoked', 'already-dead'], when).toContain(state);
        await server.run('ACL', 'SETUSER', known.parts.user!, 'on');
        expect(await isLive(known.parts.user!, known.secret), when).toBe(false);
      },
    });
  }, 120_000);

  test.each<[string, () => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>, string]>([
    ['a login of another server', async () => ({ host: `127.0.0.1:${await freePort()}` }), 'is a login of 127.0.0.1:'],
    ['a user with another password', () => ({ password: `${password}-other` }), 'has this password'],
    ['a user that is not there', () => ({ user: 'nobody' }), 'has this password'],
    ['our own user', () => ({ user: server.admin.user, password: server.admin.password }), 'logs in as'],
    ['a URL of ours that is none', () => ({ admin: 'nonsense' }), 'must be a URL'],
    ['a password of ours that is wrong', () => ({ admin: admin.replace(server.admin.password, 'wrong') }), 'WRONGPASS'],
    ['a user of ours that may not', () => ({ admin: `redis://twin:${password}-twin@${place}` }), 'NOPERM'],
  ])('%s is refused, and nothing is done', async (_, fields, why) => {
    const acted = await actBy('redis', 'switch-off', {
      admin,
      host: place,
      user: 'small',
      password: `${password}-small`,
      ...(await fields()),
    });
    expect(acted).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining(why) });
    expect(JSON.stringify(acted)).not.toContain(server.admin.password);
    expect(await isLive('small', `${password}-small`)).toBe(true);
  });
});
