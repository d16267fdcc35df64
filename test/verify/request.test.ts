import { describe, expect, test } from 'vitest';
import type { Step } from '../../src/model/verification.ts';
import { buildRequest } from '../../src/verify/request.ts';
import type { Variables } from '../../src/verify/template.ts';

function step(changes: Partial<Step>): Step {
  return {
    method: 'GET',
    url: 'https://api.example.com/v1/me',
    headers: {},
    live: [],
    dead: [],
    unknown: [],
    keep: {},
    tells: {},
    ...changes,
  };
}

function variables(secret: string, parts: Readonly<Record<string, string>> = {}): Variables {
  return { secret, parts, picks: {}, kept: {} };
}

function built(changes: Partial<Step>, values: Variables) {
  const result = buildRequest(step(changes), values);
  if ('problem' in result) throw new Error(result.problem);
  return result.value;
}

function problem(changes: Partial<Step>, values: Variables): string | undefined {
  const result = buildRequest(step(changes), values);
  return 'problem' in result ? result.problem : undefined;
}

// Each would be another request if it were put in as it stands.
const hostile = [
  'a/../../admin',
  'a?admin=1',
  'a#x',
  'a%2e%2e%2fadmin',
  'a\\..\\admin',
  'a b',
  'a\u0000b',
  'ä€\u{1f600}',
  'a\'"<&>b',
  'a;b,c=d&e+f',
  '//evil.example/',
  '@evil.example/',
];

describe('a value in the path of a URL', () => {
  test.each(hostile)('%j is one segment', (secret) => {
    const { url } = built({ url: 'https://api.example.com/bot{{secret}}/getMe?x=1' }, variables(secret));
    expect(url.host).toBe('api.example.com');
    expect(url.search).toBe('?x=1');
    const [, bot, method, ...rest] = url.pathname.split('/');
    expect(decodeURIComponent(bot!)).toBe(`bot${secret}`);
    expect([method, ...rest]).toEqual(['getMe']);
  });

  test.each(['.', '..'])('%j would step out, and is refused', (secret) => {
    expect(problem({ url: 'https://api.example.com/{{secret}}/x' }, variables(secret))).toContain('path');
  });

  test('a colon stands for itself, as providers write it', () => {
    expect(built({ url: 'https://api.example.com/bot{{secret}}/getMe' }, variables('1:a')).url.pathname).toBe('/bot1:a/getMe');
  });
});

test.each(hostile)('%j in a query is one value', (secret) => {
  const { url } = built({ url: 'https://api.example.com/me?key={{secret}}&v=2' }, variables(secret));
  expect([...url.searchParams]).toEqual([
    ['key', secret],
    ['v', '2'],
  ]);
});

test.each(hostile)('%j in a form or in JSON is one value', (secret) => {
  const form = built({ method: 'POST', body: { form: { token: '{{secret}}', x: '1' } } }, variables(secret));
  expect([...new URLSearchParams(form.body)]).toEqual([
    ['token', secret],
    ['x', '1'],
  ]);
  const json = built({ method: 'POST', body: { json: { a: [{ b: 'x-{{secret}}' }], n: 1 } } }, variables(secret));
  expect(JSON.parse(json.body!)).toEqual({ a: [{ b: `x-${secret}` }], n: 1 });
  expect(json.headers['content-type']).toBe('application/json');
});

test('in XML a value cannot be markup', () => {
  const { body } = built({ method: 'POST', body: { text: '<a>{{secret}}</a>', type: 'text/xml' } }, variables('</a><b c="1">'));
  expect(body).toBe('<a>&lt;/a&gt;&lt;b c=&quot;1&quot;&gt;</a>');
});

test.each(['a\r\nx-admin: 1', 'a\nb', 'a\u0000b', 'ä', ' a'])('%j cannot stand in a header', (secret) => {
  expect(problem({ headers: { authorization: '{{secret}}' } }, variables(secret))).toContain('header');
});

test('Basic authentication is encoded, and a colon in the user refused', () => {
  const basic = { user: '{{part:user}}', password: '{{secret}}' };
  expect(built({ basic }, variables('p:ä', { user: 'ann' })).headers.authorization).toBe(
    `Basic ${Buffer.from('ann:p:ä').toString('base64')}`,
  );
  expect(problem({ basic }, variables('p', { user: 'a:b' }))).toContain('colon');
});

describe('a host', () => {
  test.each(['evil.example', 'a.b', 'x/y', 'x@y', 'x:1', '', '-a', 'a%2eb', 'x'.repeat(64)])('%j is no label', (dc) => {
    expect(problem({ url: 'https://{{part:dc}}.api.example.com/' }, variables('s', { dc }))).toBeDefined();
  });

  test('a label is put in front of the domain', () => {
    const { url, isHostFromText } = built({ url: 'https://{{part:dc}}.api.example.com/3.0/' }, variables('s', { dc: 'US12' }));
    expect([url.href, isHostFromText]).toEqual(['https://us12.api.example.com/3.0/', false]);
  });

  test.each([
    ['git.example', 'https://git.example/api/user'],
    ['git.example:8443', 'https://git.example:8443/api/user'],
    ['[::1]:8443', 'https://[::1]:8443/api/user'],
    ['https://git.example/sub/', 'https://git.example/sub/api/user'],
  ])('%j of the text is marked as such', (host, expected) => {
    const { url, isHostFromText } = built({ url: 'https://{{part:host}}/api/user' }, variables('s', { host }));
    expect([url.href, isHostFromText]).toEqual([expected, true]);
  });

  test.each(['a@b.example', 'https://a:b@c.example', 'a.example/x', 'a.example?x', 'a b', 'https://a.example/?x#y'])(
    '%j is more than a host',
    (host) => {
      expect(problem({ url: 'https://{{part:host}}/api' }, variables('s', { host }))).toBeDefined();
    },
  );

  test('a secret that is a URL is asked as it is, and never shown', () => {
    const secret = 'https://hooks.example/services/T0/B0/x?y=1';
    const { url, shown, isHostFromText } = built({ url: '{{secret}}' }, variables(secret));
    expect([url.href, shown, isHostFromText]).toEqual([secret, 'https://hooks.example/…', true]);
  });

  test.each(['http://hooks.example/x', 'ftp://hooks.example', 'hooks.example/x', 'https://u:p@hooks.example/'])(
    '%j is no URL to ask',
    (secret) => expect(problem({ url: '{{secret}}' }, variables(secret))).toBeDefined(),
  );
});

test('what is missing is named', () => {
  expect(problem({ headers: { x: '{{part:tenant}}' } }, variables('s'))).toContain('tenant');
});

test('what is shown names the variables, and holds no value', () => {
  const { shown } = built(
    { url: 'https://api.example.com/{{part:id}}/x?k={{secret}}' },
    variables('hidden', { id: 'alsohidden' }),
  );
  expect(shown).toBe('https://api.example.com/{id}/x?k={secret}');
});

test('a value that looks like a template is no template', () => {
  const values = variables('{{part:other}}', { other: 'x' });
  expect(built({ headers: { a: '{{secret}}' } }, values).headers.a).toBe('{{part:other}}');
});
