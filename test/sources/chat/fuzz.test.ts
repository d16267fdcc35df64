import { expect, test } from 'vitest';
import { discordExport, discordMessage, discordPackage } from '../../../fixtures/chat/discord.ts';
import { mail, mbox as mboxOf, multipart, part } from '../../../fixtures/chat/mail.ts';
import {
  googleChatExport,
  mattermostExport,
  rocketChatExport,
  telegramExport,
  zulipExport,
} from '../../../fixtures/chat/others.ts';
import { discordPage, teamsPage, telegramPage } from '../../../fixtures/chat/pages.ts';
import { slackExport, slackMessage } from '../../../fixtures/chat/slack.ts';
import { teamsGraphExport, teamsUserExport } from '../../../fixtures/chat/teams.ts';
import { damage, fuzzCases } from '../../../fixtures/damage.ts';
import { randomFrom } from '../../../fixtures/random.ts';
import { chatFormats } from '../../../src/sources/chat/chat-formats.ts';
import { exportOf } from './documents.ts';
import { viewsOf } from './scan.ts';

const value = 'PLAINVALUE0123456789';
const padding = Array.from({ length: 2 }, (_, index) =>
  slackMessage(`before &amp; ${index} "x"`, `17041895${10 + index}.000000`),
);
const last = slackMessage(value, '1704189600.000100');

const files: Readonly<Record<string, readonly [file: string, text: string]>> = {
  slack: ['2024-01-02.json', slackExport([...padding, last])['general/2024-01-02.json']],
  'slack in one line': ['2024-01-02.json', slackExport([...padding, last], JSON.stringify)['general/2024-01-02.json']],
  discord: [
    'a.json',
    Object.values(discordExport([...Array.from({ length: 4 }, () => discordMessage('hello "there"')), discordMessage(value)]))[0],
  ],
  'teams-user': ['messages.json', teamsUserExport(value)['messages.json']],
  teams: ['channel.json', teamsGraphExport(`<p>${value}</p>`)['channel.json']],
  mattermost: ['import.jsonl', mattermostExport({ message: value })['import.jsonl']],
  telegram: ['result.json', telegramExport({ text: value })['result.json']],
  'rocket-chat': ['a.json', rocketChatExport({ msg: value })['general/messages.json']],
  'google-chat': ['messages.json', googleChatExport({ text: value })['Groups/Space AAA/messages.json']],
  zulip: ['messages-000001.json', zulipExport({ content: value })['messages-000001.json']],
  'telegram-html': ['messages.html', telegramPage(value)],
  'discord-html': ['a.html', discordPage(value)],
  'teams-html': ['a.html', teamsPage(value)],
  'discord-package': ['messages.json', Object.values(discordPackage(`hello", "${value}`))[0]],
  'discord-csv': ['messages.csv', Object.values(discordPackage(value))[1]],
  mbox: ['a.mbox', mboxOf([multipart('mixed', [part('text/plain', 'hello'), part('text/html', '<p>x</p>')]), mail(value)])],
  eml: ['a.eml', multipart('mixed', [part('text/plain', 'hello'), part('text/plain', value)])],
};

const pieces = ['"', '{', '}', '[', ']', '\\', ',', '\n', '<', '>', '&', 'null', '--', ':', '=', '\u0000'];

const formatOf = (kind: string) => chatFormats.find(({ name }) => name === kind || kind.startsWith(`${name} `))!;

test('every format is damaged', () => {
  expect(new Set(Object.keys(files).map(formatOf))).toEqual(new Set(chatFormats.filter(({ name }) => name !== 'pst')));
});

test.each(Object.entries(files))('a damaged export is read on: %s', { timeout: 600_000 }, async (kind, [path, text]) => {
  const format = formatOf(kind);
  const whole = Buffer.from(text);
  const limit = whole.indexOf(value) - 24;
  for (let seed = 1; seed <= fuzzCases; seed++) {
    const random = randomFrom(seed);
    const bytes = damage(whole, 0, limit, random, pieces);
    try {
      const { document, context } = exportOf({ [path]: bytes }, 1 + random.int(3000));
      const { views } = await viewsOf(format, document(path), context(path));
      for (const { runs, slice } of views) {
        for (let run = 0; run < runs.count; run++)
          if (runs.from[run] + runs.size[run] > slice.bytes.length) throw new Error('a run leaves the export');
      }
      if (!views.some((view) => Buffer.from(view.bytes).includes(value))) throw new Error('the value is lost');
    } catch (error) {
      throw new Error(`seed ${seed}`, { cause: error });
    }
  }
});

test.each(Object.entries(files))(
  'an export that is cut off says so, and what is there is read: %s',
  async (kind, [path, text]) => {
    const format = formatOf(kind);
    const cut = text.slice(0, text.indexOf(value) + value.length);
    const { document, context } = exportOf({ [path]: cut });
    const { views, gaps } = await viewsOf(format, document(path), context(path));
    expect(views.some((view) => Buffer.from(view.bytes).includes(value))).toBe(true);
    if (path.includes('.json')) expect(gaps.map(({ reason }) => reason)).toEqual(['corrupt']);
  },
);

test('noise is read to its end', async () => {
  for (let seed = 1; seed <= 200; seed++) {
    const random = randomFrom(seed);
    const noise = random.chance(0.5) ? random.bytes(2000) : Buffer.from(random.text(2000, '{}[]",:\\\n 01atnl<>&;=-'));
    for (const format of chatFormats) {
      const { document, context } = exportOf({ a: noise });
      await viewsOf(format, document('a'), context('a'));
      format.recognise(noise, 'a');
    }
  }
});

test('JSON that opens without end is read', async () => {
  const deep = '['.repeat(100_000) + value;
  const { document, context } = exportOf({ a: deep });
  const { views } = await viewsOf(chatFormats[0], document('a'), context('a'));
  expect(views.some((view) => Buffer.from(view.bytes).includes(value))).toBe(true);
});
