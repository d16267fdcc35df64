import { expect, test } from 'vitest';
import protocol from '../../../src/wire/protocols/azure-client-secret.ts';
import { type Answer, startProvider } from './provider.ts';

const tenant = '7f0c1d2e-0000-4000-8000-0123456789ab';
const clientId = '1b2c3d4e-0000-4000-8000-0123456789ab';
const secret = 'client~secret.value'.repeat(2);

test('tells whose a live secret is', async () => {
  const entra = await startEntra({
    status: 200,
    json: issued({ app_displayname: 'Deploy', tid: tenant, roles: ['User.Read.All'] }),
  });
  const said = await ask(entra);
  expect(said).toMatchObject({ state: 'live', identity: 'Deploy', account: tenant, scopes: ['User.Read.All'] });
  expect(said.asked).toHaveLength(2);
  expect(JSON.stringify(said)).not.toContain(secret);
});

test('a token that cannot be read tells the client id', async () => {
  const entra = await startEntra({ status: 200, json: { access_token: 'opaque', token_type: 'Bearer' } });
  expect(await ask(entra)).toMatchObject({ state: 'live', identity: clientId, account: tenant });
});

test.each([
  [7000215, 401, 'dead'],
  [7000222, 401, 'dead'],
  [700016, 400, 'unknown'],
  [7000112, 401, 'unknown'],
  [90002, 400, 'unknown'],
  [53003, 400, 'unknown'],
  // The code alone is not enough where it comes with another status.
  [7000215, 500, 'unknown'],
])('AADSTS%s with status %s is %s', async (code, status, state) => {
  const json = { error: 'invalid_client', error_description: `AADSTS${code}: …`, error_codes: [code] };
  expect(await ask(await startEntra({ status, json }))).toMatchObject({ state, account: tenant });
});

test('the secret goes to the cloud that knows the tenant, and to no other', async () => {
  const home = 'login.partner.microsoftonline.cn';
  const entra = await startEntra({ status: 200, json: issued({}) }, home);
  expect(await ask(entra)).toMatchObject({ state: 'live' });
  expect(entra.received.map(({ host }) => host)).toEqual([...protocol.hosts, home]);
  const withSecret = entra.received.filter(({ body, rawPath, headers }) =>
    JSON.stringify([body, rawPath, headers]).includes(clientId),
  );
  expect(withSecret.map(({ host }) => host)).toEqual([home]);
  expect(withSecret[0]?.form.get('scope')).toBe('https://microsoftgraph.chinacloudapi.cn/.default');
});

test('a tenant that no cloud knows says nothing', async () => {
  const entra = await startEntra({ status: 200, json: issued({}) }, 'elsewhere');
  expect(await ask(entra)).toMatchObject({ state: 'unknown', reason: expect.stringContaining('tenant') });
  expect(entra.received).toHaveLength(protocol.hosts.length);
});

test.each(['../common', 'a/b', 'a?x=', '', '..', 'a#b', '%2e%2e'])('%j is no tenant, and is not asked for', async (wrong) => {
  const entra = await startEntra({ status: 200, json: issued({}) });
  expect(await ask(entra, { tenant: wrong })).toMatchObject({ state: 'unknown' });
  expect(entra.received).toHaveLength(0);
});

test.each<[string, Answer]>([
  ['a login page', { status: 200, text: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } }],
  ['an answer without a code', { status: 400, json: { error: 'invalid_client' } }],
  ['a token in an error', { status: 403, json: issued({}) }],
])('%s says nothing', async (_, answer) => {
  expect((await ask(await startEntra(answer))).state).toBe('unknown');
});

function issued(claims: Readonly<Record<string, unknown>>) {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return {
    token_type: 'Bearer',
    expires_in: 3599,
    access_token: `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}.${'x'.repeat(43)}`,
  };
}

/** The token endpoint answers as told, to a request that is as the documentation says. */
function startEntra(answer: Answer, home: string = 'login.microsoftonline.com') {
  return startProvider(protocol.hosts, ({ method, host, path, form }) => {
    if (method === 'GET' && path === `/${tenant}/v2.0/.well-known/openid-configuration`) {
      if (host !== home)
        return { status: 400, json: { error: 'invalid_tenant', error_description: 'AADSTS90002: …', error_codes: [90002] } };
      return {
        status: 200,
        json: { issuer: `https://${host}/${tenant}/v2.0`, token_endpoint: `https://${host}/${tenant}/oauth2/v2.0/token` },
      };
    }
    const isRight =
      method === 'POST' &&
      host === home &&
      path === `/${tenant}/oauth2/v2.0/token` &&
      form.get('grant_type') === 'client_credentials' &&
      form.get('client_id') === clientId &&
      form.get('client_secret') === secret &&
      form.get('scope')?.endsWith('/.default');
    return isRight ? answer : { status: 400, json: { error: 'invalid_request', error_codes: [900144] } };
  });
}

function ask(entra: Awaited<ReturnType<typeof startProvider>>, fields: Readonly<Record<string, string>> = {}) {
  return protocol.ask({ tenant, client_id: clientId, client_secret: secret, ...fields }, entra.context(secret));
}
