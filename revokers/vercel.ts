import type { Revoker } from '../src/model/revoker.ts';

export default [
  {
    provider: 'vercel',
    patterns: ['vercel-access-token', 'vercel-access-token-legacy'],
    docs: ['https://vercel.com/docs/rest-api/reference/endpoints/authentication/delete-an-authentication-token'],
    hosts: ['api.vercel.com'],
    authority: 'self',
    batch: { max: 1 },
    cascade: 'this token alone',
    survives: 'other tokens of the same user, deployments, and integrations',
    mints: true,
    revoke: [
      {
        does: 'Invalidates the token that the request is made with.',
        kind: 'act',
        request: 'DELETE https://api.vercel.com/v3/user/tokens/current',
        headers: { authorization: 'Bearer {{secret}}' },
        accepted: { status: 200, json: { tokenId: 'string' } },
        gone: { status: 403, json: { 'error.invalidToken': true } },
      },
    ],
  },
  {
    provider: 'vercel',
    patterns: ['vercel-oauth-token'],
    docs: ['https://vercel.com/docs/sign-in-with-vercel/authorization-server-api#revoke-token-endpoint'],
    hosts: ['api.vercel.com'],
    authority: 'admin',
    admin: { what: 'the client secret of the app that the token was issued to', env: 'VERCEL_APP_CLIENT_SECRET' },
    batch: { max: 1 },
    cascade: 'this token; of a refresh token, the access tokens made with it',
    survives: 'the consent of the user, with which the app can ask for others',
    mints: true,
    revoke: [
      {
        does: 'Revokes the token by its value, in the name of its app.',
        kind: 'act',
        request: 'POST https://api.vercel.com/login/oauth/token/revoke',
        basic: { user: '{{told:account}}', password: '{{admin}}' },
        body: { form: { token: '{{secret}}' } },
        accepted: { status: 200, why: 'which is also the answer to a token that is none' },
      },
    ],
  },
] satisfies readonly Revoker[];
