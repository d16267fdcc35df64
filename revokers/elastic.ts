import type { Revoker } from '../src/model/revoker.ts';

const headers = { authorization: 'ApiKey {{secret}}' };

export default {
  provider: 'elastic',
  patterns: ['elastic-api-key'],
  docs: [
    'https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-invalidate-api-key',
    'https://www.elastic.co/docs/api/doc/elasticsearch/operation/operation-security-authenticate',
  ],
  // The host stands beside the key: no credential of ours goes there, only what was found there.
  hosts: ['*.elastic-cloud.com', '*.elastic.cloud', '*.cloud.es.io', '*.found.io'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this key alone',
  survives: 'keys that were made by it',
  mints: true,
  revoke: [
    {
      does: 'Asks the key itself for its id.',
      kind: 'look-up',
      request: 'GET https://{{part:host}}/_security/_authenticate',
      headers,
      accepted: { status: 200, json: { authentication_type: 'api_key', 'api_key.id': 'string' } },
      keep: { id: 'json.api_key.id' },
    },
    {
      does: 'Invalidates the key by its id, which it may if it has the privilege manage_own_api_key.',
      kind: 'act',
      request: 'DELETE https://{{part:host}}/_security/api_key',
      headers,
      body: { json: { ids: ['{{kept:id}}'] } },
      accepted: { status: 200, json: { invalidated_api_keys: 'array' } },
      gone: { status: 200, json: { previously_invalidated_api_keys: 'array' } },
    },
  ],
} satisfies Revoker;
