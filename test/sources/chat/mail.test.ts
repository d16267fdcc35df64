import { describe, expect, test } from 'vitest';
import { base64Lines, mail, mbox as mboxOf, multipart, part, quotedPrintable } from '../../../fixtures/chat/mail.ts';
import { eml, mbox } from '../../../src/sources/chat/mail.ts';
import { scanExport, secretOf } from './scan.ts';

const token = secretOf('mail');
const [head, tail] = [token.slice(0, 12), token.slice(12)];
const text = `hello =) é,\nthe token is ${token}\nbye`;

const rows: readonly (readonly [position: string, mail: string, more?: object])[] = [
  ['a plain body', mail(text)],
  ['a subject', mail('hello', { Subject: `token ${token}` })],
  ['a subject in encoded words', mail('hello', { Subject: `=?UTF-8?B?${Buffer.from(`tökén ${token}`).toString('base64')}?=` })],
  ['a header', mail('hello', { 'X-Api-Token': token })],
  ['quoted-printable', mail(quotedPrintable(text), { 'Content-Transfer-Encoding': 'quoted-printable' })],
  ['base64', mail(base64Lines(text), { 'Content-Transfer-Encoding': 'base64' })],
  ['HTML', mail(`<p>the <b>${head}</b>${tail}</p>`, { 'Content-Type': 'text/html; charset=utf-8' })],
  [
    'one of two alternatives',
    multipart('alternative', [part('text/plain', text), part('text/html', `<p>the token is ${token}</p>`)]),
  ],
  [
    'an alternative alone',
    multipart('alternative', [part('text/plain', 'hello'), part('text/html', `<a href="https://example.com/?t=${token}">x</a>`)]),
  ],
  [
    'a file attached',
    multipart('mixed', [
      part('text/plain', 'see'),
      part(
        'application/octet-stream',
        base64Lines(`A=1\nGH=${token}\n`),
        'Content-Disposition: attachment; filename=".env"\r\nContent-Transfer-Encoding: base64\r\n',
      ),
    ]),
    { attachment: '.env' },
  ],
  [
    'a mail within',
    multipart('mixed', [
      part('message/rfc822', mail(text, { From: 'Bob <bob@example.com>', Date: 'Mon, 01 Jan 2024 10:00:00 +0000' })),
    ]),
    {
      author: { name: 'Bob', email: 'bob@example.com' },
      timestamp: '2024-01-01T10:00:00.000Z',
    },
  ],
  ['a part without an end', multipart('mixed', [part('text/plain', text)]).replace('--b0undary--', '')],
  ['what stands before the parts', multipart('mixed', [part('text/plain', 'hello')]).replace('This is', `${token} is`)],
  ['what stands after the parts', `${multipart('mixed', [part('text/plain', 'hello')])}\r\n${token}\r\n`],
  ['windows-1252', mail(`\u0093${token}\u0094`, { 'Content-Type': 'text/plain; charset=windows-1252' })],
];

describe.each([
  ['eml', eml, (each: string) => each],
  ['mbox', mbox, (each: string) => mboxOf([mail('first'), each, mail('From here on\n\nnothing')])],
] as const)('%s', (name, format, fileOf) => {
  test.each(rows)('finds a token in %s, once, and whose it is', async (position, each, more = {}) => {
    const bytes = Buffer.from(fileOf(each), position === 'windows-1252' ? 'latin1' : 'utf8');
    const path = `mail/Inbox.${name}`;
    const { seen, gaps } = await scanExport(format, { [path]: bytes }, path, 333);
    expect(gaps).toEqual([]);
    expect(seen.map(({ value }) => value)).toEqual([token]);
    expect(seen[0].origin).toMatchObject({
      kind: 'chat',
      system: name,
      path,
      author: { name: 'Ann Example', email: 'ann@example.com' },
      timestamp: '2024-01-02T10:00:00.000Z',
      thread: '<1@example.com>',
      ...more,
    });
  });

  test('is known by its content', () => {
    for (const [, each] of rows) expect(format.recognise(Buffer.from(fileOf(each)), 'x')).toBeGreaterThan(0.7);
    expect(format.recognise(Buffer.from('From: a yaml file\nname: x\nsteps: y\n'), 'x')).toBe(0);
  });
});

test('what encodes a value is what is shown as its place', async () => {
  const encoded = base64Lines(`x ${token}\n`);
  const { seen } = await scanExport(eml, { a: mail(encoded, { 'Content-Transfer-Encoding': 'base64' }) }, 'a');
  const characters = encoded.replaceAll('\r\n', '');
  // The value begins in the third byte, so with the third character.
  expect(seen[0].written.replaceAll('\r\n', '')).toBe(characters.slice(2, 56));
  expect(token).toHaveLength(40);
  expect(seen[0].line).toBe(mail('').split('\n').length + 1);
});

test('a value in a part of many megabytes is found on its line', async () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index} of a long log`);
  lines[77_777] = `token ${token}`;
  const long = mail(lines.join('\r\n'));
  const { seen } = await scanExport(eml, { a: long }, 'a');
  const expected = long.slice(0, long.indexOf(token)).split('\n').length;
  expect(seen.map(({ value, line }) => [value, line])).toEqual([[token, expected]]);
});

test('a file that is no text is told of, a picture is not', async () => {
  const zip = base64Lines(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0]));
  const encoding = 'Content-Transfer-Encoding: base64\r\n';
  const both = multipart('mixed', [
    part('application/zip; name=a.zip', zip, encoding),
    part('image/png; name=a.png', zip, encoding),
  ]);
  const { gaps } = await scanExport(eml, { a: both }, 'a');
  expect(gaps).toMatchObject([{ reason: 'unsupported', origin: { attachment: 'a.zip' } }]);
});

test('values in a long part in base64 are found, however its lines are cut', async () => {
  const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index} of a long log`);
  for (let index = 5000; index < lines.length; index += 10_000) lines[index] = `token ${secretOf(`long ${index}`)}`;
  const encoded = Buffer.from(lines.join('\n')).toString('base64').replace(/.{75}/g, '$&\r\n');
  const { seen } = await scanExport(eml, { a: mail(encoded, { 'Content-Transfer-Encoding': 'base64' }) }, 'a');
  const expected = Array.from({ length: 10 }, (_, index) => secretOf(`long ${5000 + index * 10_000}`));
  expect([...new Set(seen.map(({ value }) => value))]).toEqual(expected);
});
