import { expect, test } from 'vitest';
import protocol from '../../../src/wire/protocols/oauth-introspection.ts';
import { client, issuer, startOAuthServer } from './oauth-server.ts';
import { type Answer, startProvider } from './provider.ts';

const id = 'own-client';
const secret = 'secret-of-the-own-client';
const otherId = 'another-client';
const otherSecret = 'secret-of-another-client';
const endpoint = `${issuer}/token/introspection`;
const clients = [client(id, secret), client(otherId, otherSecret)];

test('an active token is live, and tells what it may', async () => {
  const server = await startOAuthServer(clients);
  const token = await server.issue(id, secret);
  const said = await ask(server, { token });
  expect(said).toMatchObject({ state: 'live', identity: id, account: issuer, scopes: ['api:read'] });
  expect(Date.parse(said.expires ?? '')).toBeGreaterThan(Date.now());
  expect(JSON.stringify(said)).not.toContain(token);
});

test('a revoked token is dead where the client sees every token', async () => {
  const server = await startOAuthServer(clients);
  const token = await server.issue(id, secret);
  await server.revoke(token, id, secret);
  expect(await ask(server, { token, sees: 'all' })).toMatchObject({ state: 'dead' });
  expect(await ask(server, { token })).toMatchObject({ state: 'unknown' });
});

test('a live token that the client may not see is not dead', async () => {
  const server = await startOAuthServer(clients);
  const token = await server.issue(otherId, otherSecret);
  expect(await ask(server, { token })).toMatchObject({ state: 'unknown', reason: expect.stringContaining('may not see') });
});

test('a token that says it was issued to the client that asks is seen by it', async () => {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const tokenFor = (claims: object) => `${part({ alg: 'RS256', typ: 'at+jwt' })}.${part(claims)}.${'x'.repeat(43)}`;
  const server = await startProvider(['id.example.com'], () => ({ status: 200, json: { active: false } }));
  expect(await ask(server, { token: tokenFor({ client_id: id }) })).toMatchObject({ state: 'dead' });
  expect(await ask(server, { token: tokenFor({ client_id: otherId }) })).toMatchObject({ state: 'unknown' });
});

test('a client that is refused proves nothing of the token', async () => {
  const server = await startOAuthServer(clients);
  const token = await server.issue(id, secret);
  expect(await ask(server, { token, client_secret: 'wrong', sees: 'all' })).toMatchObject({ state: 'unknown' });
});

test.each<[string, Answer]>([
  ['a login page', { status: 200, text: '<html></html>', headers: { 'content-type': 'text/html' } }],
  ['an activity that is no truth value', { status: 200, json: { active: 'false' } }],
  ['an error that says not active', { status: 500, json: { active: false } }],
])('%s says nothing', async (_, answer) => {
  const server = await startProvider(['id.example.com'], () => answer);
  expect((await ask(server, { token: 'opaque-token-value', sees: 'all' })).state).toBe('unknown');
});

type Server = { readonly context: Awaited<ReturnType<typeof startProvider>>['context'] };

function ask(server: Server, fields: Readonly<Record<string, string>>) {
  return protocol.ask({ endpoint, client_id: id, client_secret: secret, ...fields }, server.context(fields.token ?? '', secret));
}
