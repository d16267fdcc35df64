import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startActiveDirectory } from '../../../fixtures/servers/active-directory.ts';
import { type LdapServer, ldapBase, ldapPrograms, startLdap } from '../../../fixtures/servers/openldap.ts';
import { serverSuite } from '../../../fixtures/servers/program.ts';
import { askBy, expectUnreachable } from './asking.ts';

const password = ['correct', 'horse', '%41'].join('-');
const ann = `uid=ann,${ldapBase}`;
const suite = serverSuite('OpenLDAP', ldapPrograms);

describe.skipIf(suite.skip)(suite.title, () => {
  let server: LdapServer;
  let fields: Readonly<Record<string, string>>;

  beforeAll(async () => {
    server = await startLdap({ ann: password });
    fields = { host: `localhost:${server.port}`, user: ann, password };
  });
  afterAll(() => server?.stop());

  test('a password that binds is live, and tells who the directory says it is', async () => {
    expect(await askBy('ldap', { ...fields, user: ` UID=Ann, ${ldapBase}`.trim() })).toMatchObject({
      state: 'live',
      identity: ann,
      asked: [{ method: 'ldap', url: `ldap://localhost:${server.port}` }],
    });
  });

  test('a password out of a URL is decoded when it says so', async () => {
    const encoded = { ...fields, user: encodeURIComponent(ann), password: encodeURIComponent(password), encoded: 'url' };
    expect(await askBy('ldap', encoded)).toMatchObject({ state: 'live' });
    expect(await askBy('ldap', { ...encoded, user: ann, encoded: '' })).toMatchObject({ state: 'dead' });
  });

  test.each([ann, `uid=nobody,${ldapBase}`])('a wrong password for %s is dead', async (user) => {
    const answer = await askBy('ldap', { ...fields, user, password: `${password}-not` });
    expect(answer).toMatchObject({ state: 'dead', evidence: expect.stringMatching(/^the server refused the bind: 49/) });
    expect(JSON.stringify(answer)).not.toContain(password);
  });

  test('no password would be an anonymous bind, which proves nothing', async () => {
    expect(await askBy('ldap', { ...fields, password: '' })).toMatchObject({ state: 'unknown', asked: [] });
  });

  test('ldaps speaks TLS from the start', async () => {
    const secure = { ...fields, host: `localhost:${server.tlsPort}`, scheme: 'ldaps' };
    expect(await askBy('ldap', secure)).toMatchObject({ state: 'live' });
    expect(await askBy('ldap', { ...secure, password: 'wrong' })).toMatchObject({ state: 'dead' });
    expect(await askBy('ldap', { ...fields, scheme: 'ldaps' }, 1000)).toMatchObject({ state: 'unknown' });
  });

  test('on the own machine StartTLS is not insisted on', async () => {
    const plain = await startLdap({ ann: password }, true);
    try {
      expect(await askBy('ldap', { ...fields, host: `127.0.0.1:${plain.port}` })).toMatchObject({ state: 'live' });
    } finally {
      await plain.stop();
    }
  });

  test('nobody there, nonsense for a host, and silence are unknown', () => expectUnreachable('ldap', fields));
});

test.each([
  ['52e', 'dead', 'wrong'],
  ['525', 'dead', 'no such account'],
  ['533', 'dead', 'disabled'],
  ['701', 'dead', 'expired'],
  ['532', 'live', 'set a new one'],
  ['773', 'live', 'set a new one'],
  ['775', 'unknown', 'locked for the time being'],
  ['999', 'unknown', 'not known'],
])('Active Directory that answers data %s says %s', async (subCode, state, words) => {
  const server = await startActiveDirectory(subCode);
  try {
    const answer = await askBy('ldap', { host: `127.0.0.1:${server.port}`, user: 'ann@acme.example', password });
    expect(answer).toMatchObject({ state, asked: [{ outcome: expect.stringContaining(words) }] });
  } finally {
    await server.stop();
  }
});
