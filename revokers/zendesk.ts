import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'zendesk',
  patterns: ['zendesk-oauth-token'],
  docs: ['https://developer.zendesk.com/documentation/api-basics/authentication/revoking-oauth-token'],
  hosts: ['*.zendesk.com'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'other tokens of the same client, and API tokens of the account',
  revoke: [
    {
      does: 'Revokes the token that the request is made with.',
      kind: 'act',
      request: 'DELETE https://{{part:subdomain}}.zendesk.com/api/v2/oauth/tokens/current.json',
      headers: { authorization: 'Bearer {{secret}}' },
      accepted: { status: 204, why: 'after which tokens are said to have worked on' },
      gone: { status: 401, json: { error: 'invalid_token' } },
    },
  ],
} satisfies Revoker;
