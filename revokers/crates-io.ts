import type { Revoker } from '../src/model/revoker.ts';

// https://crates.io/data-access#api
const limits = { concurrency: 1, perSecond: 1 };

export default [
  {
    provider: 'crates-io',
    patterns: ['crates-io-api-token'],
    docs: ['https://github.com/rust-lang/crates.io/blob/main/src/controllers/token.rs'],
    hosts: ['crates.io'],
    authority: 'self',
    batch: { max: 1 },
    limits,
    cascade: 'this token alone',
    survives: 'other tokens of the same user, and what was published with this one',
    revoke: [
      {
        does: 'Revokes the token by itself.',
        kind: 'act',
        request: 'DELETE https://crates.io/api/v1/tokens/current',
        headers: { authorization: '{{secret}}' },
        accepted: { status: 204 },
        gone: { status: [401, 403], json: { 'errors[].detail': 're:(?i)^authentication failed' } },
      },
    ],
  },
  {
    provider: 'crates-io',
    patterns: ['crates-io-trusted-publishing-token'],
    docs: [
      'https://crates.io/docs/trusted-publishing',
      'https://github.com/rust-lang/crates.io/blob/main/src/controllers/trustpub/tokens/revoke/mod.rs',
    ],
    hosts: ['crates.io'],
    authority: 'self',
    batch: { max: 1 },
    limits,
    cascade: 'this token alone, which would end within half an hour',
    survives: 'the trust between the crate and its CI, which makes another token; and what was published',
    revoke: [
      {
        does: 'Revokes the token by itself.',
        kind: 'act',
        request: 'DELETE https://crates.io/api/v1/trusted_publishing/tokens',
        headers: { authorization: 'Bearer {{secret}}' },
        accepted: { status: 204, why: 'it says so of a token that is not known, too' },
      },
    ],
  },
] satisfies readonly Revoker[];
