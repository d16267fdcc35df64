import { describe, expect, test } from 'vitest';
import { discordExport, discordMessage, discordPackage as discordPackageOf } from '../../../fixtures/chat/discord.ts';
import {
  googleChatExport,
  mattermostExport,
  rocketChatExport,
  telegramExport,
  zulipExport,
} from '../../../fixtures/chat/others.ts';
import { teamsGraphExport, teamsUserExport } from '../../../fixtures/chat/teams.ts';
import { discord, discordPackage } from '../../../src/sources/chat/discord.ts';
import { googleChat } from '../../../src/sources/chat/google-chat.ts';
import { mattermost } from '../../../src/sources/chat/mattermost.ts';
import { rocketChat } from '../../../src/sources/chat/rocket-chat.ts';
import { teams, teamsUser } from '../../../src/sources/chat/teams.ts';
import { telegram } from '../../../src/sources/chat/telegram.ts';
import { zulip } from '../../../src/sources/chat/zulip.ts';
import type { TextFormat } from '../../../src/sources/document.ts';
import { scanExport, secretOf } from './scan.ts';

const token = secretOf('formats');
const [head, tail] = [token.slice(0, 12), token.slice(12)];

type Row = readonly [position: string, files: Readonly<Record<string, string>>, origin?: object];

const tables: readonly {
  readonly format: TextFormat;
  readonly path: string;
  readonly origin: object;
  readonly rows: readonly Row[];
}[] = [
  {
    format: discord,
    path: 'Acme - general [222222222222222222].json',
    origin: {
      system: 'discord',
      workspace: 'Acme',
      channel: 'general',
      author: { id: '444444444444444444', name: 'ann' },
      timestamp: '2024-01-02T10:00:00.000Z',
      permalink: 'https://discord.com/channels/111111111111111111/222222222222222222/333333333333333333',
    },
    rows: [
      ['content', discordExport([discordMessage('hi'), discordMessage(`token: \`${token}\``)])],
      [
        'content that was edited',
        discordExport([discordMessage(token, { timestampEdited: '2024-01-02T11:00:00+00:00' })]),
        { edited: true },
      ],
      ['content cut by zero-width characters', discordExport([discordMessage(`${head}\u200b${tail}`)])],
      [
        'an embed',
        discordExport([discordMessage('', { embeds: [{ title: 'x', url: null, description: `see ${token}`, fields: [] }] })]),
      ],
      [
        "an embed's field",
        discordExport([discordMessage('', { embeds: [{ fields: [{ name: 'Token', value: token, isInline: false }] }] })]),
      ],
      ['a forwarded message', discordExport([discordMessage('', { forwardedMessage: { content: token, attachments: [] } })])],
    ],
  },
  {
    format: discordPackage,
    path: 'Messages/c222222222222222222/messages.json',
    origin: {
      system: 'discord',
      workspace: 'Acme',
      channel: 'general',
      author: { id: '444444444444444444', name: 'ann', email: 'ann@example.com' },
      permalink: 'https://discord.com/channels/111111111111111111/222222222222222222/333333333333333333',
    },
    rows: [['contents', discordPackageOf(`my "token" is ${token}`)]],
  },
  {
    format: teamsUser,
    path: 'messages.json',
    origin: {
      system: 'teams',
      channel: 'Deployments',
      author: { id: '8:orgid:ann', name: 'Ann Example' },
      timestamp: '2024-01-02T10:00:00.000Z',
    },
    rows: [
      ['content', teamsUserExport(`the token is ${token}`)],
      ['HTML', teamsUserExport(`<p>the&nbsp;token</p><pre>${token}</pre>`)],
      ['HTML that cuts it', teamsUserExport(`<b>${head}</b>${tail}`)],
      ['a link', teamsUserExport(`<a href="https://example.com/?a=1&amp;t=${token}">here</a>`)],
    ],
  },
  {
    format: teams,
    path: 'channel.json',
    origin: {
      system: 'teams',
      workspace: 'team-1',
      channel: '19:abc@thread.tacv2',
      author: { id: 'u-1', name: 'Ann Example' },
      timestamp: '2024-01-02T10:00:00.000Z',
      permalink: 'https://teams.microsoft.com/l/message/19%3Aabc/1704189600000',
    },
    rows: [
      ['body', teamsGraphExport(`<div>${token}</div>`)],
      ['subject', teamsGraphExport('', { subject: token })],
      [
        'a card',
        teamsGraphExport('', { attachments: [{ id: '1', name: 'card', content: JSON.stringify({ body: [{ text: token }] }) }] }),
        { attachment: 'card' },
      ],
      ['what was deleted', teamsGraphExport(token, { deletedDateTime: '2024-01-03T00:00:00Z' }), { deleted: true }],
    ],
  },
  {
    format: mattermost,
    path: 'import.jsonl',
    origin: {
      system: 'mattermost',
      workspace: 'acme',
      channel: 'town-square',
      author: { name: 'ann' },
      timestamp: '2024-01-02T10:00:00.000Z',
    },
    rows: [
      ['message', mattermostExport({ message: `a\n${token}` })],
      ['a message that was edited', mattermostExport({ message: token, edit_at: 1704189700000 }), { edited: true }],
      [
        'a reply',
        mattermostExport({ message: 'x', replies: [{ user: 'bob', message: token, create_at: 1704189700000 }] }),
        {
          author: { name: 'bob' },
          timestamp: '2024-01-02T10:01:40.000Z',
          thread: '2024-01-02T10:00:00.000Z',
        },
      ],
      ["an attachment's field", mattermostExport({ props: { attachments: [{ fields: [{ title: 'Token', value: token }] }] } })],
    ],
  },
  ...['result.json', 'all/result.json'].map((path) => ({
    format: telegram,
    path,
    origin: { system: 'telegram', channel: 'Ops', author: { id: 'user1', name: 'Ann' }, timestamp: '2024-01-02T10:00:00.000Z' },
    rows: [
      ['text', telegramExport({ text: token })],
      ['text in pieces', telegramExport({ text: ['use ', { type: 'code', text: head }, tail] })],
      ['a link', telegramExport({ text: [{ type: 'text_link', text: 'here', href: `https://example.com/?t=${token}` }] })],
      ['text that its entities repeat', telegramExport({ text: [token], text_entities: [{ type: 'plain', text: token }] })],
      [
        'text that was edited',
        telegramExport({ text: token, edited: '2024-01-02T12:30:00', edited_unixtime: '1704191400' }),
        { edited: true },
      ],
    ] as Row[],
  })),
  ...['general/messages.json', 'rocketchat_message.json'].map((path) => ({
    format: rocketChat,
    path,
    origin: {
      system: 'rocket-chat',
      channel: 'GENERAL',
      author: { id: 'u1', name: 'Ann Example' },
      timestamp: '2024-01-02T10:00:00.000Z',
    },
    rows: [
      ['msg', rocketChatExport({ msg: token, md: [{ type: 'PARAGRAPH', value: [{ type: 'PLAIN_TEXT', value: token }] }] })],
      ['an attachment', rocketChatExport({ attachments: [{ title: 'x', text: token }] })],
      ['a message that was edited', rocketChatExport({ msg: token, editedAt: '2024-01-02T10:00:00.000Z' }), { edited: true }],
      ['a reply', rocketChatExport({ msg: token, tmid: 'm0' }), { thread: 'm0' }],
    ] as Row[],
  })),
  {
    format: googleChat,
    path: 'Groups/Space AAA/messages.json',
    origin: {
      system: 'google-chat',
      channel: 'Launch',
      author: { name: 'Ann Example', email: 'ann@example.com' },
      timestamp: '2024-01-02T10:00:00.000Z',
      thread: 'topic1',
    },
    rows: [
      ['text', googleChatExport({ text: `\`\`\`${token}\`\`\`` })],
      ['a link', googleChatExport({ annotations: [{ start_index: 0, url_metadata: { title: token, snippet: '' } }] })],
      [
        'a quoted message',
        googleChatExport({ quoted_message_metadata: { creator: { name: 'Bob' }, text: token } }),
        {
          author: { name: 'Bob', email: 'ann@example.com' },
        },
      ],
    ],
  },
  {
    format: zulip,
    path: 'messages-000001.json',
    origin: {
      system: 'zulip',
      workspace: 'Acme',
      channel: 'engineering',
      thread: 'deploys',
      author: { id: '10', name: 'Ann Example', email: 'ann@example.com' },
      timestamp: '2024-01-02T10:00:00.500Z',
    },
    rows: [
      [
        'content',
        zulipExport({
          content: `\`\`\`\n${token}\n\`\`\``,
          rendered_content: `<div class="codehilite"><pre>${token}</pre></div>`,
        }),
      ],
      [
        'what was said before an edit',
        zulipExport({ edit_history: JSON.stringify([{ prev_content: `was ${token}` }]), last_edit_time: 1704189700 }),
        {
          edited: true,
        },
      ],
    ],
  },
];

for (const { format, path, origin, rows } of tables) {
  describe(`${format.name}, ${path}`, () => {
    test.each(rows)('finds a token in %s, once, and whose it is', async (_, files, more = {}) => {
      const { seen, gaps } = await scanExport(format, files, path);
      expect(gaps).toEqual([]);
      expect(seen.map(({ pattern, value }) => [pattern, value])).toEqual([['github-pat-classic', token]]);
      expect(seen[0].origin).toMatchObject({ kind: 'chat', path, ...origin, ...more });
    });

    test('is known by its content', () => {
      for (const [, files] of rows) expect(format.recognise(Buffer.from(files[path]), 'x.json')).toBeGreaterThan(0.7);
    });
  });
}
