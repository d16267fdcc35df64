import { createHash } from 'node:crypto';

/** What a server asks to be proved. */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque?: string;
  readonly algorithm: 'MD5' | 'SHA-256';
  /** Without it the proof is that of RFC 2069. */
  readonly hasQop: boolean;
  /** The proof was right, and its nonce too old. */
  readonly isStale: boolean;
}

/** Reads a challenge of HTTP Digest: https://www.rfc-editor.org/rfc/rfc7616#section-3.3. Undefined where it is none that can be met. */
export function readChallenge(header: string): DigestChallenge | undefined {
  const start = /(?:^|,)\s*digest\s+/i.exec(header);
  if (!start) return undefined;
  const fields: Record<string, string> = {};
  const rest = header.slice(start.index + start[0].length);
  for (const [, name = '', quoted, plain] of rest.matchAll(/([a-z]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/gi))
    fields[name.toLowerCase()] ??= quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '';
  const { realm, nonce, opaque, algorithm = 'MD5', qop, stale } = fields;
  const known = (['MD5', 'SHA-256'] as const).find((one) => one === algorithm.toUpperCase());
  const offered = qop?.split(',').map((one) => one.trim().toLowerCase());
  if (realm === undefined || !nonce || !known || (offered && !offered.includes('auth'))) return undefined;
  // What goes back into a header must not end the quotes that it stands in.
  if ([realm, nonce, opaque ?? ''].some((value) => /["\\\p{Cc}]/u.test(value))) return undefined;
  return {
    realm,
    nonce,
    ...(opaque !== undefined && { opaque }),
    algorithm: known,
    hasQop: offered !== undefined,
    isStale: stale?.toLowerCase() === 'true',
  };
}

/** The header that meets a challenge: https://www.rfc-editor.org/rfc/rfc7616#section-3.4. `uri` is the path and query that are asked for. */
export function digestAuthorization(
  challenge: DigestChallenge,
  { user, password }: { readonly user: string; readonly password: string },
  { method, uri, cnonce }: { readonly method: string; readonly uri: string; readonly cnonce: string },
): string {
  const { realm, nonce, opaque, algorithm, hasQop } = challenge;
  const hash = (...texts: readonly string[]) =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(texts.join(':'))
      .digest('hex');
  const nc = '00000001';
  const who = hash(user, realm, password);
  const what = hash(method, uri);
  const response = hasQop ? hash(who, nonce, nc, cnonce, 'auth', what) : hash(who, nonce, what);
  const fields = [
    `username="${user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${uri}"`,
    `algorithm=${algorithm}`,
    ...(hasQop ? ['qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`] : []),
    `response="${response}"`,
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ];
  return `Digest ${fields.join(', ')}`;
}
