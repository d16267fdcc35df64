import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'huggingface',
  patterns: ['huggingface-user-token', 'huggingface-organization-token'],
  docs: ['https://huggingface.co/docs/hub/security-tokens#revoking-a-leaked-token'],
  hosts: ['huggingface.co'],
  authority: 'none',
  // Several are taken in a call; how many is not said.
  batch: { max: 100 },
  limits: { concurrency: 1 },
  cascade: 'each token alone, everywhere; Hugging Face writes to its owner, and cannot bring it back',
  survives: 'other tokens and SSH keys of the same user',
  revoke: [
    {
      does: 'Reports the tokens to Hugging Face as leaked, which revokes them.',
      kind: 'act',
      request: 'POST https://huggingface.co/api/credentials/revoke',
      body: { json: { credentials: '{{secrets}}' } },
      accepted: { status: 202, why: 'it is the answer to any value, known or not' },
    },
  ],
} satisfies Revoker;
