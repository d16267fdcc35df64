import { expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { conceal, redactedUrl } from '../../src/wire/conceal.ts';
import { failed, failureOf } from '../../src/wire/failure.ts';

const value = 'p"ä+s/w?r=d&0123456789\\end';
const hide = [new Secret(value)];

test.each([
  ['raw', value],
  ['percent-encoded', encodeURIComponent(value)],
  ['percent-encoded in lower case', encodeURIComponent(value).toLowerCase()],
  ['encodeURI', encodeURI(value)],
  ['in a path', 'p%22%C3%A4+s%2Fw%3Fr=d&0123456789%5Cend'],
  ['a form', new URLSearchParams({ k: value }).toString()],
  ['JSON', JSON.stringify({ k: value })],
  ['base64', Buffer.from(value).toString('base64')],
  ['base64url', Buffer.from(value).toString('base64url')],
  ['base64 of user:password', Buffer.from(`user:${value}`).toString('base64')],
  ['base64 of u:password:', Buffer.from(`us:${value}:x`).toString('base64')],
  ['base64 of password:', Buffer.from(`${value}:`).toString('base64')],
])('conceals a value that is %s', (_, spelled) => {
  const text = conceal(`before ${spelled} after`, hide);
  expect(text).toContain('(redacted)');
  expect(text).not.toContain('0123456789');
  expect(text).not.toContain(Buffer.from('0123456789').toString('base64').slice(4, 12));
  expect(text).toMatch(/^before .* after$/);
});

test('a value inside another goes with the longer one, and a short one is not looked for', () => {
  const long = 'abcdefghijklmnop';
  expect(conceal(`x ${long} y`, [new Secret('efgh'), new Secret(long)])).toBe('x ab… (redacted) y');
  expect(conceal('a cat sat', [new Secret('at')])).toBe('a cat sat');
  expect(conceal('nothing here', [new Secret('')])).toBe('nothing here');
  expect(conceal('the $& price', [new Secret('$&$&$&')])).toBe('the $& price');
});

test('half a surrogate pair can be concealed', () => {
  expect(conceal('x\ud800yzw!', [new Secret('\ud800yzw')])).toBe('x… (redacted)!');
});

test('a URL shows scheme, host and path, and no value, however the path spells it', () => {
  const token = 'T0123456789abcdefghij';
  const secret = [new Secret(token)];
  expect(redactedUrl(new URL(`https://u:p@hooks.test/a/${token}/b?token=${token}#x`), secret)).toBe(
    'https://hooks.test/a/T0… (redacted)/b?…',
  );
  const odd = [...token].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');
  expect(redactedUrl(new URL(`https://hooks.test/${odd}`), secret)).not.toContain(odd);
  expect(redactedUrl(new URL('https://hooks.test/100%/a%20b'), secret)).toBe('https://hooks.test/100%/a%20b');
});

test('a secret that is a URL is concealed as the URL it becomes', () => {
  const hook = 'https://HOOKS.test:443/services/T000/B000/x y z0123456789';
  const url = new URL(hook);
  const text = redactedUrl(url, [new Secret(hook)]);
  expect(text).not.toContain('0123456789');
  expect(text).not.toContain('B000');
});

test('a phrase can steer no terminal and hold no secret', () => {
  const { failure } = failed('connection', `\u001b[31mred\n${value}\u202e`, hide);
  expect(failure.detail).toMatch(/^[\x20-\x7e\u2026]*$/);
  expect(failure.detail).not.toContain('0123456789');
});

test.each([
  ['ENOTFOUND', 'name'],
  ['EAI_AGAIN', 'name'],
  ['ECONNREFUSED', 'connection'],
  ['ETIMEDOUT', 'timeout'],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls'],
  ['EPROTO', 'tls'],
  ['ERR_OSSL_WRONG_VERSION_NUMBER', 'tls'],
  ['UND_ERR_UNHEARD_OF', 'connection'],
  ['EGRESS', 'host-refused'],
])('%s is a failure of kind %s, its message not shown', (code, kind) => {
  const error = Object.assign(new Error('hostile message'), { code });
  const found = failureOf(error, 'api.test');
  expect(found?.failure.kind).toBe(kind);
  expect(found?.failure.detail).toContain('api.test');
  expect(found?.failure.detail).not.toContain('hostile');
  expect(failureOf(new AggregateError([error]), 'api.test')?.failure.kind).toBe(kind);
  expect(failureOf(new Error('wrapped', { cause: error }), 'api.test')?.failure.kind).toBe(kind);
});

test('a bug is no failure', () => {
  expect(failureOf(new TypeError('x is not a function'), 'api.test')).toBeUndefined();
  expect(failureOf(Object.assign(new Error('wrong'), { code: 'UND_ERR_INVALID_ARG' }), 'api.test')).toBeUndefined();
  expect(failureOf('text', 'api.test')).toBeUndefined();
});
