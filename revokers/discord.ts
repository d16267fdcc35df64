import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'discord',
  patterns: ['discord-webhook-url'],
  docs: ['https://docs.discord.com/developers/resources/webhook#delete-webhook-with-token'],
  hosts: ['discord.com'],
  authority: 'self',
  batch: { max: 1 },
  // Ten thousand refusals in ten minutes block the address they came from. https://docs.discord.com/developers/topics/rate-limits
  limits: { concurrency: 2, perSecond: 8 },
  cascade: 'this webhook alone; another is made in the settings of the channel',
  survives: 'messages that were posted by it',
  revoke: [
    {
      does: 'Deletes the webhook by its own URL.',
      kind: 'act',
      request: 'DELETE https://discord.com/api/v10/webhooks/{{part:id}}/{{secret}}',
      accepted: { status: 204 },
      gone: { status: 404, json: { code: 10015 } },
    },
  ],
} satisfies Revoker;
