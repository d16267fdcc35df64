import type { Revoker } from '../src/model/revoker.ts';

const keys = 'https://api.confluent.cloud/iam/v2/api-keys';

export default {
  provider: 'confluent',
  patterns: ['confluent-api-secret'],
  docs: ['https://docs.confluent.io/cloud/current/api.html#tag/API-Keys-(iamv2)'],
  hosts: ['api.confluent.cloud'],
  authority: 'admin',
  admin: { what: 'a Cloud API key that may manage API keys, as KEY:SECRET', env: 'CONFLUENT_ADMIN_KEY' },
  batch: { max: 1 },
  cascade: 'this key alone; it may take minutes until every cluster refuses it',
  survives: 'clients that are connected, until they have to authenticate again; other keys of the same account',
  revoke: [
    {
      // Only Cloud API keys are known there. The key of a cluster is refused, and nothing is done.
      does: 'Reads the key with its own secret, which proves that the two belong together.',
      kind: 'look-up',
      request: `GET ${keys}/{{part:key}}`,
      basic: { user: '{{part:key}}', password: '{{secret}}' },
      accepted: { status: 200, json: { id: 'string' } },
      keep: { id: 'json.id' },
    },
    {
      does: 'Deletes the key by its id.',
      kind: 'act',
      request: `DELETE ${keys}/{{kept:id}}`,
      headers: { authorization: 'Basic {{admin|base64}}' },
      accepted: { status: 204 },
    },
  ],
  confirm: [
    {
      does: 'Reads the key, which is not found once it is deleted.',
      kind: 'look-up',
      request: `GET ${keys}/{{part:key}}`,
      headers: { authorization: 'Basic {{admin|base64}}' },
      accepted: { status: 200, json: { id: 'string' } },
      gone: { status: 404, json: { errors: 'array' } },
    },
  ],
} satisfies Revoker;
