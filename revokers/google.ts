import type { Revoker } from '../src/model/revoker.ts';

export default [
  {
    provider: 'google',
    patterns: ['google-oauth-access-token', 'google-oauth-refresh-token'],
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
