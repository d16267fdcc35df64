import type { HttpStep, Revoker } from '../src/model/revoker.ts';

const common = {
  provider: 'new-relic',
  docs: ['https://docs.newrelic.com/docs/apis/nerdgraph/examples/use-nerdgraph-manage-license-keys-user-keys/'],
  // Keys of European accounts are refused here: nothing happens to them.
  hosts: ['api.newrelic.com'],
  batch: { max: 1 },
} as const;

/** The list shows whole values, so that a key is found by nothing less than all of it. */
function deletion(by: string, type: 'USER' | 'INGEST', ids: 'userKeyIds' | 'ingestKeyIds'): readonly HttpStep[] {
  const request = 'POST https://api.newrelic.com/graphql';
  const headers = { 'api-key': by };
  return [
    {
      does: 'Looks the key up by its whole value.',
      kind: 'look-up',
      request,
      headers,
      body: { json: { query: `{ actor { apiAccess { keySearch(query: {types: ${type}}) { keys { id key type } } } } }` } },
      accepted: { status: 200, json: { 'data.actor.apiAccess.keySearch.keys': 'present' } },
      find: { in: 'data.actor.apiAccess.keySearch.keys', where: { key: '{{secret}}' }, keep: { id: 'id' } },
    },
    {
      does: 'Deletes the key by its id.',
      kind: 'act',
      request,
      headers,
      body: {
        json: {
          query: `mutation($id: ID!) { apiAccessDeleteKeys(keys: {${ids}: [$id]}) { deletedKeys { id } errors { message } } }`,
          variables: { id: '{{kept:id}}' },
        },
      },
      accepted: { status: 200, json: { 'data.apiAccessDeleteKeys.deletedKeys[0].id': 'string' } },
    },
  ];
}

export default [
  {
    ...common,
    patterns: ['new-relic-user-key'],
    authority: 'self',
    cascade: 'this key alone',
    survives: 'other keys of the same user, license keys, and keys that were made with this one',
    mints: true,
    revoke: deletion('{{secret}}', 'USER', 'userKeyIds'),
  },
  {
    ...common,
    patterns: ['new-relic-license-key'],
    authority: 'admin',
    admin: { what: 'a user key that may manage the keys of the account', env: 'NEW_RELIC_ADMIN_KEY' },
    cascade: 'this key alone: agents that report with it stop',
    survives: 'user keys and other license keys; the first key of an account, which New Relic’s support alone can change',
    revoke: deletion('{{admin}}', 'INGEST', 'ingestKeyIds'),
  },
] satisfies readonly Revoker[];
