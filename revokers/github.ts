import type { Revoker } from '../src/model/revoker.ts';

const headers = { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' };

export default [
  {
    provider: 'github',
    patterns: [
      'github-pat-classic',
      'github-fine-grained-pat',
      'github-oauth-token',
      'github-app-user-token',
      'github-app-refresh-token',
    ],
    docs: ['https://docs.github.com/en/rest/credentials/revoke'],
    hosts: ['api.github.com'],
    authority: 'none',
    batch: { max: 1000 },
    limits: { concurrency: 1, perHour: 60 },
    // Whose server issued it stands beside it; the report is only taken by github.com.
    defaults: { api: 'api.github.com' },
    cascade: 'each token alone; GitHub writes to its owner, and cannot bring it back',
    survives: 'SSH keys and other tokens of the same user; a new token of the same app, unless its refresh token goes as well',
    revoke: [
      {
        does: 'Reports the tokens to GitHub as leaked, which revokes them.',
        kind: 'act',
        // Any Authorization header is answered with 403.
        request: 'POST https://{{part:api}}/credentials/revoke',
        headers,
        body: { json: { credentials: '{{secrets}}' } },
        accepted: { status: 202, why: 'queued; it says nothing of whether the tokens were any' },
      },
    ],
    takesUpTo: '10m',
  },
  {
    provider: 'github',
    patterns: ['github-app-installation-token'],
    docs: ['https://docs.github.com/en/rest/apps/installations#revoke-an-installation-access-token'],
    hosts: ['api.github.com', '*.ghe.com'],
    authority: 'self',
    batch: { max: 1 },
    defaults: { api: 'api.github.com' },
    cascade: 'this token alone',
    survives: 'the private key of the app, which can make another token',
    revoke: [
      {
        does: 'Revokes the installation token by itself.',
        kind: 'act',
        request: 'DELETE https://{{part:api}}/installation/token',
        headers: { ...headers, authorization: 'Bearer {{secret}}' },
        accepted: { status: 204 },
        gone: { status: 401, json: { message: 'Bad credentials' } },
      },
    ],
  },
] satisfies readonly Revoker[];
