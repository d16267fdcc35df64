import { createHash, createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import appConfiguration from '../../../src/wire/protocols/azure-app-configuration.ts';
import cosmos from '../../../src/wire/protocols/azure-cosmos-key.ts';
import { type Answer, startProvider } from './provider.ts';

const key = Buffer.from('a key of the account'.repeat(3)).toString('base64');
const otherKey = Buffer.from('another key of it'.repeat(3)).toString('base64');
const hmac = (text: string) => createHmac('sha256', Buffer.from(key, 'base64')).update(text).digest('base64');

describe('Cosmos DB', () => {
  const host = 'acme.documents.azure.com';
  const wrong = {
    status: 401,
    json: {
      code: 'Unauthorized',
      message:
        "The input authorization token can't serve the request. The wrong key is being used or the expected payload is not built as per the protocol.",
    },
  };
  // By hand, after https://learn.microsoft.com/en-us/rest/api/cosmos-db/access-control-on-cosmosdb-resources.
  const start = () =>
    startProvider([host], ({ method, path, headers }) => {
      const signed = hmac(`${method.toLowerCase()}\n\n\n${String(headers['x-ms-date']).toLowerCase()}\n\n`);
      if (path !== '/' || headers.authorization !== encodeURIComponent(`type=master&ver=1.0&sig=${signed}`)) return wrong;
      return { status: 200, json: { id: 'acme', _rid: 'acme.documents.azure.com', _dbs: '//dbs/', media: '//media/' } };
    });
  const ask = (provider: Awaited<ReturnType<typeof startProvider>>, fields = {}) =>
    cosmos.ask({ host, key, ...fields }, provider.context(key));

  test('a key that signs right is live, another is dead', async () => {
    const provider = await start();
    const said = await ask(provider);
    expect(said).toMatchObject({ state: 'live', account: 'acme' });
    expect(JSON.stringify([said, provider.received])).not.toContain(key);
    expect(await ask(provider, { key: otherKey })).toMatchObject({ state: 'dead' });
  });

  test.each<[string, Answer, string]>([
    [
      'keys switched off',
      {
        status: 401,
        json: { code: 'Unauthorized', message: 'Local Authorization is disabled. Use an AAD token to authorize all requests.' },
      },
      'dead',
    ],
    [
      'a time that is off',
      { status: 403, json: { code: 'Forbidden', message: 'The authorization token is not valid at the current time.' } },
      'unknown',
    ],
    [
      'a firewall',
      { status: 403, json: { code: 'Forbidden', message: 'Request originated from IP through public internet.' } },
      'unknown',
    ],
    ['an error of the server', { ...wrong, status: 503 }, 'unknown'],
    ['a page', { status: 200, text: '<html></html>' }, 'unknown'],
    ['a bare 401', { status: 401, text: '' }, 'unknown'],
  ])('%s', async (_, answer, state) => {
    expect((await ask(await startProvider([host], () => answer))).state).toBe(state);
  });

  test.each(['evil.example', 'acme.documents.azure.com.evil.example', 'a/b', 'acme.documents.azure.com:8081'])(
    '%j is not asked',
    async (other) => {
      const provider = await start();
      expect(await ask(provider, { host: other })).toMatchObject({ state: 'unknown', asked: [] });
      expect(provider.received).toHaveLength(0);
    },
  );
});

describe('App Configuration', () => {
  const host = 'acme-prod.azconfig.io';
  const id = 'aB1c-l9-s0:AbCdEfGhIjKlMnOpQrSt';
  const refused = (description: string): Answer => ({
    status: 401,
    headers: { 'www-authenticate': `HMAC-SHA256 error="invalid_token" error_description="${description}", Bearer` },
    text: '',
  });
  // By hand, after https://learn.microsoft.com/en-us/azure/azure-app-configuration/rest-api-authentication-hmac.
  const start = () =>
    startProvider([host], ({ method, rawPath, headers, body }) => {
      const hash = createHash('sha256').update(body).digest('base64');
      const signed = hmac(`${method}\n${rawPath}\n${headers['x-ms-date']};${headers.host};${headers['x-ms-content-sha256']}`);
      const said = /^HMAC-SHA256 Credential=([^&]+)&SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=(.+)$/.exec(
        headers.authorization ?? '',
      );
      if (said?.[1] !== id) return refused('Invalid Credential');
      if (said[2] !== signed || headers['x-ms-content-sha256'] !== hash) return refused('Invalid Signature');
      return { status: 200, json: { items: [{ name: 'greeting' }] } };
    });
  const ask = (provider: Awaited<ReturnType<typeof startProvider>>, fields = {}) =>
    appConfiguration.ask({ host, id, secret: key, ...fields }, provider.context(key));

  test('a key that signs right is live; another secret or id is dead', async () => {
    const provider = await start();
    const said = await ask(provider);
    expect(said).toMatchObject({ state: 'live', identity: id, account: host });
    expect(JSON.stringify([said, provider.received])).not.toContain(key);
    expect(await ask(provider, { secret: otherKey })).toMatchObject({
      state: 'dead',
      evidence: expect.stringContaining('Invalid Signature'),
    });
    expect(await ask(provider, { id: 'zzzz' })).toMatchObject({
      state: 'dead',
      evidence: expect.stringContaining('Invalid Credential'),
    });
  });

  test.each<[string, Answer]>([
    ['a time that is off', refused('The access token has expired')],
    ['keys switched off by a policy', { status: 403, text: '' }],
    ['a bare 401', { status: 401, text: '' }],
    ['a page', { status: 200, text: '<html></html>' }],
  ])('%s says nothing', async (_, answer) => {
    expect((await ask(await startProvider([host], () => answer))).state).toBe('unknown');
  });

  test.each([{ host: 'evil.example' }, { host: 'acme-prod.azconfig.io.evil.example' }, { id: 'a&b' }])(
    '%j is not asked',
    async (fields) => {
      const provider = await start();
      expect(await ask(provider, fields)).toMatchObject({ state: 'unknown', asked: [] });
      expect(provider.received).toHaveLength(0);
    },
  );
});
