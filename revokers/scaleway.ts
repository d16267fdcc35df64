import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'scaleway',
  patterns: ['scaleway-api-key'],
  docs: ['https://www.scaleway.com/en/developers/api/iam/#path-api-keys-delete-an-api-key'],
  hosts: ['api.scaleway.com'],
  authority: 'admin',
  admin: { what: 'the secret key of an API key with IAMManager in the same organization', env: 'SCALEWAY_ADMIN_SECRET_KEY' },
  batch: { max: 1 },
  cascade: 'this key alone, for good',
  survives: 'other keys of the same user or application, and whatever was made with this one',
  mints: true,
  revoke: [
    {
      does: 'Asks with the leaked pair about itself, which shows that the two belong together.',
      kind: 'look-up',
      request: 'GET https://api.scaleway.com/iam/v1alpha1/api-keys/{{secret}}',
      headers: { 'x-auth-token': '{{part:secret}}' },
      accepted: { status: 200, json: { access_key: 'string' } },
      keep: { created: 'json.created_at' },
    },
    {
      does: 'Deletes the key by its access key.',
      kind: 'act',
      request: 'DELETE https://api.scaleway.com/iam/v1alpha1/api-keys/{{secret}}',
      headers: { 'x-auth-token': '{{admin}}' },
      accepted: { status: 204 },
    },
  ],
} satisfies Revoker;
