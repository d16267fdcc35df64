import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'vercel-ai-gateway',
  patterns: ['vercel-ai-gateway-api-key'],
  docs: ['https://vercel.com/docs/ai-gateway/authentication-and-byok/api-keys'],
  hosts: ['api.vercel.com'],
  authority: 'none',
  batch: { max: 1 },
  limits: { concurrency: 1, perSecond: 1 },
  cascade: 'this key alone',
  survives: 'other keys of the team',
  revoke: [
    {
      does: 'Reports the key to Vercel as compromised, which revokes it.',
      kind: 'act',
      request: 'POST https://api.vercel.com/external/compromised_secret',
      body: { json: { secret: { api_key: '{{secret}}' } } },
      accepted: { status: [200, 201, 202, 204], why: 'which says nothing of whether the key was any' },
    },
  ],
} satisfies Revoker;
