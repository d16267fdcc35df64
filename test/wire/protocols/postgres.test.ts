import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type PostgresServer, startPostgres } from '../../../fixtures/servers/postgres.ts';
import { freePort } from '../../../fixtures/servers/program.ts';
import { askBy, expectUnreachable } from './asking.ts';

const password = ['correct', 'horse', '%41'].join('-');
const user = 'app';
let server: PostgresServer;
let fields: Readonly<Record<string, string>>;

beforeAll(async () => {
  server = await startPostgres(
    [
      'host all trusted 127.0.0.1/32 trust',
      'host all outsider 127.0.0.1/32 reject',
      'hostnossl all clear 127.0.0.1/32 password',
      'hostssl all clear 127.0.0.1/32 password',
      'host all legacy 127.0.0.1/32 md5',
      'hostnossl all tlsonly 127.0.0.1/32 reject',
    ].join('\n'),
  );
  await server.query(`
    create role app login createdb password '${password}' valid until '2031-05-06 07:08:09+00';
    create role legacy login; set password_encryption = md5; alter role legacy password '${password}'; reset password_encryption;
    grant pg_read_all_data to app;
    create role disabled nologin password '${password}';
    create role expired login password '${password}' valid until '2001-01-01';
    create role trusted login password '${password}';
    create role outsider login password '${password}';
    create role clear login superuser password '${password}';
    create role tlsonly login password '${password}';
    create role full login password '${password}' connection limit 0;`);
  await server.query('create database closed allow_connections false');
  fields = { host: `localhost:${server.port}`, user, password, database: 'postgres' };
});
afterAll(() => server?.stop());

describe('PostgreSQL', () => {
  test('a password that lets in is live, and tells the role, what it may and until when', async () => {
    expect(await askBy('postgres', fields)).toEqual({
      state: 'live',
      evidence: 'the server accepted the password and told the role',
      identity: 'app',
      account: 'postgres',
      scopes: ['createdb', 'pg_read_all_data'],
      expires: '2031-05-06T07:08:09.000Z',
      asked: [
        {
          at: '2026-01-02T03:04:05.000Z',
          method: 'postgres',
          url: `postgresql://localhost:${server.port}`,
          outcome: 'the server accepted the password and told the role',
        },
      ],
    });
  });

  test('the old md5 method and the clear one are spoken as well', async () => {
    expect(await askBy('postgres', { ...fields, user: 'legacy' })).toMatchObject({ state: 'live', identity: 'legacy' });
    expect(await askBy('postgres', { ...fields, user: 'clear' })).toMatchObject({ state: 'live', scopes: ['superuser'] });
  });

  test('a password out of a URL is decoded only when it says so, and shown in no form', async () => {
    const encoded = { ...fields, password: encodeURIComponent(password), encoded: 'url' };
    expect(await askBy('postgres', encoded)).toMatchObject({ state: 'live' });
    expect(await askBy('postgres', { ...encoded, encoded: '' })).toMatchObject({ state: 'dead' });
  });

  test.each(['app', 'expired', 'nobody', 'disabled'])(
    'a wrong password for %s is dead, in the words of the server',
    async (name) => {
      const answer = await askBy('postgres', { ...fields, user: name, password: `${password}-not` });
      expect(answer).toMatchObject({ state: 'dead', evidence: expect.stringContaining('28P01') });
      expect(JSON.stringify(answer)).not.toContain(password);
    },
  );

  test('a role that may not log in is dead with the right password', async () => {
    expect(await askBy('postgres', { ...fields, user: 'disabled' })).toMatchObject({
      state: 'dead',
      evidence: expect.stringContaining('not permitted to log in'),
    });
    expect(await askBy('postgres', { ...fields, user: 'expired' })).toMatchObject({ state: 'dead' });
  });

  test.each([
    ['a database that is not there', { database: 'gone' }, '3D000'],
    ['a database that takes no connections', { database: 'closed' }, '55000'],
    ['a role that has all the connections it may', { user: 'full' }, '53300'],
  ])('%s is looked at after the password, which is live', async (_, change, code) => {
    expect(await askBy('postgres', { ...fields, ...change })).toMatchObject({
      state: 'live',
      evidence: expect.stringContaining(code),
    });
    expect(await askBy('postgres', { ...fields, ...change, password: 'wrong' })).toMatchObject({ state: 'dead' });
  });

  test('a server that asks for no password proves nothing', async () => {
    expect(await askBy('postgres', { ...fields, user: 'trusted', password: 'anything' })).toMatchObject({
      state: 'unknown',
      reason: 'the server lets this user in without asking for the password',
    });
  });

  test('a client that the server keeps out proves nothing', async () => {
    expect(await askBy('postgres', { ...fields, user: 'outsider' })).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('28000'),
    });
  });

  test('TLS is spoken where the server offers it, and its certificate counts when the URL says so', async () => {
    expect(await askBy('postgres', { ...fields, user: 'tlsonly' })).toMatchObject({ state: 'live' });
    expect(await askBy('postgres', { ...fields, sslmode: 'require' })).toMatchObject({ state: 'live' });
    for (const sslmode of ['verify-ca', 'verify-full'])
      expect(await askBy('postgres', { ...fields, sslmode })).toMatchObject({
        state: 'unknown',
        reason: expect.stringContaining('certificate'),
      });
  });

  test('places are asked in their order until one answers', async () => {
    const answer = await askBy('postgres', { ...fields, host: `127.0.0.1:${await freePort()},${fields.host}` });
    expect(answer).toMatchObject({
      state: 'live',
      asked: [{ outcome: expect.stringContaining('was refused') }, { outcome: expect.stringContaining('accepted') }],
    });
  });

  test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('postgres', fields));
});
