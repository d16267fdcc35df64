import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { serverSuite } from '../../../fixtures/servers/program.ts';
import { type RedisServer, redisPrograms, startRedis } from '../../../fixtures/servers/redis.ts';
import { askBy, expectUnreachable } from './asking.ts';

const password = ['correct', 'horse', '%41'].join('-');
const suite = serverSuite('Redis', redisPrograms);

describe.skipIf(suite.skip)(suite.title, () => {
  let server: RedisServer;
  let fields: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startRedis([
      `user default on >${password}-default ~* &* +@all`,
      `user app on >${password} ~app:* +@read +acl`,
      `user small on >${password} ~* -@all +get`,
      `user off off >${password} ~* +@all`,
      'user anybody on nopass ~* +@all',
    ]);
    fields = { host: `localhost:${server.port}`, user: 'app', password };
  });
  afterAll(() => server?.stop());

  test('a password that lets in is live, and tells the user and what it may do', async () => {
    const answer = await askBy('redis', fields);
    expect(answer).toMatchObject({ state: 'live', identity: 'app', asked: [{ url: `redis://localhost:${server.port}` }] });
    expect(answer.scopes).toEqual(expect.arrayContaining(['-@all', '+@read', '~app:*']));
  });

  test('a user that may not ask who it is, is live all the same', async () => {
    expect(await askBy('redis', { ...fields, user: 'small' })).toMatchObject({ state: 'live' });
  });

  test('the password of the default user needs no name, or whatever name the URL makes up', async () => {
    const of = { ...fields, password: `${password}-default` };
    for (const user of ['', 'default', 'h'])
      expect(await askBy('redis', { ...of, user })).toMatchObject({ state: 'live', identity: 'default' });
  });

  test.each(['app', 'nobody', 'default', '', 'off'])(
    'a wrong password for "%s" is dead, in the words of the server',
    async (user) => {
      const answer = await askBy('redis', { ...fields, user, password: `${password}-not` });
      expect(answer).toMatchObject({ state: 'dead', evidence: expect.stringContaining('WRONGPASS') });
      expect(JSON.stringify(answer)).not.toContain(password);
    },
  );

  test('a user that was switched off is dead with the right password', async () => {
    expect(await askBy('redis', { ...fields, user: 'off' })).toMatchObject({ state: 'dead' });
  });

  test('a user that any password lets in proves nothing', async () => {
    expect(await askBy('redis', { ...fields, user: 'anybody' })).toMatchObject({
      state: 'unknown',
      reason: 'the server lets anybody in with any password',
    });
  });

  test('a server without a password proves nothing', async () => {
    const open = await startRedis([]);
    try {
      for (const user of ['', 'default'])
        expect(await askBy('redis', { ...fields, user, host: `127.0.0.1:${open.port}` })).toMatchObject({
          state: 'unknown',
          reason: expect.stringContaining('without a password'),
        });
    } finally {
      await open.stop();
    }
  });

  test('rediss speaks TLS, and redis does not', async () => {
    const secure = { ...fields, host: `localhost:${server.tlsPort}` };
    for (const scheme of ['rediss', 'valkeys', 'REDISS'])
      expect(await askBy('redis', { ...secure, scheme })).toMatchObject({ state: 'live' });
    expect(await askBy('redis', { ...secure, scheme: 'redis' }, 1000)).toMatchObject({ state: 'unknown' });
    expect(await askBy('redis', { ...fields, scheme: 'rediss' }, 1000)).toMatchObject({ state: 'unknown' });
  });

  test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('redis', fields));
});
