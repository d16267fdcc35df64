import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'twilio',
  patterns: ['twilio-api-key'],
  docs: ['https://www.twilio.com/docs/iam/api-keys/key-resource-v2010#delete-a-key-resource'],
  // Keys of other regions are not known here: nothing happens to them.
  hosts: ['api.twilio.com'],
  authority: 'admin',
  admin: { what: 'the auth token of the same account', env: 'TWILIO_AUTH_TOKEN' },
  batch: { max: 1 },
  cascade: 'this key, and access tokens that were signed with it',
  survives: 'the auth token of the account, and its other keys',
  revoke: [
    {
      does: 'Asks something harmless with the leaked pair, which shows that the secret belongs to its SID.',
      kind: 'look-up',
      request: 'GET https://api.twilio.com/2010-04-01/Accounts/{{part:account-sid}}/Applications.json?PageSize=1',
      basic: { user: '{{part:key-sid}}', password: '{{secret}}' },
      accepted: { status: 200, json: { applications: 'present', page_size: 'number' } },
      keep: { asked: 'json.uri' },
    },
    {
      does: 'Deletes the key by its SID.',
      kind: 'act',
      request: 'DELETE https://api.twilio.com/2010-04-01/Accounts/{{part:account-sid}}/Keys/{{part:key-sid}}.json',
      basic: { user: '{{part:account-sid}}', password: '{{admin}}' },
      accepted: { status: 204 },
    },
  ],
} satisfies Revoker;
