import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'doppler',
  patterns: ['doppler-token'],
  docs: ['https://docs.doppler.com/reference/auth-revoke'],
  hosts: ['api.doppler.com'],
  // Whoever holds the value may send it: the call itself is not authenticated.
  authority: 'none',
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'the secrets that it could read, which have to be replaced as well; other tokens',
  revoke: [
    {
      does: 'Revokes the token by its value.',
      kind: 'act',
      request: 'POST https://api.doppler.com/v3/auth/revoke',
      body: { json: { token: '{{secret}}' } },
      accepted: { status: 200 },
    },
  ],
} satisfies Revoker;
