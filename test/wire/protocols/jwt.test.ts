import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import protocol from '../../../src/wire/protocols/jwt.ts';
import { type Answer, startProvider } from './provider.ts';

const issuer = 'https://id.example.com/tenant';
const now = new Date('2026-05-01T12:00:00Z');
const seconds = now.getTime() / 1000;
let key: KeyObject;
let other: KeyObject;
let jwks: readonly Readonly<Record<string, unknown>>[];

beforeAll(() => {
  const pairs = [1, 2].map(() => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
  [key, other] = pairs.map(({ privateKey }) => privateKey) as [KeyObject, KeyObject];
  jwks = pairs.map(({ publicKey }, index) => ({
    ...publicKey.export({ format: 'jwk' }),
    kid: `k${index}`,
    use: 'sig',
    alg: 'ES256',
  }));
});

describe('judged without asking anybody', () => {
  test('an expired token is dead, and tells what it says of itself', async () => {
    const issued = await startIssuer();
    expect(await ask(issued, tokenOf({ exp: seconds - 3600, sub: 'ann', scope: 'read write' }))).toMatchObject({
      state: 'dead',
      identity: 'ann',
      account: issuer,
      scopes: ['read', 'write'],
      expires: '2026-05-01T11:00:00.000Z',
      asked: [],
    });
    expect(issued.received).toHaveLength(0);
  });

  test.each([
    ['is signed with a shared secret', () => signedWithSecret({ iss: issuer, exp: seconds + 60 })],
    ['is not valid yet', () => tokenOf({ nbf: seconds + 3600 })],
    ['names no issuer', () => tokenOf({ iss: undefined })],
    ['has an issuer that is no https address', () => tokenOf({ iss: 'http://id.example.com/tenant' })],
    ['has an issuer with user-info', () => tokenOf({ iss: 'https://id.example.com@evil.example/tenant' })],
    ['is one of Microsoft Graph', () => tokenOf({}, { nonce: 'n' })],
    ['is no token', () => 'a.b.c'],
    ['has claims that are none', () => `${encode({ alg: 'ES256' })}.${encode([1])}.${'x'.repeat(86)}`],
  ])('a token that %s says nothing', async (_, make) => {
    const issued = await startIssuer();
    expect(await ask(issued, make())).toMatchObject({ state: 'unknown', asked: [] });
    expect(issued.received).toHaveLength(0);
  });

  test('an hour of life left is not death, nor is a minute past it', async () => {
    const issued = await startIssuer();
    expect(await ask(issued, tokenOf({ exp: seconds + 3600 }))).toMatchObject({ state: 'live' });
    expect(await ask(issued, tokenOf({ exp: seconds - 60 }))).toMatchObject({ state: 'live' });
  });
});

describe('judged with the keys that the issuer publishes', () => {
  test('a signed token is live; its issuer is asked once, and does not see it', async () => {
    const issued = await startIssuer();
    const context = issued.context();
    const token = tokenOf({ email: 'ann@example.com' });
    const [first, second] = await Promise.all([
      protocol.ask({ token }, context),
      protocol.ask({ token: tokenOf({ sub: 'bob' }) }, context),
    ]);
    expect(first).toMatchObject({ state: 'live', identity: 'ann@example.com', evidence: expect.stringContaining('not known') });
    expect(second).toMatchObject({ state: 'live', identity: 'bob' });
    expect(issued.received.map(({ path }) => path)).toEqual(['/tenant/.well-known/openid-configuration', '/keys']);
    expect(JSON.stringify(issued.received)).not.toContain(token.slice(-40));
  });

  test('the metadata may stand where RFC 8414 puts it', async () => {
    const issued = await startIssuer({ metadataPath: '/.well-known/oauth-authorization-server/tenant' });
    expect(await ask(issued, tokenOf({}))).toMatchObject({ state: 'live' });
  });

  test('a token that the named key did not sign is dead', async () => {
    const issued = await startIssuer();
    expect(await ask(issued, tokenOf({}, { kid: 'k1' }))).toMatchObject({ state: 'dead' });
  });

  test('without a key id every key is tried', async () => {
    const issued = await startIssuer();
    expect(await ask(issued, tokenOf({}, { kid: undefined }))).toMatchObject({ state: 'live' });
    expect(await ask(issued, tokenOf({}, { kid: undefined }, other))).toMatchObject({ state: 'live' });
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    expect(await ask(issued, tokenOf({}, { kid: undefined }, stranger))).toMatchObject({ state: 'unknown' });
  });

  test('a key that is not published says nothing', async () => {
    const issued = await startIssuer();
    expect(await ask(issued, tokenOf({}, { kid: 'gone' }))).toMatchObject({ state: 'unknown' });
  });

  test('an issuer that calls itself by another name is not believed', async () => {
    const issued = await startIssuer({ metadata: { issuer: 'https://other.example' } });
    expect(await ask(issued, tokenOf({}, { kid: 'k1' }))).toMatchObject({
      state: 'unknown',
      reason: expect.stringContaining('another name'),
    });
  });

  test('an issuer that may not be asked is not', async () => {
    const issued = await startIssuer();
    const said = await ask(issued, tokenOf({ iss: 'https://attacker.example' }));
    expect(said).toMatchObject({ state: 'unknown' });
    expect(issued.received).toHaveLength(0);
  });

  test('keys at a host that may not be asked are not fetched', async () => {
    const issued = await startIssuer({ metadata: { jwks_uri: 'https://attacker.example/keys' } });
    expect(await ask(issued, tokenOf({}))).toMatchObject({ state: 'unknown' });
    expect(issued.received).toHaveLength(1);
  });

  test.each<[string, Answer]>([
    ['no JSON', { status: 200, text: '<html></html>' }],
    ['no keys', { status: 200, json: { keys: [] } }],
    ['keys that are none', { status: 200, json: { keys: [null, 1, { kty: 'oct', k: 'AAAA', kid: 'k0' }] } }],
    ['an error', { status: 500, json: { keys: [] } }],
  ])('%s where the keys should be says nothing', async (_, keys) => {
    expect(await ask(await startIssuer({ keys }), tokenOf({}))).toMatchObject({ state: 'unknown' });
  });
});

interface Issuer {
  readonly metadataPath?: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly keys?: Answer;
}

function startIssuer({ metadataPath = '/tenant/.well-known/openid-configuration', metadata, keys }: Issuer = {}) {
  return startProvider(
    ['id.example.com'],
    ({ method, path }) => {
      if (method !== 'GET') return { status: 405, text: '' };
      if (path === metadataPath) return { status: 200, json: { issuer, jwks_uri: 'https://id.example.com/keys', ...metadata } };
      if (path === '/keys') return keys ?? { status: 200, json: { keys: jwks } };
      return { status: 404, json: {} };
    },
    () => now,
  );
}

function tokenOf(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = {},
  by: KeyObject = key,
): string {
  const signed = `${encode({ alg: 'ES256', typ: 'JWT', kid: 'k0', ...header })}.${encode({ iss: issuer, iat: seconds - 60, ...claims })}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), { key: by, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

function signedWithSecret(claims: Readonly<Record<string, unknown>>): string {
  const signed = `${encode({ alg: 'HS256' })}.${encode(claims)}`;
  return `${signed}.${createHmac('sha256', 'shared').update(signed).digest('base64url')}`;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function ask(issued: Awaited<ReturnType<typeof startProvider>>, token: string) {
  return protocol.ask({ token }, issued.context(token));
}
