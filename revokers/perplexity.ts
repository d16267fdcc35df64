import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'perplexity',
  patterns: ['perplexity-api-key'],
  docs: ['https://docs.perplexity.ai/api-reference/revoke-auth-token-post'],
  hosts: ['api.perplexity.ai'],
  authority: 'admin',
  admin: { what: 'another API key of the same API group', env: 'PERPLEXITY_ADMIN_KEY' },
  batch: { max: 1 },
  cascade: 'this key alone, for good',
  survives: 'other keys of the group',
  mints: true,
  revoke: [
    {
      does: 'Revokes the key by its value.',
      kind: 'act',
      request: 'POST https://api.perplexity.ai/revoke_auth_token',
      headers: { authorization: 'Bearer {{admin}}' },
      body: { json: { auth_token: '{{secret}}' } },
      accepted: { status: 200 },
    },
  ],
} satisfies Revoker;
