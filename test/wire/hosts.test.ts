import { expect, test } from 'vitest';
import { isAddressAllowed, isHostAllowed, matchesHost, normaliseHost, parseAllowance } from '../../src/wire/hosts.ts';

test.each([
  ['API.Example.COM', 'api.example.com'],
  ['api.example.com.', 'api.example.com'],
  ['bücher.example', 'xn--bcher-kva.example'],
  ['ａｐｉ.example', 'api.example'],
  ['[::1]', '::1'],
  ['::1', '::1'],
])('%s is written %s', (text, host) => {
  expect(normaliseHost(text)).toBe(host);
});

test.each(['', 'a b', 'a/b', 'a@b', 'a:80', 'a?b', 'a#b', 'a\\b', '%61.example', '[x]', '999.999.999.999'])(
  '%j is no host',
  (text) => {
    expect(normaliseHost(text)).toBeUndefined();
  },
);

test('*.domain means what lies below the domain, and no address', () => {
  expect(matchesHost('*.example.com', 'a.b.example.com')).toBe(true);
  expect(matchesHost('*.example.com', 'example.com')).toBe(false);
  expect(matchesHost('*.example.com', 'badexample.com')).toBe(false);
  expect(matchesHost('*.1', '10.0.0.1')).toBe(false);
  expect(matchesHost('example.com', 'example.com')).toBe(true);
});

test('a host, a domain, a port, an address and a range each allow what they say', () => {
  const allows = (text: string, host: string, port = 443) => isHostAllowed([parseAllowance(text)], host, port);
  expect(allows('Git.Corp.', 'git.corp')).toBe(true);
  expect(allows('git.corp', 'git.corp', 8443)).toBe(true);
  expect(allows('git.corp', 'a.git.corp')).toBe(false);
  expect(allows('*.corp', 'git.corp')).toBe(true);
  expect(allows('git.corp:8443', 'git.corp', 8443)).toBe(true);
  expect(allows('git.corp:8443', 'git.corp')).toBe(false);
  expect(allows('10.0.0.5', '10.0.0.5')).toBe(true);
  expect(allows('0x0a.5', '10.0.0.5')).toBe(true);
  expect(allows('[fd00::1]:8080', 'fd00::1', 8080)).toBe(true);
  expect(allows('fd00::1', 'fd00::1')).toBe(true);
  expect(allows('10.0.0.0/8', '10.9.9.9')).toBe(true);
  expect(allows('10.0.0.0/8', '11.0.0.1')).toBe(false);
});

test('leave for a name is leave for its addresses, those of metadata excepted', () => {
  const allows = (text: string, address: string, host = 'git.corp') =>
    isAddressAllowed([parseAllowance(text)], address, host, 443);
  expect(allows('git.corp', '10.0.0.5')).toBe(true);
  expect(allows('*.corp', '10.0.0.5')).toBe(true);
  expect(allows('10.0.0.0/8', '10.0.0.5')).toBe(true);
  expect(allows('10.0.0.5', '::ffff:10.0.0.5')).toBe(true);
  expect(allows('10.0.0.6', '10.0.0.5')).toBe(false);
  expect(allows('git.corp:80', '10.0.0.5')).toBe(false);
  expect(allows('git.corp', '169.254.169.254')).toBe(false);
  expect(allows('169.254.0.0/16', '169.254.169.254')).toBe(false);
  expect(allows('100.64.0.0/10', '100.100.100.200')).toBe(false);
  expect(allows('169.254.169.254', '169.254.169.254')).toBe(true);
  expect(allows('169.254.169.254/32', '169.254.169.254')).toBe(true);
});

test.each([
  ['https://git.corp', 'it is a URL; give its host alone'],
  ['10.0.0.0/40', 'no range of addresses'],
  ['git.corp/path', 'no range of addresses'],
  ['*', 'give a host'],
  ['*.', 'give a host'],
  ['*.10.0.0.1', 'give a host'],
  ['', 'give a host'],
  ['a b', 'give a host'],
  ['git.corp:0', 'a port is a number'],
  ['git.corp:70000', 'a port is a number'],
])('allowing %j is refused', (text, why) => {
  expect(() => parseAllowance(text)).toThrow(expect.objectContaining({ code: 'usage', message: expect.stringContaining(why) }));
});
