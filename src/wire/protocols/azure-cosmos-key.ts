import { createHmac } from 'node:crypto';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, type Reply } from '../protocol-http.ts';

/**
 * Keys of Azure Cosmos DB accounts, by what the account says of itself; no database is read.
 * https://learn.microsoft.com/en-us/rest/api/cosmos-db/access-control-on-cosmosdb-resources
 */
const protocol: Protocol = {
  name: 'azure-cosmos-key',
  needs: ['host', 'key'],
  takes: [],
  hosts: ['*.documents.azure.com', '*.documents.azure.us', '*.documents.azure.cn'],
  sends: 'the name of the account and a signature made with the key, which itself is not sent',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { host = '', key = '' } = fields;
  if (!/^[0-9a-z-]{3,50}\.documents\.azure\.(?:com|us|cn)$/.test(host))
    return { state: 'unknown', reason: 'what stands beside it is no account of Cosmos DB', asked: [] };
  const account = host.split('.')[0] ?? '';
  const date = context.now().toUTCString();
  // Verb, kind and link of the resource, date, and an empty line; the account itself has neither kind nor link.
  const toSign = `get\n\n\n${date.toLowerCase()}\n\n`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(toSign).digest('base64');
  const headers = {
    accept: 'application/json',
    authorization: encodeURIComponent(`type=master&ver=1.0&sig=${signature}`),
    'x-ms-date': date,
    'x-ms-version': '2018-12-31',
  };
  const sent = await exchange({ method: 'GET', url: new URL(`https://${host}/`), headers }, context);
  if (!('reply' in sent)) return { account, state: 'unknown', reason: sent.reason, asked: [sent.asked] };
  const said = judge(sent.reply);
  return { account, ...said, asked: [sent.noted(said.state === 'unknown' ? said.reason : said.evidence)] };
}

type Judged =
  | { readonly state: 'live' | 'dead'; readonly evidence: string }
  | { readonly state: 'unknown'; readonly reason: string };

/** https://learn.microsoft.com/en-us/rest/api/cosmos-db/http-status-codes-for-cosmosdb; a time that is off is 403, a firewall as well. */
function judge({ status, json }: Reply): Judged {
  if (status === 200 && typeof json?.id === 'string' && typeof json._dbs === 'string')
    return { state: 'live', evidence: 'Cosmos DB told of the account' };
  const message = typeof json?.message === 'string' ? json.message : '';
  if (status === 401 && json?.code === 'Unauthorized' && /wrong key is being used/i.test(message))
    return { state: 'dead', evidence: 'Cosmos DB says Unauthorized: no key of the account made the signature' };
  if (status === 401 && json?.code === 'Unauthorized' && /local authorization is disabled/i.test(message))
    return { state: 'dead', evidence: 'Cosmos DB says Unauthorized: the account takes no keys' };
  return { state: 'unknown', reason: `Cosmos DB answered ${status}, which says nothing of the key` };
}
