import {
  compactVerify,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
} from 'jose';
import type { Asked, Told } from '../../model/verdict.ts';
import { discover, endpointOf } from '../discovery.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, scopesOf, timeOf, toldOf, toldText } from '../protocol-http.ts';
import type { Wire } from '../wire.ts';

/** RFC 7519, section 4.1.4: who checks may allow "some small leeway, usually no more than a few minutes". */
const leewayMs = 300_000;

/** Issuers whose keys are remembered in a run. */
const maxIssuers = 256;

/**
 * JSON Web Tokens. What is expired is dead, and nobody is asked. Else the signature is checked with the keys that the
 * issuer publishes, where the issuer is one that may be asked; the token itself is not sent.
 *
 * A good signature is life: a resource server that validates as RFC 9068, section 4, says takes the token until it
 * expires, and asks nobody. That the issuer may hold a list of what it took back is said in the evidence.
 */
const protocol: Protocol = {
  name: 'jwt',
  needs: ['token'],
  takes: [],
  hosts: [],
  sends: 'nothing of the token: the issuer is asked for its public keys',
  ask: ({ token = '' }, context) => ask(token, context),
};

export default protocol;

async function ask(token: string, context: ProtocolContext): Promise<ProtocolAnswer> {
  const read = readToken(token);
  if (!read) return { state: 'unknown', reason: 'it is no JSON Web Token that can be read', asked: [] };
  const { payload, algorithm } = read;
  const told = toldBy(payload);
  const now = context.now().getTime();

  if (payload.exp !== undefined && payload.exp * 1000 + leewayMs < now)
    return { ...told, state: 'dead', evidence: `it expired at ${timeOf(payload.exp) ?? 'a time long past'}`, asked: [] };
  if (payload.nbf !== undefined && payload.nbf * 1000 - leewayMs > now)
    return { ...told, state: 'unknown', reason: `it is not valid before ${timeOf(payload.nbf) ?? 'a time far off'}`, asked: [] };
  if (!/^(?:[RP]S(?:256|384|512)|ES(?:256|384|512)|EdDSA|Ed25519|ML-DSA-(?:44|65|87))$/.test(algorithm))
    return { ...told, state: 'unknown', reason: 'it is signed with a shared secret, which only its issuer can check', asked: [] };
  // Microsoft Graph signs another header than the one it sends, so that only Graph can check:
  // https://learn.microsoft.com/en-us/entra/identity-platform/access-tokens#validate-tokens
  if (read.hasNonce)
    return { ...told, state: 'unknown', reason: 'it is made so that only the one it is for can check it', asked: [] };
  if (payload.iss === undefined) return { ...told, state: 'unknown', reason: 'it does not say who issued it', asked: [] };

  const keys = await keysOf(payload.iss, context);
  if ('reason' in keys) return { ...told, state: 'unknown', ...keys };
  return { ...told, ...(await checkSignature(token, keys.keys)), asked: keys.asked };
}

type Checked =
  | { readonly state: 'live' | 'dead'; readonly evidence: string }
  | { readonly state: 'unknown'; readonly reason: string };

async function checkSignature(token: string, keys: JSONWebKeySet): Promise<Checked> {
  const evidence =
    'signed by a key that its issuer publishes, and not expired; whether the issuer has taken it back is not known';
  const live: Checked = { state: 'live', evidence };
  const forged: Checked = { state: 'dead', evidence: 'the key of its issuer that it names did not sign it' };
  try {
    await compactVerify(token, createLocalJWKSet(keys));
    return live;
  } catch (error) {
    // Without a key id, any of several keys may have signed it.
    if (error instanceof errors.JWKSMultipleMatchingKeys) {
      for await (const key of error) {
        const signed = await compactVerify(token, key).then(
          () => true,
          () => false,
        );
        if (signed) return live;
      }
      return { state: 'unknown', reason: 'none of the keys that its issuer publishes signed it' };
    }
    if (error instanceof errors.JWSSignatureVerificationFailed && decodeProtectedHeader(token).kid !== undefined) return forged;
    // Some issuers sign tokens for themselves with keys that they do not publish.
    return { state: 'unknown', reason: 'its issuer publishes no key that could have signed it' };
  }
}

type Keys =
  | { readonly keys: JSONWebKeySet; readonly asked: readonly Asked[] }
  | { readonly reason: string; readonly asked: readonly Asked[] };

const remembered = new WeakMap<Wire, Map<string, Promise<Keys>>>();

/** The keys of an issuer, asked for once in a run. */
function keysOf(issuer: string, context: ProtocolContext): Promise<Keys> {
  const issuers = remembered.get(context.wire) ?? new Map<string, Promise<Keys>>();
  remembered.set(context.wire, issuers);
  const known = issuers.get(issuer);
  if (known) return known;
  const [oldest] = issuers.size >= maxIssuers ? issuers.keys() : [];
  if (oldest !== undefined) issuers.delete(oldest);
  const keys = fetchKeys(issuer, context);
  issuers.set(issuer, keys);
  return keys;
}

async function fetchKeys(issuer: string, context: ProtocolContext): Promise<Keys> {
  const found = await discover(issuer, context);
  if ('reason' in found) return found;
  const url = endpointOf(found.metadata, 'jwks_uri');
  if (!url) return { reason: 'its issuer names no public keys', asked: found.asked };
  const sent = await exchange({ method: 'GET', url, headers: { accept: 'application/json' } }, context);
  if (!('reply' in sent)) return { reason: sent.reason, asked: [...found.asked, sent.asked] };
  const { status, json } = sent.reply;
  const keys = Array.isArray(json?.keys) ? json.keys.filter((key) => typeof key === 'object' && key !== null) : [];
  if (status !== 200 || keys.length === 0) {
    return { reason: 'its issuer publishes no keys where it says', asked: [...found.asked, sent.noted('no public keys')] };
  }
  return { keys: { keys }, asked: [...found.asked, sent.noted(`${keys.length} public keys of the issuer`)] };
}

interface ReadToken {
  readonly payload: JWTPayload;
  readonly algorithm: string;
  readonly hasNonce: boolean;
}

function readToken(token: string): ReadToken | undefined {
  try {
    const header = decodeProtectedHeader(token);
    const { iss, exp, nbf, ...rest } = decodeJwt(token);
    const payload = {
      ...rest,
      ...(typeof iss === 'string' && { iss }),
      ...(typeof exp === 'number' && { exp }),
      ...(typeof nbf === 'number' && { nbf }),
    };
    return { payload, algorithm: header.alg ?? 'none', hasNonce: header.nonce !== undefined };
  } catch {
    return undefined;
  }
}

/** What the token says of itself. Nothing in it is secret but its signature. */
function toldBy(payload: JWTPayload): Told {
  return toldOf({
    identity: [payload.email, payload.preferred_username, payload.sub, payload.client_id].flatMap(
      (name) => toldText(name, []) ?? [],
    )[0],
    account: toldText(payload.iss, []),
    scopes: scopesOf(payload.scope ?? payload.scp ?? payload.roles, []),
    created: timeOf(payload.iat),
    expires: timeOf(payload.exp),
  });
}
