import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'twitch',
  patterns: ['twitch-oauth-token'],
  docs: ['https://dev.twitch.tv/docs/authentication/revoke-tokens/'],
  hosts: ['id.twitch.tv'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'a refresh token of the same user, which goes when the user disconnects the application',
  revoke: [
    {
      does: 'Revokes the token by its value, and the id of its application, which it told.',
      kind: 'act',
      request: 'POST https://id.twitch.tv/oauth2/revoke',
      body: { form: { client_id: '{{told:account}}', token: '{{secret}}' } },
      accepted: { status: 200 },
      gone: { status: 400, json: { message: 'Invalid token' } },
    },
  ],
} satisfies Revoker;
