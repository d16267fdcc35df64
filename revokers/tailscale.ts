import type { Revoker } from '../src/model/revoker.ts';

const docs = [
  'https://tailscale.com/api#tag/keys/DELETE/tailnet/{tailnet}/keys/{keyId}',
  'https://tailscale.com/kb/1277/key-prefixes',
];

export default [
  {
    provider: 'tailscale',
    patterns: ['tailscale-api-key'],
    docs,
    hosts: ['api.tailscale.com'],
    authority: 'self',
    batch: { max: 1 },
    pick: { id: '^tskey-api-([0-9A-Za-z]+)-' },
    cascade: 'this token alone',
    survives: 'machines, and auth keys that were made with it',
    mints: true,
    revoke: [
      {
        does: 'Deletes the token by the id that stands in it.',
        kind: 'act',
        request: 'DELETE https://api.tailscale.com/api/v2/tailnet/-/keys/{{pick:id}}',
        headers: { authorization: 'Bearer {{secret}}' },
        accepted: { status: 200 },
        gone: { status: 401, json: { message: 'API token invalid' } },
      },
    ],
  },
  {
    provider: 'tailscale',
    patterns: ['tailscale-auth-key', 'tailscale-oauth-client-secret'],
    docs,
    hosts: ['api.tailscale.com'],
    authority: 'admin',
    admin: { what: 'an API access token of an administrator of the same tailnet', env: 'TAILSCALE_ADMIN_KEY' },
    batch: { max: 1 },
    pick: { id: '^tskey-(?:auth|client)-([0-9A-Za-z]+)-' },
    cascade: 'this key or client alone',
    survives: 'machines that joined with it: remove them, or expire their keys; tokens of an OAuth client, for an hour',
    mints: true,
    revoke: [
      {
        does: 'Deletes the key by the id that stands in it.',
        kind: 'act',
        request: 'DELETE https://api.tailscale.com/api/v2/tailnet/-/keys/{{pick:id}}',
        headers: { authorization: 'Bearer {{admin}}' },
        accepted: { status: 200 },
      },
    ],
  },
] satisfies readonly Revoker[];
