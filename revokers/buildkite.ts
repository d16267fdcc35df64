import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'buildkite',
  patterns: ['buildkite-api-token'],
  docs: ['https://buildkite.com/docs/apis/rest-api/access-token#revoke-the-current-token'],
  hosts: ['api.buildkite.com'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'agent tokens, and other tokens of the same user',
  revoke: [
    {
      does: 'Revokes the token by itself; no scope is needed.',
      kind: 'act',
      request: 'DELETE https://api.buildkite.com/v2/access-token',
      headers: { authorization: 'Bearer {{secret}}' },
      accepted: { status: 204 },
      gone: { status: 401, json: { message: 're:(?i)^authentication required' } },
    },
  ],
} satisfies Revoker;
