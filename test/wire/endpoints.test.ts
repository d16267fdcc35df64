import { expect, test } from 'vitest';
import { applyEndpoint, overrideFor, parseEndpoint } from '../../src/wire/endpoints.ts';

test('an endpoint stands in for scheme, host and port, with its path in front', () => {
  const endpoint = parseEndpoint('github=http://127.0.0.1:8080/base/');
  const applied = applyEndpoint(new URL('https://api.github.com/user?a=1'), endpoint);
  expect(applied.href).toBe('http://127.0.0.1:8080/base/user?a=1');
  expect(applyEndpoint(new URL('https://api.github.com/a//b'), parseEndpoint('x=https://e.corp')).href).toBe(
    'https://e.corp/a//b',
  );
  // A path that begins with two slashes is no host.
  expect(applyEndpoint(new URL('https://api.github.com//evil.test/'), parseEndpoint('x=https://e.corp')).host).toBe('e.corp');
});

test('the endpoint that names the host comes before that of its domain, then that of the provider; of two the last', () => {
  const endpoints = [
    'a@api.a.com=http://127.0.0.1:1',
    'a@*.a.com=http://127.0.0.1:2',
    'a@*.eu.a.com=http://127.0.0.1:3',
    'a=http://127.0.0.1:4',
    'a=http://127.0.0.1:5',
  ].map(parseEndpoint);
  const port = (provider: string, host: string) => overrideFor(endpoints, provider, host)?.url.port;
  expect(port('a', 'api.a.com')).toBe('1');
  expect(port('a', 'www.a.com')).toBe('2');
  expect(port('a', 'www.eu.a.com')).toBe('3');
  expect(port('a', 'a.com')).toBe('5');
  expect(port('b', 'api.a.com')).toBeUndefined();
});

test('limits stand behind the #, and the host is written one way', () => {
  const endpoint = parseEndpoint('a=http://0x7f.1:80#concurrency=64&perSecond=0.5');
  expect(endpoint.url.href).toBe('http://127.0.0.1/');
  expect(endpoint.limits).toEqual({ concurrency: 64, perSecond: 0.5 });
  expect(parseEndpoint('a=tcp://0x7f.1:5432').url.hostname).toBe('127.0.0.1');
  expect(parseEndpoint('a=http://[::1]:80').url.hostname).toBe('[::1]');
  expect(parseEndpoint('a=tcp://[::1]:99').url.hostname).toBe('[::1]');
});

test.each([
  ['http://127.0.0.1', 'it names no provider'],
  ['=http://127.0.0.1', 'it names no provider'],
  ['a', 'it names no provider'],
  ['a=127.0.0.1', 'no URL'],
  ['a=localhost:8080', 'cannot be spoken'],
  ['a=file:///etc/passwd', 'cannot be spoken'],
  ['a@b c=http://x', 'is no host'],
  ['a=http://user:hunter22@x', 'holds credentials'],
  ['a=http://x?y=1', 'holds a query'],
  ['a=tcp://x', 'needs a port'],
  ['a=http://x#speed=1', 'is no limit'],
  ['a=http://x#concurrency=1.5', 'whole number'],
  ['a=http://x#perSecond=0', 'above 0'],
])('%s is refused', (text, why) => {
  expect(() => parseEndpoint(text)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) }));
  expect(() => parseEndpoint(text)).not.toThrow('hunter22');
});
