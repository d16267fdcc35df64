import { expect, test } from 'vitest';
import { canonicalAddress, isMetadata, isWithin, parseRange, whyNotPublic } from '../../src/wire/addresses.ts';
import { normaliseHost } from '../../src/wire/hosts.ts';

test.each([
  ['0.0.0.0', 'the unspecified address'],
  ['10.1.2.3', 'a private address'],
  ['172.31.255.255', 'a private address'],
  ['192.168.0.1', 'a private address'],
  ['127.9.9.9', 'a loopback address'],
  ['169.254.1.1', 'a link-local address'],
  ['100.64.0.1', 'an address of a carrier-grade NAT'],
  ['224.0.0.1', 'a multicast address'],
  ['255.255.255.255', 'a broadcast address'],
  ['192.0.2.7', 'a reserved address'],
  ['198.51.100.7', 'a reserved address'],
  ['203.0.113.7', 'a reserved address'],
  ['198.18.0.1', 'a reserved address'],
  ['240.0.0.1', 'a reserved address'],
  ['169.254.169.254', 'an address of cloud metadata'],
  ['100.100.100.200', 'an address of cloud metadata'],
  ['168.63.129.16', 'an address of cloud metadata'],
  ['fd00:ec2::254', 'an address of cloud metadata'],
  ['FD00:0EC2:0:0::254', 'an address of cloud metadata'],
  ['::', 'the unspecified address'],
  ['::1', 'a loopback address'],
  ['fe80::1', 'a link-local address'],
  ['fe80::1%eth0', 'a link-local address'],
  ['fec0::1', 'a private address'],
  ['fd12:3456::1', 'a private address'],
  ['ff02::1', 'a multicast address'],
  ['2001:db8::1', 'a reserved address'],
  ['3fff::1', 'a reserved address'],
  ['2001::1', 'a reserved address'],
  ['4000::1', 'a reserved address'],
  ['::ffff:10.0.0.1', 'a private address'],
  ['::ffff:a9fe:a9fe', 'an address of cloud metadata'],
  ['::10.0.0.1', 'a reserved address'],
  ['::ffff:0:10.0.0.1', 'a reserved address'],
  ['64:ff9b::10.0.0.1', 'a private address'],
  ['64:ff9b::a9fe:a9fe', 'an address of cloud metadata'],
  ['64:ff9b:1::1', 'a reserved address'],
  ['2002:7f00:1::', 'a loopback address'],
  ['2002:a9fe:a9fe::1', 'an address of cloud metadata'],
  ['not an address', 'no address'],
])('%s is %s', (address, why) => {
  expect(whyNotPublic(address)).toBe(why);
});

test.each(['8.8.8.8', '172.32.0.1', '100.128.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808', '2002:808:808::1'])(
  '%s is public',
  (address) => {
    expect(whyNotPublic(address)).toBeUndefined();
  },
);

test.each(['2130706433', '0x7f000001', '0x7f.1', '0177.0.0.1', '127.1', '127.0.0.1.', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]'])(
  'the spelling %s of an address is seen through',
  (spelling) => {
    expect(normaliseHost(spelling)).toBe('127.0.0.1');
  },
);

test('an address has one spelling, and metadata is known by it', () => {
  expect(canonicalAddress('::FFFF:1.2.3.4')).toBe('1.2.3.4');
  expect(canonicalAddress('2606:4700:0:0::1')).toBe('2606:4700::1');
  expect(isMetadata('169.254.169.253')).toBe(false);
  expect(isMetadata('64:ff9b::168.63.129.16')).toBe(true);
});

test('a range holds what lies in it, of its own family only', () => {
  const range = parseRange('10.0.0.0/8')!;
  expect(isWithin('10.200.0.1', range)).toBe(true);
  expect(isWithin('::ffff:10.200.0.1', range)).toBe(true);
  expect(isWithin('11.0.0.1', range)).toBe(false);
  expect(isWithin('fd00::1', range)).toBe(false);
  expect(isWithin('fd00::1', parseRange('fd00::/8')!)).toBe(true);
  expect(isWithin('localhost', range)).toBe(false);
  expect(parseRange('10.0.0.0/33')).toBeUndefined();
});
