import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'sendgrid',
  patterns: ['sendgrid-api-key'],
  docs: [
    'https://www.twilio.com/docs/sendgrid/api-reference/api-keys/delete-api-keys',
    'https://www.twilio.com/docs/sendgrid/ui/account-and-settings/api-keys',
  ],
  hosts: ['api.sendgrid.com'],
  authority: 'admin',
  admin: { what: 'an API key of the same account with the scope api_keys.delete', env: 'SENDGRID_ADMIN_KEY' },
  batch: { max: 1 },
  // The middle of the value is the key's id. The list of keys shows no values, so nothing is looked up in it.
  pick: { id: '^SG\\.([0-9A-Za-z_-]{22})\\.' },
  cascade: 'this key alone',
  survives: 'other keys of the account; mail that is queued already',
  mints: true,
  revoke: [
    {
      does: 'Deletes the key by the id that stands in it.',
      kind: 'act',
      request: 'DELETE https://api.sendgrid.com/v3/api_keys/{{pick:id}}',
      headers: { authorization: 'Bearer {{admin}}' },
      accepted: { status: 204 },
    },
  ],
} satisfies Revoker;
