import type { Secret } from '../model/secret.ts';
import { type Failed, failed } from './failure.ts';
import type { HttpRequest } from './http.ts';

/** What belongs to the connection: said by who makes it, and a way to smuggle a second request if said by anyone else. */
const ofConnection: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Makes a request fit to send, or says why it is not: its headers may hold what scanned text holds. Names of headers come out in
 * lower case, those of the connection are left out, and the answer is asked for as it is, not packed.
 */
export function sendable(request: HttpRequest, userAgent: string, hide: readonly Secret[]): HttpRequest | Failed {
  const { method, url, body } = request;
  const refused = (why: string) => failed('request-refused', `the request was not sent: ${why}`, hide);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return refused(`${url.protocol}// is not HTTP`);
  if (url.username !== '' || url.password !== '') return refused('its URL holds credentials');
  if (!/^[A-Z]+$/.test(method) || method === 'CONNECT') return refused('its verb is none that is sent');
  const headers: Record<string, string> = { 'user-agent': userAgent, accept: '*/*', 'accept-encoding': 'identity' };
  for (const [name, value] of Object.entries(request.headers)) {
    // https://www.rfc-editor.org/rfc/rfc9110#name-tokens and #name-field-values
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name)) return refused('the name of a header holds what no header may');
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return refused(`its header ${name} would hold what no header may`);
    if (!ofConnection.has(name.toLowerCase())) headers[name.toLowerCase()] = value;
  }
  return { method, url, headers, ...(body !== undefined && { body }) };
}
