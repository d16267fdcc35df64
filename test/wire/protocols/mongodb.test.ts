import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startMongo } from '../../../fixtures/servers/mongodb.ts';
import { askBy, expectUnreachable } from './asking.ts';

const password = ['correct', 'horse', '%41'].join('-');

describe('MongoDB', () => {
  let server: Awaited<ReturnType<typeof startMongo>>;
  let fields: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startMongo([
      { user: 'app', db: 'admin', password, roles: ['readWrite', 'clusterMonitor'] },
      { user: 'local', db: 'shop', password, roles: [] },
    ]);
    fields = { host: `localhost:${server.port}`, user: 'app', password };
  });
  afterAll(() => server?.stop());

  test('a password that lets in is live, and tells the user, its database and its roles', async () => {
    expect(await askBy('mongodb', fields)).toMatchObject({
      state: 'live',
      identity: 'app',
      account: 'admin',
      scopes: ['readWrite on admin', 'clusterMonitor on admin'],
      asked: [{ method: 'mongodb', url: `mongodb://localhost:${server.port}` }],
    });
  });

  test('a password out of a URL is decoded when it says so', async () => {
    const encoded = { ...fields, password: encodeURIComponent(password), encoded: 'url' };
    expect(await askBy('mongodb', encoded)).toMatchObject({ state: 'live' });
    expect(await askBy('mongodb', { ...encoded, encoded: '' })).toMatchObject({ state: 'dead' });
  });

  test('the user may be kept in the database of the URL or in admin, unless the URL says where', async () => {
    expect(await askBy('mongodb', { ...fields, database: 'shop' })).toMatchObject({ state: 'live', account: 'admin' });
    expect(await askBy('mongodb', { ...fields, user: 'local', database: 'shop' })).toMatchObject({
      state: 'live',
      account: 'shop',
    });
    expect(await askBy('mongodb', { ...fields, authsource: 'shop' })).toMatchObject({ state: 'dead' });
  });

  test.each(['app', 'nobody'])('a wrong password for %s is dead, in the words of the server', async (user) => {
    const answer = await askBy('mongodb', { ...fields, user, password: `${password}-not` });
    expect(answer).toMatchObject({ state: 'dead', evidence: expect.stringContaining('18 AuthenticationFailed') });
    expect(JSON.stringify(answer)).not.toContain(password);
  });

  test('TLS with a server that speaks none proves nothing', async () => {
    expect(await askBy('mongodb', { ...fields, tls: 'true' }, 1000)).toMatchObject({ state: 'unknown' });
  });

  test('a mongodb+srv name that is not allowed is not looked up', async () => {
    expect(await askBy('mongodb', { ...fields, scheme: 'mongodb+srv', host: 'cluster0.acme.example' })).toEqual({
      state: 'unknown',
      reason: expect.stringContaining('--allow-host cluster0.acme.example'),
      asked: [],
    });
  });

  test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('mongodb', fields));
});
