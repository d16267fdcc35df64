import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { verificationOf, verifySchema } from '../../src/patterns/verify-schema.ts';
import { ask, type Question } from '../../src/verify/ask.ts';
import { loadProtocol } from '../../src/wire/protocol.ts';
import { createWire, type WireOptions } from '../../src/wire/wire.ts';

// Answers, parts and secrets that were made to do harm.

const secret = `tok_${'a1B2c3D4'.repeat(4)}`;

async function listen(answer: RequestListener): Promise<{ readonly url: string; readonly seen: string[] }> {
  const seen: string[] = [];
  const server = createServer({ maxHeaderSize: 1 << 20 }, (request, response) => {
    seen.push(`${request.method} ${request.headers.host} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(
    () =>
      new Promise<void>((done) => {
        server.closeAllConnections();
        server.close(() => done());
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const bearer = {
  headers: { authorization: 'Bearer {{secret}}' },
  live: { status: 200, json: { id: 'present' } },
  dead: { status: 401, json: { error: 'invalid' } },
};

async function verdictOn(
  verify: object,
  question: Partial<Question>,
  wire: Partial<WireOptions>,
): Promise<Exclude<Verdict, { readonly state: 'unverifiable' | 'unasked' }>> {
  const opened = createWire({ allowHosts: [], endpoints: [], env: {}, signal: new AbortController().signal, ...wire });
  try {
    const verdict = await ask(
      verificationOf(verifySchema.parse(verify)),
      { provider: 'acme', secret: new Secret(secret), parts: {}, ...question },
      { wire: opened, loadProtocol, isPlaceKnown: () => true, now: () => new Date() },
    );
    return verdict as never;
  } finally {
    await opened.close();
  }
}

const fixed = { request: 'GET https://api.acme.example/me', ...bearer };

describe('an answer', () => {
  const judged = async (answer: RequestListener, verify: object = fixed) => {
    const { url } = await listen(answer);
    return verdictOn(verify, {}, { endpoints: [`acme=${url}`] });
  };
  const json =
    (body: string, status = 200, headers: Record<string, string> = {}): RequestListener =>
    (_, response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);
    };

  test.each([
    ['a key of the prototype', { id: 'constructor' }, '{"a":1}'],
    ['__proto__', { id: '__proto__' }, '{"__proto__":{"id":"x"}}'],
  ])('%s is no value of its own', async (_, __, body) => {
    for (const path of ['constructor.name', 'toString', 'a.constructor', 'length'])
      expect((await judged(json(body), { ...fixed, live: { status: 200, json: { [path]: 'present' } } })).state).toBe('unknown');
    expect(({} as Record<string, unknown>).id).toBeUndefined();
  });

  test('nested half a million deep is read, and proves nothing', async () => {
    for (const body of [`${'['.repeat(490_000)}${']'.repeat(490_000)}`, `{"id":${'['.repeat(400_000)}`])
      expect((await judged(json(body))).state).toBe('unknown');
    const told = await judged(json(`{"id":"u1","email":${'['.repeat(300_000)}${']'.repeat(300_000)}}`), {
      ...fixed,
      tells: { identity: 'json.email', scopes: 'json.email' },
    });
    expect([told.state, told.identity]).toEqual(['live', undefined]);
  });

  test('with headers of a hundred kilobytes is let go of', async () => {
    const verdict = await judged(json('{"id":"u1"}', 200, { 'x-fill': 'a'.repeat(100_000) }));
    expect([verdict.state, 'reason' in verdict && verdict.reason]).toEqual([
      'unknown',
      expect.stringContaining('headers that are too large'),
    ]);
  });

  test('with marks of life and of death proves nothing', async () => {
    const both = { ...fixed, dead: { status: [200, 401], json: { error: 'invalid' } } };
    expect((await judged(json('{"id":"u1","error":"invalid"}'), both)).state).toBe('unknown');
  });

  test('whose names would drive a terminal is told on one line, and short', async () => {
    const name = `\u001b[2J\u001b]8;;http://evil\u0007ann\r\nquash: all clean\u009b31m${'x'.repeat(1000)}`;
    const verdict = await judged(json(JSON.stringify({ id: 'u1', name, list: [name, name] })), {
      ...fixed,
      tells: { identity: 'json.name', scopes: 'json.list' },
    });
    expect(verdict.state).toBe('live');
    const told = [verdict.identity!, ...verdict.scopes!];
    for (const text of told) {
      expect(text).not.toMatch(/\p{Cc}/u);
      expect(text.length).toBeLessThanOrEqual(300);
    }
  });

  test('that quotes what it was sent shows none of it, however it is spelled', async () => {
    const echo: RequestListener = (request, response) => {
      const sent = request.headers.authorization!;
      const token = sent.slice('Bearer '.length);
      const told = [token, sent, encodeURIComponent(token), Buffer.from(`x:${token}`).toString('base64'), JSON.stringify(token)];
      response
        .writeHead(200, { 'content-type': 'application/json', 'x-scopes': token })
        .end(JSON.stringify({ id: token, account: `${token}@acme`, list: told }));
    };
    const verdict = await judged(echo, {
      ...fixed,
      tells: { identity: 'json.id', account: 'json.account', scopes: 'json.list' },
    });
    expect(verdict.state).toBe('live');
    const shown = JSON.stringify(verdict);
    expect(shown).not.toContain(secret);
    expect(shown).not.toContain(Buffer.from(secret).toString('base64').slice(4, 30));
    const scopes = await judged(echo, { ...fixed, tells: { scopes: { from: 'header.x-scopes', split: ',' } } });
    expect(JSON.stringify(scopes)).not.toContain(secret);
  });

  test.each([
    ['nothing at all', '99999999999999999999'],
    ['a year', '31536000'],
    ['less than nothing', '-1'],
    ['a word', 'constructor'],
  ])('that asks to wait for %s ends', async (_, after) => {
    const verdict = await judged(json('{}', 429, { 'retry-after': after }));
    expect(verdict.state).toBe('unknown');
  });

  test.each([
    'http://169.254.169.254/latest/meta-data/',
    'https://evil.example/',
    '//evil.example/',
    'file:///etc/passwd',
    'http://[::ffff:169.254.169.254]/',
    'http://0xa9fea9fe/',
    'javascript:alert(1)',
  ])('that sends us to %s is not followed', async (location) => {
    const verdict = await judged(json('{}', 302, { location }));
    expect([verdict.state, 'reason' in verdict && verdict.reason]).toEqual(['unknown', expect.stringContaining('302')]);
    expect(verdict.asked).toHaveLength(1);
  });
});

/** A resolver that gives every name the same addresses, and the names that it was asked for. */
function namesAt(...addresses: readonly string[]) {
  const lookedUp: string[] = [];
  const lookup = async (name: string) => {
    lookedUp.push(name);
    return addresses;
  };
  return { lookup, lookedUp };
}

describe('a host that the text names', () => {
  const named = { request: 'GET https://{{part:host}}/me', hosts: ['*.acme.example'], ...bearer };

  test.each([
    'evil.example',
    'acme.example',
    'api.acme.example.evil.example',
    'evil.example#.acme.example',
    'evil.example/.acme.example',
    'evil.example?.acme.example',
    'evil.example\\.acme.example',
    'ann:x@evil.example',
    'api.acme.example@evil.example',
    'http://api.acme.example@evil.example',
    'localhost',
    'localhost.',
    '127.0.0.1',
    '2130706433',
    '0x7f000001',
    '0177.0.0.1',
    '127.1',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '[fe80::1%25eth0]',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '[fd00:ec2::254]',
    'metadata.google.internal',
    'api.acme.example\0.evil.example',
    'api.acme.example\r\nhost: evil.example',
    'xn--acme-.example',
    '\uff41\uff43\uff4d\uff45.evil.example',
    'evil.example\u3002',
    '..',
    '',
    ' ',
    '*.acme.example',
  ])('%j is not asked', async (host) => {
    const { lookup, lookedUp } = namesAt('127.0.0.1');
    const verdict = await verdictOn(named, { parts: { host: new Secret(host) } }, { lookup });
    expect(verdict.state).toBe('unknown');
    expect(lookedUp).toEqual([]);
    expect(JSON.stringify(verdict)).not.toContain(secret);
  });

  test.each([
    ['api.acme.example.', 'a dot at its end'],
    ['API.Acme.Example', 'capitals'],
    ['\uff41pi.acme.example', 'wide letters'],
  ])('%s, which is the provider’s with %s, is asked by its one spelling, and only at a public address', async (host) => {
    const { lookup, lookedUp } = namesAt('10.0.0.7');
    const verdict = await verdictOn(named, { parts: { host: new Secret(host) } }, { lookup });
    expect(lookedUp).toEqual(['api.acme.example']);
    expect([verdict.state, 'reason' in verdict && verdict.reason]).toEqual([
      'unknown',
      expect.stringContaining('a private address'),
    ]);
  });

  test('is not asked over http, though it says so', async () => {
    const verdict = await verdictOn(
      named,
      { parts: { host: new Secret('http://api.acme.example') } },
      { lookup: async () => ['127.0.0.1'] },
    );
    expect([verdict.state, 'reason' in verdict && verdict.reason]).toEqual(['unknown', expect.stringContaining('no https')]);
  });

  test('that answers one address when it is checked and another when it is connected to gets the one that was checked', async () => {
    const { url, seen } = await listen((_, response) => response.end('{}'));
    const { port } = new URL(url);
    let asked = 0;
    const verdict = await verdictOn(
      named,
      { parts: { host: new Secret(`api.acme.example:${port}`) } },
      // Public at first, then this machine, where the server listens.
      { lookup: async () => (asked++ === 0 ? ['203.0.113.1'] : ['127.0.0.1']), timeouts: { connectMs: 200, totalMs: 400 } },
    );
    expect(verdict.state).toBe('unknown');
    expect(seen).toEqual([]);
  });
});

describe('a secret', () => {
  test.each([
    ['a line break', `${secret}\r\nx-evil: 1`],
    ['NUL', `${secret}\0`],
    ['a letter that no header has', `${secret}\u0416`],
  ])('with %s is not put into a header', async (_, value) => {
    const { url, seen } = await listen((_request, response) => response.end('{}'));
    const verdict = await verdictOn(fixed, { secret: new Secret(value) }, { endpoints: [`acme=${url}`] });
    expect([verdict.state, 'reason' in verdict && verdict.reason]).toEqual([
      'unknown',
      expect.stringContaining('cannot stand in a header'),
    ]);
    expect(seen).toEqual([]);
  });

  test.each(['../../admin', '..%2f..%2fadmin', 'a/../../admin', 'a?x=1#y', '.', '%2e%2e', 'a\\..\\b'])(
    '%j stays in its place in a path',
    async (value) => {
      const { url, seen } = await listen((_request, response) => response.end('{}'));
      await verdictOn(
        { ...fixed, headers: {}, request: 'GET https://api.acme.example/keys/{{secret}}/state' },
        { secret: new Secret(value) },
        { endpoints: [`acme=${url}`] },
      );
      for (const line of seen) expect(line).toMatch(/ \/keys\/[^/?#]+\/state$/);
    },
  );
});

describe('a database', () => {
  test.each(['169.254.169.254', '2852039166', '[::ffff:169.254.169.254]', '127.0.0.1', 'localhost', '10.0.0.5:5432'])(
    'at %s is not spoken to',
    async (host) => {
      const verify = { protocol: 'postgres', with: { host: '{{part:host}}', user: '{{part:user}}', password: '{{secret}}' } };
      const { lookup, lookedUp } = namesAt('127.0.0.1');
      const verdict = await verdictOn(verify, { parts: { host: new Secret(host), user: new Secret('app') } }, { lookup });
      expect([verdict.state, 'reason' in verdict && verdict.reason, lookedUp]).toEqual([
        'unknown',
        expect.stringContaining('unless you allow it'),
        [],
      ]);
    },
  );

  test('at the metadata address is not spoken to by leave of the network that holds it', async () => {
    const verify = { protocol: 'postgres', with: { host: '{{part:host}}', user: '{{part:user}}', password: '{{secret}}' } };
    const parts = { host: new Secret('169.254.169.254'), user: new Secret('app') };
    const verdict = await verdictOn(verify, { parts }, { allowHosts: ['169.254.0.0/16'] });
    expect([verdict.state, 'reason' in verdict && verdict.reason]).toEqual([
      'unknown',
      expect.stringContaining('an address of cloud metadata'),
    ]);
  });
});
