import type { Revoker } from '../src/model/revoker.ts';

const api = 'https://api.cloudflare.com/client/v4';

export default [
  {
    provider: 'cloudflare',
    // Before 2026 nothing told a token of a user from one of an account; one of an account is not known to this route.
    patterns: ['cloudflare-api-token', 'cloudflare-api-token-legacy'],
    docs: [
      'https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/verify/',
      'https://developers.cloudflare.com/api/resources/user/subresources/tokens/methods/delete/',
    ],
    hosts: ['api.cloudflare.com'],
    authority: 'admin',
    admin: { what: 'a token of the same user with the permission API Tokens Write', env: 'CLOUDFLARE_ADMIN_TOKEN' },
    batch: { max: 1 },
    cascade: 'this token alone',
    survives: 'other tokens, and the global API key, of the same user',
    mints: true,
    revoke: [
      {
        does: 'Asks the token itself for its id.',
        kind: 'look-up',
        request: `GET ${api}/user/tokens/verify`,
        headers: { authorization: 'Bearer {{secret}}' },
        accepted: { status: 200, json: { success: true, 'result.id': 'string' } },
        keep: { id: 'json.result.id' },
      },
      {
        does: 'Deletes the token by its id.',
        kind: 'act',
        request: `DELETE ${api}/user/tokens/{{kept:id}}`,
        headers: { authorization: 'Bearer {{admin}}' },
        accepted: { status: 200, json: { success: true } },
      },
    ],
  },
  {
    provider: 'cloudflare',
    patterns: ['cloudflare-account-api-token'],
    docs: [
      'https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/methods/verify/',
      'https://developers.cloudflare.com/api/resources/accounts/subresources/tokens/methods/delete/',
    ],
    hosts: ['api.cloudflare.com'],
    authority: 'admin',
    admin: {
      what: 'a token of a user, limited to the account, with the permissions Account API Tokens Write and Account Settings Read',
      env: 'CLOUDFLARE_ADMIN_TOKEN',
    },
    batch: { max: 1 },
    cascade: 'this token alone',
    survives: 'other tokens of the account',
    mints: true,
    revoke: [
      {
        does: 'Looks up the account that our token is limited to.',
        kind: 'look-up',
        request: `GET ${api}/accounts?per_page=5`,
        headers: { authorization: 'Bearer {{admin}}' },
        // With a second account there is no telling which is meant.
        accepted: { status: 200, json: { success: true, 'result[0].id': 'string', 'result[1]': 'absent' } },
        keep: { account: 'json.result[0].id' },
      },
      {
        does: 'Asks the leaked token itself for its id, which it only tells if it is of that account.',
        kind: 'look-up',
        request: `GET ${api}/accounts/{{kept:account}}/tokens/verify`,
        headers: { authorization: 'Bearer {{secret}}' },
        accepted: { status: 200, json: { success: true, 'result.id': 'string' } },
        keep: { id: 'json.result.id' },
      },
      {
        does: 'Deletes the token by its id.',
        kind: 'act',
        request: `DELETE ${api}/accounts/{{kept:account}}/tokens/{{kept:id}}`,
        headers: { authorization: 'Bearer {{admin}}' },
        accepted: { status: 200, json: { success: true } },
      },
    ],
  },
] satisfies readonly Revoker[];
