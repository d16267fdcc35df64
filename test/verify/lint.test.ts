import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { verificationOf, verifySchema } from '../../src/patterns/verify-schema.ts';
import { lintVerification } from '../../src/verify/lint.ts';

function problems(yaml: string): string {
  const verification = verificationOf(verifySchema.parse(parse(yaml)));
  return lintVerification(verification, { parts: ['host', 'dc'], protocols: ['postgres'] })
    .map(({ path, message }) => `${path.join('.')}: ${message}`)
    .join('\n');
}

const sound = `
request: GET https://api.example.com/v1/me
headers: { authorization: 'Bearer {{secret}}' }
live: { status: 200, json: { id: string } }
dead: { status: 401 }
`;

test('a sound verification has no problems', () => {
  expect(problems(sound)).toBe('');
  expect(problems(sound.replace('api.example.com', '{{part:host}}'))).toBe('');
  expect(problems(sound.replace('api.', '{{part:dc}}.'))).toBe('');
});

test.each([
  ['a verb that may change something', sound.replace('GET', 'POST'), 'request: POST may change something'],
  ['a login page that would be life', sound.replace(', json: { id: string }', ''), 'live: a login page answers 200'],
  ['death by rate limit', sound.replace('status: 401', 'status: 429'), 'dead: 429 says something of the provider'],
  ['death by 404 alone', sound.replace('status: 401', 'status: 404'), 'dead: 404 alone proves no death'],
  ['death by 403 alone, among others', sound.replace('status: 401', 'status: [401, 403]'), 'dead: 403 alone'],
  ['no rule for death', sound.replace(/dead.*/, ''), 'life and death both need a rule'],
  ['clear text', sound.replace('https', 'http'), 'only sent over https'],
  ['a host whose owner the credential picks', sound.replace('api.example.com', 'api.{{part:dc}}.com'), 'must end in a domain'],
  ['a host that is a top level', sound.replace('api.example.com', '{{part:dc}}.com'), 'must end in a domain'],
  ['a part that there is not', sound.replace('{{secret}}', '{{part:tenant}}'), 'no part is called tenant'],
  ['braces that are no variable', sound.replace('{{secret}}', '{{env:HOME}}'), 'a variable is {{secret}}'],
  ['a kept value that nobody keeps', sound.replace('{{secret}}', '{{kept:token}}'), 'no earlier step keeps token'],
  ['sites that there are not', sound.replace('api.', '{{site}}.'), 'there are no sites'],
  ['a path that is none', sound.replace('id: string', "'a[': string"), 'is no path into JSON'],
  ['a regex that RE2 refuses', sound.replace('id: string', "id: 're:(?=x)'"), 'not valid RE2'],
  ['a source that is none', `${sound}tells: { identity: email }`, 'tells.identity: "email" is no source'],
  ['a protocol that there is not', 'protocol: telnet\nwith: {}', 'there is no protocol telnet'],
  [
    'a step that leads nowhere',
    `steps:\n  - { request: 'GET https://a.example.com/' }\n  - { request: 'GET https://a.example.com/x', live: { status: 204 }, dead: { status: 401 } }`,
    'steps.0.keep: a step before the last must keep something',
  ],
])('%s is refused', (_, yaml, expected) => {
  expect(problems(yaml)).toContain(expected);
});
