import { expect, test } from 'vitest';
import { retryAfter } from '../../src/wire/attempts.ts';
import type { Wire } from '../../src/wire/wire.ts';
import { acme, failureIn, get, hostile, openWire, textOf } from './wires.ts';

function kinds(sent: readonly object[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of sent) {
    const kind = failureIn(one)?.kind ?? 'answer';
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

test('a host is asked by so many at a time, and all are answered', async () => {
  const server = await hostile();
  const wire = openWire({ endpoints: [`acme=${server.origin}#perSecond=100000`] });
  const to = { ...acme, limits: { concurrency: 4 } };
  const sent = await Promise.all(Array.from({ length: 500 }, () => wire.send(get('/ok'), to, [])));
  expect(kinds(sent)).toEqual({ answer: 500 });
  expect(server.peak()).toBeLessThanOrEqual(4);
  expect(server.seen).toHaveLength(500);
});

test('sixteen at a time unless said otherwise; an endpoint says it for its host', async () => {
  for (const [limits, most] of [
    ['', 16],
    ['#concurrency=3', 3],
  ] as const) {
    const server = await hostile();
    const wire = openWire({ endpoints: [`acme=${server.origin}${limits}`] });
    const sending = Promise.all(Array.from({ length: most * 2 }, () => wire.send(get('/wait'), acme, [])));
    await server.arrived(most);
    // Another host has limits of its own. When it has answered, whoever came beyond the limit would be there as well.
    await wire.send(get('/ok', 'https://www.acme.test'), acme, []);
    expect(server.seen.filter((line) => line === 'GET /wait')).toHaveLength(most);
    server.release();
    await server.arrived(most * 2 + 1);
    server.release();
    expect(kinds(await sending)).toEqual({ answer: most * 2 });
    expect(server.peak()).toBeLessThanOrEqual(most + 1);
  }
});

test('so many a second: the next one waits', async () => {
  const server = await hostile();
  const wire = openWire({ endpoints: [`acme=${server.origin}`] });
  const to = { ...acme, limits: { perSecond: 0.001 } };
  expect(textOf(await wire.send(get('/ok'), to, []))).toBe('{"id":"u1"}');
  const next = wire.send(get('/ok'), to, []);
  await wire.close();
  expect(failureIn(await next)?.kind).toBe('cancelled');
  expect(server.seen).toHaveLength(1);
});

test.each([
  ['/rest?times=2&after=0', 3],
  ['/rest?times=1&after=1', 2],
  ['/rest?times=1', 2],
  ['/rest?times=1&after=0&code=503', 2],
  [`/rest?times=1&after=${encodeURIComponent('Fri, 01 Jan 2021 00:00:00 GMT')}`, 2],
])('%s is waited out', async (path, asked) => {
  const server = await hostile();
  const wire = openWire({ endpoints: [`acme=${server.origin}`] });
  expect(textOf(await wire.send({ ...get(path), method: 'POST' }, acme, []))).toBe('{"id":"u1"}');
  expect(server.seen).toHaveLength(asked);
});

test('three times told to wait is enough', async () => {
  const server = await hostile();
  const wire = openWire({ endpoints: [`acme=${server.origin}`] });
  const failure = failureIn(await wire.send(get('/rest?times=9&after=0'), acme, []));
  expect(failure).toMatchObject({ kind: 'rate-limited', answer: { status: 429 } });
  expect(failure?.detail).toBe('api.acme.test answered 429, Retry-After: 0, after 3 attempts');
  expect(server.seen).toHaveLength(3);
});

test('a rest longer than anyone waits is not waited for; the third time the host is left alone', async () => {
  const server = await hostile();
  const wire = openWire({ endpoints: [`acme=${server.origin}`] });
  const to = { ...acme, limits: { concurrency: 1 } };
  const sent = await Promise.all(Array.from({ length: 1000 }, () => wire.send(get('/rest?times=9999&after=3600'), to, [])));
  expect(kinds(sent)).toEqual({ 'rate-limited': 1000 });
  expect(server.seen).toHaveLength(3);
});

test('a 503 that asks for no rest is an answer', async () => {
  const server = await hostile();
  const wire = openWire({ endpoints: [`acme=${server.origin}`] });
  expect(await wire.send(get('/status?code=503'), acme, [])).toMatchObject({ answer: { status: 503 } });
  expect(server.seen).toHaveLength(1);
});

test.each([
  ['120', 120_000],
  ['0', 0],
  ['Thu, 01 Jan 1970 00:00:10 GMT', 9_000],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['', undefined],
  ['-5', undefined],
  ['1.5', undefined],
  ['soon', undefined],
  ['1970', 1_970_000],
  ['1970-01-01', undefined],
])('Retry-After: %s', (text, ms) => {
  expect(retryAfter(text, 1_000)).toBe(ms);
});

test('ten thousand requests to a host that is down cost five attempts', async () => {
  const asked: string[] = [];
  const wire = openWire({
    lookup: async (host) => {
      asked.push(host);
      throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
    },
  });
  const to = { ...acme, limits: { concurrency: 1 } };
  const sent = await Promise.all(Array.from({ length: 10_000 }, () => wire.send(get('/ok'), to, [])));
  expect(kinds(sent)).toEqual({ name: 5, 'host-down': 9_995 });
  expect(asked).toHaveLength(5);
});

test('when no resolver answers for three hosts the others are not asked for; addresses are', async () => {
  const asked: string[] = [];
  const server = await hostile();
  const wire = openWire({
    endpoints: [`near=${server.origin}`],
    lookup: async (host) => {
      asked.push(host);
      throw Object.assign(new Error('no'), { code: 'EAI_AGAIN' });
    },
  });
  const to = { provider: 'acme', hosts: ['*.test'] };
  const ask = (host: string) => wire.send(get('/', `https://${host}.test`), to, []);
  expect(kinds([await ask('a'), await ask('a'), await ask('b'), await ask('c')])).toEqual({ name: 4 });
  expect(failureIn(await ask('d'))).toMatchObject({
    kind: 'host-down',
    detail: expect.stringContaining('the network seems to be down'),
  });
  expect(asked).toEqual(['a.test', 'a.test', 'b.test', 'c.test']);
  expect(kinds([await wire.send(get('/ok'), { provider: 'near', hosts: [] }, [])])).toEqual({ answer: 1 });
});

test('names that do not exist say nothing of the network', async () => {
  const wire = openWire();
  const to = { provider: 'acme', hosts: ['*.test'] };
  const sent = [];
  for (const host of ['a', 'b', 'c', 'd', 'e']) sent.push(await wire.send(get('/', `https://${host}.test`), to, []));
  expect(kinds(sent)).toEqual({ name: 5 });
});

test('connections that are made at once share one look at the name', async () => {
  const asked: string[] = [];
  const wire = openWire({
    allowHosts: ['db.corp'],
    lookup: async (host) => {
      asked.push(host);
      await new Promise(setImmediate);
      return ['127.0.0.1'];
    },
  });
  await Promise.all(Array.from({ length: 20 }, () => wire.reach('db.corp', 5432, acme)));
  expect(asked).toEqual(['db.corp']);
});

test('a resolver that never answers is waited for as long as a connection', async () => {
  const wire = openWire({ timeouts: { connectMs: 50 }, lookup: () => new Promise(() => {}) });
  expect(failureIn(await wire.reach('api.acme.test', 443, acme))).toMatchObject({ kind: 'timeout' });
});

test('what a protocol throws of connections is a failure, and counts; anything else is thrown on', async () => {
  const wire = openWire({ timeouts: { totalMs: 50 } });
  const fails = (code: string) => () => Promise.reject(Object.assign(new Error('no'), { code }));
  expect(await wire.within('db.test', acme, async () => 'done')).toBe('done');
  await expect(wire.within('db.test', acme, () => Promise.reject(new RangeError('bug')))).rejects.toThrow('bug');
  for (let count = 0; count < 4; count++)
    expect(failureIn((await wire.within('db.test', acme, fails('ECONNREFUSED'))) as object)?.kind).toBe('connection');
  expect(failureIn((await wire.within('db.test', acme, () => new Promise<object>(() => {}))) as object)?.kind).toBe('timeout');
  expect(failureIn((await wire.within('db.test', acme, async () => ({}))) as object)?.kind).toBe('host-down');
  expect(await wire.within('other.test', acme, async () => 'done')).toBe('done');
});

test('stopping the run ends at once what is in the air, what waits, and what comes after', async () => {
  const server = await hostile();
  const stop = new AbortController();
  const wire: Wire = openWire({ endpoints: [`acme=${server.origin}`], signal: stop.signal });
  const sending = Array.from({ length: 2_000 }, () => wire.send(get('/hang'), acme, []));
  const working = wire.within('db.test', acme, () => new Promise<object>(() => {}));
  await server.arrived(5);
  stop.abort();
  expect(kinds(await Promise.all(sending))).toEqual({ cancelled: 2_000 });
  expect(kinds([await working, await wire.send(get('/ok'), acme, []), await wire.reach('api.acme.test', 1, acme)])).toEqual({
    cancelled: 3,
  });
  expect(server.seen.length).toBeLessThanOrEqual(16);
});

test('where five hosts cannot be reached and none can, the others are not tried, until one answers', async () => {
  const server = await hostile();
  const hosts = [1, 2, 3, 4, 5, 6, 7].map((n) => `h${n}.acme.test`);
  const nobody = hosts.slice(0, 6).map((host) => `acme@${host}=http://127.0.0.1:1`);
  const to = { provider: 'acme', hosts };
  const ask = (wire: Wire, host: string) => wire.send(get('/ok', `https://${host}`), to, []);
  const wire = openWire({ endpoints: [...nobody, `acme@h7.acme.test=${server.origin}`], timeouts: { downMs: 3_600_000 } });
  for (const host of hosts.slice(0, 4)) expect(failureIn(await ask(wire, host))?.kind).toBe('connection');
  await ask(wire, 'h5.acme.test');
  expect(failureIn(await ask(wire, 'h6.acme.test'))).toEqual({
    kind: 'host-down',
    detail: 'no host can be reached, h6.acme.test neither: the network seems to be down',
  });
  expect(failureIn(await ask(wire, 'h7.acme.test'))?.kind).toBe('host-down');
  expect(server.seen).toEqual([]);

  // A word from one in between, and it is those hosts, not the network.
  const other = openWire({ endpoints: [...nobody, `acme@h7.acme.test=${server.origin}`], timeouts: { downMs: 3_600_000 } });
  for (const host of hosts.slice(0, 4)) await ask(other, host);
  expect(textOf(await ask(other, 'h7.acme.test'))).toBe('{"id":"u1"}');
  for (const host of hosts.slice(0, 4)) await ask(other, host);
  expect(textOf(await ask(other, 'h7.acme.test'))).toBe('{"id":"u1"}');

  // After a while one is tried all the same.
  const again = openWire({ endpoints: [...nobody, `acme@h7.acme.test=${server.origin}`], timeouts: { downMs: 0 } });
  for (const host of hosts.slice(0, 6)) await ask(again, host);
  expect(textOf(await ask(again, 'h7.acme.test'))).toBe('{"id":"u1"}');
});
