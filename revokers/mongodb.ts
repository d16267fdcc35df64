import type { HttpStep, Revoker } from '../src/model/revoker.ts';

const headers = { authorization: 'Bearer {{kept:token}}', accept: 'application/vnd.atlas.2024-08-05+json' };
const admin = {
  what: 'a service account with the role Organization Owner, as ID:SECRET',
  env: 'MONGODB_ATLAS_ADMIN',
};

/** What our own account is for: a token to ask with, and the one organization that it is of. */
const enter: readonly HttpStep[] = [
  {
    does: 'Gets our service account a token, which lives for an hour.',
    kind: 'look-up',
    request: 'POST https://cloud.mongodb.com/api/oauth/token',
    headers: { authorization: 'Basic {{admin|base64}}' },
    body: { form: { grant_type: 'client_credentials' } },
    accepted: { status: 200, json: { access_token: 'string' } },
    keep: { token: 'json.access_token' },
  },
  {
    does: 'Asks which organization our service account is of.',
    kind: 'look-up',
    request: 'GET https://cloud.mongodb.com/api/atlas/v2/orgs',
    headers,
    accepted: { status: 200, json: { 'results[0].id': 'string', 'results[1]': 'absent' } },
    keep: { organization: 'json.results[0].id' },
  },
];

export default [
  {
    provider: 'mongodb',
    patterns: ['mongodb-atlas-service-account-secret'],
    docs: [
      'https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-getorgserviceaccount',
      'https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-deleteorgserviceaccountsecret',
    ],
    hosts: ['cloud.mongodb.com'],
    authority: 'admin',
    admin,
    batch: { max: 1 },
    pick: { tail: '(.{4})$' },
    cascade: 'this secret alone; the service account and its other secret stay',
    survives: 'access tokens that were issued for it, for an hour at most',
    mints: true,
    revoke: [
      ...enter,
      {
        does: 'Looks the secret up among those of its service account, by its end.',
        kind: 'look-up',
        request: 'GET https://cloud.mongodb.com/api/atlas/v2/orgs/{{kept:organization}}/serviceAccounts/{{part:client_id}}',
        headers,
        accepted: { status: 200, json: { secrets: 'present' } },
        find: { in: 'secrets', where: { maskedSecretValue: 'mdb_sa_sk_...{{pick:tail}}' }, keep: { id: 'id' } },
      },
      {
        does: 'Deletes the secret by its id.',
        kind: 'act',
        request:
          'DELETE https://cloud.mongodb.com/api/atlas/v2/orgs/{{kept:organization}}/serviceAccounts/{{part:client_id}}/secrets/{{kept:id}}',
        headers,
        accepted: { status: 204 },
      },
    ],
  },
  {
    provider: 'mongodb',
    patterns: ['mongodb-atlas-api-key'],
    docs: [
      'https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-listapikeys',
      'https://www.mongodb.com/docs/api/doc/atlas-admin-api-v2/operation/operation-deleteapikey',
    ],
    hosts: ['cloud.mongodb.com'],
    authority: 'admin',
    admin,
    batch: { max: 1 },
    pick: { tail: '([0-9a-f]{12})$' },
    cascade: 'this key, in every project of its organization',
    survives: 'database users and other keys that were made with it',
    mints: true,
    revoke: [
      ...enter,
      // The whole of a private key is never shown again.
      {
        does: 'Looks the key up by the last twelve characters of its private half.',
        kind: 'look-up',
        request: 'GET https://cloud.mongodb.com/api/atlas/v2/orgs/{{kept:organization}}/apiKeys?itemsPerPage=500',
        headers,
        accepted: { status: 200, json: { results: 'present' } },
        page: { counts: 'pages', first: 1, as: 'query.pageNum', size: 500 },
        find: { in: 'results', where: { privateKey: '********-****-****-{{pick:tail}}' }, keep: { id: 'id' } },
      },
      {
        does: 'Deletes the key by its id.',
        kind: 'act',
        request: 'DELETE https://cloud.mongodb.com/api/atlas/v2/orgs/{{kept:organization}}/apiKeys/{{kept:id}}',
        headers,
        accepted: { status: 204 },
      },
    ],
  },
] satisfies readonly Revoker[];
