import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'planetscale',
  patterns: ['planetscale-service-token'],
  docs: [
    'https://planetscale.com/docs/api/reference/delete_service_token',
    'https://planetscale.com/changelog/service-token-api-endpoints',
  ],
  hosts: ['api.planetscale.com'],
  authority: 'admin',
  admin: {
    what: 'a service token of the same organization with delete_service_tokens, as ID:TOKEN',
    env: 'PLANETSCALE_ADMIN_TOKEN',
  },
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'database passwords and tokens that were made with it',
  mints: true,
  revoke: [
    {
      does: 'Asks with the leaked token which organization it is of, which also shows that it belongs to its id.',
      kind: 'look-up',
      request: 'GET https://api.planetscale.com/v1/organizations',
      headers: { authorization: '{{part:id}}:{{secret}}' },
      accepted: { status: 200, json: { 'data[0].name': 'string', 'data[1]': 'absent' } },
      keep: { organization: 'json.data[0].name' },
    },
    {
      does: 'Deletes the token by its id.',
      kind: 'act',
      request: 'DELETE https://api.planetscale.com/v1/organizations/{{kept:organization}}/service-tokens/{{part:id}}',
      headers: { authorization: '{{admin}}' },
      accepted: { status: 204 },
    },
  ],
} satisfies Revoker;
