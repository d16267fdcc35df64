import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'linear',
  patterns: ['linear-oauth-token'],
  docs: ['https://linear.app/developers/oauth-2-0-authentication'],
  hosts: ['api.linear.app'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'the access of the application in the name of this user',
  survives: 'a refresh token of the same grant may; personal API keys of the same user do',
  revoke: [
    {
      does: 'Revokes the token by its value.',
      kind: 'act',
      request: 'POST https://api.linear.app/oauth/revoke',
      body: { form: { token: '{{secret}}', token_type_hint: 'access_token' } },
      accepted: { status: 200 },
    },
  ],
} satisfies Revoker;
