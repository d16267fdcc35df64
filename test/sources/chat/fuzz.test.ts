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
import { discordPage, telegramPage } from '../../../fixtures/chat/pages.ts';
import { slackExport, slackMessage } from '../../../fixtures/chat/slack.ts';
import { teamsGraphExport, teamsUserExport } from '../../../fixtures/chat/teams.ts';
import { type Random, randomFrom } from '../../../fixtures/random.ts';
import { chatFormats } from '../../../src/sources/chat/chat-formats.ts';
import { exportOf } from './documents.ts';
import { viewsOf } from './scan.ts';

const value = 'PLAINVALUE0123456789';
const padding = Array.from({ length: 6 }, (_, index) =>
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
  'discord-csv': ['messages.csv', Object.values(discordPackage(value))[1]],
  mbox: ['a.mbox', mboxOf([multipart('mixed', [part('text/plain', 'hello'), part('text/html', '<p>x</p>')]), mail(value)])],
  eml: ['a.eml', multipart('mixed', [part('text/plain', 'hello'), part('text/plain', value)])],
};

/** Damages some bytes before `limit`. */
function damage(text: string, limit: number, random: Random): Buffer {
  let bytes = Buffer.from(text);
  let until = limit;
  for (let times = 1 + random.int(4); times > 0 && until > 0; times--) {
    const at = random.int(until);
    const length = Math.min(random.pick([1, 1, 1, 2, 5, 40]), until - at);
    if (random.chance(0.4)) {
      bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
      until -= length;
    } else if (random.chance(0.5)) {
      const more = random.chance(0.5)
        ? Buffer.from(random.pick(['"', '{', '}', '[', ']', '\\', ',', '\n', '<', '&', 'null', '--', ':']))
        : random.bytes(length);
      bytes = Buffer.concat([bytes.subarray(0, at), more, bytes.subarray(at)]);
      until += more.length;
    } else {
      random.bytes(length).copy(bytes, at);
    }
  }
  return bytes;
}

test.each(Object.entries(files))('a damaged export is read on: %s', async (kind, [path, text]) => {
  const format = chatFormats.find(({ name }) => name === kind || kind.startsWith(`${name} `))!;
  const limit = text.indexOf(value) - 24;
  for (let seed = 1; seed <= 850; seed++) {
    const random = randomFrom(seed);
    const { document, context } = exportOf({ [path]: damage(text, limit, random) }, 1 + random.int(3000));
    const { views } = await viewsOf(format, document(path), context(path));
    const isFound = views.some((view) => Buffer.from(view.bytes).includes(value));
    expect(isFound, `seed ${seed}`).toBe(true);
  }
});

test.each(Object.entries(files))(
  'an export that is cut off says so, and what is there is read: %s',
  async (kind, [path, text]) => {
    const format = chatFormats.find(({ name }) => name === kind || kind.startsWith(`${name} `))!;
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
