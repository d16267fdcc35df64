import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'mapbox',
  patterns: ['mapbox-secret-token'],
  docs: [
    'https://docs.mapbox.com/api/accounts/tokens/#retrieve-a-token',
    'https://docs.mapbox.com/api/accounts/tokens/#delete-a-token',
  ],
  hosts: ['api.mapbox.com'],
  authority: 'admin',
  admin: { what: 'a secret token of the same account with the scope tokens:write', env: 'MAPBOX_ADMIN_TOKEN' },
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'other tokens of the account, and temporary tokens made with this one, for an hour at most',
  mints: true,
  revoke: [
    {
      does: 'Asks with the leaked token whose it is and what its id is.',
      kind: 'look-up',
      request: 'GET https://api.mapbox.com/tokens/v2?access_token={{secret}}',
      accepted: { status: 200, json: { code: 'TokenValid', 'token.authorization': 'string' } },
      keep: { user: 'json.token.user', id: 'json.token.authorization' },
    },
    {
      does: 'Deletes the token by its id.',
      kind: 'act',
      request: 'DELETE https://api.mapbox.com/tokens/v2/{{kept:user}}/{{kept:id}}?access_token={{admin}}',
      accepted: { status: 204 },
    },
  ],
} satisfies Revoker;
