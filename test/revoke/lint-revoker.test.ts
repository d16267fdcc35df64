import { expect, test } from 'vitest';
import type { Pattern } from '../../src/model/pattern.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { lintRevoker } from '../../src/revoke/lint-revoker.ts';
import { loadRevokers } from '../../src/revoke/load-revokers.ts';
import { readyRevoker } from '../../src/revoke/revoker-schema.ts';

const { set } = await loadPatterns({ withExamples: true });
const patterns: readonly Pattern[] = set.patterns.map((one) =>
  one.id === 'npm-access-token' ? { ...one, revoker: 'gitlab' } : one,
);

const act = {
  does: 'Deletes the key.',
  kind: 'act',
  request: 'DELETE https://gitlab.com/api/v4/personal_access_tokens/self',
  headers: { 'private-token': '{{secret}}' },
  accepted: { status: 204 },
};
const look = {
  does: 'Looks it up.',
  kind: 'look-up',
  request: 'GET https://gitlab.com/api/v4/keys',
  headers: { 'private-token': '{{secret}}' },
  accepted: { status: 200 },
  find: { in: '$', where: { name: '{{part:host}}' }, keep: { id: 'id' } },
};
const good = {
  provider: 'gitlab',
  patterns: ['gitlab-access-token'],
  docs: ['https://docs.gitlab.com/'],
  hosts: ['gitlab.com'],
  authority: 'self',
  batch: { max: 1 },
  revoke: [act],
};

function problemsOf(revoker: unknown): string {
  const read = readyRevoker(revoker);
  return 'problem' in read ? read.problem : lintRevoker(read.value, patterns).join('\n');
}

test('a sound revoker has none', () => {
  expect(problemsOf(good)).toBe('');
  expect(problemsOf({ ...good, revoke: [look, { ...act, request: 'DELETE https://gitlab.com/keys/{{kept:id}}' }] })).toBe('');
});

test.each([
  ['a pattern that is none', { ...good, patterns: ['gitlab-nothing'] }, /no pattern gitlab-nothing/],
  ['a pattern that names another', { ...good, patterns: ['slack-bot-token'] }, /slack-bot-token/],
  ['a key that is none', { ...good, batchSize: 1 }, /batchSize/],
  ['no pages', { ...good, docs: [] }, /docs/],
  [
    'a host that was not declared',
    { ...good, revoke: [{ ...act, request: 'DELETE https://gitlab.org/x' }] },
    /gitlab\.org is not among hosts/,
  ],
  ['plain http', { ...good, revoke: [{ ...act, request: 'DELETE http://gitlab.com/x' }] }, /only sent over https/],
  ['nothing accepted', { ...good, revoke: [{ ...act, accepted: undefined }] }, /accepted|Invalid/],
  ['an error that is accepted', { ...good, revoke: [{ ...act, accepted: { status: 404 } }] }, /404 is no acceptance/],
  [
    'a refusal for the time being',
    { ...good, revoke: [{ ...act, gone: { status: 429 } }] },
    /429 says something of the provider/,
  ],
  ['a part that is none', { ...good, revoke: [{ ...act, headers: { a: '{{part:nothing}}' } }] }, /part nothing/],
  ['what nobody keeps', { ...good, revoke: [{ ...act, headers: { a: '{{kept:id}}' } }] }, /no look-up before it keeps id/],
  ['what nobody picks', { ...good, revoke: [{ ...act, headers: { a: '{{pick:id}}' } }] }, /nothing is picked as id/],
  ['a pick that does not compile', { ...good, pick: { a: '(' } }, /not valid RE2/],
  ['what its provider does not tell', { ...good, revoke: [{ ...act, headers: { a: '{{told:account}}' } }] }, /tells its account/],
  ['a variable that is none', { ...good, revoke: [{ ...act, headers: { a: '{{token}}' } }] }, /no variable/],
  [
    'our own credential without saying so',
    { ...good, revoke: [{ ...act, headers: { a: '{{admin}}' } }] },
    /\{\{admin\}\} needs admin/,
  ],
  [
    'admin that is not used',
    { ...good, authority: 'admin', admin: { what: 'a key', env: 'A_KEY' } },
    /no step uses \{\{admin\}\}/,
  ],
  [
    'admin that is not named',
    { ...good, authority: 'admin', revoke: [{ ...act, headers: { a: '{{admin}}' } }] },
    /with authority admin/,
  ],
  ['one secret in a call for many', { ...good, batch: { max: 5 } }, /it is \{\{secrets\}\}/],
  [
    'a list inside of a text',
    { ...good, batch: { max: 5 }, revoke: [{ ...act, headers: {}, body: { json: { a: 'x{{secrets}}' } } }] },
    /stands alone/,
  ],
  [
    'a look-up for many',
    { ...good, batch: { max: 5 }, revoke: [look, { ...act, headers: {}, body: { json: ['{{secrets}}'] } }] },
    /one credential's/,
  ],
  [
    'a look-up that changes something',
    { ...good, revoke: [{ ...look, request: 'DELETE https://gitlab.com/x' }, act] },
    /a look-up changes nothing/,
  ],
  ['a look-up that finds nothing', { ...good, revoke: [{ ...look, find: undefined }, act] }, /must keep or find/],
  ['a look-up that finds anything', { ...good, revoke: [{ ...look, find: { ...look.find, where: {} } }, act] }, /where/],
  ['a look-up at the end', { ...good, revoke: [act, look] }, /finds something for nobody/],
  ['no act', { ...good, revoke: [look] }, /no step acts/],
  ['a path that is none', { ...good, revoke: [{ ...act, accepted: { status: 200, json: { 'a[': 1 } } }] }, /no path into JSON/],
  ['switching off without switching on', { ...good, reversible: { disable: [act] } }, /enable/],
  ['a time that is none', { ...good, takesUpTo: 'soon' }, /duration/],
])('%s is refused', (_, revoker, message) => {
  expect(problemsOf(revoker)).toMatch(message);
});

test('nothing but a file of the folder can be named as a revoker', async () => {
  for (const name of ['nothing', '../src/cli', 'github.ts', ''])
    await expect(loadRevokers(name)).rejects.toThrow(/there is none/);
});
