import { expect, test } from 'vitest';
import { discordExport, discordMessage } from '../../../fixtures/chat/discord.ts';
import { googleChatExport, mattermostExport, telegramExport } from '../../../fixtures/chat/others.ts';
import { attachmentOrigins } from '../../../src/sources/chat/attachment-origins.ts';
import { exportOf } from './documents.ts';

async function originsIn(files: Readonly<Record<string, string>>, path = Object.keys(files)[0]) {
  const { document, context } = exportOf(files);
  return await attachmentOrigins(document(path), context(path));
}

test('files of a Discord export have their message as their origin', async () => {
  const attachments = [
    { id: '1', url: 'general.json_Files\\my%20env-1A2B.txt', fileName: 'my env.txt', fileSizeBytes: 3 },
    { id: '2', url: 'https://cdn.discordapp.com/attachments/1/2/b.txt', fileName: 'b.txt', fileSizeBytes: 3 },
  ];
  const origins = await originsIn(discordExport([discordMessage('hi'), discordMessage('see', { attachments })]));
  expect(origins.get('general.json_Files/my env-1A2B.txt')).toMatchObject({
    system: 'discord',
    channel: 'general',
    author: { name: 'ann' },
    attachment: 'my env.txt',
  });
  expect([...origins.keys()].some((path) => path.includes('cdn'))).toBe(false);
});

test('files of Telegram, Mattermost and Google Chat have theirs', async () => {
  const telegram = await originsIn(telegramExport({ text: 'see', file: 'files/.env', file_name: '.env' }), 'result.json');
  expect(telegram.get('files/.env')).toMatchObject({ system: 'telegram', author: { name: 'Ann' }, attachment: '.env' });
  const mattermost = await originsIn(mattermostExport({ message: 'see', attachments: [{ path: '20240102/teams/a/.env' }] }));
  expect(mattermost.get('data/20240102/teams/a/.env')).toMatchObject({
    channel: 'town-square',
    author: { name: 'ann' },
    attachment: '.env',
  });
  const google = await originsIn(
    googleChatExport({ attached_files: [{ original_name: '.env', export_name: 'File-.env' }] }),
    'Groups/Space AAA/messages.json',
  );
  expect(google.get('File-.env')).toMatchObject({ author: { name: 'Ann Example' }, attachment: '.env' });
});

test('what is no export has none', async () => {
  expect((await originsIn({ 'package.json': '{"name":"x"}' })).size).toBe(0);
});
