import { createHash, createHmac } from 'node:crypto';
import type { HttpRequest } from './http.ts';
import { percentEncode } from './oauth1.ts';

export interface AlibabaKey {
  readonly id: string;
  readonly secret: string;
}

/** What a request is to bring about: an action of an API, at a moment. */
export interface AlibabaCall {
  readonly action: string;
  readonly version: string;
  readonly date: Date;
  /** Never the same twice. */
  readonly nonce: string;
}

/**
 * Signs a request without a body by ACS3-HMAC-SHA256: https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature.
 * `destination` is where it really goes.
 */
export function signAlibaba(
  { method, url }: Pick<HttpRequest, 'method' | 'url'>,
  destination: URL,
  { id, secret }: AlibabaKey,
  { action, version, date, nonce }: AlibabaCall,
): HttpRequest {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const headers = {
    'x-acs-action': action,
    'x-acs-content-sha256': hash(''),
    'x-acs-date': date.toISOString().replace(/\.\d+Z$/, 'Z'),
    'x-acs-signature-nonce': nonce,
    'x-acs-version': version,
  };
  const signed = Object.entries({ host: destination.host, ...headers });
  const names = signed.map(([name]) => name).join(';');
  const query = [...url.searchParams].map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).sort();
  const lines = signed.map(([name, value]) => `${name}:${value}\n`).join('');
  const canonical = [method, destination.pathname, query.join('&'), lines, names, headers['x-acs-content-sha256']].join('\n');
  const signature = createHmac('sha256', secret)
    .update(`ACS3-HMAC-SHA256\n${hash(canonical)}`)
    .digest('hex');
  const authorization = `ACS3-HMAC-SHA256 Credential=${id},SignedHeaders=${names},Signature=${signature}`;
  return { method, url, headers: { accept: 'application/json', ...headers, authorization } };
}
