import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'slack',
  patterns: ['slack-bot-token', 'slack-user-token', 'slack-app-level-token', 'slack-rotating-access-token'],
  docs: ['https://docs.slack.dev/reference/methods/auth.revoke'],
  hosts: ['slack.com'],
  authority: 'self',
  batch: { max: 1 },
  limits: { perSecond: 0.8 },
  cascade: 'this token alone; a bot’s takes the bot out of its channels',
  survives: 'the app, its webhooks and its other tokens; a refresh token, which can make another',
  revoke: [
    {
      does: 'Revokes the token that the request is made with.',
      kind: 'act',
      request: 'POST https://slack.com/api/auth.revoke',
      headers: { authorization: 'Bearer {{secret}}' },
      // Everything is answered with 200, and a trial run with ok.
      accepted: { status: 200, json: { ok: true, revoked: true } },
      gone: { status: 200, json: { ok: false, error: ['token_revoked', 'account_inactive', 'token_expired'] } },
    },
  ],
} satisfies Revoker;
