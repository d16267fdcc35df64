import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'new-relic',
  patterns: ['new-relic-user-key'],
  docs: ['https://docs.newrelic.com/docs/apis/nerdgraph/examples/use-nerdgraph-manage-license-keys-user-keys/'],
  // Keys of European accounts are refused here: nothing happens to them.
  hosts: ['api.newrelic.com'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this key alone',
  survives: 'other keys of the same user, license keys, and keys that were made with this one',
  mints: true,
  revoke: [
    {
      does: 'Asks with the leaked key for the keys of users, of which one has its value.',
      kind: 'look-up',
      request: 'POST https://api.newrelic.com/graphql',
      headers: { 'api-key': '{{secret}}' },
      body: { json: { query: '{ actor { apiAccess { keySearch(query: {types: USER}) { keys { id key type } } } } }' } },
      accepted: { status: 200, json: { 'data.actor.apiAccess.keySearch.keys': 'present' } },
      find: { in: 'data.actor.apiAccess.keySearch.keys', where: { key: '{{secret}}' }, keep: { id: 'id' } },
    },
    {
      does: 'Deletes the key by its id.',
      kind: 'act',
      request: 'POST https://api.newrelic.com/graphql',
      headers: { 'api-key': '{{secret}}' },
      body: {
        json: {
          query:
            'mutation($id: ID!) { apiAccessDeleteKeys(keys: {userKeyIds: [$id]}) { deletedKeys { id } errors { message } } }',
          variables: { id: '{{kept:id}}' },
        },
      },
      accepted: { status: 200, json: { 'data.apiAccessDeleteKeys.deletedKeys[0].id': 'string' } },
    },
  ],
} satisfies Revoker;
