import { randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { basicOf } from '../oauth-client.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, formRequest, httpsUrl, type Reply, scopesOf, timeOf, toldOf, toldText, wordOf } from '../protocol-http.ts';

/**
 * OAuth 2.0 tokens by introspection (RFC 7662). `sees: all` says that the server shows every token to whoever asks with
 * these client credentials. Without it `active: false` is no death: section 2.2 has the server say the same of a token
 * that this client may not see. A token that names the client as the one it was issued to is seen by it.
 * Without a token it is the client that is asked about: a made-up token is introspected, by the client and by one whose secret
 * is made up as well.
 */
const protocol: Protocol = {
  name: 'oauth-introspection',
  needs: ['endpoint', 'client_id'],
  takes: ['token', 'client_secret', 'token_type', 'sees'],
  hosts: [],
  sends: 'the token or a made-up one, the client id and the client secret, to the introspection endpoint',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { token, client_id: clientId = '', client_secret: clientSecret, token_type: hint } = fields;
  const url = httpsUrl(fields.endpoint ?? '');
  if (!url) return { state: 'unknown', reason: 'the introspection endpoint is not an https address', asked: [] };
  if (token === undefined) return askClient(url, clientId, clientSecret ?? '', context);
  const form = { token, ...(hint && { token_type_hint: hint }) };
  const request =
    clientSecret === undefined
      ? formRequest(url, { ...form, client_id: clientId })
      : formRequest(url, form, { authorization: basicOf(clientId, clientSecret) });
  const sent = await exchange(request, context);
  if (!('reply' in sent)) return { state: 'unknown', reason: sent.reason, asked: [sent.asked] };
  const isSeen = fields.sees === 'all' || isIssuedTo(token, clientId);
  const said = judge(sent.reply, isSeen, context);
  return { ...said, asked: [sent.noted(said.state === 'unknown' ? said.reason : said.evidence)] };
}

/** Asks about a client by a token that nobody has. */
async function askClient(url: URL, id: string, secret: string, context: ProtocolContext): Promise<ProtocolAnswer> {
  const madeUp = () => randomBytes(24).toString('base64url');
  const request = (own: string) => formRequest(url, { token: madeUp() }, { authorization: basicOf(id, own) });
  // Where the id is what was found, it is not told.
  const told = toldOf({ identity: toldText(id, context.hide) });
  const sent = await exchange(request(secret), context);
  if (!('reply' in sent)) return { ...told, state: 'unknown', reason: sent.reason, asked: [sent.asked] };
  const said = wordsOf(sent.reply, context);
  if (said === 'refused') {
    const asked = [sent.noted('refused the client')];
    return { ...told, state: 'dead', evidence: 'the introspection endpoint refused the client: invalid_client', asked };
  }
  if (said !== 'taken') {
    const reason = `the introspection endpoint answered ${sent.reply.status}, which says nothing of the client`;
    return { ...told, state: 'unknown', reason, asked: [sent.noted(reason)] };
  }
  const control = await exchange(request(madeUp()), context);
  const noted = 'reply' in control ? control.noted('a client with a made-up secret') : control.asked;
  const asked = [sent.noted('told of the token'), noted];
  if ('reply' in control && wordsOf(control.reply, context) === 'refused')
    return {
      ...told,
      state: 'live',
      evidence: 'the introspection endpoint took the client, and not with a made-up secret',
      asked,
    };
  return { ...told, state: 'unknown', reason: 'the introspection endpoint did not refuse a made-up secret either', asked };
}

function wordsOf({ status, json }: Reply, { hide }: ProtocolContext): 'taken' | 'refused' | undefined {
  if (status === 200 && json?.active === false) return 'taken';
  return (status === 400 || status === 401) && wordOf(json?.error, hide) === 'invalid_client' ? 'refused' : undefined;
}

function judge({ status, json }: Reply, isSeen: boolean, context: ProtocolContext) {
  if (status === 200 && json?.active === true) {
    const { username, sub, client_id: client, iss, scope, iat, exp } = json;
    return {
      state: 'live',
      evidence: 'introspection says that it is active',
      ...toldOf({
        identity: [username, sub, client].flatMap((name) => toldText(name, context.hide) ?? [])[0],
        account: toldText(iss, context.hide),
        scopes: scopesOf(scope, context.hide),
        created: timeOf(iat),
        expires: timeOf(exp),
      }),
    } as const;
  }
  if (status === 200 && json?.active === false) {
    if (isSeen) return { state: 'dead', evidence: 'introspection says that it is not active' } as const;
    const reason = 'introspection says that it is not active, or that this client may not see it';
    return { state: 'unknown', reason } as const;
  }
  const error = wordOf(json?.error, context.hide);
  if (status === 401 || error === 'invalid_client')
    return { state: 'unknown', reason: 'the introspection endpoint refused the client that asked' } as const;
  return { state: 'unknown', reason: `the introspection endpoint answered ${status}${error ? ` ${error}` : ''}` } as const;
}

/** RFC 9068, section 2.2, `client_id`; `azp` and `cid` are what others call it. */
function isIssuedTo(token: string, clientId: string): boolean {
  try {
    const claims = decodeJwt(token);
    return [claims.client_id, claims.azp, claims.cid].includes(clientId);
  } catch {
    return false;
  }
}
