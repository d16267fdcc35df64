import type { HttpStep, Revoker } from '../src/model/revoker.ts';

const headers = { authorization: 'Bearer {{admin}}' };

/** The key's id is a hash of the provider's making, which only the list of the account tells. */
const findKey: HttpStep = {
  does: 'Looks the key up by its visible ends, among those of the user that it told it is of.',
  kind: 'look-up',
  request: 'GET https://openrouter.ai/api/v1/keys?include_disabled=true',
  headers,
  accepted: { status: 200, json: { data: 'present' } },
  // A page holds a hundred.
  page: { counts: 'elements', as: 'query.offset', size: 100 },
  find: {
    in: 'data',
    where: { label: '{{pick:head}}...{{pick:tail}}', creator_user_id: '{{told:identity}}' },
    keep: { hash: 'hash' },
  },
};

function setDisabled(disabled: boolean, does: string): readonly HttpStep[] {
  return [
    findKey,
    {
      does,
      kind: 'act',
      request: 'PATCH https://openrouter.ai/api/v1/keys/{{kept:hash}}',
      headers,
      body: { json: { disabled } },
      accepted: { status: 200, json: { 'data.disabled': disabled } },
    },
  ];
}

export default {
  provider: 'openrouter',
  patterns: ['openrouter-api-key'],
  docs: [
    'https://openrouter.ai/docs/api/api-reference/api-keys/list',
    'https://openrouter.ai/docs/api/api-reference/api-keys/update-keys',
    'https://openrouter.ai/docs/api/api-reference/api-keys/delete-keys',
  ],
  hosts: ['openrouter.ai'],
  authority: 'admin',
  admin: { what: 'a management API key of the same account', env: 'OPENROUTER_MANAGEMENT_KEY' },
  batch: { max: 1 },
  pick: { head: '^(sk-or-v1-.{3})', tail: '(.{4})$' },
  cascade: 'this key alone',
  survives: 'other keys of the account',
  revoke: [
    findKey,
    {
      does: 'Deletes the key by its hash.',
      kind: 'act',
      request: 'DELETE https://openrouter.ai/api/v1/keys/{{kept:hash}}',
      headers,
      accepted: { status: 200, json: { deleted: true } },
    },
  ],
  reversible: {
    disable: setDisabled(true, 'Disables the key.'),
    enable: setDisabled(false, 'Enables the key again.'),
  },
} satisfies Revoker;
