import type { Revoker } from '../src/model/revoker.ts';

const admin = { authorization: 'Basic {{admin|base64}}' };

export default {
  provider: 'langfuse',
  patterns: ['langfuse-secret-key'],
  docs: ['https://api.reference.langfuse.com/#tag/projects/DELETE/api/public/projects/{projectId}/apiKeys/{apiKeyId}'],
  hosts: ['cloud.langfuse.com', 'us.cloud.langfuse.com', 'jp.cloud.langfuse.com', 'hipaa.cloud.langfuse.com'],
  authority: 'admin',
  admin: { what: 'the keys of the organization, as PUBLIC:SECRET', env: 'LANGFUSE_ORGANIZATION_KEYS' },
  batch: { max: 1 },
  cascade: 'the pair of this secret and its public key',
  survives: 'other pairs of keys of the project',
  revoke: [
    {
      does: 'Asks with the leaked pair which project it is of, which also shows that the two belong together.',
      kind: 'look-up',
      request: 'GET https://{{part:host}}/api/public/projects',
      basic: { user: '{{part:public-key}}', password: '{{secret}}' },
      accepted: { status: 200, json: { 'data[0].id': 'string', 'data[1]': 'absent' } },
      keep: { project: 'json.data[0].id' },
    },
    {
      does: 'Looks the pair up by its public key.',
      kind: 'look-up',
      request: 'GET https://{{part:host}}/api/public/projects/{{kept:project}}/apiKeys',
      headers: admin,
      accepted: { status: 200, json: { apiKeys: 'present' } },
      find: { in: 'apiKeys', where: { publicKey: '{{part:public-key}}' }, keep: { id: 'id' } },
    },
    {
      does: 'Deletes the pair by its id.',
      kind: 'act',
      request: 'DELETE https://{{part:host}}/api/public/projects/{{kept:project}}/apiKeys/{{kept:id}}',
      headers: admin,
      accepted: { status: 200, json: { success: true } },
    },
  ],
} satisfies Revoker;
