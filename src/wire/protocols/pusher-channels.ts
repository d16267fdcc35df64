import { createHmac } from 'node:crypto';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { answered, exchange, type Judged, type Reply } from '../protocol-http.ts';

/**
 * Secrets of Pusher Channels apps, by the list of channels that are occupied, which tells nothing to anybody:
 * https://pusher.com/docs/channels/library_auth_reference/rest-api/#get-channels-fetch-info-for-multiple-channels
 */
const protocol: Protocol = {
  name: 'pusher-channels',
  needs: ['app_id', 'key', 'secret'],
  takes: ['cluster'],
  hosts: ['api.pusherapp.com', '*.pusher.com'],
  sends: 'the id and the key of the app, and a signature made with the secret, which itself is not sent',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { app_id: app = '', key = '', secret = '', cluster = '' } = fields;
  if (!/^[0-9]{1,12}$/.test(app) || !/^[0-9a-z-]{0,20}$/.test(cluster))
    return { state: 'unknown', reason: 'what stands beside it is no app of Pusher', asked: [] };
  // Without one it is the first of them: https://pusher.com/docs/channels/miscellaneous/clusters/
  const host = cluster === '' || cluster === 'mt1' ? 'api.pusherapp.com' : `api-${cluster}.pusher.com`;
  const url = new URL(`https://${host}/apps/${app}/channels`);
  const { pathname } = context.wire.endpointOf(url, { ...context.to, hosts: [host] });
  const query = { auth_key: key, auth_timestamp: String(Math.floor(context.now().getTime() / 1000)), auth_version: '1.0' };
  url.search = new URLSearchParams({ ...query, auth_signature: signPusher('GET', pathname, query, secret) }).toString();
  const to = { ...context.to, hosts: [host] };
  return answered(
    await exchange({ method: 'GET', url, headers: { accept: 'application/json' } }, { ...context, to }),
    (reply) => ({
      identity: `app ${app}`,
      ...judge(reply),
    }),
  );
}

/** The signature of a request, over its parameters by name: https://pusher.com/docs/channels/library_auth_reference/rest-api/#authentication */
export function signPusher(method: string, path: string, query: Readonly<Record<string, string>>, secret: string): string {
  const pairs = Object.entries(query).map(([name, value]) => `${name.toLowerCase()}=${value}`);
  return createHmac('sha256', secret)
    .update([method, path, pairs.sort().join('&')].join('\n'))
    .digest('hex');
}

function judge({ status, json, text }: Reply): Judged {
  if (status === 200 && typeof json?.channels === 'object')
    return { state: 'live', evidence: 'Pusher told the channels of the app' };
  // Over its limits or switched off: looked at after the signature.
  if (status === 403) return { state: 'live', evidence: 'Pusher took the signature, and the app is disabled or over its limits' };
  if (status === 401 && /^Invalid signature\b/.test(text))
    return { state: 'dead', evidence: 'Pusher says that the signature is invalid: the key is not, or no more, of this secret' };
  if (status === 401 && /^(?:Unknown auth_key|Authentication key)\b/.test(text))
    return { state: 'unknown', reason: 'Pusher does not know the key that stands beside it', about: 'pair' };
  return { state: 'unknown', reason: `Pusher answered ${status}, which says nothing of the secret` };
}
