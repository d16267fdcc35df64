import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../fixtures/servers/certificate.ts';
import { startProxy } from '../../fixtures/servers/proxy.ts';
import { acme, failureIn, get, hostile, openWire, textOf } from './wires.ts';

async function behindProxy(status?: number) {
  const certificate = await makeCertificate('api.acme.test');
  const server = await hostile(certificate);
  const folder = mkdtempSync(join(tmpdir(), 'quash-ca-'));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, certificate.cert);
  const proxy = await startProxy(server.port, status);
  onTestFinished(async () => {
    rmSync(folder, { recursive: true });
    await proxy.close();
  });
  return { server, proxy, env: { SSL_CERT_FILE: file, HTTPS_PROXY: `http://127.0.0.1:${proxy.port}` } };
}

test('a name of the provider goes through the proxy, which resolves it; its certificate is checked all the same', async () => {
  const { proxy, env } = await behindProxy();
  const wire = openWire({ env });
  expect(textOf(await wire.send(get('/ok'), acme, []))).toBe('{"id":"u1"}');
  expect(proxy.tunnels).toEqual(['api.acme.test:443']);
  const wrong = failureIn(
    await wire.send(get('/ok', 'https://other.acme.test'), { provider: 'acme', hosts: ['*.acme.test'] }, []),
  );
  expect(wrong?.kind).toBe('tls');
});

test('the proxy is told who we are when its URL says so, in either case of its name', async () => {
  const { proxy, env } = await behindProxy();
  const { HTTPS_PROXY, SSL_CERT_FILE } = env;
  const wire = openWire({ env: { SSL_CERT_FILE, https_proxy: HTTPS_PROXY.replace('//', '//user:pass%20word@') } });
  expect(textOf(await wire.send(get('/ok'), acme, []))).toBe('{"id":"u1"}');
  expect(proxy.authorizations).toEqual([`Basic ${Buffer.from('user:pass word').toString('base64')}`]);
});

test('what is no host of the provider does not go through the proxy, nor does any address', async () => {
  const { server, proxy, env } = await behindProxy();
  const wire = openWire({
    env: { ...env, HTTP_PROXY: env.HTTPS_PROXY },
    allowHosts: ['127.0.0.1', 'localhost'],
    lookup: async () => ['127.0.0.1'],
  });
  expect(failureIn(await wire.send(get('/ok', 'https://evil.test'), acme, []))?.kind).toBe('host-refused');
  expect(failureIn(await wire.send(get('/ok', 'https://10.0.0.1'), { provider: 'x', hosts: ['10.0.0.1'] }, []))?.kind).toBe(
    'address-refused',
  );
  const plain = await hostile();
  expect(textOf(await wire.send(get('/ok', plain.origin), acme, []))).toBe('{"id":"u1"}');
  expect(textOf(await wire.send(get('/ok', `http://localhost:${plain.port}`), acme, []))).toBe('{"id":"u1"}');
  expect(proxy.tunnels).toEqual([]);
  expect(server.seen).toEqual([]);
});

test('what NO_PROXY names goes straight, and its address is checked', async () => {
  const { proxy, env } = await behindProxy();
  const wire = openWire({ env: { ...env, NO_PROXY: '.acme.test' }, lookup: async () => ['10.0.0.5'] });
  expect(failureIn(await wire.send(get('/ok'), acme, []))?.kind).toBe('address-refused');
  expect(proxy.tunnels).toEqual([]);
});

test.each([407, 403, 502])('a proxy that answers %i is named as what failed', async (status) => {
  const { env } = await behindProxy(status);
  const failure = failureIn(await openWire({ env }).send(get('/ok'), acme, []));
  expect(failure).toMatchObject({ kind: 'connection', detail: expect.stringContaining(`the proxy answered ${status}`) });
});

test('a proxy that is not there is a failure of the connection', async () => {
  const { proxy, env } = await behindProxy();
  await proxy.close();
  const failure = failureIn(await openWire({ env }).send(get('/ok'), acme, []));
  expect(failure).toMatchObject({ kind: 'connection', detail: expect.stringContaining(String(proxy.port)) });
});

test('a proxy that is no URL is a mistake in the settings, and is not quoted', () => {
  const open = () => openWire({ env: { HTTPS_PROXY: 'user:hunter22@:x' } });
  expect(open).toThrow(expect.objectContaining({ code: 'config' }));
  expect(open).not.toThrow('hunter22');
});

test('within loopback no proxy is asked: the guard must see every name', async () => {
  const { proxy, env } = await behindProxy();
  const wire = openWire({ env: { ...env, QUASH_EGRESS: 'loopback' } });
  expect(failureIn(await wire.send(get('/ok'), acme, []))?.kind).toBe('name');
  expect(proxy.tunnels).toEqual([]);
});
