import { randomBytes } from 'node:crypto';
import { Secret } from '../../model/secret.ts';
import type { Asked } from '../../model/verdict.ts';
import { discover, endpointOf } from '../discovery.ts';
import { basicOf } from '../oauth-client.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, formRequest, httpsUrl, scopesOf, toldOf, wordOf } from '../protocol-http.ts';

/**
 * OAuth 2.0 clients, by the client credentials grant (RFC 6749, section 4.4). What is issued is revoked at once (RFC 7009)
 * where `revocation_endpoint`, or the metadata of `issuer`, says where. A client that may not have this grant or scope
 * has still been authenticated, if the server does that first: a made-up secret is tried to see whether it does.
 */
const protocol: Protocol = {
  name: 'oauth-client-credentials',
  needs: ['client_id', 'client_secret'],
  takes: ['token_endpoint', 'server', 'issuer', 'revocation_endpoint', 'scope', 'audience', 'auth'],
  hosts: [],
  sends: 'client id and client secret, to the token endpoint and the revocation endpoint',
  effects:
    'an access token, which is revoked where the server can; a second try with a made-up secret where the answer alone proves nothing',
  ask,
};

export default protocol;

/** What a server refuses a client for that it knows: RFC 6749, section 5.2, RFC 8707, section 2. Servers differ in which they say. */
const refusals: ReadonlySet<string> = new Set([
  'unauthorized_client',
  'invalid_scope',
  'invalid_request',
  'unsupported_grant_type',
  'invalid_target',
  // Of LinkedIn, to an app that has no such grant; and of those to whom the client itself is no user.
  'access_denied',
  'invalid_grant',
]);

/** Servers must take Basic (RFC 6749, section 2.3.1), but may hold a client to the one way it registered with. */
type Way = 'basic' | 'post';

interface Client {
  readonly id: string;
  readonly secret: string;
  readonly endpoint: URL;
  readonly grant: Readonly<Record<string, string>>;
}

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { client_id: id = '', client_secret: secret = '', scope, audience, auth } = fields;
  const asked: Asked[] = [];
  const issuer = fields.issuer ?? (fields.token_endpoint ? undefined : issuerOf(fields.server ?? ''));
  const found = await endpointFor(fields, issuer, context, asked);
  if ('reason' in found) return { state: 'unknown', reason: found.reason, asked };
  const { endpoint } = found;
  const grant = { grant_type: 'client_credentials', ...(scope && { scope }), ...(audience && { audience }) };
  const client = { id, secret, endpoint, grant };
  const told = { identity: id };

  const ways: readonly Way[] = auth === 'basic' || auth === 'post' ? [auth] : ['basic', 'post'];
  for (const way of ways) {
    const said = await knock(client, way, context);
    asked.push(said.asked);
    if ('reason' in said) return { ...told, state: 'unknown', reason: said.reason, asked };
    if ('token' in said) {
      const evidence = `the token endpoint issued a token for the client secret; ${await takeBack(said.token, client, way, { ...fields, ...(issuer && { issuer }) }, context, asked)}`;
      return { ...told, ...toldOf({ scopes: scopesOf(said.scope, context.hide) }), state: 'live', evidence, asked };
    }
    if (said.error === 'invalid_client') continue;
    if (!refusals.has(said.error))
      return { ...told, state: 'unknown', reason: `the token endpoint answered ${said.error}`, asked };

    const control = await knock({ ...client, secret: randomBytes(24).toString('base64url') }, way, context);
    asked.push(control.asked);
    if ('error' in control && control.error === 'invalid_client') {
      const evidence = `the token endpoint answered ${said.error} to the client secret, and invalid_client to a made-up one`;
      return { ...told, state: 'live', evidence, asked };
    }
    return {
      ...told,
      state: 'unknown',
      reason: `the token endpoint answered ${said.error} before it looked at the secret`,
      asked,
    };
  }
  return { ...told, state: 'dead', evidence: 'the token endpoint says invalid_client', asked };
}

/** A token endpoint is called so, by its path; any other address is an issuer's. */
function issuerOf(server: string): string | undefined {
  return server === '' || /(?:token|accessToken)\/?$/i.test(server) ? undefined : server;
}

/** Where tokens are issued: as the fields say, else as the issuer does. */
async function endpointFor(
  { token_endpoint: said, server }: Readonly<Record<string, string>>,
  issuer: string | undefined,
  context: ProtocolContext,
  asked: Asked[],
): Promise<{ readonly endpoint: URL } | { readonly reason: string }> {
  const named = said ?? (issuer === undefined ? server : undefined);
  if (named !== undefined || issuer === undefined) {
    const endpoint = httpsUrl(named ?? '');
    return endpoint ? { endpoint } : { reason: 'the token endpoint is not an https address' };
  }
  const found = await discover(issuer, context);
  asked.push(...found.asked);
  if ('reason' in found) return { reason: found.reason };
  const endpoint = endpointOf(found.metadata, 'token_endpoint');
  return endpoint ? { endpoint } : { reason: 'the issuer does not say where tokens are issued' };
}

type Said = { readonly asked: Asked } & (
  | { readonly token: string; readonly scope: unknown }
  | { readonly error: string }
  | { readonly reason: string }
);

/** Asks for a token. Section 5.2: errors are 400, and 401 may stand for `invalid_client`. */
async function knock(client: Client, way: Way, context: ProtocolContext): Promise<Said> {
  const sent = await exchange(clientRequest(client.endpoint, client.grant, client, way), context);
  if (!('reply' in sent)) return { reason: sent.reason, asked: sent.asked };
  const { status, json } = sent.reply;
  const token = json?.access_token;
  if (status === 200 && typeof token === 'string' && token !== '')
    return { token, scope: json?.scope, asked: sent.noted('a token was issued') };
  const error = wordOf(json?.error, context.hide);
  if (error !== undefined && (status === 400 || status === 401 || status === 403)) return { error, asked: sent.noted(error) };
  return { reason: `the token endpoint answered ${status} and no error of OAuth`, asked: sent.noted('no error of OAuth') };
}

/** Revokes what was issued; says what became of it. */
async function takeBack(
  token: string,
  client: Client,
  way: Way,
  fields: Readonly<Record<string, string>>,
  context: ProtocolContext,
  asked: Asked[],
): Promise<string> {
  const place = await revocationOf(fields, context, asked);
  if (!place) return 'no place to revoke it is known, so it lives until it expires';
  const form = { token, token_type_hint: 'access_token' };
  const hide = [...context.hide, new Secret(token)];
  const sent = await exchange(clientRequest(place, form, client, way), { ...context, hide });
  const isRevoked = 'reply' in sent && sent.reply.status === 200;
  asked.push(
    isRevoked ? sent.noted('the token that was issued is revoked') : 'reply' in sent ? sent.noted('not revoked') : sent.asked,
  );
  return isRevoked ? 'it was revoked at once' : 'it could not be revoked, so it lives until it expires';
}

async function revocationOf(
  fields: Readonly<Record<string, string>>,
  context: ProtocolContext,
  asked: Asked[],
): Promise<URL | undefined> {
  if (fields.revocation_endpoint) return httpsUrl(fields.revocation_endpoint);
  if (!fields.issuer) return undefined;
  const found = await discover(fields.issuer, context);
  asked.push(...found.asked);
  return 'metadata' in found ? endpointOf(found.metadata, 'revocation_endpoint') : undefined;
}

function clientRequest(url: URL, form: Readonly<Record<string, string>>, client: Client, way: Way) {
  if (way === 'post') return formRequest(url, { ...form, client_id: client.id, client_secret: client.secret });
  return formRequest(url, form, { authorization: basicOf(client.id, client.secret) });
}
