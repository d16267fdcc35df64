import { connect } from 'amqplib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverSuite } from '../../../fixtures/servers/program.ts';
import { type RabbitServer, rabbitPrograms, startRabbit } from '../../../fixtures/servers/rabbitmq.ts';
import { openRig, type Rig } from '../../revoke/rig.ts';
import { findLogin } from '../../revoke/server-login.ts';
import { stopEverywhere } from '../../revoke/stops.ts';
import { askBy } from '../protocols/asking.ts';
import { actBy } from './acting.ts';

const password = ['correct', 'horse', '41'].join('-');
const suite = serverSuite('RabbitMQ, as its revoker does it', rabbitPrograms);

describe.skipIf(suite.skip)(suite.title, () => {
  let server: RabbitServer;
  let rig: Rig;
  let admin: string;
  let place: string;

  beforeAll(async () => {
    const many = Object.fromEntries(Array.from({ length: 80 }, (_, index) => [`stopped${index}`, password]));
    server = await startRabbit({ 'app/1': password, twin: password, small: password, ...many });
    place = `127.0.0.1:${server.port}`;
    admin = `http://${server.admin.user}:${server.admin.password}@127.0.0.1:${server.managementPort}`;
    rig = await openRig({ allowHosts: ['127.0.0.1', 'localhost'], admins: { rabbitmq: admin } });
  }, 120_000);
  afterAll(async () => {
    await rig?.close();
    await server?.stop();
  });

  const isLive = async (user: string) => (await askBy('amqp', { host: place, user, password })).state === 'live';

  test('the password is taken away and the connections closed, given back, and taken away for good', async () => {
    const open = async (username: string) => {
      const session = await connect({ protocol: 'amqp', hostname: '127.0.0.1', port: server.port, username, password });
      const ended = new Promise<string>((resolve) => session.on('close', (error) => resolve(String(error))));
      session.on('error', () => {});
      return { session, ended };
    };
    const session = await open('app/1');
    const twin = await open('twin');
    const login = findLogin(rig, 'rabbitmq-url', password, { user: 'app%2F1', host: place, scheme: 'amqp' });
    const off = await rig.revoke([login]);
    expect(off.results, JSON.stringify(off.results)).toMatchObject([{ state: 'disabled' }]);
    expect(await session.ended).toMatch(/close|CONNECTION_FORCED/i);
    const told = off.planned.credentials.get(login.credential.id)!.verdict;
    const on = await rig.revoke([login], { purpose: 'undo', told });
    expect(on.results, JSON.stringify(on.results)).toMatchObject([{ state: 'enabled' }]);
    expect(await isLive('app/1')).toBe(true);
    const final = await rig.revoke([login], { graceMs: 0 });
    expect(final.results, JSON.stringify(final.results)).toMatchObject([{ state: 'revoked' }]);
    expect(await isLive('app/1')).toBe(false);
    await twin.session.createChannel();
    await twin.session.close();
    const written = JSON.stringify([off, on, final, rig.journal.lines()]);
    expect(written).not.toContain(password);
    expect(written).not.toContain(server.admin.password);
  }, 60_000);

  test('stopped anywhere, the next run ends it', async () => {
    let count = 0;
    await stopEverywhere(rig, {
      plant: async () => ({
        planted: findLogin(rig, 'rabbitmq-url', password, { user: `stopped${count++}`, host: place, scheme: 'amqp' }),
      }),
      check: async ({ state }, { known }, when) => {
        expect(['revoked', 'already-dead'], when).toContain(state);
        expect(await isLive(known.parts.user!), when).toBe(false);
      },
    });
  }, 240_000);

  test.each<[string, () => Readonly<Record<string, string>>, string]>([
    ['a login of another server', () => ({ host: '127.0.0.2:5672' }), '127.0.0.2'],
    ['a user with another password', () => ({ password: `${password}-other` }), 'another password'],
    ['a user that is not there', () => ({ user: 'nobody' }), 'no user of this name'],
    ['our own user', () => ({ user: server.admin.user, password: server.admin.password }), 'logs in as'],
    ['a URL of ours that is none', () => ({ admin: 'nonsense' }), 'must be a URL'],
    ['a password of ours that is wrong', () => ({ admin: admin.replace(server.admin.password, 'wrong') }), '401'],
    ['a user of ours that may not', () => ({ admin: admin.replace(/\/\/[^@]+@/, `//twin:${password}@`) }), '401'],
  ])('%s is refused, and nothing is done', async (_, fields, why) => {
    const given = { admin, host: place, user: 'small', password, ...fields() };
    const acted = await actBy('rabbitmq', 'clear-password', given);
    expect(acted).toMatchObject({ outcome: 'refused', evidence: expect.stringContaining(why) });
    expect(JSON.stringify(acted)).not.toContain(server.admin.password);
    expect(await isLive('small')).toBe(true);
  });
});
