import { generateKeyPairSync, type KeyObject, verify } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import protocol from '../../../src/wire/protocols/gcp-service-account.ts';
import { type Answer, startProvider } from './provider.ts';

const email = 'deploy@acme-prod.iam.gserviceaccount.com';
let pem: string;
let publicKey: KeyObject;

beforeAll(() => {
  const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  pem = pair.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  publicKey = pair.publicKey;
});

test.each([
  ['as it is in a file', (text: string) => text],
  ['in JSON', (text: string) => text.replaceAll('\n', '\\n')],
  ['in JSON in a string', (text: string) => text.replaceAll('\n', '\\\\n')],
])('a key %s signs an assertion that Google exchanges', async (_, written) => {
  const google = await startGoogle();
  const said = await ask(google, { private_key: written(pem), key_id: 'f00' });
  expect(said).toMatchObject({ state: 'live', identity: email, account: 'acme-prod' });
  expect(said.asked).toMatchObject([{ method: 'POST', url: 'https://oauth2.googleapis.com/token', status: 200 }]);
  expect(JSON.stringify([said, google.received])).not.toContain(pem.slice(100, 160));
});

test.each([
  ['another key', 'invalid_grant', 'Invalid JWT Signature.', 400],
  ['an account that is unknown', 'invalid_grant', 'Invalid grant: account not found', 400],
  ['an account that is deleted', 'invalid_grant', 'The account has been deleted', 400],
  ['an account that is disabled', 'invalid_grant', 'Robot is disabled.', 400],
  ['a client that is deleted', 'deleted_client', 'The OAuth client was deleted.', 401],
])('%s is dead', async (_, error, error_description, status) => {
  const google = await startGoogle({ status, json: { error, error_description } });
  expect(await ask(google)).toMatchObject({ state: 'dead', identity: email });
});

test.each<[string, Answer]>([
  [
    'a clock that is off',
    {
      status: 400,
      json: {
        error: 'invalid_grant',
        error_description: 'Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe.',
      },
    },
  ],
  ['an error of another kind', { status: 400, json: { error: 'invalid_grant', error_description: 'Bad Request' } }],
  ['an error in a 200', { status: 200, json: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } }],
  ['an error of the server', { status: 503, json: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } }],
  ['a login page', { status: 200, text: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } }],
])('%s says nothing', async (_, answer) => {
  expect((await ask(await startGoogle(answer))).state).toBe('unknown');
});

test.each([
  ['no key', () => 'MIIEvAIBADANBgkqhkiG9w0BAQEFAASC'],
  ['a key of another kind', () => generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' }).toString()],
  ['a key that was cut', () => pem.replace(/\n.{64}\n/, '\n')],
])('%s is not sent anywhere', async (_, key) => {
  const google = await startGoogle();
  expect(await ask(google, { private_key: key() })).toMatchObject({ state: 'unknown', asked: [] });
  expect(google.received).toHaveLength(0);
});

function startGoogle(answer?: Answer) {
  return startProvider(protocol.hosts, (request) => {
    expect(request).toMatchObject({ method: 'POST', host: 'oauth2.googleapis.com', path: '/token' });
    expect(request.form.get('grant_type')).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const [header = '', payload = '', signature = ''] = (request.form.get('assertion') ?? '').split('.');
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(claims).toMatchObject({
      iss: email,
      aud: 'https://oauth2.googleapis.com/token',
      target_audience: 'https://quash.invalid/',
    });
    expect(claims).not.toHaveProperty('scope');
    expect(claims.exp - claims.iat).toBeLessThanOrEqual(3600);
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toMatchObject({ alg: 'RS256', typ: 'JWT' });
    if (answer) return answer;
    const isSigned = verify('sha256', Buffer.from(`${header}.${payload}`), publicKey, Buffer.from(signature, 'base64url'));
    if (isSigned) return { status: 200, json: { id_token: `eyJ${'x'.repeat(40)}` } };
    return { status: 400, json: { error: 'invalid_grant', error_description: 'Invalid JWT Signature.' } };
  });
}

function ask(google: Awaited<ReturnType<typeof startProvider>>, fields: Readonly<Record<string, string>> = {}) {
  return protocol.ask({ private_key: pem, client_email: email, ...fields }, google.context(fields.private_key ?? pem));
}
