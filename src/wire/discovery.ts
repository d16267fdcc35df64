import type { Asked } from '../model/verdict.ts';
import type { ProtocolContext } from './protocol.ts';
import { exchange, httpsUrl } from './protocol-http.ts';

/** What an issuer says of itself, or why it is not known. */
export type Discovered =
  | { readonly metadata: Readonly<Record<string, unknown>>; readonly asked: readonly Asked[] }
  | { readonly reason: string; readonly asked: readonly Asked[] };

/**
 * Asks an issuer for its metadata: OpenID Connect Discovery, section 4, else RFC 8414, section 3. A document that names
 * another issuer is not its own (RFC 8414, section 3.3). No secret is sent.
 */
export async function discover(issuer: string, context: ProtocolContext): Promise<Discovered> {
  const url = httpsUrl(issuer);
  if (url?.search !== '') return { reason: 'its issuer is not an https address', asked: [] };
  const path = url.pathname.replace(/\/$/, '');
  const asked: Asked[] = [];
  for (const place of [`${path}/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server${path}`]) {
    const sent = await exchange({ method: 'GET', url: new URL(place, url), headers: { accept: 'application/json' } }, context);
    if (!('reply' in sent)) return { reason: sent.reason, asked: [...asked, sent.asked] };
    const { status, json } = sent.reply;
    if (status === 200 && json) {
      if (json.issuer === issuer) return { metadata: json, asked: [...asked, sent.noted('what the issuer says of itself')] };
      return {
        reason: 'the issuer calls itself by another name',
        asked: [...asked, sent.noted('the metadata of another issuer')],
      };
    }
    asked.push(sent.noted('no metadata'));
  }
  return { reason: 'the issuer does not publish its metadata', asked };
}

/** An address out of the metadata; who may be asked at all is for the wire to say. */
export function endpointOf(metadata: Readonly<Record<string, unknown>>, name: string): URL | undefined {
  const value = metadata[name];
  return typeof value === 'string' ? httpsUrl(value) : undefined;
}
