import type { Revoker } from '../src/model/revoker.ts';

// The Graph of the cloud that knows the tenant: https://learn.microsoft.com/en-us/graph/deployments
const application = "https://{{site}}/v1.0/applications(appId='{{part:client_id}}')";
const headers = { authorization: 'Bearer {{admin}}' };

export default {
  provider: 'azure',
  patterns: ['azure-entra-client-secret'],
  docs: [
    'https://learn.microsoft.com/en-us/graph/api/application-removepassword',
    'https://learn.microsoft.com/en-us/graph/api/resources/passwordcredential',
    'https://learn.microsoft.com/en-us/graph/deployments',
  ],
  hosts: ['graph.microsoft.com', 'graph.microsoft.us', 'microsoftgraph.chinacloudapi.cn'],
  authority: 'admin',
  admin: {
    what: 'an access token of Microsoft Graph, of the cloud that the tenant is in, that may write the application (az account get-access-token --resource-type ms-graph)',
    env: 'QUASH_AZURE_ADMIN',
  },
  batch: { max: 1 },
  // What Graph shows of a secret: its first three characters.
  pick: { hint: '^(.{3})' },
  cascade: 'this secret alone; other secrets and certificates of the application stay',
  survives: 'access tokens that were made with it, for about an hour',
  mints: true,
  revoke: [
    {
      does: 'Looks the secret up among those of the application by its first three characters.',
      kind: 'look-up',
      request: `GET ${application}?$select=appId,passwordCredentials`,
      headers,
      accepted: { status: 200, json: { passwordCredentials: 'array' } },
      find: { in: 'passwordCredentials', where: { hint: '{{pick:hint}}' }, keep: { id: 'keyId' } },
    },
    {
      does: 'Removes the secret from the application by its id.',
      kind: 'act',
      request: `POST ${application}/removePassword`,
      headers,
      body: { json: { keyId: '{{kept:id}}' } },
      accepted: { status: 204 },
    },
  ],
  takesUpTo: '30m',
} satisfies Revoker;
