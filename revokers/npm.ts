import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'npm',
  patterns: ['npm-access-token'],
  docs: ['https://docs.npmjs.com/cli/v11/commands/npm-logout', 'https://docs.npmjs.com/revoking-access-tokens'],
  hosts: ['registry.npmjs.org'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'other tokens of the same user, and every version that was published with this one',
  revoke: [
    {
      does: 'Ends the token, as npm logout does; where its owner must give a one-time password, npm refuses.',
      kind: 'act',
      request: 'DELETE https://registry.npmjs.org/-/user/token/{{secret}}',
      headers: { authorization: 'Bearer {{secret}}' },
      accepted: { status: [200, 204] },
    },
  ],
  takesUpTo: '1h',
} satisfies Revoker;
