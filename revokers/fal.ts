import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'fal',
  patterns: ['fal-api-key'],
  docs: ['https://fal.ai/docs/platform-apis/v1/keys/delete'],
  hosts: ['api.fal.ai'],
  authority: 'admin',
  admin: { what: 'a key of the scope ADMIN of the same workspace', env: 'FAL_ADMIN_KEY' },
  batch: { max: 1 },
  // A key is ID:SECRET.
  pick: { id: '^([^:]+):' },
  cascade: 'this key alone',
  survives: 'other keys of the workspace',
  mints: true,
  revoke: [
    {
      does: 'Deletes the key by its id.',
      kind: 'act',
      request: 'DELETE https://api.fal.ai/v1/keys/{{pick:id}}',
      headers: { authorization: 'Key {{admin}}' },
      accepted: { status: 204, why: 'it says so of a key that is not there, too' },
    },
  ],
} satisfies Revoker;
