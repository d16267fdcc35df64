import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import protocol from '../../../src/wire/protocols/certificate.ts';
import { startProvider } from './provider.ts';

let folder: string;
let own: { readonly key: string; readonly certificate: string };
let stranger: { readonly key: string; readonly certificate: string };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-certificate-'));
  own = issue('own');
  stranger = issue('stranger');
});

afterAll(() => rmSync(folder, { recursive: true }));

test('a key whose certificate is expired is dead for TLS', async () => {
  const said = await ask(own.key, own.certificate, 3);
  expect(said).toMatchObject({
    state: 'dead',
    identity: 'own.example.com',
    asked: [],
    evidence: expect.stringContaining('expired on 20'),
  });
  expect(said.expires).toMatch(/^20\d\d-/);
});

test('a key whose certificate is valid is not known to live', async () => {
  expect(await ask(own.key, own.certificate, 0)).toMatchObject({ state: 'unknown', identity: 'own.example.com' });
});

test('certificate and key may stand in one string each', async () => {
  expect(await ask(JSON.stringify(own.key), JSON.stringify(JSON.stringify(own.certificate)), 3)).toMatchObject({ state: 'dead' });
});

test.each([
  ['the certificate of another key', () => [own.key, stranger.certificate]],
  ['a certificate that is none', () => [own.key, own.certificate.replace(/\n.{64}\n/, '\n')]],
  ['no certificate', () => [own.key, '']],
  ['a key that is none', () => [own.key.replace(/\n.{64}\n/, '\n'), own.certificate]],
] as const)('%s says nothing, however late it is', async (_, pair) => {
  const [key = '', certificate = ''] = pair();
  expect(await ask(key, certificate, 3)).toMatchObject({ state: 'unknown' });
});

async function ask(private_key: string, certificate: string, daysLater: number) {
  const now = () => new Date(Date.now() + daysLater * 86_400_000);
  const { context } = await startProvider([], () => ({ status: 500, text: '' }), now);
  return protocol.ask({ private_key, certificate }, context(private_key));
}

/** A certificate that is valid for a day. */
function issue(name: string) {
  const [key, certificate] = [join(folder, `${name}.key`), join(folder, `${name}.pem`)];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '1'];
  execFileSync('openssl', [...request, '-subj', `/O=Acme/CN=${name}.example.com`, '-keyout', key, '-out', certificate], {
    stdio: 'ignore',
  });
  return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
}
