import type { HttpRequest } from '../http.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, httpsUrl, type Reply, toldOf } from '../protocol-http.ts';

const leewayMs = 300_000;

/**
 * Shared access signatures of Azure Blob Storage: https://learn.microsoft.com/en-us/azure/storage/common/storage-sas-overview.
 * What is expired is dead, and nobody is asked. Else what the signature is for is asked about: the account's kind, or the
 * headers of a blob, or one name out of a container; nothing that is stored is read.
 * `address` is what stands before `sig=`, and `rest` what stands behind the signature.
 */
const protocol: Protocol = {
  name: 'azure-sas',
  needs: ['address', 'signature'],
  takes: ['rest'],
  hosts: ['*.blob.core.windows.net', '*.blob.core.usgovcloudapi.net', '*.blob.core.chinacloudapi.cn'],
  sends: 'the signed address itself',
  effects: 'a line in the log of the account where it keeps one',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { address = '', signature = '', rest = '' } = fields;
  const start = address.replace(/&(?:amp)?$/, '');
  const written = `${start}${start.includes('?') ? '&' : '?'}sig=${signature}${rest}`;
  const url = httpsUrl(written.replaceAll('&amp;', '&').replace('?&', '?'));
  if (!url?.searchParams.has('sig')) return { state: 'unknown', reason: 'it is no signed address of Azure Storage', asked: [] };
  const of = url.searchParams;
  const account = url.hostname.split('.')[0];
  const permissions = [...(of.get('sp') ?? '')].filter((letter) => /^[a-z]$/.test(letter));
  const told = toldOf({
    account,
    expires: isoOf(of.get('se')),
    created: isoOf(of.get('st')),
    scopes: permissions.length > 0 ? permissions : undefined,
  });
  const now = context.now().getTime();
  if (told.expires && Date.parse(told.expires) + leewayMs < now)
    return { ...told, state: 'dead', evidence: `it expired at ${told.expires}`, asked: [] };
  if (told.created && Date.parse(told.created) > now)
    return { ...told, state: 'unknown', reason: `it is not valid before ${told.created}`, asked: [] };

  const request = requestOf(url);
  if (!request) return { ...told, state: 'unknown', reason: 'there is no harmless request for what it is signed for', asked: [] };
  const sent = await exchange(request, context);
  if (!('reply' in sent)) return { ...told, state: 'unknown', reason: sent.reason, asked: [sent.asked] };
  const said = judge(sent.reply);
  return { ...told, ...said, asked: [sent.noted(said.state === 'unknown' ? said.reason : said.evidence)] };
}

/** A request for the very thing that was signed: any other would fail the signature, and look like death. */
function requestOf(url: URL): HttpRequest | undefined {
  const [, container, blob] = url.pathname.split('/');
  const isAccount = url.searchParams.has('srt');
  if (isAccount) {
    if (!url.searchParams.get('ss')?.includes('b')) return undefined;
    return { method: 'GET', url: withQuery(url, '/', { restype: 'account', comp: 'properties' }), headers: {} };
  }
  const signed = url.searchParams.get('sr');
  if ((signed === 'b' || signed === 'c') && container && blob) return { method: 'HEAD', url, headers: {} };
  if (signed === 'c' && container) {
    return {
      method: 'GET',
      url: withQuery(url, `/${container}`, { restype: 'container', comp: 'list', maxresults: '1' }),
      headers: {},
    };
  }
  return undefined;
}

function withQuery(url: URL, path: string, query: Readonly<Record<string, string>>): URL {
  const other = new URL(url);
  other.pathname = path;
  for (const [name, value] of Object.entries(query)) other.searchParams.set(name, value);
  return other;
}

type Judged =
  | { readonly state: 'live' | 'dead'; readonly evidence: string }
  | { readonly state: 'unknown'; readonly reason: string };

/**
 * https://learn.microsoft.com/en-us/rest/api/storageservices/common-rest-api-error-codes. What a signature does not cover
 * is only said once it is found good.
 */
const good: ReadonlySet<string> = new Set([
  'AuthorizationPermissionMismatch',
  'AuthorizationResourceTypeMismatch',
  'AuthorizationSourceIPMismatch',
  'BlobNotFound',
  'ContainerNotFound',
]);

function judge({ status, headers }: Reply): Judged {
  const code = headers['x-ms-error-code'] ?? '';
  if (status === 200 && headers['x-ms-version']) return { state: 'live', evidence: 'Azure Storage took the signature' };
  if ((status === 403 || status === 404) && good.has(code))
    return { state: 'live', evidence: `Azure Storage took the signature, and says ${code}` };
  if (status === 403 && code === 'AuthenticationFailed')
    return { state: 'dead', evidence: 'Azure Storage says AuthenticationFailed: the signature is good no more' };
  if (status === 403 && code === 'KeyBasedAuthenticationNotPermitted')
    return { state: 'dead', evidence: 'Azure Storage says KeyBasedAuthenticationNotPermitted: the account takes no keys' };
  const known = /^[A-Za-z]{1,60}$/.test(code) ? ` ${code}` : '';
  return { state: 'unknown', reason: `Azure Storage answered ${status}${known}, which says nothing of the signature` };
}

/** Times of a signature are ISO 8601 in UTC, of which seconds, or the whole time of day, may be left out. */
function isoOf(text: string | null): string | undefined {
  const [whole, day, time = '00:00'] =
    /^(\d{4}-\d{2}-\d{2})(?:T(\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?)Z)?$/.exec(text ?? '') ?? [];
  const at = Date.parse(`${day}T${time}Z`);
  return whole === undefined || Number.isNaN(at) ? undefined : new Date(at).toISOString();
}
