import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'gitlab',
  patterns: ['gitlab-access-token'],
  docs: ['https://docs.gitlab.com/api/personal_access_tokens/#self-revoke'],
  hosts: ['gitlab.com'],
  authority: 'self',
  batch: { max: 1 },
  defaults: { host: 'gitlab.com' },
  cascade: 'this token alone',
  survives: 'sessions, deploy tokens and job tokens of the same user',
  revoke: [
    {
      does: 'Revokes the token by itself; every scope may.',
      kind: 'act',
      request: 'DELETE https://{{part:host}}/api/v4/personal_access_tokens/self',
      headers: { 'private-token': '{{secret}}' },
      accepted: { status: 204 },
      gone: { status: 401, json: { message: '401 Unauthorized' } },
    },
  ],
} satisfies Revoker;
