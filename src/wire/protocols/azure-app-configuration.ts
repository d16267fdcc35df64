import { createHash, createHmac } from 'node:crypto';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, type Reply } from '../protocol-http.ts';

/**
 * Access keys of Azure App Configuration, by a signed list of names; no value is read.
 * https://learn.microsoft.com/en-us/azure/azure-app-configuration/rest-api-authentication-hmac
 */
const protocol: Protocol = {
  name: 'azure-app-configuration',
  needs: ['host', 'id', 'secret'],
  takes: [],
  hosts: ['*.azconfig.io', '*.azconfig.azure.us', '*.azconfig.azure.cn'],
  sends: 'the id of the key and a signature made with its secret, which itself is not sent',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { host = '', id = '', secret = '' } = fields;
  if (!/^[0-9a-z-]{5,50}\.azconfig\.(?:io|azure\.us|azure\.cn)$/i.test(host) || !/^[0-9A-Za-z+/=:_-]{4,64}$/.test(id))
    return { state: 'unknown', reason: 'what stands beside it is no store of App Configuration', asked: [] };
  const told = { account: host, identity: id };
  const url = new URL(`https://${host}/keys?api-version=1.0`);
  const destination = context.wire.endpointOf(url, context.to);
  const date = context.now().toUTCString();
  const hash = createHash('sha256').update('').digest('base64');
  const toSign = `GET\n${destination.pathname}${destination.search}\n${date};${destination.host};${hash}`;
  const signature = createHmac('sha256', Buffer.from(secret, 'base64')).update(toSign).digest('base64');
  const headers = {
    accept: 'application/vnd.microsoft.appconfig.keyset+json, application/json, application/problem+json',
    authorization: `HMAC-SHA256 Credential=${id}&SignedHeaders=x-ms-date;host;x-ms-content-sha256&Signature=${signature}`,
    'x-ms-date': date,
    'x-ms-content-sha256': hash,
  };
  const sent = await exchange({ method: 'GET', url, headers }, context);
  if (!('reply' in sent)) return { ...told, state: 'unknown', reason: sent.reason, asked: [sent.asked] };
  const said = judge(sent.reply);
  return { ...told, ...said, asked: [sent.noted(said.state === 'unknown' ? said.reason : said.evidence)] };
}

type Judged =
  | { readonly state: 'live' | 'dead'; readonly evidence: string }
  | { readonly state: 'unknown'; readonly reason: string };

/** The page above lists what `www-authenticate` may say; a time that is off is "The access token has expired". */
function judge({ status, headers, json }: Reply): Judged {
  if (status === 200 && Array.isArray(json?.items)) return { state: 'live', evidence: 'App Configuration listed its names' };
  const said = headers['www-authenticate'] ?? '';
  if (status === 401 && /error_description="Invalid Signature"/i.test(said))
    return { state: 'dead', evidence: 'App Configuration says Invalid Signature: the key has another secret' };
  if (status === 401 && /error_description="Invalid Credential"/i.test(said))
    return { state: 'dead', evidence: 'App Configuration says Invalid Credential: the store has no such key' };
  return { state: 'unknown', reason: `App Configuration answered ${status}, which says nothing of the key` };
}
