import type { HttpStep, Revoker } from '../src/model/revoker.ts';

const key = 'https://iam.googleapis.com/v1/projects/-/serviceAccounts/{{part:client_email}}/keys/{{part:key_id}}';
const bearer = { authorization: 'Bearer {{admin}}' };

/** The id stands beside the key in its file; Google took an assertion that names it and is signed with the key, so it is the key's own. */
function onKey(verb: 'disable' | 'enable', does: string): HttpStep {
  return { does, kind: 'act', request: `POST ${key}:${verb}`, headers: bearer, body: { json: {} }, accepted: { status: 200 } };
}

export default [
  {
    provider: 'google',
    patterns: ['google-service-account-key'],
    docs: [
      'https://cloud.google.com/iam/docs/keys-disable-enable',
      'https://cloud.google.com/iam/docs/reference/rest/v1/projects.serviceAccounts.keys',
    ],
    hosts: ['iam.googleapis.com'],
    authority: 'admin',
    admin: {
      what: 'an access token that may manage the keys of the service account (gcloud auth print-access-token, role Service Account Key Admin)',
      env: 'QUASH_GOOGLE_ADMIN',
    },
    batch: { max: 1 },
    cascade: 'this key alone; other keys of the service account stay',
    survives:
      'access tokens that were made with the key, up to an hour (12 hours where the organization allows it): disable the service account to end them',
    mints: true,
    revoke: [
      {
        does: 'Deletes the key of the service account.',
        kind: 'act',
        request: `DELETE ${key}`,
        headers: bearer,
        accepted: { status: 200 },
        gone: { status: 404, json: { 'error.status': 'NOT_FOUND' } },
      },
    ],
    reversible: { disable: [onKey('disable', 'Disables the key.')], enable: [onKey('enable', 'Enables the key again.')] },
    takesUpTo: '15m',
  },
  {
    provider: 'google',
    patterns: ['google-oauth-access-token', 'google-oauth-refresh-token', 'google-authorized-user'],
    docs: [
      'https://developers.google.com/identity/protocols/oauth2/web-server#tokenrevoke',
      'https://www.rfc-editor.org/rfc/rfc7009',
    ],
    hosts: ['oauth2.googleapis.com'],
    authority: 'none',
    batch: { max: 1 },
    cascade:
      'an access token takes the refresh token with it that it was made with, and a refresh token its access tokens: the user’s consent to the app is withdrawn, and the user has to give it anew',
    survives:
      'an access token may work on for some minutes; tokens of service accounts cannot be taken back and live for an hour',
    children: ['google-oauth-access-token', 'google-oauth-refresh-token', 'google-authorized-user'],
    mints: true,
    revoke: [
      {
        does: 'Revokes the token, and with it the consent that it stands for.',
        kind: 'act',
        request: 'POST https://oauth2.googleapis.com/revoke',
        body: { form: { token: '{{secret}}' } },
        accepted: { status: 200 },
        gone: { status: 400, json: { error: 'invalid_token' } },
      },
    ],
    takesUpTo: '15m',
  },
] satisfies readonly Revoker[];
