import { expect, test } from 'vitest';
import { discordPackage } from '../../../fixtures/chat/discord.ts';
import { discordPage, teamsPage, telegramPage } from '../../../fixtures/chat/pages.ts';
import { discordCsv } from '../../../src/sources/chat/discord-csv.ts';
import { discordHtml, teamsHtml, telegramHtml } from '../../../src/sources/chat/html-formats.ts';
import type { TextFormat } from '../../../src/sources/document.ts';
import { scanExport, secretOf } from './scan.ts';

const token = secretOf('pages');
const [head, tail] = [token.slice(0, 12), token.slice(12)];

const formats: readonly (readonly [TextFormat, (text: string) => string, object])[] = [
  [
    telegramHtml,
    telegramPage,
    { system: 'telegram', channel: 'Ops & co', author: { name: 'Ann' }, timestamp: '2024-01-02T10:00:00.000Z' },
  ],
  [
    discordHtml,
    discordPage,
    {
      system: 'discord',
      workspace: 'Acme',
      channel: 'general',
      author: { id: '444444444444444444', name: 'ann' },
      timestamp: '2016-04-30T11:18:25.796Z',
    },
  ],
  [teamsHtml, teamsPage, { system: 'teams', channel: 'Deployments' }],
];

const rows: readonly (readonly [string, string])[] = [
  ['text', `the token is ${token}`],
  ['code', `<pre><code>A=1<br>B=${token}</code></pre>`],
  ['text that markup cuts', `<strong>${head}</strong>${tail}`],
  ['a link', `<a href="https://example.com/?a=1&amp;t=${token}">here</a>`],
  ['a secret of entities', [...token].map((character) => `&#${character.charCodeAt(0)};`).join('')],
];

for (const [format, page, origin] of formats) {
  test.each(rows)(`${format.name}: finds a token in %s, and whose it is`, async (_, text) => {
    const { seen, gaps } = await scanExport(format, { 'a.html': page(text) }, 'a.html', 100);
    expect(gaps).toEqual([]);
    expect(seen.map(({ value }) => value)).toEqual([token]);
    expect(seen[0].origin).toMatchObject({ kind: 'chat', path: 'a.html', ...origin });
  });

  test(`${format.name}: is known by its content`, () => {
    expect(format.recognise(Buffer.from(page('x')), 'x')).toBeGreaterThan(0.6);
    expect(
      format.recognise(Buffer.from('<!DOCTYPE html><html><body><div class="message">x</div></body></html>'), 'messages.html'),
    ).toBe(0);
  });
}

test('rows of a data package are read', async () => {
  const path = 'Messages/c222222222222222222/messages.csv';
  const files = discordPackage(`the "token",\nis ${token}`);
  expect(discordCsv.recognise(Buffer.from(files[path]), path)).toBeGreaterThan(0.9);
  const { seen } = await scanExport(discordCsv, files, path, 50);
  expect(seen).toMatchObject([
    {
      value: token,
      line: 4,
      origin: {
        system: 'discord',
        workspace: 'Acme',
        channel: 'general',
        author: { name: 'ann', email: 'ann@example.com' },
        permalink: 'https://discord.com/channels/111111111111111111/222222222222222222/333333333333333333',
      },
    },
  ]);
});
