import type { Revoker } from '../src/model/revoker.ts';

const headers = { authorization: 'Bearer {{admin}}' };

export default {
  provider: 'mistral',
  patterns: ['mistral-api-key'],
  docs: ['https://docs.mistral.ai/api/endpoint/beta/admin/api-keys'],
  hosts: ['api.mistral.ai'],
  authority: 'admin',
  admin: { what: 'an administration key of the same organization', env: 'MISTRAL_ADMIN_KEY' },
  batch: { max: 1 },
  pick: { tail: '(.{4})$' },
  cascade: 'this key alone',
  survives: 'other keys of the workspace',
  revoke: [
    {
      does: 'Looks the key up among those with its end, by both its visible ends.',
      kind: 'look-up',
      request: 'GET https://api.mistral.ai/v1/admin/api-keys?name={{pick:tail}}&limit=100',
      headers,
      accepted: { status: 200, json: { keys: 'present' } },
      page: { counts: 'elements', as: 'query.offset', size: 100 },
      find: { in: 'keys', where: {}, masked: 'hidden_key', keep: { id: 'key_id' } },
    },
    {
      does: 'Deletes the key by its id.',
      kind: 'act',
      request: 'DELETE https://api.mistral.ai/v1/admin/api-keys/{{kept:id}}',
      headers,
      accepted: { status: 200, json: { detail: 'string' } },
    },
  ],
} satisfies Revoker;
