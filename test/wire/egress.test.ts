import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { makeCertificate } from '../../fixtures/servers/certificate.ts';
import { acme, failureIn, get, hostile, openWire, textOf } from './wires.ts';

const anyHost = { provider: 'acme', hosts: ['api.acme.test', '*.acme.test'] };

/** A resolver that gives these answers one after the other, the last one for ever. */
function resolver(...answers: readonly (readonly string[])[]) {
  const asked: string[] = [];
  const lookup = async (host: string) => {
    asked.push(host);
    return answers[Math.min(asked.length, answers.length) - 1]!;
  };
  return { asked, lookup };
}

test.each([
  'https://evil.test/',
  'https://api.acme.test.evil.test/',
  'https://10.0.0.1/',
  'https://[fd00::1]/',
  'https://acme.test/',
])('%s is no host of the provider: it is not even resolved', async (url) => {
  const { asked, lookup } = resolver(['8.8.8.8']);
  const wire = openWire({ lookup });
  const failure = failureIn(await wire.send(get('/', url), anyHost, []));
  expect(failure).toMatchObject({ kind: 'host-refused' });
  expect(failure?.detail).toContain(`--allow-host ${new URL(url).hostname.replace(/[[\]]/g, '')}`);
  expect(failureIn(await wire.reach(new URL(url).hostname, 5432, anyHost))?.kind).toBe('host-refused');
  expect(asked).toEqual([]);
});

test.each([
  ['a private address', ['10.0.0.5']],
  ['a loopback address', ['127.0.0.1']],
  ['an address of cloud metadata', ['169.254.169.254']],
  ['a link-local address', ['fe80::1']],
  ['a private address', ['8.8.8.8', '10.0.0.5']],
  ['a private address', ['::ffff:192.168.0.1']],
])('a host of the provider that is %s is refused', async (why, addresses) => {
  const wire = openWire({ lookup: resolver(addresses).lookup });
  for (const sent of [await wire.send(get('/ok'), acme, []), await wire.reach('api.acme.test', 443, acme)])
    expect(failureIn(sent)).toMatchObject({ kind: 'address-refused', detail: expect.stringContaining(`is ${why}`) });
});

test.each(['http://127.0.0.1', 'http://2130706433', 'http://0x7f.1', 'http://0177.1', 'http://[::ffff:127.0.0.1]'])(
  '%s is refused, even as a host that a pattern names, and asked when it is allowed',
  async (origin) => {
    const server = await hostile();
    const to = { provider: 'acme', hosts: ['127.0.0.1'] };
    const url = `${origin}:${server.port}`;
    expect(failureIn(await openWire().send(get('/ok', url), to, []))).toMatchObject({ kind: 'address-refused' });
    expect(server.seen).toEqual([]);
    for (const allowed of ['127.0.0.1', '127.0.0.0/8', `127.0.0.1:${server.port}`, '0x7f000001'])
      expect(textOf(await openWire({ allowHosts: [allowed] }).send(get('/ok', url), acme, []))).toBe('{"id":"u1"}');
  },
);

test('an allowed name may be private, and is asked under its name', async () => {
  const server = await hostile();
  const wire = openWire({ allowHosts: [`git.corp:${server.port}`], lookup: resolver(['127.0.0.1']).lookup });
  expect(textOf(await wire.send(get('/ok', `http://GIT.corp.:${server.port}`), acme, []))).toBe('{"id":"u1"}');
  expect(server.headers[0]?.host).toBe(`git.corp:${server.port}`);
  expect(failureIn(await wire.send(get('/ok', 'http://git.corp'), acme, []))?.kind).toBe('host-refused');
});

test('an allowed name does not open metadata, whatever it resolves to', async () => {
  const wire = openWire({ allowHosts: ['metadata.google.internal'], lookup: resolver(['169.254.169.254']).lookup });
  expect(failureIn(await wire.reach('metadata.google.internal', 80, acme))?.kind).toBe('address-refused');
});

test('the address that was checked is the one connected to: a name that resolves otherwise next time changes nothing', async () => {
  const server = await hostile();
  const rebound = resolver(['127.0.0.1'], ['169.254.169.254']);
  const wire = openWire({ allowHosts: ['git.corp'], lookup: rebound.lookup });
  expect(textOf(await wire.send(get('/ok', `http://git.corp:${server.port}`), acme, []))).toBe('{"id":"u1"}');
  expect(rebound.asked).toHaveLength(1);
  expect(failureIn(await wire.reach('git.corp', server.port, acme))?.kind).toBe('address-refused');

  const again = openWire({ allowHosts: ['git.corp'], lookup: resolver(['127.0.0.1'], ['169.254.169.254']).lookup });
  const reached = await again.reach('git.corp', server.port, acme);
  expect(reached).toEqual({ address: '127.0.0.1', port: server.port, servername: 'git.corp' });
  expect(failureIn(await again.send(get('/ok', `http://git.corp:${server.port}`), acme, []))?.kind).toBe('address-refused');
});

test('an endpoint stands in for its provider alone, at its own port alone', async () => {
  const server = await hostile();
  const wire = openWire({ endpoints: [`acme@*.acme.test=${server.origin}/base`] });
  expect(textOf(await wire.send(get('/v1/me'), acme, []))).toBe('{"id":"u1"}');
  expect(server.seen).toEqual(['GET /base/v1/me']);
  expect(wire.endpointOf(new URL('https://api.acme.test/v1'), acme).href).toBe(`${server.origin}/base/v1`);
  expect(wire.endpointOf(new URL('https://evil.test/v1'), acme).href).toBe('https://evil.test/v1');
  expect(await wire.reach('db.acme.test', 5432, acme)).toEqual({ address: '127.0.0.1', port: server.port, servername: '' });
  const other = { provider: 'other', hosts: ['127.0.0.1'] };
  expect(failureIn(await wire.send(get('/', `${server.origin.replace(/\d+$/, '1')}`), other, []))?.kind).toBe('address-refused');
  expect(failureIn(await wire.send(get('/', 'https://evil.test'), acme, []))?.kind).toBe('host-refused');
});

test('an endpoint that is a name may be private, but not metadata', async () => {
  const server = await hostile();
  const near = openWire({ endpoints: [`acme=http://stand-in:${server.port}`], lookup: resolver(['127.0.0.1']).lookup });
  expect(textOf(await near.send(get('/ok'), acme, []))).toBe('{"id":"u1"}');
  const far = openWire({ endpoints: ['acme=http://stand-in'], lookup: resolver(['169.254.169.254']).lookup });
  expect(failureIn(await far.send(get('/ok'), acme, []))?.kind).toBe('address-refused');
});

test('an endpoint that is not HTTP is for other protocols', async () => {
  const wire = openWire({ endpoints: ['acme=tcp://127.0.0.1:5432'] });
  expect(failureIn(await wire.send(get('/ok'), acme, []))?.kind).toBe('host-refused');
  expect(await wire.reach('db.acme.test', 1, acme)).toEqual({ address: '127.0.0.1', port: 5432, servername: '' });
});

test('a server is believed when its certificate holds, and never otherwise', async () => {
  const good = await makeCertificate('api.acme.test');
  const server = await hostile(good);
  const endpoints = [`acme=https://api.acme.test:${server.port}`];
  const { lookup } = resolver(['127.0.0.1']);
  const folder = mkdtempSync(join(tmpdir(), 'quash-ca-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'ca.pem');
  writeFileSync(file, good.cert);

  const trusting = openWire({ endpoints, lookup, env: { SSL_CERT_FILE: file } });
  expect(textOf(await trusting.send(get('/ok'), acme, []))).toBe('{"id":"u1"}');
  expect(server.headers[0]?.host).toBe(`api.acme.test:${server.port}`);

  const other = openWire({ endpoints: [`acme=https://other.acme.test:${server.port}`], lookup, env: { SSL_CERT_FILE: file } });
  expect(failureIn(await other.send(get('/ok'), acme, []))).toMatchObject({
    kind: 'tls',
    detail: expect.stringContaining('ALTNAME'),
  });

  const before = process.env.NODE_TLS_REJECT_UNAUTHORIZED;
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0';
  try {
    const careless = openWire({ endpoints, lookup, env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } });
    expect(failureIn(await careless.send(get('/ok'), acme, []))).toMatchObject({ kind: 'tls' });
  } finally {
    if (before === undefined) delete process.env.NODE_TLS_REJECT_UNAUTHORIZED;
    else process.env.NODE_TLS_REJECT_UNAUTHORIZED = before;
  }
  expect(server.seen).toHaveLength(1);
});

test('a file of certificates that is none is a mistake in the settings', () => {
  expect(() => openWire({ env: { SSL_CERT_FILE: '/nowhere/ca.pem' } })).toThrow(expect.objectContaining({ code: 'config' }));
});

test('a connection of a protocol goes where reach says', async () => {
  const server = await hostile();
  const wire = openWire({ allowHosts: ['db.corp'], lookup: resolver(['127.0.0.1']).lookup });
  const reached = await wire.reach('db.corp', server.port, acme);
  if ('failure' in reached) throw new Error(reached.failure.detail);
  const socket = connect(reached.port, reached.address);
  await new Promise((resolve) => socket.once('connect', resolve));
  socket.destroy();
  expect(failureIn(await wire.reach('db.corp', 0, acme))?.kind).toBe('host-refused');
  expect(failureIn(await wire.reach('db corp', 1, acme))?.kind).toBe('host-refused');
});
