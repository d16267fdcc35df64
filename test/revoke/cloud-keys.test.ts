import { createPublicKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import { jwtVerify } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { type Answer, startProvider } from '../wire/protocols/provider.ts';
import { openRig } from './rig.ts';
import { findLogin } from './server-login.ts';
import { stopEverywhere } from './stops.ts';

// Keys of clouds that are asked about by a protocol: each cloud as its documentation describes it, with a memory.

const admin = ['token', 'of', 'ours'].join('-');

test('a key of a Google service account is disabled, enabled, and deleted by the id that it signs with', async () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const email = 'deploy@acme-prod.iam.gserviceaccount.com';
  const states = new Map([
    ['a'.repeat(40), 'live'],
    ['b'.repeat(40), 'live'],
  ]);
  const acted: string[] = [];
  const google = await startProvider(['oauth2.googleapis.com', 'iam.googleapis.com'], async (request): Promise<Answer> => {
    if (request.host === 'oauth2.googleapis.com') {
      const { payload, protectedHeader } = await jwtVerify(request.form.get('assertion')!, createPublicKey(privateKey));
      const isLive = payload.iss === email && states.get(String(protectedHeader.kid)) === 'live';
      if (isLive) return { status: 200, json: { id_token: 'an.id.token' } };
      return { status: 400, json: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
    }
    if (request.headers.authorization !== `Bearer ${admin}`)
      return { status: 401, json: { error: { status: 'UNAUTHENTICATED' } } };
    const path = /^\/v1\/projects\/-\/serviceAccounts\/([^/]+)\/keys\/([0-9a-f]{40})(?::(disable|enable))?$/.exec(request.path);
    const [, account = '', id = '', verb = ''] = path ?? [];
    const state = states.get(id);
    if (decodeURIComponent(account) !== email || state === undefined || request.method !== (verb ? 'POST' : 'DELETE'))
      return { status: 404, json: { error: { code: 404, status: 'NOT_FOUND' } } };
    acted.push(verb || 'delete');
    if (verb) states.set(id, verb === 'enable' ? 'live' : 'disabled');
    else states.delete(id);
    return { status: 200, json: {} };
  });
  const rig = await openRig({ endpoints: google.endpoints('google'), admins: { google: admin } });
  onTestFinished(rig.close);
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  const key = findLogin(rig, 'google-service-account-key', pem, { client_email: email, key_id: 'a'.repeat(40) });
  const off = await rig.revoke([key]);
  expect(off.results, JSON.stringify(off.results)).toMatchObject([{ state: 'disabled' }]);
  const told = off.planned.credentials.get(key.credential.id)!.verdict;
  const on = await rig.revoke([key], { purpose: 'undo', told });
  expect(on.results, JSON.stringify(on.results)).toMatchObject([{ state: 'enabled' }]);
  const final = await rig.revoke([key], { graceMs: 0 });
  expect(final.results, JSON.stringify(final.results)).toMatchObject([{ state: 'revoked' }]);
  expect(acted).toEqual(['disable', 'enable', 'disable', 'delete']);
  expect([...states]).toEqual([['b'.repeat(40), 'live']]);
  let count = 0;
  await stopEverywhere(rig, {
    plant: async () => {
      const id = (count++).toString(16).padStart(40, 'c');
      states.set(id, 'live');
      return { planted: findLogin(rig, 'google-service-account-key', pem, { client_email: email, key_id: id }) };
    },
    check: ({ state }, { known }, when) => {
      expect(['revoked', 'already-dead'], when).toContain(state);
      expect(states.has(known.parts.key_id!), when).toBe(false);
    },
  });
  acted.length = 4;
  // A file without the id tells nobody which of the account's keys it is.
  states.set('undefined', 'live');
  const bare = findLogin(rig, 'google-service-account-key', pem, { client_email: email });
  const { results } = await rig.revoke([bare]);
  expect(results).toMatchObject([{ state: 'failed', evidence: expect.stringContaining('key_id') }]);
  expect(acted.length).toBe(4);
});

const logins = ['login.microsoftonline.com', 'login.microsoftonline.us', 'login.partner.microsoftonline.cn'];

test.each([
  ['login.microsoftonline.com', 'graph.microsoft.com'],
  ['login.microsoftonline.us', 'graph.microsoft.us'],
  ['login.partner.microsoftonline.cn', 'microsoftgraph.chinacloudapi.cn'],
])(
  'a client secret of Microsoft Entra at %s is removed by its id, and only when nothing else looks like it',
  async (login, graph) => {
    const tenant = randomUUID();
    const client = randomUUID();
    const secretOf = (head: string) => `${head}8Q~${'aB3'.repeat(11)}`;
    let secrets = ['abc', 'abd', 'xyz'].map((head) => ({ keyId: randomUUID(), hint: head, value: secretOf(head) }));
    const entra = await startProvider([...logins, graph], (request): Answer => {
      if (logins.includes(request.host) && request.host !== login) return { status: 400, json: { error: 'invalid_tenant' } };
      if (request.host === login) {
        if (request.method === 'GET') return { status: 200, json: { token_endpoint: `https://${login}/` } };
        if (secrets.some(({ value }) => value === request.form.get('client_secret')))
          return { status: 200, json: { access_token: 'opaque' } };
        return { status: 401, json: { error: 'invalid_client', error_codes: [7000215] } };
      }
      if (request.headers.authorization !== `Bearer ${admin}`) return { status: 401, json: {} };
      const path = decodeURIComponent(request.path);
      const own = `/v1.0/applications(appId='${client}')`;
      if (request.method === 'GET' && path === own)
        return { status: 200, json: { appId: client, passwordCredentials: secrets.map(({ keyId, hint }) => ({ keyId, hint })) } };
      if (request.method !== 'POST' || path !== `${own}/removePassword`) return { status: 404, json: {} };
      const { keyId } = JSON.parse(request.body) as { readonly keyId: string };
      secrets = secrets.filter((one) => one.keyId !== keyId);
      return { status: 204 };
    });
    const rig = await openRig({ endpoints: entra.endpoints('azure'), admins: { azure: admin } });
    onTestFinished(rig.close);
    const find = (head: string) =>
      findLogin(rig, 'azure-entra-client-secret', secretOf(head), { tenant_id: tenant, client_id: client });
    const { results } = await rig.revoke([find('abc')]);
    expect(results, JSON.stringify(results)).toMatchObject([{ state: 'revoked' }]);
    expect(secrets.map(({ hint }) => hint)).toEqual(['abd', 'xyz']);
    // Each its own head, and none alike.
    let head = 100;
    await stopEverywhere(rig, {
      plant: async () => {
        const own = String(head++);
        secrets.push({ keyId: randomUUID(), hint: own, value: secretOf(own) });
        return { planted: find(own) };
      },
      check: ({ state }, { known }, when) => {
        expect(['revoked', 'already-dead'], when).toContain(state);
        expect(
          secrets.some(({ value }) => value === known.secret),
          when,
        ).toBe(false);
      },
    });
    expect(secrets.map(({ hint }) => hint)).toEqual(['abd', 'xyz']);
    secrets.push({ keyId: randomUUID(), hint: 'xyz', value: 'another' });
    const ambiguous = await rig.revoke([find('xyz')]);
    expect(ambiguous.results).toMatchObject([{ state: 'failed', evidence: expect.stringContaining('2 that may be this one') }]);
    expect(secrets.length).toBe(3);
  },
);
