import type { Revoker } from '../src/model/revoker.ts';

const docs = ['https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_revoke_token.htm&type=5'];
const body = { form: { token: '{{secret}}' } };

export default [
  {
    provider: 'salesforce',
    patterns: ['salesforce-access-token'],
    docs,
    hosts: ['*.my.salesforce.com'],
    authority: 'self',
    batch: { max: 1 },
    cascade: 'this session of the user',
    survives: 'the refresh token that it came from, which can make another, and other sessions',
    revoke: [
      {
        does: 'Revokes the token by its value, at the organization that it is of.',
        kind: 'act',
        request: 'POST https://{{part:host}}/services/oauth2/revoke',
        body,
        accepted: { status: 200 },
      },
    ],
  },
  {
    provider: 'salesforce',
    patterns: ['salesforce-refresh-token'],
    docs,
    // Tokens of sandboxes are refused here with 400, and live on.
    hosts: ['login.salesforce.com'],
    authority: 'self',
    batch: { max: 1 },
    cascade: 'this token, and every access token that was made with it',
    survives: 'other grants of the same user, and the secret of the application',
    children: ['salesforce-access-token'],
    mints: true,
    revoke: [
      {
        does: 'Revokes the refresh token by its value.',
        kind: 'act',
        request: 'POST https://login.salesforce.com/services/oauth2/revoke',
        body,
        accepted: { status: 200 },
      },
    ],
  },
] satisfies readonly Revoker[];
