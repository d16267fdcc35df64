import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'vault',
  patterns: ['vault-service-token', 'vault-service-token-legacy'],
  docs: ['https://developer.hashicorp.com/vault/api-docs/auth/token#revoke-a-token-self'],
  // Clusters of HashiCorp's cloud; a server of one's own has to be allowed.
  hosts: ['*.hashicorp.cloud'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'every token made with it, and every lease of theirs: users of databases and keys of clouds that it was given',
  survives: 'orphan tokens made with it, and secrets that were read with it',
  mints: true,
  revoke: [
    {
      does: 'Revokes the token that the request is made with, and all its children.',
      kind: 'act',
      request: 'POST https://{{part:host}}/v1/auth/token/revoke-self',
      headers: { 'x-vault-token': '{{secret}}' },
      accepted: { status: 204 },
    },
  ],
} satisfies Revoker;
