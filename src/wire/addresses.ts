import ipaddr from 'ipaddr.js';

/**
 * Where clouds hand out credentials to whoever asks from within. Most are link-local or private anyhow; Azure's is not.
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html,
 * https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16,
 * https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata,
 * https://cloud.google.com/compute/docs/metadata/querying-metadata,
 * https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm, and the AWS container credentials at .170.2 and .170.23.
 */
const metadata: ReadonlySet<string> = new Set([
  '169.254.169.254',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  '192.0.0.192',
  'fd00:ec2::254',
  'fd00:ec2::23',
  'fd20:ce::254',
  'fd00:c1::a9fe:a9fe',
]);

const names: Readonly<Record<string, string>> = {
  unspecified: 'the unspecified address',
  broadcast: 'a broadcast address',
  multicast: 'a multicast address',
  linkLocal: 'a link-local address',
  loopback: 'a loopback address',
  carrierGradeNat: 'an address of a carrier-grade NAT',
  private: 'a private address',
  uniqueLocal: 'a private address',
  deprecatedSiteLocal: 'a private address',
};

/**
 * Why an address is none of the public internet, as a phrase; undefined for one that is. What is not known to be public is not:
 * of IPv6 only 2000::/3 has been given out (https://www.iana.org/assignments/ipv6-address-space), and of it the addresses that
 * carry an IPv4 address (6to4) are what they carry, as are those of NAT64.
 */
export function whyNotPublic(address: string): string | undefined {
  if (isMetadata(address)) return 'an address of cloud metadata';
  const parsed = parse(address);
  if (!parsed) return 'no address';
  const range = parsed.range();
  if (parsed instanceof ipaddr.IPv4) return range === 'unicast' ? undefined : (names[range] ?? 'a reserved address');
  const inner = carried(parsed);
  if (inner !== undefined) return whyNotPublic(inner);
  if (range === 'unicast' && (parsed.parts[0]! & 0xe000) === 0x2000) return undefined;
  return names[range] ?? 'a reserved address';
}

/** Whether an address is one where clouds hand out credentials, however it is wrapped. */
export function isMetadata(address: string): boolean {
  const parsed = parse(address);
  if (!parsed) return false;
  const inner = parsed instanceof ipaddr.IPv6 ? carried(parsed) : undefined;
  return inner === undefined ? metadata.has(withoutZone(parsed)) : isMetadata(inner);
}

/** The one spelling of an address; a mapped IPv4 address is an IPv4 address. Undefined for what is no address. */
export function canonicalAddress(text: string): string | undefined {
  const parsed = parse(text);
  return parsed && withoutZone(parsed);
}

/** A range of addresses. */
export type AddressRange = readonly [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Reads `10.0.0.0/8` or `fd00::/8`; undefined when it is none. */
export function parseRange(text: string): AddressRange | undefined {
  return ipaddr.isValidCIDR(text) ? ipaddr.parseCIDR(text) : undefined;
}

/** Whether an address lies in a range. */
export function isWithin(address: string, [network, bits]: AddressRange): boolean {
  const parsed = parse(address);
  if (parsed instanceof ipaddr.IPv4) return network instanceof ipaddr.IPv4 && parsed.match(network, bits);
  return parsed !== undefined && network instanceof ipaddr.IPv6 && parsed.match(network, bits);
}

// `isValid` and `parse` of the library take octal and decimal spellings as well: after a URL was parsed, and out of a
// resolver, there are none, but a range or an address may also come from a person.
function parse(text: string): ipaddr.IPv4 | ipaddr.IPv6 | undefined {
  // It also takes `::8.8.8.8` for a mapped address, which it is not; as four digits a group it is read right.
  const href = `http://[${text}]/`;
  const plain = text.includes(':') && text.includes('.') && URL.canParse(href) ? new URL(href).hostname.slice(1, -1) : text;
  return ipaddr.isValid(plain) ? ipaddr.process(plain) : undefined;
}

function withoutZone(address: ipaddr.IPv4 | ipaddr.IPv6): string {
  return address.toString().replace(/%.*/s, '');
}

/** The IPv4 address inside an IPv6 address of NAT64 (RFC 6052) or 6to4 (RFC 3056). */
function carried(address: ipaddr.IPv6): string | undefined {
  const { parts } = address;
  const pair = (high: number, low: number) => `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
  if (address.range() === '6to4') return pair(parts[1]!, parts[2]!);
  const isWellKnown = parts[0] === 0x64 && parts[1] === 0xff9b && parts.slice(2, 6).every((part) => part === 0);
  return isWellKnown ? pair(parts[6]!, parts[7]!) : undefined;
}
