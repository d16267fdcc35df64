import { expect, test } from 'vitest';
import { discordExport, discordMessage, discordPackage } from '../../../fixtures/chat/discord.ts';
import { mail, mbox, multipart, part } from '../../../fixtures/chat/mail.ts';
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
import { chatFormats } from '../../../src/sources/chat/chat-formats.ts';
import { exportOf } from './documents.ts';
import { viewsOf } from './scan.ts';

const files: readonly (readonly [string, string])[] = [
  ['slack', slackExport([slackMessage('x', '1704189600.000100')])['general/2024-01-02.json']],
  ['discord', Object.values(discordExport([discordMessage('x')]))[0]],
  ['discord-package', Object.values(discordPackage('x'))[0]],
  ['discord-csv', Object.values(discordPackage('x'))[1]],
  ['discord-html', discordPage('x')],
  ['teams', teamsGraphExport('x')['channel.json']],
  ['teams-user', teamsUserExport('x')['messages.json']],
  ['teams-html', teamsPage('x')],
  ['mattermost', mattermostExport({ message: 'x' })['import.jsonl']],
  ['telegram', telegramExport({ text: 'x' })['result.json']],
  ['telegram', telegramExport({ text: 'x' })['all/result.json']],
  ['telegram-html', telegramPage('x')],
  ['rocket-chat', rocketChatExport({ msg: 'x' })['general/messages.json']],
  ['rocket-chat', rocketChatExport({ msg: 'x' })['rocketchat_message.json']],
  ['google-chat', googleChatExport({ text: 'x' })['Groups/Space AAA/messages.json']],
  ['zulip', zulipExport({ content: 'x' })['messages-000001.json']],
  ['mbox', mbox([mail('x')])],
  ['eml', multipart('mixed', [part('text/plain', 'x')])],
  ['pst', '!BDN\0\0\0\0'],
];

test.each(files)('%s is known by its content alone, and no other takes it', (name, text) => {
  for (const head of [text, `\ufeff${text}`].slice(0, name === 'pst' || /^(?:mbox|eml)$/.test(name) ? 1 : 2)) {
    const sure = chatFormats.filter((format) => format.recognise(Buffer.from(head), 'file') > 0).map((format) => format.name);
    expect(sure).toEqual([name]);
  }
});

test.each([
  ['a package', '{"name":"x","version":"1.0.0","type":"module","messages":{"a":"b"}}'],
  ['an array', '[{"type":"message","text":"hello","user":"x"}]'],
  ['a translation', '{"messages":[{"id":"a","text":"b"}]}'],
  ['a log', '{"ts":"2024-01-02T10:00:00Z","level":"info","msg":"started"}\n'],
  ['a page', '<!DOCTYPE html><html><body><p>From: x</p></body></html>'],
  ['a letter', 'From here on it is easy.\n\nDate: never\n'],
  ['front matter', 'Title: x\nAuthor: y\nDate: z\n\nText'],
  ['an empty day', '[]'],
  ['nothing', ''],
])('%s is left alone', (_, text) => {
  expect(chatFormats.filter((format) => format.recognise(Buffer.from(text), 'messages.json') > 0)).toEqual([]);
});

test('a store of Outlook is told of', async () => {
  const { document, context } = exportOf({ 'a.pst': '!BDN' });
  const { gaps } = await viewsOf(chatFormats.find(({ name }) => name === 'pst')!, document('a.pst'), context('a.pst'));
  expect(gaps).toMatchObject([{ reason: 'unsupported', detail: expect.stringContaining('mbox') }]);
});
