import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'trello',
  patterns: ['trello-api-token'],
  docs: ['https://developer.atlassian.com/cloud/trello/rest/api-group-tokens/#api-tokens-token-delete'],
  hosts: ['api.trello.com'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this token, and the webhooks that were made with it',
  survives: 'other tokens of the same member; the API key, with which a member can grant another',
  revoke: [
    {
      does: 'Deletes the token, which is named by its value.',
      kind: 'act',
      request: 'DELETE https://api.trello.com/1/tokens/{{secret}}?key={{part:key}}&token={{secret}}',
      accepted: { status: 200 },
      gone: { status: 401, text: 'invalid token' },
    },
  ],
} satisfies Revoker;
