import { decodeJwt } from 'jose';
import type { Asked, Told } from '../../model/verdict.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, formRequest, type Reply, scopesOf, toldOf, toldText, wordOf } from '../protocol-http.ts';

/** https://learn.microsoft.com/en-us/entra/identity-platform/authentication-national-cloud, each with its Microsoft Graph. */
const clouds = [
  { host: 'login.microsoftonline.com', graph: 'graph.microsoft.com' },
  { host: 'login.microsoftonline.us', graph: 'graph.microsoft.us' },
  { host: 'login.partner.microsoftonline.cn', graph: 'microsoftgraph.chinacloudapi.cn' },
] as const;

type Cloud = (typeof clouds)[number];

/**
 * Client secrets of Microsoft Entra applications, by the client credentials grant:
 * https://learn.microsoft.com/en-us/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 * The cloud that knows the tenant is looked for first, by an open document, so that no other sees the secret.
 */
const protocol: Protocol = {
  name: 'azure-client-secret',
  needs: ['tenant', 'client_id', 'client_secret'],
  takes: [],
  hosts: clouds.map(({ host }) => host),
  sends: 'tenant, client id and client secret, to the cloud that knows the tenant',
  effects: 'a sign-in in the log of the tenant; an access token that lives about an hour and is thrown away',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const tenant = fields.tenant ?? '';
  const told = { account: tenant };
  // A GUID or a domain; whatever else stood there would be a path of the host.
  if (!/^[0-9A-Za-z](?:[0-9A-Za-z-]*\.?[0-9A-Za-z])*$/.test(tenant))
    return { state: 'unknown', reason: 'what stands beside it is no tenant of Microsoft Entra', asked: [] };
  const asked: Asked[] = [];
  const home = await cloudOf(tenant, context, asked);
  if ('reason' in home) return { ...told, state: 'unknown', reason: home.reason, asked };

  const { host, graph } = home;
  const form = {
    client_id: fields.client_id ?? '',
    client_secret: fields.client_secret ?? '',
    grant_type: 'client_credentials',
    scope: `https://${graph}/.default`,
  };
  const sent = await exchange(formRequest(new URL(`https://${host}/${tenant}/oauth2/v2.0/token`), form), context);
  if (!('reply' in sent)) return { ...told, state: 'unknown', reason: sent.reason, asked: [...asked, sent.asked] };
  const said = judge(sent.reply, form.client_id, context);
  // Where the application is managed: another cloud's Graph knows nothing of it.
  return { ...told, ...said, site: graph, asked: [...asked, sent.noted(said.state === 'unknown' ? said.reason : said.evidence)] };
}

/** The tenant's OpenID configuration is open; a cloud that does not know the tenant says AADSTS90002 or 900021. */
async function cloudOf(tenant: string, context: ProtocolContext, asked: Asked[]): Promise<Cloud | { readonly reason: string }> {
  for (const cloud of clouds) {
    const url = new URL(`https://${cloud.host}/${tenant}/v2.0/.well-known/openid-configuration`);
    const sent = await exchange({ method: 'GET', url, headers: { accept: 'application/json' } }, context);
    if (!('reply' in sent)) {
      asked.push(sent.asked);
      return { reason: sent.reason };
    }
    const { status, json } = sent.reply;
    if (status === 200 && typeof json?.token_endpoint === 'string') {
      asked.push(sent.noted('the tenant is known here'));
      return cloud;
    }
    if (status !== 400 || json?.error !== 'invalid_tenant') {
      asked.push(sent.noted('not an answer of Microsoft Entra'));
      return { reason: `${cloud.host} answered ${status} when asked for the tenant` };
    }
    asked.push(sent.noted('the tenant is not known here'));
  }
  return { reason: 'no cloud of Microsoft Entra knows the tenant that was found beside it' };
}

type Judged = Told &
  ({ readonly state: 'live' | 'dead'; readonly evidence: string } | { readonly state: 'unknown'; readonly reason: string });

/**
 * https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes. Only what is said of the secret itself
 * is death. An application that the tenant does not know may be deleted, or the ids found beside the secret are not its own.
 */
const meanings: Readonly<Record<number, Judged>> = {
  7000215: { state: 'dead', evidence: 'Microsoft Entra says AADSTS7000215: the application has no such client secret' },
  7000222: { state: 'dead', evidence: 'Microsoft Entra says AADSTS7000222: the client secret is expired' },
  700016: { state: 'unknown', reason: 'AADSTS700016: the tenant does not know the application that was found beside the secret' },
  7000112: { state: 'unknown', reason: 'AADSTS7000112: the application is disabled, which says nothing of its secret' },
  90002: { state: 'unknown', reason: 'AADSTS90002: the tenant that was found beside the secret is not known' },
};

function judge({ status, json }: Reply, clientId: string, context: ProtocolContext): Judged {
  const token = json?.access_token;
  if (status === 200 && typeof token === 'string')
    return {
      state: 'live',
      evidence: 'Microsoft Entra issued a token for the client secret',
      ...toldBy(token, clientId, context),
    };
  const codes = Array.isArray(json?.error_codes) ? json.error_codes : [];
  const known = codes.map((code: unknown) => (typeof code === 'number' ? meanings[code] : undefined)).find(Boolean);
  if (known && (status === 400 || status === 401)) return known;
  const code = wordOf(codes[0], context.hide);
  if (code !== undefined) return { state: 'unknown', reason: `AADSTS${code}, which says nothing of the secret` };
  return { state: 'unknown', reason: `Microsoft Entra answered ${status} and no error code of its own` };
}

/** The claims of the token that was issued; it is the answer over TLS that vouches for them. */
function toldBy(token: string, clientId: string, context: ProtocolContext): Told {
  try {
    const { app_displayname: name, tid, roles } = decodeJwt(token);
    return toldOf({
      identity: toldText(name, context.hide) ?? clientId,
      account: toldText(tid, context.hide),
      scopes: scopesOf(roles, context.hide),
    });
  } catch {
    return { identity: clientId };
  }
}
