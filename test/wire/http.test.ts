import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { acme, failureIn, get, hostile, openWire, textOf } from './wires.ts';

const quick = { headersMs: 200, totalMs: 2_500, retryAfterMs: 0 };

async function overHostile(options: Parameters<typeof openWire>[0] = {}) {
  const server = await hostile();
  return { server, wire: openWire({ endpoints: [`acme=${server.origin}`], timeouts: quick, ...options }) };
}

test('a request goes as it is, and its answer comes back whole', async () => {
  const { server, wire } = await overHostile();
  const request = {
    method: 'POST',
    url: new URL('https://api.acme.test/ok?a=b%20c'),
    headers: { Authorization: 'Bearer x', Host: 'evil.test', 'Content-Length': '3', 'Transfer-Encoding': 'chunked' },
    body: '{"ä":1}',
  };
  const sent = await wire.send(request, acme, []);
  expect(sent).toMatchObject({ answer: { status: 200, headers: { 'content-type': 'application/json' } } });
  expect(textOf(sent)).toBe('{"id":"u1"}');
  expect(server.seen).toEqual(['POST /ok?a=b%20c']);
  expect(server.headers[0]).toMatchObject({
    authorization: 'Bearer x',
    host: `127.0.0.1:${server.port}`,
    'content-length': '8',
    'accept-encoding': 'identity',
    'user-agent': expect.stringMatching(/^quash\/\d/),
  });
});

test.each(['401', '403', '404', '500', '304', '204'])('the status %s is an answer', async (code) => {
  const { wire } = await overHostile();
  expect(await wire.send(get(`/status?code=${code}`), acme, [])).toMatchObject({ answer: { status: Number(code) } });
});

test('headers that come twice are joined', async () => {
  const { wire } = await overHostile();
  expect(await wire.send(get('/twice'), acme, [])).toMatchObject({ answer: { headers: { 'x-two': 'a, b' } } });
});

test.each(['gzip', 'br', 'deflate', 'raw'])('an answer that is packed (%s) though nobody asked is unpacked', async (name) => {
  const { wire } = await overHostile();
  expect(textOf(await wire.send(get(`/packed?as=${name}`), acme, []))).toBe('{"id":"u1"}');
});

test.each([
  ['/hang', 'timeout', 'took the request and did not answer in time'],
  ['/drip', 'timeout', 'did not finish its answer in time'],
  ['/endless', 'too-large', 'answered more than 1000000 bytes'],
  ['/huge', 'too-large', 'answered more than 1000000 bytes'],
  ['/bomb', 'too-large', 'answered more than 1000000 bytes'],
  ['/large-headers', 'too-large', 'headers that are too large'],
  ['/cut', 'cut-off', 'broke off'],
  ['/cut-chunked', 'cut-off', 'broke off'],
  ['/half-packed', 'cut-off', 'broke off'],
  ['/packed?as=zstd', 'cut-off', 'packed its answer in a way that cannot be read'],
  ['/garbage', 'connection', 'not HTTP'],
  ['/upgrade', 'connection', 'broke'],
  ['/two-lengths', 'cut-off', 'broke off'],
  ['/reset', 'connection', 'broke'],
  ['/around', 'redirect', 'more than 3 times'],
  ['/rest?times=9&after=60', 'rate-limited', 'answered 429, Retry-After: 60'],
])('%s fails as %s', async (path, kind, detail) => {
  const { server, wire } = await overHostile();
  const failure = failureIn(await wire.send(get(path), acme, []));
  expect(failure).toMatchObject({ kind, detail: expect.stringContaining(detail) });
  await wire.close();
  expect(server.peak()).toBe(1);
});

test('a body without end is let go of, connection and all', async () => {
  const { server, wire } = await overHostile();
  await wire.send(get('/endless'), acme, []);
  await wire.send(get('/ok'), acme, []);
  expect(server.hungUp()).toBe(1);
});

test('a server that cannot be connected to is tried once more, a POST is not', async () => {
  const { server, wire } = await overHostile();
  await wire.send(get('/reset'), acme, []);
  expect(server.seen).toHaveLength(2);
  await wire.send({ ...get('/reset'), method: 'POST' }, acme, []);
  expect(server.seen).toHaveLength(3);
});

test('a connection that broke once does no harm', async () => {
  const { wire } = await overHostile();
  expect(textOf(await wire.send(get('/reset-once'), acme, []))).toBe('{"id":"u1"}');
});

test('a refused connection says so, with the address', async () => {
  const server = await hostile();
  const wire = openWire({ endpoints: [`acme=${server.origin}`] });
  await server.close();
  const failure = failureIn(await wire.send(get('/ok'), acme, []));
  expect(failure).toMatchObject({ kind: 'connection', detail: expect.stringContaining('was refused') });
  expect(failure?.detail).toContain(String(server.port));
});

test('a redirect within the same origin is followed', async () => {
  const { server, wire } = await overHostile();
  expect(textOf(await wire.send(get('/redirect?to=/ok'), acme, []))).toBe('{"id":"u1"}');
  expect(textOf(await wire.send(get(`/redirect?to=${server.origin}/ok`), acme, []))).toBe('{"id":"u1"}');
});

test.each([
  'http://169.254.169.254/latest/meta-data',
  'https://api.acme.test/ok',
  '//evil.test/',
  'http://127.0.0.1:1/',
  'ftp://127.0.0.1/',
  'http://[::1',
])('a redirect to %s is not followed', async (to) => {
  const { server, wire } = await overHostile();
  const failure = failureIn(await wire.send(get(`/redirect?to=${encodeURIComponent(to)}`), acme, []));
  expect(failure?.kind).toBe('redirect');
  expect(failure?.answer).toMatchObject({ status: 302, headers: { location: to } });
  expect(server.seen).toHaveLength(1);
});

test('a POST follows no redirect', async () => {
  const { server, wire } = await overHostile();
  const failure = failureIn(await wire.send({ ...get('/redirect?to=/ok'), method: 'POST' }, acme, []));
  expect(failure).toMatchObject({ kind: 'redirect', detail: expect.stringContaining('no POST follows') });
  expect(server.seen).toHaveLength(1);
});

test('no detail shows a secret that a server sends back, nor one in a host', async () => {
  const value = 'tok0123456789abcdef';
  const { wire } = await overHostile();
  const hide = [new Secret(value)];
  const redirected = failureIn(
    await wire.send(get(`/redirect?to=${encodeURIComponent(`https://${value}.evil.test/`)}`), acme, hide),
  );
  expect(redirected?.detail).toContain('to… (redacted).evil.test');
  const limited = failureIn(await wire.send(get(`/rest?times=9&after=${value}&code=429`), acme, hide));
  expect(limited?.detail).toContain('Retry-After: to… (redacted)');
  const refused = failureIn(await openWire().send(get('/', `https://${value}.test`), acme, hide));
  expect(refused?.detail).not.toContain(value);
});

test.each([
  [{ headers: { authorization: 'a\r\nx: y' } }, 'its header authorization'],
  [{ headers: { authorization: 'snow ☃' } }, 'its header authorization'],
  [{ headers: { 'a b': 'x' } }, 'the name of a header'],
  [{ url: new URL('https://user:pw@api.acme.test/') }, 'credentials'],
  [{ url: new URL('ftp://api.acme.test/') }, 'is not HTTP'],
  [{ method: 'CONNECT' }, 'its verb'],
  [{ method: 'GET / HTTP/1.1\r\n' }, 'its verb'],
])('what is no request is not sent', async (change, why) => {
  const { server, wire } = await overHostile();
  const failure = failureIn(await wire.send({ ...get('/ok'), ...change }, acme, []));
  expect(failure).toMatchObject({ kind: 'request-refused', detail: expect.stringContaining(why) });
  expect(server.seen).toEqual([]);
});
