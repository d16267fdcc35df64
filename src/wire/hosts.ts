import { isIP, isIPv6 } from 'node:net';
import { QuashError } from '../errors.ts';
import { type AddressRange, canonicalAddress, isMetadata, isWithin, parseRange } from './addresses.ts';

/** What the user allows beyond the hosts of the providers. */
export type Allowance =
  | { readonly range: AddressRange; readonly isOne: boolean }
  /** A name, `*.domain` or an address, at any port unless one is given. */
  | { readonly host: string; readonly port?: number };

/**
 * The one spelling of a host: lower case, Punycode, no dot at the end, no brackets; an address in its shortest form, whatever
 * it was spelled as (`0x7f.1`, `2130706433`, `::ffff:127.0.0.1`). Undefined for what is no host.
 */
export function normaliseHost(text: string): string | undefined {
  const bare = text.replace(/^\[(.*)\]$/s, '$1');
  if (isIP(bare) !== 0) return canonicalAddress(bare);
  if (text === '' || /[\s/\\?#@:*[\]%]/.test(text)) return undefined;
  // URL does what the standard says: IDNA, and numbers that are addresses. https://url.spec.whatwg.org/#host-parsing
  const href = `http://${text}/`;
  const host = URL.canParse(href) ? new URL(href).hostname.replace(/\.$/, '') : '';
  return host === '' ? undefined : isIP(host) === 0 ? host : canonicalAddress(host);
}

/** Whether a host is an address, not a name. */
export function isAddress(host: string): boolean {
  return isIP(host) !== 0;
}

/** Whether a host is the one that a pattern names, or lies below the domain of `*.domain`. Both as `normaliseHost` gives them. */
export function matchesHost(pattern: string, host: string): boolean {
  if (!pattern.startsWith('*.')) return pattern === host;
  return !isAddress(host) && host.endsWith(pattern.slice(1)) && host.length > pattern.length - 1;
}

/** Normalises a host that may begin with `*.`; undefined for what is neither. */
export function normalisePattern(text: string): string | undefined {
  if (!text.startsWith('*.')) return normaliseHost(text);
  const domain = normaliseHost(text.slice(2));
  return domain === undefined || isAddress(domain) ? undefined : `*.${domain}`;
}

/** Reads what `--allow-host` takes: host, `*.domain`, host:port, address or CIDR. Throws a QuashError of code `usage`. */
export function parseAllowance(text: string): Allowance {
  const wrong = (why: string) => new QuashError('usage', `reading the allowed host ${JSON.stringify(text)}: ${why}`);
  if (text.includes('://')) throw wrong('it is a URL; give its host alone');
  if (text.includes('/')) {
    const range = parseRange(text);
    if (!range) throw wrong('what stands around the slash is no range of addresses, such as 10.0.0.0/8');
    return { range, isOne: isOneAddress(range) };
  }
  const { name, port } = isIPv6(text) ? { name: text, port: undefined } : splitPort(text);
  const host = normalisePattern(name);
  if (host === undefined) throw wrong('give a host, *.domain, host:port, an address or a range such as 10.0.0.0/8');
  if (port === undefined) return { host };
  if (port < 1 || port > 65_535) throw wrong('a port is a number from 1 to 65535');
  return { host, port };
}

function splitPort(text: string): { readonly name: string; readonly port: number | undefined } {
  const [, name = text, port] = /^(.*):([0-9]{1,6})$/s.exec(text) ?? [];
  return { name, port: port === undefined ? undefined : Number(port) };
}

function isOneAddress([network, bits]: AddressRange): boolean {
  return bits === network.toByteArray().length * 8;
}

/** Whether the user allows a host to be asked. A range allows the addresses in it, not the names that turn out to lie there. */
export function isHostAllowed(allowances: readonly Allowance[], host: string, port: number): boolean {
  return allowances.some((allowance) =>
    'range' in allowance
      ? isWithin(host, allowance.range)
      : (allowance.port ?? port) === port && matchesHost(allowance.host, host),
  );
}

/**
 * Whether the user allows a connection to an address that is not public, to which a host resolved. Leave for a name is leave for
 * what it resolves to. Metadata is the exception, which takes the address itself: whoever runs a name can point it there, and
 * ranges that people do use (100.64.0.0/10 of a VPN) happen to hold it.
 */
export function isAddressAllowed(allowances: readonly Allowance[], address: string, host: string, port: number): boolean {
  const isExact = isMetadata(address);
  return allowances.some((allowance) => {
    if ('range' in allowance) return (allowance.isOne || !isExact) && isWithin(address, allowance.range);
    if ((allowance.port ?? port) !== port) return false;
    return allowance.host === canonicalAddress(address) || (!isExact && matchesHost(allowance.host, host));
  });
}
