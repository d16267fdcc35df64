import type { HttpStep, Revoker } from '../src/model/revoker.ts';

const headers = { 'x-api-key': '{{admin}}', 'anthropic-version': '2023-06-01' };

/** The key's id: no answer to the key itself tells it, and the hint of the list is only unique within its own organization. */
const findKey: readonly HttpStep[] = [
  {
    does: 'Makes sure that the admin key is of the organization that the leaked key is of.',
    kind: 'look-up',
    request: 'GET https://api.anthropic.com/v1/organizations/me',
    headers,
    accepted: { status: 200, json: { type: 'organization' } },
    find: { in: '$', where: { id: '{{told:account}}' }, keep: {} },
  },
  {
    does: 'Looks the key up in the list of all by its visible ends.',
    kind: 'look-up',
    request: 'GET https://api.anthropic.com/v1/organizations/api_keys?limit=1000',
    headers,
    accepted: { status: 200, json: { data: 'present' } },
    page: { next: 'json.last_id', as: 'query.after_id', more: 'has_more' },
    find: { in: 'data', where: { partial_key_hint: '{{pick:head}}...{{pick:tail}}' }, keep: { id: 'id' } },
  },
];

function setStatus(status: string, does: string): readonly HttpStep[] {
  return [
    ...findKey,
    {
      does,
      kind: 'act',
      request: 'POST https://api.anthropic.com/v1/organizations/api_keys/{{kept:id}}',
      headers,
      body: { json: { status } },
      accepted: { status: 200, json: { id: 'string', status } },
    },
  ];
}

export default {
  provider: 'anthropic',
  patterns: ['anthropic-api-key'],
  docs: [
    'https://docs.anthropic.com/en/api/admin-api/apikeys/list-api-keys',
    'https://docs.anthropic.com/en/api/admin-api/apikeys/update-api-key',
  ],
  hosts: ['api.anthropic.com'],
  authority: 'admin',
  admin: { what: 'an Admin API key of the same organization', env: 'ANTHROPIC_ADMIN_KEY' },
  batch: { max: 1 },
  pick: { head: '^(sk-ant-api03-.{3})', tail: '(.{4})$' },
  cascade: 'this key alone',
  survives: 'other keys of the workspace, and logins of its members',
  revoke: setStatus('archived', 'Archives the key, which is final.'),
  reversible: {
    disable: setStatus('inactive', 'Sets the key inactive.'),
    enable: setStatus('active', 'Sets the key active again.'),
  },
} satisfies Revoker;
