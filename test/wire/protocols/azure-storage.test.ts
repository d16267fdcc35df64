import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import sas from '../../../src/wire/protocols/azure-sas.ts';
import sharedKey from '../../../src/wire/protocols/azure-shared-key.ts';
import { type Answer, type Received, startProvider } from './provider.ts';

const host = 'acmedata.blob.core.windows.net';
const key = Buffer.from('a key of the storage account'.repeat(3)).toString('base64');
const otherKey = Buffer.from('another key of the account'.repeat(3)).toString('base64');
const failed = (detail: string): Answer => ({
  status: 403,
  headers: { 'x-ms-error-code': 'AuthenticationFailed' },
  text: `<Error><Code>AuthenticationFailed</Code><AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail></Error>`,
});
const wrongMac = failed("The MAC signature found in the HTTP request 'x' is not the same as any computed signature.");

describe('the key of an account', () => {
  test('is live when its signature is right', async () => {
    const storage = await startStorage();
    const said = await askKey(storage, { key });
    expect(said).toMatchObject({ state: 'live', account: 'acmedata' });
    expect(JSON.stringify([said, storage.received])).not.toContain(key);
  });

  test('is dead when neither key of the account made the signature', async () => {
    expect(await askKey(await startStorage(), { key: otherKey })).toMatchObject({ state: 'dead' });
  });

  test.each<[string, Answer, string]>([
    ['a time that is off', failed('Request date header too old'), 'unknown'],
    ['a firewall', { status: 403, headers: { 'x-ms-error-code': 'AuthorizationFailure' }, text: '' }, 'unknown'],
    [
      'keys switched off',
      { status: 403, headers: { 'x-ms-error-code': 'KeyBasedAuthenticationNotPermitted' }, text: '' },
      'dead',
    ],
    ['a page', { status: 200, text: '<html></html>', headers: { 'content-type': 'text/html' } }, 'unknown'],
    ['an error of the server', { ...wrongMac, status: 500 }, 'unknown'],
  ])('%s', async (_, answer, state) => {
    const storage = await startProvider([host], () => answer);
    expect((await askKey(storage, { key })).state).toBe(state);
  });

  test.each([{ account: 'a/b' }, { account: 'Acme' }, { account: 'evil.example#' }, { suffix: 'evil.example' }])(
    '%j is not asked',
    async (fields) => {
      const storage = await startStorage();
      expect(await askKey(storage, { key, ...fields })).toMatchObject({ state: 'unknown', asked: [] });
      expect(storage.received).toHaveLength(0);
    },
  );
});

describe('a shared access signature', () => {
  const signature = 'c2lnbmF0dXJl'.repeat(4);
  const query = (rest: string) => `sv=2024-11-04&${rest}&sp=rl&se=2027-01-01T00:00:00Z&sig=${signature}`;
  const forBlob = `https://${host}/backups/db.tar?${query('sr=b')}`;
  const forContainer = `https://${host}/backups?${query('sr=c')}`;
  const forAccount = `https://${host}/?${query('ss=bf&srt=sco')}`;
  const now = new Date('2026-06-01T00:00:00Z');
  const taken = { status: 200, text: '', headers: { 'x-ms-version': '2024-11-04' } };

  test.each([
    ['of a blob', forBlob, 'HEAD /backups/db.tar'],
    ['of a container', forContainer, 'GET /backups'],
    ['of a container, with a blob', `https://${host}/backups/db.tar?${query('sr=c')}`, 'HEAD /backups/db.tar'],
    ['of an account', forAccount, 'GET /'],
    [
      'with its signature in the middle',
      `https://${host}/backups/db.tar?sv=2024-11-04&sig=${signature}&sr=b&sp=rl&se=2027-01-01T00:00:00Z`,
      'HEAD /backups/db.tar',
    ],
    [
      'with its signature in front',
      `https://${host}/backups/db.tar?sig=${signature}&sv=2024-11-04&sr=b&sp=rl&se=2027-01-01T00:00:00Z`,
      'HEAD /backups/db.tar',
    ],
    ['written in HTML', forBlob.replaceAll('&', '&amp;'), 'HEAD /backups/db.tar'],
  ])('%s is asked about as what it is', async (_, url, asked) => {
    const storage = await startProvider(
      [host],
      () => taken,
      () => now,
    );
    const said = await sas.ask(fieldsOf(url), storage.context(signature));
    expect(said).toMatchObject({ state: 'live', account: 'acmedata', scopes: ['r', 'l'], expires: '2027-01-01T00:00:00.000Z' });
    expect(storage.received.map(({ method, path }) => `${method} ${path}`)).toEqual([asked]);
    expect(storage.received[0]?.query.get('sig')).toBe(signature);
    expect(JSON.stringify(said)).not.toContain(signature);
  });

  test.each<[string, number, string]>([
    ['AuthenticationFailed', 403, 'dead'],
    ['KeyBasedAuthenticationNotPermitted', 403, 'dead'],
    ['AuthorizationPermissionMismatch', 403, 'live'],
    ['BlobNotFound', 404, 'live'],
    ['AuthorizationFailure', 403, 'unknown'],
    ['ResourceNotFound', 404, 'unknown'],
    ['AuthenticationFailed', 500, 'unknown'],
  ])('%s with status %s is %s', async (code, status, state) => {
    const storage = await startProvider(
      [host],
      () => ({ status, headers: { 'x-ms-error-code': code }, text: '' }),
      () => now,
    );
    expect((await sas.ask(fieldsOf(forBlob), storage.context(signature))).state).toBe(state);
  });

  test.each([
    ['is expired', forBlob.replace('2027', '2026'), 'dead'],
    ['expired on a day', forBlob.replace('2027-01-01T00:00:00Z', '2026-05-01'), 'dead'],
    ['is not valid yet', `${forBlob}&st=2026-07-01`, 'unknown'],
    ['is for files', forAccount.replace('ss=bf', 'ss=f'), 'unknown'],
    ['is for a directory', forBlob.replace('sr=b', 'sr=d'), 'unknown'],
    ['is not there', `https://${host}/backups/db.tar`, 'unknown'],
    ['goes by http', forBlob.replace('https', 'http'), 'unknown'],
  ])('one that %s is asked about nowhere', async (_, url, state) => {
    const storage = await startProvider(
      [host],
      () => taken,
      () => now,
    );
    expect(await sas.ask(fieldsOf(url), storage.context(signature))).toMatchObject({ state, asked: [] });
    expect(storage.received).toHaveLength(0);
  });
});

/** As a pattern takes it apart. */
function fieldsOf(url: string): Readonly<Record<string, string>> {
  const [, address = url, signature = '', rest] = /^(.*?)[?&;]sig=([^&]*)(&.*)?$/.exec(url) ?? [];
  return { address, signature, ...(rest && { rest }) };
}

function startStorage() {
  return startProvider([host], (request) => {
    if (request.method !== 'GET' || request.path !== '/' || request.query.get('comp') !== 'properties')
      return { status: 400, text: '' };
    if (request.headers.authorization !== `SharedKey acmedata:${signatureOf(request)}`) return wrongMac;
    return {
      status: 200,
      text: '',
      headers: { 'x-ms-account-kind': 'StorageV2', 'x-ms-sku-name': 'Standard_LRS', 'x-ms-version': '2021-08-06' },
    };
  });
}

/** By hand, after https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key. */
function signatureOf(request: Received): string {
  const own = Object.keys(request.headers)
    .filter((name) => name.startsWith('x-ms-'))
    .sort()
    .map((name) => `${name}:${request.headers[name]}\n`);
  const parameters = [...request.query].sort().map(([name, value]) => `\n${name}:${value}`);
  const resource = `/acmedata${new URL(request.rawPath, 'http://loopback').pathname}${parameters.join('')}`;
  const toSign = `GET\n\n\n\n\n\n\n\n\n\n\n\n${own.join('')}${resource}`;
  return createHmac('sha256', Buffer.from(key, 'base64')).update(toSign).digest('base64');
}

function askKey(storage: Awaited<ReturnType<typeof startProvider>>, fields: Readonly<Record<string, string>>) {
  return sharedKey.ask({ account: 'acmedata', ...fields }, storage.context(fields.key ?? ''));
}
