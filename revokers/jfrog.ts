import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'jfrog',
  patterns: ['jfrog-reference-token'],
  docs: ['https://jfrog.com/help/r/jfrog-rest-apis/revoke-token-by-id'],
  hosts: ['*.jfrog.io'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this token, and the refresh token issued with it',
  survives: 'other tokens of the same user; a short-lived token that the server does not keep runs out by itself',
  revoke: [
    {
      does: 'Revokes the token that the request is made with.',
      kind: 'act',
      request: 'DELETE https://{{part:host}}/access/api/v1/tokens/me',
      headers: { authorization: 'Bearer {{secret}}' },
      accepted: { status: 200 },
      gone: { status: 204, why: 'revoked already' },
    },
  ],
} satisfies Revoker;
