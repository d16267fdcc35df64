import { getSystemErrorName } from 'node:util';
import type { Secret } from '../model/secret.ts';
import { conceal, printable } from './conceal.ts';
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

/** Whether a request that failed so did nothing for sure: nothing was sent, or an answer came instead of doing it. */
export function isUndone(kind: FailureKind): boolean {
  return undone[kind] ?? false;
}

const undone: Readonly<Partial<Record<FailureKind, true>>> = {
  'host-refused': true,
  'address-refused': true,
  'request-refused': true,
  name: true,
  tls: true,
  redirect: true,
  'rate-limited': true,
  'host-down': true,
};

/** What can be returned wherever something else was hoped for. */
export interface Failed {
  readonly failure: WireFailure;
}

/** Makes a failure: the only place where one can be made, so that no phrase gets out with a secret or a control character in it. */
export function failed(kind: FailureKind, detail: string, hide: readonly Secret[] = [], answer?: HttpAnswer): Failed {
  return { failure: { kind, detail: printable(conceal(detail, hide)), ...(answer && { answer }) } };
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
  const { name, message, address, port, syscall } = cause;
  const code = codeOf(cause);
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

/** Libraries put a code of their own in front of the system's, whose number stays: nodemailer's ESOCKET is any of them. */
function codeOf({ code = '', errno, syscall }: Coded): string {
  const isOwn = syscall !== undefined && errno !== undefined && errno < 0 && kindOfCode[code] === undefined;
  return isOwn ? getSystemErrorName(errno) : code;
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
  readonly errno?: number;
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
