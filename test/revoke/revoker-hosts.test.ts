import { expect, test } from 'vitest';
import type { Revoker } from '../../src/model/revoker.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { lintRevoker } from '../../src/revoke/lint-revoker.ts';
import { type ReadyRevoker, readyRevoker } from '../../src/revoke/revoker-schema.ts';

// Where the requests of a revoker may go.

const { set } = await loadPatterns({ withExamples: true });

function problemsOf(more: Partial<Revoker>, request: string, headers: Readonly<Record<string, string>>): readonly string[] {
  const revoker: Revoker = {
    provider: 'elastic',
    patterns: ['elastic-api-key'],
    docs: ['https://docs.example.com/'],
    hosts: ['*.elastic.cloud'],
    authority: 'admin',
    admin: { what: 'a key of ours', env: 'ADMIN_KEY' },
    batch: { max: 1 },
    revoke: [{ does: 'Deletes it.', kind: 'act', request, headers, accepted: { status: 200 } }],
    ...more,
  };
  const ready = readyRevoker(revoker) as { readonly value: ReadyRevoker };
  return lintRevoker(ready.value, set.patterns);
}

const ours = { authorization: 'ApiKey {{admin}}' };
const atTheText = 'DELETE https://{{part:host}}/_security/api_key';

test('a credential of ours is not sent to a host that a stranger may have named', () => {
  const refusal = expect.stringContaining('a credential of ours goes to no host from the text');
  expect(problemsOf({}, atTheText, ours)).toEqual([refusal]);
  expect(problemsOf({ hosts: ['search.elastic.cloud'] }, atTheText, ours)).toEqual([]);
});

test('what was found there may go where it was found', () => {
  const own: Partial<Revoker> = { authority: 'self', admin: undefined };
  expect(problemsOf(own, atTheText, { authorization: 'ApiKey {{secret}}' })).toEqual([]);
});

test('every site of a pattern is among the hosts', () => {
  const contentful: Partial<Revoker> = { provider: 'contentful', patterns: ['contentful-personal-access-token'] };
  const request = 'DELETE https://{{site}}/users/me/access_tokens/1';
  expect(problemsOf({ ...contentful, hosts: ['api.contentful.com', 'api.eu.contentful.com'] }, request, ours)).toEqual([]);
  expect(problemsOf({ ...contentful, hosts: ['api.contentful.com'] }, request, ours)).toEqual([
    'revoke, step 1: api.eu.contentful.com is not among hosts',
  ]);
  expect(problemsOf({}, request, ours)).toContainEqual(
    expect.stringContaining('not every pattern is asked about at several sites'),
  );
});
