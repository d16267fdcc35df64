import type { Revoker } from '../src/model/revoker.ts';

export default [
  {
    provider: 'digitalocean',
    // The route is documented for tokens of applications; that it takes personal ones is said by others only.
    patterns: ['digitalocean-oauth-token'],
    docs: ['https://docs.digitalocean.com/reference/api/oauth/'],
    hosts: ['cloud.digitalocean.com'],
    authority: 'self',
    batch: { max: 1 },
    cascade: 'this token, and perhaps the refresh token that was issued with it',
    survives: 'the authorization of the application, which can bring it another token; take that back at cloud.digitalocean.com',
    revoke: [
      {
        does: 'Revokes the access token by itself.',
        kind: 'act',
        request: 'POST https://cloud.digitalocean.com/v1/oauth/revoke',
        headers: { authorization: 'Bearer {{secret}}' },
        body: { form: { token: '{{secret}}' } },
        accepted: { status: 200 },
        gone: { status: 401 },
      },
    ],
  },
  {
    provider: 'digitalocean',
    patterns: ['digitalocean-spaces-key'],
    docs: ['https://docs.digitalocean.com/reference/api/reference/spaces-keys/'],
    hosts: ['api.digitalocean.com'],
    authority: 'admin',
    admin: {
      what: 'an access token of the same team with the scopes spaces_key:delete and spaces_key:read',
      env: 'DIGITALOCEAN_ADMIN_TOKEN',
    },
    batch: { max: 1 },
    cascade: 'this key alone',
    survives: 'links that others signed with other keys; objects stay as they are',
    revoke: [
      {
        does: 'Deletes the Spaces key; the access key is its own id.',
        kind: 'act',
        request: 'DELETE https://api.digitalocean.com/v2/spaces/keys/{{secret}}',
        headers: { authorization: 'Bearer {{admin}}' },
        accepted: { status: 204 },
      },
    ],
    confirm: [
      {
        does: 'Reads the Spaces key, which is not found once it is deleted.',
        kind: 'look-up',
        request: 'GET https://api.digitalocean.com/v2/spaces/keys/{{secret}}',
        headers: { authorization: 'Bearer {{admin}}' },
        accepted: { status: 200, json: { 'key.access_key': 'string' } },
        gone: { status: 404, json: { id: 'not_found' } },
      },
    ],
  },
] satisfies readonly Revoker[];
