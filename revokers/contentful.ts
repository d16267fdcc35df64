import type { Revoker } from '../src/model/revoker.ts';

const tokens = 'https://{{site}}/users/me/access_tokens';
const headers = { authorization: 'Bearer {{secret}}' };

export default {
  provider: 'contentful',
  patterns: ['contentful-personal-access-token'],
  docs: [
    'https://www.contentful.com/developers/docs/references/content-management-api/#/reference/access-tokens',
    'https://www.contentful.com/developers/docs/references/content-management-api/#/introduction/collection-resources-and-pagination',
    'https://contentful.com/developers/docs/references/content-management-api/access-tokens/revoke-an-access-token',
  ],
  hosts: ['api.contentful.com', 'api.eu.contentful.com'],
  authority: 'self',
  batch: { max: 1 },
  pick: { tail: '(.{4})$' },
  cascade: 'this token alone',
  survives: 'other tokens of the same user, and delivery and preview keys of the spaces',
  mints: true,
  revoke: [
    {
      does: "Looks the token up among its user's own by its last four characters.",
      kind: 'look-up',
      request: `GET ${tokens}?limit=100`,
      headers,
      accepted: { status: 200, json: { items: 'present', total: 'number' } },
      page: { counts: 'elements', as: 'query.skip', total: 'total' },
      find: { in: 'items', where: { 'sys.redactedValue': '{{pick:tail}}' }, keep: { id: 'sys.id' } },
    },
    {
      does: 'Revokes the token by its id.',
      kind: 'act',
      request: `PUT ${tokens}/{{kept:id}}/revoked`,
      headers,
      accepted: { status: 200, json: { revokedAt: 'string' } },
      gone: { status: 401, json: { 'sys.id': 'AccessTokenInvalid' } },
    },
  ],
} satisfies Revoker;
