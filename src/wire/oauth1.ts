import { createHmac } from 'node:crypto';

/** The four values that sign a request for a user. */
export interface OAuth1Keys {
  readonly consumerKey: string;
  readonly consumerSecret: string;
  readonly token: string;
  readonly tokenSecret: string;
}

/** The `Authorization` header of OAuth 1.0 with HMAC-SHA1: https://www.rfc-editor.org/rfc/rfc5849#section-3.4. `seconds` since 1970. */
export function oauth1Authorization(
  { method, url, form = {} }: { readonly method: string; readonly url: URL; readonly form?: Readonly<Record<string, string>> },
  { consumerKey, consumerSecret, token, tokenSecret }: OAuth1Keys,
  { nonce, seconds }: { readonly nonce: string; readonly seconds: number },
): string {
  const own = {
    oauth_consumer_key: consumerKey,
    oauth_nonce: nonce,
    oauth_signature_method: 'HMAC-SHA1',
    oauth_timestamp: String(seconds),
    oauth_token: token,
    oauth_version: '1.0',
  };
  const all = [...url.searchParams, ...Object.entries(form), ...Object.entries(own)];
  const pairs = all.map(([name, value]) => `${percentEncode(name)}=${percentEncode(value)}`).sort();
  const base = [method, `${url.origin}${url.pathname}`, pairs.join('&')].map(percentEncode).join('&');
  const key = `${percentEncode(consumerSecret)}&${percentEncode(tokenSecret)}`;
  const signature = createHmac('sha1', key).update(base).digest('base64');
  const fields = Object.entries({ ...own, oauth_signature: signature });
  return `OAuth ${fields.map(([name, value]) => `${name}="${percentEncode(value)}"`).join(', ')}`;
}

/** All but the unreserved characters of RFC 3986, of which encodeURIComponent leaves five more: RFC 5849, section 3.6. */
export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
