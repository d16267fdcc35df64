import { randomBytes } from 'node:crypto';
import { digestAuthorization, readChallenge } from '../http-digest.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { answered, exchange, type Judged, type Reply, toldText, wordOf } from '../protocol-http.ts';

/**
 * Programmatic API keys of MongoDB Atlas, by HTTP Digest: https://www.mongodb.com/docs/atlas/api/api-authentication/. Asks for the
 * organizations that the key sees, which every key may.
 */
const protocol: Protocol = {
  name: 'mongodb-atlas',
  needs: ['public_key', 'private_key'],
  takes: [],
  hosts: ['cloud.mongodb.com'],
  sends: 'the public key and a digest made with the private key, which itself is not sent',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { public_key: user = '', private_key: password = '' } = fields;
  if (!/^[0-9A-Za-z]{1,32}$/.test(user)) return { state: 'unknown', reason: 'what stands beside it is no public key', asked: [] };
  const url = new URL('https://cloud.mongodb.com/api/atlas/v2/orgs?itemsPerPage=1');
  const headers = { accept: 'application/vnd.atlas.2023-01-01+json' };
  const first = await exchange({ method: 'GET', url, headers }, context);
  if (!('reply' in first)) return answered(first, notAsked);
  const challenge = first.reply.status === 401 ? readChallenge(first.reply.headers['www-authenticate'] ?? '') : undefined;
  if (!challenge) return answered(first, notAsked);
  const destination = context.wire.endpointOf(url, context.to);
  const what = { method: 'GET', uri: `${destination.pathname}${destination.search}`, cnonce: randomBytes(16).toString('hex') };
  const authorization = digestAuthorization(challenge, { user, password }, what);
  const second = await exchange({ method: 'GET', url, headers: { ...headers, authorization } }, context);
  return answered(second, (reply) => judge(reply, user, context), [first.noted('asks for a digest')]);
}

function notAsked({ status }: Reply): Judged {
  return { state: 'unknown', reason: `cloud.mongodb.com answered ${status} where it asks for a digest` };
}

function judge({ status, json, headers }: Reply, user: string, { hide }: ProtocolContext): Judged {
  const told = { identity: user };
  const [first] = Array.isArray(json?.results) ? (json.results as readonly { readonly name?: unknown }[]) : [];
  const account = toldText(first?.name, hide);
  if (status === 200 && Array.isArray(json?.results))
    return { ...told, ...(account && { account }), state: 'live', evidence: 'Atlas told the organizations that the key sees' };
  const code = wordOf(json?.errorCode, hide);
  // Who asks is looked at before where from and what for.
  if (status === 403 && code !== undefined)
    return {
      ...told,
      state: 'live',
      evidence: `Atlas knows the key and answered ${code}: it may not be used from here, or for this`,
    };
  const isStale = readChallenge(headers['www-authenticate'] ?? '')?.isStale === true;
  if (status === 401 && json?.error === 401 && !isStale)
    return { ...told, state: 'dead', evidence: 'Atlas answered 401 to a right digest: it does not know the pair of keys' };
  return {
    ...told,
    state: 'unknown',
    reason: `Atlas answered ${status}${code ? ` ${code}` : ''}, which says nothing of the key`,
  };
}
