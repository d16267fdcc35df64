import type { Revoker } from '../src/model/revoker.ts';

export default {
  provider: 'okta',
  patterns: ['okta-api-token'],
  docs: [
    'https://developer.okta.com/docs/api/openapi/okta-management/management/tag/ApiToken/#tag/ApiToken/operation/revokeCurrentApiToken',
  ],
  hosts: ['*.okta.com', '*.oktapreview.com', '*.okta-emea.com', '*.okta-gov.com'],
  authority: 'self',
  batch: { max: 1 },
  cascade: 'this token alone',
  survives: 'other tokens of the same administrator, sessions, and everything that was made with this one',
  mints: true,
  revoke: [
    {
      does: 'Revokes the token that the request is made with.',
      kind: 'act',
      request: 'DELETE https://{{part:host}}/api/v1/api-tokens/current',
      headers: { authorization: 'SSWS {{secret}}' },
      accepted: { status: 204 },
      gone: { status: 401, json: { errorCode: 'E0000011' } },
    },
  ],
} satisfies Revoker;
