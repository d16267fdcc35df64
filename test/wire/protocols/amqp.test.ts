import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverSuite } from '../../../fixtures/servers/program.ts';
import { type RabbitServer, rabbitPrograms, startRabbit } from '../../../fixtures/servers/rabbitmq.ts';
import { askBy, expectUnreachable } from './asking.ts';

const password = ['correct', 'horse', '%41'].join('-');
const suite = serverSuite('RabbitMQ', rabbitPrograms);

describe.skipIf(suite.skip)(suite.title, () => {
  let server: RabbitServer;
  let fields: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startRabbit({ app: password });
    fields = { host: `localhost:${server.port}`, user: 'app', password };
  }, 120_000);
  afterAll(() => server?.stop());

  test('a password that lets in is live, and tells the user and the cluster', async () => {
    expect(await askBy('amqp', fields)).toMatchObject({
      state: 'live',
      identity: 'app',
      account: expect.stringContaining('quash'),
      asked: [{ method: 'amqp', url: `amqp://localhost:${server.port}` }],
    });
  });

  test('a password out of a URL is decoded when it says so', async () => {
    const encoded = { ...fields, password: encodeURIComponent(password), encoded: 'url' };
    expect(await askBy('amqp', encoded)).toMatchObject({ state: 'live' });
    expect(await askBy('amqp', { ...encoded, encoded: '' })).toMatchObject({ state: 'dead' });
  });

  test.each(['gone', 'closed'])(
    'the virtual host %s, where it may not go, is looked at after the password, which is live',
    async (vhost) => {
      expect(await askBy('amqp', { ...fields, vhost })).toMatchObject({
        state: 'live',
        evidence: expect.stringContaining('virtual host'),
      });
      expect(await askBy('amqp', { ...fields, vhost, password: 'wrong' })).toMatchObject({ state: 'dead' });
    },
  );

  test.each(['app', 'nobody'])('a wrong password for %s is dead, in the words of the server', async (user) => {
    const answer = await askBy('amqp', { ...fields, user, password: `${password}-not` });
    expect(answer).toMatchObject({ state: 'dead', evidence: expect.stringContaining('403 (ACCESS-REFUSED)') });
    expect(JSON.stringify(answer)).not.toContain(password);
  });

  test('amqps speaks TLS, and amqp does not', async () => {
    const secure = { ...fields, host: `localhost:${server.tlsPort}` };
    expect(await askBy('amqp', { ...secure, scheme: 'amqps' })).toMatchObject({ state: 'live' });
    expect(await askBy('amqp', { ...secure, scheme: 'amqp' }, 1000)).toMatchObject({ state: 'unknown' });
    expect(await askBy('amqp', { ...fields, scheme: 'amqps' }, 1000)).toMatchObject({ state: 'unknown' });
  });

  test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('amqp', fields));
});
