import { redact, type Secret } from '../model/secret.ts';
import type { HttpAnswer } from './http.ts';

/** Why nothing usable came back. Each is ordinary life, and proves nothing of a credential. */
export interface WireFailure {
  readonly kind: FailureKind;
  /** A phrase for a person, secrets concealed. */
  readonly detail: string;
  /** Of `redirect` and `rate-limited`: the answer that was not followed or waited out. */
  readonly answer?: HttpAnswer;
}

export type FailureKind =
  | 'host-refused'
  | 'address-refused'
  | 'request-refused'
  | 'name'
  | 'connection'
  | 'tls'
  | 'timeout'
  | 'redirect'
  | 'too-large'
  | 'cut-off'
  | 'rate-limited'
  | 'host-down'
  | 'cancelled';

/** What can be returned wherever something else was hoped for. */
export interface Failed {
  readonly failure: WireFailure;
}

/** Makes a failure: the only place where one can be made, so that no phrase gets out with a secret or a control character in it. */
export function failed(kind: FailureKind, detail: string, hide: readonly Secret[] = [], answer?: HttpAnswer): Failed {
  return { failure: { kind, detail: printable(conceal(detail, hide)), ...(answer && { answer }) } };
}

/** Text of others, cut to `max` characters. What is not plain ASCII has no business in a host or a header's value. */
export function printable(text: string, max = 500): string {
  const plain = text.replace(/[^\x20-\x7e\u2026]/g, '?');
  return plain.length > max ? `${plain.slice(0, max)}…` : plain;
}

/** Below this, hiding a value would blot out words at random and so tell what it is. */
const leastConcealed = 4;

/** Takes values out of a text, however they are spelled there: as they are, percent-encoded, as a form, JSON, or base64 writes them. */
export function conceal(text: string, hide: readonly Secret[]): string {
  if (text === '') return text;
  const spelled = hide.flatMap((secret) => {
    const value = secret.reveal();
    return value.length < leastConcealed ? [] : spellings(value).map((spelling) => ({ spelling, shown: redact(value) }));
  });
  // The longest first: one value may stand inside another, and a short spelling inside a longer one.
  spelled.sort((a, b) => b.spelling.length - a.spelling.length);
  return spelled.reduce((rest, { spelling, shown }) => rest.replaceAll(spelling, () => shown), text);
}

function spellings(value: string): readonly string[] {
  // Half a surrogate pair cannot be encoded; through bytes it becomes what any encoder would make of it.
  const wellFormed = Buffer.from(value).toString();
  const component = encodeURIComponent(wellFormed);
  const encoded = [
    component,
    encodeURI(wellFormed),
    // What a path leaves alone besides: https://www.rfc-editor.org/rfc/rfc3986#section-3.3
    component.replace(/%(?:24|26|2B|2C|3B|3D|3A|40)/g, decodeURIComponent),
    component.replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`),
    new URLSearchParams({ v: value }).toString().slice(2),
  ];
  const lower = encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()));
  const all = [
    value,
    JSON.stringify(value).slice(1, -1),
    ...encoded,
    ...lower,
    ...urlSpellings(value),
    ...base64Spellings(value),
  ];
  return [...new Set(all)].filter((spelling) => spelling.length >= leastConcealed);
}

/** A value that is itself a URL is written anew when it is parsed: its host in lower case, its path encoded. */
function urlSpellings(value: string): readonly string[] {
  if (!/^[a-z][a-z0-9+.-]*:\/\//i.test(value) || !URL.canParse(value)) return [];
  const url = new URL(value);
  const path = `${url.pathname}${url.search}`;
  return [url.href, path, url.pathname, decodeURI(url.pathname.replace(/%(?![0-9a-f]{2})/gi, '%25'))].filter(
    // Slack's and Discord's secret is the path alone; `/` or `/api` is nobody's.
    (text) => text.length >= 12,
  );
}

/**
 * Base64 of a longer text that holds the value, such as `user:password`: what it looks like depends on where the value begins, one
 * of three ways, and the characters at its ends depend on its neighbours and are left out.
 */
function base64Spellings(value: string): readonly string[] {
  const bytes = Buffer.from(value);
  const whole = bytes.toString('base64');
  const inside = [0, 1, 2].map((before) => {
    const start = Math.ceil((before * 8) / 6);
    const end = Math.floor(((before + bytes.length) * 8) / 6);
    return Buffer.concat([Buffer.alloc(before), bytes])
      .toString('base64')
      .slice(start, end);
  });
  const standard = [whole, ...inside].filter((text) => text.length >= 6);
  return [...standard, ...standard.map((text) => text.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, ''))];
}

/** A URL for evidence: scheme, host and path with every hidden value redacted; of a query only that there was one. */
export function redactedUrl(url: URL, hide: readonly Secret[]): string {
  const path = url.pathname
    .split('/')
    .map((segment) => {
      // A segment that spells a value in yet another way is seen when its escapes are undone.
      const plain = unescaped(segment);
      const shown = conceal(plain, hide);
      return shown === plain ? segment : printable(shown);
    })
    .join('/');
  return printable(conceal(`${url.protocol}//${url.host}${path}${url.search === '' ? '' : '?…'}`, hide), 2_000);
}

function unescaped(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    // A lone % is no escape; then there is nothing to undo.
    return segment;
  }
}

const tlsCode =
  /^(?:ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|EPROTO$|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|INVALID_(?:CA|PURPOSE)|PATH_LENGTH|ERROR_IN_CERT)/;

const kindOfCode: Readonly<Record<string, FailureKind>> = {
  ENOTFOUND: 'name',
  EAI_AGAIN: 'name',
  EAI_FAIL: 'name',
  EAI_NODATA: 'name',
  EAI_NONAME: 'name',
  ENODATA: 'name',
  ECONNREFUSED: 'connection',
  ECONNRESET: 'connection',
  ECONNABORTED: 'connection',
  EPIPE: 'connection',
  EHOSTUNREACH: 'connection',
  EHOSTDOWN: 'connection',
  ENETUNREACH: 'connection',
  ENETDOWN: 'connection',
  EADDRNOTAVAIL: 'connection',
  // What a local firewall answers with.
  EPERM: 'connection',
  EACCES: 'connection',
  // Too many sockets of our own.
  EMFILE: 'connection',
  UND_ERR_SOCKET: 'connection',
  UND_ERR_INFO: 'connection',
  UND_ERR_PRX_TLS: 'connection',
  ETIMEDOUT: 'timeout',
  ERR_SOCKET_CONNECTION_TIMEOUT: 'timeout',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
  UND_ERR_HEADERS_OVERFLOW: 'too-large',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'cut-off',
  EGRESS: 'host-refused',
};

/**
 * What an error of a socket, a resolver, TLS or undici means, in a phrase made from its code and never from its message, which
 * may hold anything. Undefined for any other error: that is a bug, to be thrown on.
 */
export function failureOf(error: unknown, host: string): Failed | undefined {
  const cause = firstCause(error);
  const { code = '', name, message, address, port, syscall } = cause;
  // undici leaves its code out now and then.
  if (name === 'HTTPParserError') return failed('connection', `${host} answered something that is not HTTP`);
  if (name === 'TimeoutError') return failed('timeout', `${host} did not answer in time`);
  const proxy = /^Proxy response \(([0-9]{3})\)/.exec(message ?? '')?.[1];
  if (proxy !== undefined && code === 'UND_ERR_ABORTED')
    return failed('connection', `the proxy answered ${proxy} when asked for ${host}`);
  const kind = kindOf(code, syscall);
  if (kind === undefined) return undefined;
  const at = address !== undefined && address !== host ? ` at ${address}${port === undefined ? '' : ` port ${port}`}` : '';
  return failed(kind, `${phraseOf(kind, code, host)}${at} (${code})`);
}

function kindOf(code: string, syscall: string | undefined): FailureKind | undefined {
  if (tlsCode.test(code)) return 'tls';
  const known = kindOfCode[code];
  if (known) return known;
  // What the system or undici made of a connection, by a name that is not in the list. Wrong use of undici is our own mistake.
  const isOfConnection = syscall !== undefined || (code.startsWith('UND_ERR_') && code !== 'UND_ERR_INVALID_ARG');
  return isOfConnection ? 'connection' : undefined;
}

function phraseOf(kind: FailureKind, code: string, host: string): string {
  if (code === 'EGRESS') return `QUASH_EGRESS=loopback refuses ${host}`;
  if (code === 'ECONNREFUSED') return `the connection to ${host} was refused`;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') return `${host} took the request and did not answer in time`;
  switch (kind) {
    case 'name':
      return code === 'ENOTFOUND' ? `there is no host ${host}` : `the name ${host} could not be resolved`;
    case 'timeout':
      return `no connection to ${host} in time`;
    case 'tls':
      return /CERT|SIGNED|HOSTNAME|ALTNAME|VERIFY/.test(code)
        ? `the certificate of ${host} does not hold`
        : `no TLS with ${host}`;
    case 'too-large':
      return `${host} answered with headers that are too large`;
    case 'cut-off':
      return `the answer of ${host} broke off`;
    default:
      return `the connection to ${host} broke`;
  }
}

interface Coded {
  readonly code?: string;
  readonly name?: string;
  readonly message?: string;
  readonly address?: string;
  readonly port?: number;
  readonly syscall?: string;
}

/** The error that tells the most: an AggregateError has one for each address that was tried, others wrap the first. */
function firstCause(error: unknown): Coded {
  if (!(error instanceof Error)) return {};
  if (error instanceof AggregateError && error.errors.length > 0) return firstCause(error.errors[0]);
  const { code } = error as Coded;
  const isTelling = typeof code === 'string' && (kindOfCode[code] !== undefined || tlsCode.test(code));
  return !isTelling && error.cause instanceof Error
    ? firstCause(error.cause)
    : typeof code === 'string'
      ? error
      : { name: error.name, message: error.message };
}

/** Whether a failure says that a host cannot be reached at all. */
export function isDown({ kind }: WireFailure): boolean {
  return kind === 'name' || kind === 'connection' || kind === 'tls' || kind === 'timeout';
}
