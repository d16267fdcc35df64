import type { Revoker } from '../src/model/revoker.ts';

const headers = { authorization: 'Bearer {{secret}}', accept: 'application/vnd.heroku+json; version=3' };

export default {
  provider: 'heroku',
  patterns: ['heroku-api-key', 'heroku-api-key-legacy'],
  docs: [
    'https://devcenter.heroku.com/articles/platform-api-reference#oauth-authorization-list',
    'https://devcenter.heroku.com/articles/platform-api-reference#oauth-authorization-delete',
  ],
  hosts: ['api.heroku.com'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'the authorization that the token belongs to, with all its access and refresh tokens',
  survives: 'other authorizations of the same user, and sessions of the dashboard',
  children: ['heroku-api-key', 'heroku-api-key-legacy'],
  mints: true,
  revoke: [
    {
      does: "Looks up which of its user's authorizations holds this very token; it may if its scope is global.",
      kind: 'look-up',
      request: 'GET https://api.heroku.com/oauth/authorizations',
      headers: { ...headers, range: 'id ..; max=1000' },
      accepted: { status: [200, 206] },
      find: { in: '$', where: { 'access_token.token': '{{secret}}' }, keep: { id: 'id' } },
      // https://devcenter.heroku.com/articles/platform-api-reference#ranges
      page: { next: 'header.next-range', as: 'header.range' },
    },
    {
      does: 'Deletes the authorization by its id.',
      kind: 'act',
      request: 'DELETE https://api.heroku.com/oauth/authorizations/{{kept:id}}',
      headers,
      accepted: { status: 200, json: { id: 'string' } },
      gone: { status: 401, json: { id: 'unauthorized' } },
    },
  ],
} satisfies Revoker;
