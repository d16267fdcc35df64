import type { Revoker } from '../src/model/revoker.ts';

const api = 'https://api.{{site}}/api/v2';

// Keys are shown by their last four characters: all pages are read, since one on another may end alike. They count from 0.
const list = { status: 200, json: { data: 'present' } };
const page = { counts: 'pages', first: 0, as: 'query.page[number]', size: 100 } as const;
const pick = { last4: '(.{4})$' };

export default [
  {
    provider: 'datadog',
    patterns: ['datadog-api-key'],
    docs: [
      'https://docs.datadoghq.com/api/latest/key-management/get-all-api-keys/',
      'https://docs.datadoghq.com/api/latest/key-management/delete-an-api-key/',
    ],
    hosts: ['*.datadoghq.com', 'api.datadoghq.eu', '*.ddog-gov.com'],
    authority: 'admin',
    admin: {
      what: 'an application key of the same organization, whose user may read and delete API keys',
      env: 'DATADOG_ADMIN_APP_KEY',
    },
    batch: { max: 1 },
    pick,
    cascade: 'every agent and integration that sends with this key stops sending',
    survives: 'application keys, and other API keys',
    revoke: [
      {
        // Our application key only works beside an API key of its own organization: the list is of the leaked key's.
        does: 'Looks the key up among those of its organization by its last four characters.',
        kind: 'look-up',
        request: `GET ${api}/api_keys?page[size]=100`,
        headers: { 'dd-api-key': '{{secret}}', 'dd-application-key': '{{admin}}' },
        accepted: list,
        page,
        find: { in: 'data', where: { 'attributes.last4': '{{pick:last4}}' }, keep: { id: 'id' } },
      },
      {
        does: 'Deletes the key by its id.',
        kind: 'act',
        request: `DELETE ${api}/api_keys/{{kept:id}}`,
        headers: { 'dd-api-key': '{{secret}}', 'dd-application-key': '{{admin}}' },
        accepted: { status: 204 },
      },
    ],
  },
  {
    provider: 'datadog',
    patterns: ['datadog-application-key'],
    docs: [
      'https://docs.datadoghq.com/api/latest/key-management/get-all-application-keys-owned-by-current-user/',
      'https://docs.datadoghq.com/api/latest/key-management/delete-an-application-key-owned-by-current-user/',
    ],
    hosts: ['*.datadoghq.com', 'api.datadoghq.eu', '*.ddog-gov.com'],
    authority: 'self',
    batch: { max: 1 },
    pick,
    cascade: 'this key alone',
    survives: 'other application keys of the same user, and the API key that it was found with',
    mints: true,
    revoke: [
      {
        does: "Looks the key up among its user's own by its last four characters.",
        kind: 'look-up',
        request: `GET ${api}/current_user/application_keys?page[size]=100`,
        headers: { 'dd-api-key': '{{part:api_key}}', 'dd-application-key': '{{secret}}' },
        accepted: list,
        page,
        find: { in: 'data', where: { 'attributes.last4': '{{pick:last4}}' }, keep: { id: 'id' } },
      },
      {
        does: 'Deletes the key by its id.',
        kind: 'act',
        request: `DELETE ${api}/current_user/application_keys/{{kept:id}}`,
        headers: { 'dd-api-key': '{{part:api_key}}', 'dd-application-key': '{{secret}}' },
        accepted: { status: 204 },
      },
    ],
  },
] satisfies readonly Revoker[];
