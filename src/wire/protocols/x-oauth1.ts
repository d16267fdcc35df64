import { randomBytes } from 'node:crypto';
import { oauth1Authorization } from '../oauth1.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { answered, exchange, type Judged, type Reply, toldText } from '../protocol-http.ts';

/**
 * Access tokens of users of X, by OAuth 1.0a and the user that they are of:
 * https://docs.x.com/x-api/users/user-lookup-me and https://docs.x.com/fundamentals/authentication/oauth-1-0a/authorizing-a-request
 */
const protocol: Protocol = {
  name: 'x-oauth1',
  needs: ['consumer_key', 'consumer_secret', 'token', 'token_secret'],
  takes: [],
  hosts: ['api.x.com'],
  sends: 'the consumer key, the access token, and a signature made with both secrets, which themselves are not sent',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const {
    consumer_key: consumerKey = '',
    consumer_secret: consumerSecret = '',
    token = '',
    token_secret: tokenSecret = '',
  } = fields;
  const url = new URL('https://api.x.com/1.1/account/verify_credentials.json?include_entities=false&skip_status=true');
  const authorization = oauth1Authorization(
    { method: 'GET', url: context.wire.endpointOf(url, context.to) },
    { consumerKey, consumerSecret, token, tokenSecret },
    { nonce: randomBytes(16).toString('hex'), seconds: Math.floor(context.now().getTime() / 1000) },
  );
  const headers = { accept: 'application/json', authorization };
  return answered(await exchange({ method: 'GET', url, headers }, context), (reply) => judge(reply, token, context));
}

/** https://docs.x.com/x-api/fundamentals/response-codes-and-errors */
function judge({ status, json }: Reply, token: string, { hide }: ProtocolContext): Judged {
  // The id of the user stands in front of the token.
  const account = /^[0-9]{1,20}(?=-)/.exec(token)?.[0];
  const told = account === undefined ? {} : { account };
  const identity = toldText(json?.screen_name, hide);
  if (status === 200 && identity !== undefined && typeof json?.id_str === 'string')
    return { ...told, identity, state: 'live', evidence: 'X told the user of the token' };
  const codes = Array.isArray(json?.errors)
    ? (json.errors as readonly { readonly code?: unknown }[]).map(({ code }) => code)
    : [];
  if (status === 403 && codes.includes(453))
    return { ...told, state: 'live', evidence: 'X took the signature, and the plan of the app does not have this call: 453' };
  if (status === 401 && codes.includes(89))
    return { ...told, state: 'dead', evidence: 'X says that the token is invalid or expired: 89' };
  if (status === 401 && codes.includes(32))
    return {
      ...told,
      state: 'unknown',
      reason: 'X took no signature of these four values: one of them is not of the others, or was replaced',
      about: 'pair',
    };
  return {
    ...told,
    state: 'unknown',
    reason: `X answered ${status}${codes.length > 0 ? ` ${String(codes[0])}` : ''}, which says nothing of the token`,
  };
}
