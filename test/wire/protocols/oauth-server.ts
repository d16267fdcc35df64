import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { onTestFinished } from 'vitest';
import { Secret } from '../../../src/model/secret.ts';
import { createWire } from '../../../src/wire/wire.ts';

export const issuer = 'https://id.example.com';

export interface Asked {
  readonly method: string;
  readonly path: string;
}

/** A real OAuth 2.0 server on loopback that takes itself for `https://id.example.com`. */
export async function startOAuthServer(clients: readonly object[], { hasRevocation = true } = {}) {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig' }] } as never,
    cookies: { keys: ['of-this-test'] },
    clients: clients as never,
    scopes: ['api:read', 'api:write'],
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      introspection: {
        enabled: true,
        // A client sees its own tokens only.
        allowedPolicy: async (_context: unknown, client: { clientId: string }, token: { clientId: string }) =>
          token.clientId === client.clientId,
      },
      revocation: { enabled: hasRevocation, allowedPolicy: async () => true },
    },
  });
  provider.proxy = true;
  const callback = provider.callback();
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').replace(/^\/id\.example\.com/, '');
    asked.push({ method: request.method ?? '', path });
    request.url = path;
    Object.assign(request.headers, { host: 'id.example.com', 'x-forwarded-proto': 'https' });
    callback(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/id.example.com`;
  const wire = createWire({
    allowHosts: [],
    endpoints: [`cloud@id.example.com=${base}`],
    env: {},
    signal: new AbortController().signal,
  });
  onTestFinished(async () => {
    await wire.close();
    server.closeAllConnections();
    server.close();
  });
  const post = async (path: string, form: Readonly<Record<string, string>>, user: string, password: string) => {
    const authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
    const answer = await fetch(`${base}${path}`, { method: 'POST', headers: { authorization }, body: new URLSearchParams(form) });
    return { status: answer.status, text: await answer.text() };
  };
  return {
    asked,
    context: (...hide: readonly string[]) => ({
      wire,
      to: { provider: 'cloud', hosts: ['id.example.com'] },
      hide: hide.map((value) => new Secret(value)),
      now: () => new Date(),
    }),
    /** Has a token issued to a client, as the client would. */
    issue: async (user: string, password: string): Promise<string> => {
      const { text } = await post('/token', { grant_type: 'client_credentials', scope: 'api:read' }, user, password);
      return JSON.parse(text).access_token;
    },
    revoke: (token: string, user: string, password: string) => post('/token/revocation', { token }, user, password),
    introspect: async (token: string, user: string, password: string) =>
      JSON.parse((await post('/token/introspection', { token }, user, password)).text),
  };
}

export function client(client_id: string, client_secret: string, rest: object = {}) {
  return { client_id, client_secret, grant_types: ['client_credentials'], redirect_uris: [], response_types: [], ...rest };
}
