import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'dropbox',
  patterns: ['dropbox-access-token', 'dropbox-scoped-access-token'],
  docs: ['https://www.dropbox.com/developers/documentation/http/documentation#auth-token-revoke'],
  hosts: ['api.dropboxapi.com'],
  authority: 'self',
  batch: { max: 1 },
  cascade:
    'the refresh token that it was made with, and every other access token of that refresh token: the user has to connect the app again',
  children: ['dropbox-access-token', 'dropbox-scoped-access-token'],
  survives: 'the key and secret of the app, and connections of other users',
  revoke: [
    {
      does: 'Revokes the token by itself.',
      kind: 'act',
      request: 'POST https://api.dropboxapi.com/2/auth/token/revoke',
      headers: { authorization: 'Bearer {{secret}}' },
      accepted: { status: 200 },
      gone: { status: 401, json: { error_summary: 're:^(?:invalid|expired)_access_token/' } },
    },
  ],
} satisfies Revoker;
