import { createHmac } from 'node:crypto';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, type Reply } from '../protocol-http.ts';

const version = '2021-08-06';

/** https://learn.microsoft.com/en-us/azure/storage/common/storage-account-overview#storage-account-endpoints and the sovereign clouds. */
const suffixes: readonly string[] = ['core.windows.net', 'core.usgovcloudapi.net', 'core.chinacloudapi.cn'];

/**
 * Keys of Azure Storage accounts, by Get Account Information, which reads nothing of what is stored:
 * https://learn.microsoft.com/en-us/rest/api/storageservices/get-account-information
 */
const protocol: Protocol = {
  name: 'azure-shared-key',
  needs: ['account', 'key'],
  takes: ['suffix'],
  hosts: suffixes.map((suffix) => `*.blob.${suffix}`),
  sends: 'the name of the account and a signature made with the key, which itself is not sent',
  effects: 'a line in the log of the account where it keeps one',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { account = '', key = '', suffix = 'core.windows.net' } = fields;
  if (!/^[0-9a-z]{3,24}$/.test(account) || !suffixes.includes(suffix))
    return { state: 'unknown', reason: 'what stands beside it is no storage account', asked: [] };
  const url = new URL(`https://${account}.blob.${suffix}/?comp=properties&restype=account`);
  const destination = context.wire.endpointOf(url, context.to);
  const headers = {
    'x-ms-date': context.now().toUTCString(),
    'x-ms-version': version,
  };
  const authorization = `SharedKey ${account}:${sign(account, key, destination.pathname, headers)}`;
  const sent = await exchange({ method: 'GET', url, headers: { ...headers, authorization } }, context);
  if (!('reply' in sent)) return { account, state: 'unknown', reason: sent.reason, asked: [sent.asked] };
  const said = judge(sent.reply);
  return { account, ...said, asked: [sent.noted(said.state === 'unknown' ? said.reason : said.evidence)] };
}

/** https://learn.microsoft.com/en-us/rest/api/storageservices/authorize-with-shared-key: eleven headers that are not sent, then those of Azure. */
function sign(account: string, key: string, path: string, headers: Readonly<Record<string, string>>): string {
  const own = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  const toSign = ['GET', ...Array<string>(11).fill(''), ...own, `/${account}${path}`, 'comp:properties', 'restype:account'];
  return createHmac('sha256', Buffer.from(key, 'base64')).update(toSign.join('\n')).digest('base64');
}

type Judged =
  | { readonly state: 'live' | 'dead'; readonly evidence: string }
  | { readonly state: 'unknown'; readonly reason: string };

/** https://learn.microsoft.com/en-us/rest/api/storageservices/common-rest-api-error-codes */
function judge({ status, headers, text }: Reply): Judged {
  const kind = headers['x-ms-account-kind'];
  if (status === 200 && kind) return { state: 'live', evidence: 'Azure Storage told what kind of account it is' };
  const code = headers['x-ms-error-code'] ?? '';
  // The same code stands for a time that is off, so what is wrong with the signature must be said as well.
  if (status === 403 && code === 'AuthenticationFailed' && text.includes('The MAC signature found in the HTTP request'))
    return { state: 'dead', evidence: 'Azure Storage says AuthenticationFailed: neither key of the account made the signature' };
  if (status === 403 && code === 'KeyBasedAuthenticationNotPermitted')
    return { state: 'dead', evidence: 'Azure Storage says KeyBasedAuthenticationNotPermitted: the account takes no keys' };
  const known = /^[A-Za-z]{1,60}$/.test(code) ? ` ${code}` : '';
  return { state: 'unknown', reason: `Azure Storage answered ${status}${known}, which says nothing of the key` };
}
