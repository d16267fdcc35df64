import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'launchdarkly',
  patterns: ['launchdarkly-access-token'],
  docs: [
    'https://launchdarkly.com/docs/api/access-tokens/delete-token',
    'https://launchdarkly.com/docs/api/other/get-caller-identity',
  ],
  // Tokens of the European and federal instances are refused here: nothing happens to them.
  hosts: ['app.launchdarkly.com'],
  authority: 'admin',
  admin: { what: 'an access token of the same account that may delete access tokens', env: 'LAUNCHDARKLY_ADMIN_TOKEN' },
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'other tokens of the same member, and SDK keys',
  revoke: [
    {
      does: 'Asks with the leaked token what its id is.',
      kind: 'look-up',
      request: 'GET https://app.launchdarkly.com/api/v2/caller-identity',
      headers: { authorization: '{{secret}}' },
      accepted: { status: 200, json: { tokenId: 'string' } },
      keep: { id: 'json.tokenId' },
    },
    {
      does: 'Deletes the token by its id.',
      kind: 'act',
      request: 'DELETE https://app.launchdarkly.com/api/v2/tokens/{{kept:id}}',
      headers: { authorization: '{{admin}}' },
      accepted: { status: 204 },
    },
  ],
} satisfies Revoker;
