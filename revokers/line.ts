import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'line',
  patterns: ['line-channel-access-token'],
  docs: ['https://developers.line.biz/en/reference/messaging-api/#revoke-longlived-or-shortlived-channel-access-token'],
  hosts: ['api.line.me'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'other tokens of the channel, and the channel secret, which can issue more',
  revoke: [
    {
      does: 'Revokes the token by its value.',
      kind: 'act',
      request: 'POST https://api.line.me/v2/oauth/revoke',
      body: { form: { access_token: '{{secret}}' } },
      accepted: { status: 200, why: 'which is also the answer to a token that is none' },
    },
  ],
} satisfies Revoker;
