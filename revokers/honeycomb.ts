import type { HttpStep, Revoker } from '../src/model/revoker.ts';

const key = 'https://{{site}}/2/teams/{{told:account}}/api-keys/{{pick:id}}';
const headers = { authorization: 'Bearer {{admin}}', accept: 'application/vnd.api+json' };

function setDisabled(disabled: boolean, does: string): readonly HttpStep[] {
  return [
    {
      does,
      kind: 'act',
      request: `PATCH ${key}`,
      headers: { ...headers, 'content-type': 'application/vnd.api+json' },
      body: { json: { data: { id: '{{pick:id}}', type: 'api-keys', attributes: { disabled } } } },
      accepted: { status: 200, json: { 'data.attributes.disabled': disabled } },
    },
  ];
}

export default {
  provider: 'honeycomb',
  patterns: ['honeycomb-ingest-key'],
  docs: [
    'https://docs.honeycomb.io/api/authentication',
    'https://docs.honeycomb.io/api/key-management/update-an-api-key',
    'https://docs.honeycomb.io/api/key-management/',
    'https://github.com/honeycombio/terraform-provider-honeycombio/blob/main/client/v2/api_keys.go',
  ],
  hosts: ['api.honeycomb.io', 'api.eu1.honeycomb.io'],
  authority: 'admin',
  admin: {
    what: 'a management key of the same team with the scope api-keys:write, as ID:SECRET',
    env: 'HONEYCOMB_MANAGEMENT_KEY',
  },
  batch: { max: 1 },
  // The value is the key's id and its secret, with nothing between them.
  pick: { id: '^(hc[a-z]ik_[0-9a-z]{26})' },
  cascade: 'everything that sends with this key stops sending',
  survives: 'configuration keys and other ingest keys of the environment',
  revoke: [
    {
      does: 'Deletes the key by its id.',
      kind: 'act',
      request: `DELETE ${key}`,
      headers,
      accepted: { status: 204 },
      // The id stands in the value, and whether it is dead is asked of the key itself.
      gone: { status: 404 },
    },
  ],
  reversible: {
    disable: setDisabled(true, 'Disables the key by its id.'),
    enable: setDisabled(false, 'Enables the key again.'),
  },
} satisfies Revoker;
