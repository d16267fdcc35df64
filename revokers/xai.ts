import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'xai',
  patterns: ['xai-api-key'],
  docs: ['https://docs.x.ai/docs/key-information/using-management-api#delete-an-api-key'],
  hosts: ['api.x.ai', 'management-api.x.ai'],
  authority: 'admin',
  admin: { what: 'a management key of the same team', env: 'XAI_MANAGEMENT_KEY' },
  batch: { max: 1 },
  cascade: 'this key alone',
  survives: 'other keys of the team',
  revoke: [
    {
      does: 'Asks with the leaked key what its id is.',
      kind: 'look-up',
      request: 'GET https://api.x.ai/v1/api-key',
      headers: { authorization: 'Bearer {{secret}}' },
      accepted: { status: 200, json: { api_key_id: 'string' } },
      keep: { id: 'json.api_key_id' },
    },
    {
      does: 'Deletes the key by its id.',
      kind: 'act',
      request: 'DELETE https://management-api.x.ai/auth/api-keys/{{kept:id}}',
      headers: { authorization: 'Bearer {{admin}}' },
      accepted: { status: 200 },
    },
  ],
  takesUpTo: '10m',
} satisfies Revoker;
