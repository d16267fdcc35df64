import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type MariaServer, mariaPrograms, startMaria } from '../../../fixtures/servers/mariadb.ts';
import { serverSuite } from '../../../fixtures/servers/program.ts';
import { askBy, expectUnreachable } from './asking.ts';

const password = ['correct', 'horse', '%41'].join('-');
const suite = serverSuite('MariaDB', mariaPrograms);

describe.skipIf(suite.skip)(suite.title, () => {
  let server: MariaServer;
  let fields: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startMaria();
    await server.query(`
      create database shop;
      create user app identified by '${password}'; grant select, insert on shop.* to app;
      create user locked identified by '${password}' account lock;
      create user stale identified by '${password}' password expire;
      create user tlsonly identified by '${password}' require ssl;
      create user far@'10.9.9.9' identified by '${password}'`);
    fields = { host: `localhost:${server.port}`, user: 'app', password };
  });
  afterAll(() => server?.stop());

  test('a password that lets in is live, and tells the account and its grants, but no hash', async () => {
    const answer = await askBy('mysql', fields);
    expect(answer).toMatchObject({ state: 'live', identity: 'app@%', scopes: ['SELECT, INSERT on shop.*'] });
    expect(answer.asked).toMatchObject([{ method: 'mysql', url: `mysql://localhost:${server.port}` }]);
    expect(JSON.stringify(answer)).not.toMatch(/IDENTIFIED|\*[0-9A-F]{40}/);
  });

  test('a password out of a URL is decoded when it says so', async () => {
    const encoded = { ...fields, password: encodeURIComponent(password), encoded: 'url' };
    expect(await askBy('mysql', encoded)).toMatchObject({ state: 'live' });
    expect(await askBy('mysql', { ...encoded, encoded: '' })).toMatchObject({ state: 'dead' });
  });

  test.each(['app', 'nobody'])('a wrong password for %s is dead, in the words of the server', async (user) => {
    const answer = await askBy('mysql', { ...fields, user, password: `${password}-not` });
    expect(answer).toMatchObject({ state: 'dead', evidence: expect.stringContaining('1045 Access denied') });
    expect(JSON.stringify(answer)).not.toContain(password);
  });

  test('a locked account is dead; an expired password is not, since whoever holds it may set a new one', async () => {
    expect(await askBy('mysql', { ...fields, user: 'locked' })).toMatchObject({
      state: 'dead',
      evidence: expect.stringContaining('locked'),
    });
    expect(await askBy('mysql', { ...fields, user: 'stale' })).toMatchObject({ state: 'live' });
    expect(await askBy('mysql', { ...fields, user: 'stale', password: 'wrong' })).toMatchObject({ state: 'dead' });
  });

  test('TLS is spoken where the server offers it, and its certificate counts when the URL says so', async () => {
    expect(await askBy('mysql', { ...fields, user: 'tlsonly' })).toMatchObject({ state: 'live' });
    for (const sslmode of ['VERIFY_CA', 'VERIFY_IDENTITY', 'verify-full'])
      expect(await askBy('mysql', { ...fields, sslmode })).toMatchObject({
        state: 'unknown',
        reason: expect.stringContaining('certificate'),
      });
  });

  test('the certificates of SSL_CERT_FILE are believed besides those of Node', async () => {
    const env = { SSL_CERT_FILE: server.certFile };
    for (const sslmode of ['VERIFY_CA', 'VERIFY_IDENTITY'])
      expect(await askBy('mysql', { ...fields, sslmode }, undefined, env)).toMatchObject({ state: 'live' });
  });

  test('a server that checks no passwords, or offers no TLS, proves what it can', async () => {
    const open = await startMaria(true, ['--skip-grant-tables', '--skip-networking=0']);
    try {
      const there = { ...fields, host: `127.0.0.1:${open.port}` };
      expect(await askBy('mysql', there)).toMatchObject({ state: 'unknown', reason: 'the server checks no passwords' });
      expect(await askBy('mysql', { ...there, sslmode: 'REQUIRED' })).toMatchObject({
        state: 'unknown',
        reason: expect.stringContaining('no TLS'),
      });
    } finally {
      await open.stop();
    }
  });

  test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('mysql', fields));
});
