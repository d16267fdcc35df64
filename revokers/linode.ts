import type { Revoker } from '../src/model/revoker.ts';

const headers = { authorization: 'Bearer {{secret}}' };

export default {
  provider: 'linode',
  patterns: ['linode-access-token'],
  docs: [
    'https://techdocs.akamai.com/linode-api/reference/get-personal-access-tokens',
    'https://techdocs.akamai.com/linode-api/reference/delete-personal-access-token',
  ],
  hosts: ['api.linode.com'],
  authority: 'self',
  batch: { max: 1 },
  pick: { head: '^([0-9a-f]{16})' },
  cascade: 'this token alone',
  survives: 'other tokens of the same user; a token without the scope account:read_write cannot delete itself',
  revoke: [
    {
      does: 'Looks the token up among its user’s, by its first sixteen characters.',
      kind: 'look-up',
      request: 'GET https://api.linode.com/v4/profile/tokens?page_size=500',
      headers,
      accepted: { status: 200, json: { data: 'present', pages: 'number' } },
      // https://techdocs.akamai.com/linode-api/reference/pagination
      page: { counts: 'pages', first: 1, as: 'query.page', total: 'pages' },
      find: { in: 'data', where: { token: '{{pick:head}}' }, keep: { id: 'id' } },
    },
    {
      does: 'Deletes the token by its id.',
      kind: 'act',
      request: 'DELETE https://api.linode.com/v4/profile/tokens/{{kept:id}}',
      headers,
      accepted: { status: 200 },
      gone: { status: 401, json: { 'errors[].reason': 'Invalid Token' } },
    },
  ],
} satisfies Revoker;
