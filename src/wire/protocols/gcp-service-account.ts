import { createPrivateKey, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import { pemOf } from '../pem.ts';
import type { Protocol, ProtocolAnswer, ProtocolContext } from '../protocol.ts';
import { exchange, formRequest, type Reply, toldOf, wordOf } from '../protocol-http.ts';

/** Never the `token_uri` of the file, which whoever wrote the file chose. */
const tokenUrl = 'https://oauth2.googleapis.com/token';

/** An address that cannot exist (RFC 2606), so nothing trusts the token that is made for it. */
const audience = 'https://quash.invalid/';

/**
 * Keys of Google service accounts: an assertion signed with the key is exchanged for a token.
 * https://developers.google.com/identity/protocols/oauth2/service-account#httprest
 * An access token lives an hour whatever becomes of the key, and cannot be relied on to be taken back; so an ID token for
 * an audience that does not exist is asked for instead, which opens nothing:
 * https://cloud.google.com/docs/authentication/get-id-token#generic-dev
 */
const protocol: Protocol = {
  name: 'gcp-service-account',
  needs: ['private_key', 'client_email'],
  takes: ['key_id', 'project'],
  hosts: ['oauth2.googleapis.com'],
  sends: 'a short-lived assertion signed with the private key, which itself is not sent',
  effects: 'an ID token for an audience that does not exist, which is thrown away; the key counts as used',
  ask,
};

export default protocol;

async function ask(fields: Readonly<Record<string, string>>, context: ProtocolContext): Promise<ProtocolAnswer> {
  const email = fields.client_email ?? '';
  const told = toldOf({ identity: email, account: fields.project ?? projectOf(email) });
  const key = keyOf(fields.private_key ?? '');
  if (!key) return { ...told, state: 'unknown', reason: 'what stands there is no RSA private key that can be read', asked: [] };

  const seconds = Math.floor(context.now().getTime() / 1000);
  const assertion = await new SignJWT({ target_audience: audience })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', ...(fields.key_id && { kid: fields.key_id }) })
    .setIssuer(email)
    .setAudience(tokenUrl)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + 300)
    .sign(key);
  const form = { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion };
  const sent = await exchange(formRequest(new URL(tokenUrl), form), context);
  if (!('reply' in sent)) return { ...told, state: 'unknown', reason: sent.reason, asked: [sent.asked] };
  const said = judge(sent.reply, context);
  return { ...told, ...said, asked: [sent.noted(said.state === 'unknown' ? said.reason : said.evidence)] };
}

type Judged =
  | { readonly state: 'live' | 'dead'; readonly evidence: string }
  | { readonly state: 'unknown'; readonly reason: string };

/** How Google words a key or an account that is gone: only part of it is documented, the rest is what its users report. */
const gone: readonly (readonly [error: string, description: RegExp, evidence: string])[] = [
  ['invalid_grant', /^Invalid JWT Signature\b/i, 'Google knows the account, but not the key: it is deleted or disabled'],
  ['invalid_grant', /^Invalid grant: account not found\b/i, 'Google does not know the service account'],
  ['invalid_grant', /\baccount has been deleted\b/i, 'Google says that the service account is deleted'],
  // https://github.com/googleapis/google-api-ruby-client/issues/720
  ['invalid_grant', /^Robot is disabled\b/i, 'Google says that the service account is disabled'],
  ['disabled_client', /^/, 'Google says that the service account is disabled'],
  ['deleted_client', /^/, 'Google says that the service account is deleted'],
];

function judge({ status, json }: Reply, context: ProtocolContext): Judged {
  if (status === 200 && typeof json?.id_token === 'string')
    return { state: 'live', evidence: 'Google exchanged an assertion signed with the key for a token' };
  const error = wordOf(json?.error, context.hide);
  if (error === undefined || status < 400 || status > 499)
    return { state: 'unknown', reason: `Google answered ${status} and no error of OAuth` };
  const description = typeof json?.error_description === 'string' ? json.error_description : '';
  const match = gone.find(([name, words]) => name === error && words.test(description));
  if (match) return { state: 'dead', evidence: match[2] };
  // "Invalid JWT: Token must be a short-lived token (60 minutes) and in a reasonable timeframe."
  if (/reasonable timeframe/i.test(description))
    return { state: 'unknown', reason: `Google refuses the time of this machine, ${context.now().toISOString()}` };
  return { state: 'unknown', reason: `Google answered ${error}, for a reason that does not tell of the key` };
}

function keyOf(text: string): KeyObject | undefined {
  try {
    const key = createPrivateKey(pemOf(text, 'PRIVATE KEY') ?? '');
    // RS256 with less is refused by all who follow RFC 7518, section 3.3, and so by the signer.
    const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
    return key.asymmetricKeyType === 'rsa' && bits >= 2048 ? key : undefined;
  } catch {
    return undefined;
  }
}

/** `NAME@PROJECT.iam.gserviceaccount.com`: https://cloud.google.com/iam/docs/service-account-types */
function projectOf(email: string): string | undefined {
  return /@([0-9a-z-]+)\.iam\.gserviceaccount\.com$/.exec(email)?.[1];
}
