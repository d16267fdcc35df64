import { createPrivateKey, type KeyObject, randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { answered, exchange, type Judged, type Reply } from '../protocol-http.ts';

/**
 * API keys of the Coinbase Developer Platform, by what they may do:
 * https://docs.cdp.coinbase.com/api-reference/advanced-trade-api/rest-api/data-api/get-api-key-permissions
 */
const protocol: Protocol = {
  name: 'coinbase-cdp',
  needs: ['name', 'private_key'],
  takes: [],
  hosts: ['api.coinbase.com'],
  sends:
    'the name of the key, and a token that is signed with the private key and lasts two minutes; the private key is not sent',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const { name = '', private_key: pem = '' } = fields;
  const key = readKey(pem);
  if (!key) return { state: 'unknown', reason: 'what stands beside it is no private key of P-256', asked: [] };
  const url = new URL('https://api.coinbase.com/api/v3/brokerage/key_permissions');
  const destination = context.wire.endpointOf(url, context.to);
  const seconds = Math.floor(context.now().getTime() / 1000);
  // https://docs.cdp.coinbase.com/get-started/authentication/jwt-authentication
  const token = await new SignJWT({ sub: name, iss: 'cdp', uri: `GET ${destination.host}${destination.pathname}` })
    .setProtectedHeader({ alg: 'ES256', kid: name, typ: 'JWT', nonce: randomBytes(16).toString('hex') })
    .setNotBefore(seconds)
    .setExpirationTime(seconds + 120)
    .sign(key);
  const headers = { accept: 'application/json', authorization: `Bearer ${token}` };
  return answered(await exchange({ method: 'GET', url, headers }, context), (reply) => judge(reply, name));
}

/** A key out of JSON or out of code has its line ends written as `\n`. */
function readKey(pem: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pem.replaceAll('\\r', '').replaceAll('\\n', '\n'));
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? key : undefined;
  } catch {
    return undefined;
  }
}

const rights = { can_view: 'view', can_trade: 'trade', can_transfer: 'transfer' };

function judge({ status, json }: Reply, name: string): Judged {
  // The name is what the finding hides; whose it is may be told.
  const organization = /^organizations\/([0-9a-f-]{36})\//.exec(name)?.[1];
  const account = organization === undefined ? {} : { account: `organization ${organization}` };
  if (status === 200 && typeof json?.can_view === 'boolean') {
    const scopes = Object.entries(rights).flatMap(([field, right]) => (json[field] === true ? [right] : []));
    return { ...account, state: 'live', evidence: 'Coinbase told what the key may do', scopes };
  }
  // A deleted key, one that may not be used from this address, and a clock that is off are all answered alike.
  if (status === 401)
    return {
      state: 'unknown',
      reason: 'Coinbase answered 401, as to a key that is deleted, or one that is allowed from other addresses only',
    };
  return { state: 'unknown', reason: `Coinbase answered ${status}, which says nothing of the key` };
}
