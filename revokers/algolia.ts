import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'algolia',
  patterns: ['algolia-admin-api-key'],
  docs: [
    'https://www.algolia.com/doc/rest-api/search/delete-api-key',
    'https://www.algolia.com/doc/guides/security/api-keys/how-to/how-to-restore-an-api-key',
  ],
  hosts: ['*.algolia.net'],
  authority: 'admin',
  admin: { what: 'the Admin API key of the same application', env: 'ALGOLIA_ADMIN_API_KEY' },
  batch: { max: 1 },
  cascade: 'this key; Algolia can restore it, for it keeps the last 1,000 deleted keys',
  survives: 'secured keys that were derived from it, perhaps; the Admin API key itself is only replaced in the dashboard',
  mints: true,
  revoke: [
    {
      does: 'Deletes the key; a key is its own id.',
      kind: 'act',
      request: 'DELETE https://{{part:application-id}}.algolia.net/1/keys/{{secret}}',
      headers: { 'x-algolia-application-id': '{{part:application-id}}', 'x-algolia-api-key': '{{admin}}' },
      accepted: { status: 200, json: { deletedAt: 'string' } },
      gone: { status: 404, json: { message: 're:(?i)^key does not exist' } },
    },
  ],
} satisfies Revoker;
