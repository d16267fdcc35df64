import { QuashError } from '../errors.ts';
import { isAddress, matchesHost, normaliseHost, normalisePattern } from './hosts.ts';

/** What stands in for a provider's hosts: all of them, or those that `host` names. */
export interface Endpoint {
  readonly provider: string;
  /** A host, or `*.domain`. */
  readonly host?: string;
  readonly url: URL;
  /** Instead of the pattern's: `#concurrency=64&perSecond=1000` behind the URL. */
  readonly limits?: { readonly concurrency?: number; readonly perSecond?: number };
}

/**
 * Reads `PROVIDER=URL` or `PROVIDER@HOST=URL`, where HOST may be `*.domain`. The URL is http or https; for protocols that are
 * not HTTP also `tcp://host:port`. Throws a QuashError of code `usage`, which never quotes what may be a password.
 */
export function parseEndpoint(text: string): Endpoint {
  const [, provider = '', scope, target = ''] = /^([^=@]*)(?:@([^=]*))?=(.*)$/s.exec(text) ?? [];
  const wrong = (why: string) => new QuashError('usage', `reading the endpoint of ${JSON.stringify(provider)}: ${why}`);
  if (!/^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(provider))
    throw new QuashError('usage', 'reading an endpoint: it names no provider; write PROVIDER=URL or PROVIDER@HOST=URL');
  const host = scope === undefined ? undefined : normalisePattern(scope);
  if (scope !== undefined && host === undefined) throw wrong(`${JSON.stringify(scope)} is no host; write PROVIDER@HOST=URL`);
  if (!URL.canParse(target)) throw wrong('what follows the = is no URL; write it with http:// or https://');
  const url = new URL(target);
  if (!['http:', 'https:', 'tcp:'].includes(url.protocol))
    throw wrong(`${url.protocol}// cannot be spoken; write http://, https:// or, where it is not HTTP, tcp://`);
  if (url.username !== '' || url.password !== '') throw wrong('its URL holds credentials, which are never sent; leave them out');
  if (url.search !== '') throw wrong('its URL holds a query; give scheme, host, port and path alone');
  const named = normaliseHost(url.hostname);
  if (named === undefined) throw wrong('its URL names no host');
  if (url.protocol === 'tcp:' && url.port === '') throw wrong('tcp:// needs a port');
  const limits = readLimits(url.hash, wrong);
  url.hash = '';
  url.hostname = isAddress(named) && named.includes(':') ? `[${named}]` : named;
  return { provider, ...(host !== undefined && { host }), url, ...(limits && { limits }) };
}

function readLimits(hash: string, wrong: (why: string) => QuashError): Endpoint['limits'] {
  if (hash === '') return undefined;
  const limits: Record<string, number> = {};
  for (const [name, value] of new URLSearchParams(hash.slice(1))) {
    const isWhole = name === 'concurrency';
    if (!isWhole && name !== 'perSecond')
      throw wrong(`${JSON.stringify(name)} is no limit; behind the # stand concurrency and perSecond`);
    const number = Number(value);
    if (!(number > 0 && number < 1e6) || (isWhole && !Number.isInteger(number)))
      throw wrong(`${name} is a ${isWhole ? 'whole ' : ''}number above 0`);
    limits[name] = number;
  }
  return limits;
}

/** The endpoint that stands in for a provider's host: one that names the host before one for its domain, before one for all. */
export function overrideFor(endpoints: readonly Endpoint[], provider: string, host: string): Endpoint | undefined {
  const rank = (endpoint: Endpoint) =>
    endpoint.host === undefined ? 0 : endpoint.host.startsWith('*.') ? endpoint.host.length : Number.MAX_SAFE_INTEGER;
  return (
    endpoints
      .filter((endpoint) => endpoint.provider === provider && (endpoint.host === undefined || matchesHost(endpoint.host, host)))
      // Of two that are alike the one given last holds, as it does for flags; sorting keeps their order.
      .toReversed()
      .sort((a, b) => rank(b) - rank(a))[0]
  );
}

/** A URL with the endpoint's scheme, host and port, and its path in front. */
export function applyEndpoint(url: URL, endpoint: Endpoint): URL {
  const { protocol, host, pathname } = endpoint.url;
  return new URL(`${protocol}//${host}${pathname.replace(/\/$/, '')}${url.pathname}${url.search}`);
}
