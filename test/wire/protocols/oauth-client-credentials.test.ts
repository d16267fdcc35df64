import { expect, test } from 'vitest';
import protocol from '../../../src/wire/protocols/oauth-client-credentials.ts';
import { client, issuer, startOAuthServer } from './oauth-server.ts';
import { type Answer, startProvider } from './provider.ts';

const id = 'deploy bot';
const secret = 'p+ss/w%rd:~&='.repeat(3);
const token_endpoint = `${issuer}/token`;

test.each(['client_secret_basic', 'client_secret_post'])(
  'a client of %s is live, and what was issued to it is revoked',
  async (method) => {
    const server = await startOAuthServer([client(id, secret, { token_endpoint_auth_method: method })]);
    const said = await ask(server, { issuer, scope: 'api:read' });
    expect(said).toMatchObject({
      state: 'live',
      identity: id,
      scopes: ['api:read'],
      evidence: expect.stringContaining('revoked at once'),
    });
    expect(server.asked.slice(-3).map(({ path }) => path)).toEqual([
      '/token',
      '/.well-known/openid-configuration',
      '/token/revocation',
    ]);
    expect(JSON.stringify(said)).not.toContain(secret);
  },
);

test('what was issued is really gone', async () => {
  let issued = '';
  const tokens = ['the-issued-token-of-this-test'];
  const server = await startProvider(['id.example.com'], ({ path, form }) => {
    if (path === '/token') return { status: 200, json: { access_token: tokens[0], token_type: 'Bearer' } };
    issued = form.get('token') ?? '';
    return { status: 200, text: '' };
  });
  const said = await ask(server, { revocation_endpoint: `${issuer}/revoke` });
  expect(issued).toBe(tokens[0]);
  expect(said).toMatchObject({ state: 'live', evidence: expect.stringContaining('revoked') });
  expect(JSON.stringify(said)).not.toContain(tokens[0]);
});

test('a server that revokes nothing is said to leave the token alive', async () => {
  const server = await startOAuthServer([client(id, secret)], { hasRevocation: false });
  expect(await ask(server, { issuer })).toMatchObject({ state: 'live', evidence: expect.stringContaining('until it expires') });
  expect(await ask(server, {})).toMatchObject({ state: 'live', evidence: expect.stringContaining('until it expires') });
});

test.each([
  ['a wrong secret', [client(id, 'another-secret-of-the-client')]],
  ['a client that is unknown', [client('somebody-else', secret)]],
])('%s is dead, and both ways to say who one is were tried', async (_, clients) => {
  const server = await startOAuthServer(clients);
  const said = await ask(server, { issuer });
  expect(said).toMatchObject({ state: 'dead', evidence: expect.stringContaining('invalid_client') });
  expect(said.asked).toHaveLength(2);
});

test.each([
  [
    'may not have this grant',
    { grant_types: ['authorization_code'], response_types: ['code'], redirect_uris: ['https://app.example.com/cb'] },
    {},
  ],
  ['may not have this scope', { scope: 'openid' }, { scope: 'api:write' }],
])('a client that %s was authenticated all the same', async (_, registered, fields) => {
  const clients = [client(id, secret, registered)];
  const server = await startOAuthServer(clients);
  expect(await ask(server, fields)).toMatchObject({ state: 'live', evidence: expect.stringContaining('made-up') });
  expect((await ask(await startOAuthServer([client(id, `${secret}x`, registered)]), fields)).state).toBe('dead');
});

test('a server that looks at the scope before the secret says nothing', async () => {
  const server = await startProvider(['id.example.com'], () => ({ status: 400, json: { error: 'invalid_scope' } }));
  expect(await ask(server, {})).toMatchObject({ state: 'unknown', reason: expect.stringContaining('before it looked') });
});

test.each<[string, Answer]>([
  ['a login page', { status: 200, text: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } }],
  ['a bare 401', { status: 401, text: '' }],
  ['invalid_client in a 500', { status: 500, json: { error: 'invalid_client' } }],
  ['a refusal that a made-up secret gets as well', { status: 400, json: { error: 'invalid_request' } }],
  ['an error that is none of OAuth', { status: 400, json: { error: 'maintenance' } }],
  ['a token that is none', { status: 200, json: { access_token: { a: 1 } } }],
])('%s says nothing', async (_, answer) => {
  const server = await startProvider(['id.example.com'], () => answer);
  expect((await ask(server, {})).state).toBe('unknown');
});

test('metadata that names a host which may not be asked leads nowhere', async () => {
  const server = await startProvider(['id.example.com'], ({ path }) =>
    path === '/token'
      ? { status: 200, json: { access_token: 'minted-token-of-this-test' } }
      : { status: 200, json: { issuer, revocation_endpoint: 'https://attacker.example/revoke' } },
  );
  expect(await ask(server, { issuer })).toMatchObject({
    state: 'live',
    evidence: expect.stringContaining('could not be revoked'),
  });
});

test.each(['http://id.example.com/token', 'https://u:p@id.example.com/token', 'token', ''])(
  '%j is not asked',
  async (endpoint) => {
    const server = await startProvider(['id.example.com'], () => ({ status: 200, json: { access_token: 't' } }));
    expect(await ask(server, { token_endpoint: endpoint })).toMatchObject({ state: 'unknown', asked: [] });
    expect(server.received).toHaveLength(0);
  },
);

type Server = { readonly context: Awaited<ReturnType<typeof startProvider>>['context'] };

function ask(server: Server, fields: Readonly<Record<string, string>>) {
  return protocol.ask({ client_id: id, client_secret: secret, token_endpoint, ...fields }, server.context(secret));
}
