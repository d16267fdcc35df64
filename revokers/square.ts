import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'square',
  patterns: ['square-access-token', 'square-legacy-access-token'],
  docs: ['https://developer.squareup.com/reference/square/o-auth-api/revoke-token'],
  // Tokens of the sandbox are refused here: nothing happens to them.
  hosts: ['connect.squareup.com'],
  authority: 'admin',
  admin: { what: 'the secret of the application that the token was issued to', env: 'SQUARE_APPLICATION_SECRET' },
  batch: { max: 1 },
  cascade: 'this access token alone',
  survives: 'the authorization of the seller and its refresh token, which can make another',
  revoke: [
    {
      does: 'Revokes the token by its value. Without revoke_only_access_token every token of the seller would go.',
      kind: 'act',
      request: 'POST https://connect.squareup.com/oauth2/revoke',
      headers: { authorization: 'Client {{admin}}' },
      body: { json: { client_id: '{{told:account}}', access_token: '{{secret}}', revoke_only_access_token: true } },
      accepted: { status: 200, json: { success: true } },
    },
  ],
} satisfies Revoker;
