import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'ably',
  patterns: ['ably-api-key'],
  docs: ['https://ably.com/docs/api/control-api', 'https://ably.com/docs/platform/errors/codes/40131-key-revoked'],
  hosts: ['control.ably.net'],
  authority: 'admin',
  admin: { what: 'an access token of the Control API with the capability write:key', env: 'ABLY_ACCESS_TOKEN' },
  batch: { max: 1 },
  // A key is APP.KEY:SECRET: it names its application and itself.
  pick: { app: '^([^.]+)\\.', key: '^[^.]+\\.([^:]+):' },
  cascade: 'this key alone; the key cannot be brought back',
  survives: 'tokens that were issued from the key may live until they expire',
  revoke: [
    {
      does: 'Revokes the key by its application and its id, which deletes it.',
      kind: 'act',
      request: 'POST https://control.ably.net/v1/apps/{{pick:app}}/keys/{{pick:key}}/revoke',
      headers: { authorization: 'Bearer {{admin}}' },
      accepted: { status: 200 },
    },
  ],
} satisfies Revoker;
