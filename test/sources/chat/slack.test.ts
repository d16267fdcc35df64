import { expect, test } from 'vitest';
import { slackExport, slackJson, slackMessage } from '../../../fixtures/chat/slack.ts';
import { slack } from '../../../src/sources/chat/slack.ts';
import { scanExport, secretOf } from './scan.ts';

const day = 'general/2024-01-02.json';
const ts = '1704189600.000100';
const token = secretOf('slack');
const [head, tail] = [token.slice(0, 12), token.slice(12)];

const positions: readonly (readonly [string, object])[] = [
  ['text', slackMessage(`the token is ${token}, keep it`, ts)],
  ['text in a code block', slackMessage(`\`\`\`\nexport GH=${token}\n\`\`\``, ts)],
  ['text after what is escaped', slackMessage(`a &lt;b&gt; &amp;&amp; "c/d" é — ${token}`, ts)],
  ['text that a link is made of', slackMessage(`curl <https://example.com/?a=1&amp;t=${token}>`, ts)],
  ['a link with a label', slackMessage(`<https://example.com/?t=${token}|here>`, ts)],
  ['text that the client cut by a link', slackMessage(`${head}<http://${tail}|${tail}>`, ts)],
  ['text cut by zero-width characters', slackMessage(`${head}\u200b${tail}`, ts)],
  [
    'a direct reply in a thread',
    slackMessage(`here: ${token}`, ts, { thread_ts: '1704189000.000200', parent_user_id: 'U045EF6GH' }),
  ],
  ['blocks without a text', slackMessage('', ts, { blocks: richText(`use ${token}`) })],
  ['blocks that say more than the text', slackMessage('New alert', ts, { blocks: richText(token) })],
  ['blocks cut into pieces', slackMessage('', ts, { blocks: richText(head, tail) })],
  ["an attachment's text", slackMessage('see', ts, { attachments: [{ id: 1, fallback: 'x', text: `value ${token}` }] })],
  ["an attachment's fallback", slackMessage('see', ts, { attachments: [{ id: 1, fallback: `value ${token}` }] })],
  [
    "an attachment's title",
    slackMessage('see', ts, { attachments: [{ id: 1, title: token, title_link: 'https://example.com' }] }),
  ],
  [
    "an attachment's field",
    slackMessage('see', ts, { attachments: [{ fields: [{ title: 'Token', value: token, short: true }] }] }),
  ],
  [
    'a message of a bot',
    { type: 'message', subtype: 'bot_message', text: `deployed with ${token}`, ts, username: 'deploy', bot_id: 'B012AB3CD' },
  ],
  ['a message that was edited', slackMessage(`now ${token}`, ts, { edited: { user: 'U012AB3CD', ts: '1704189700.000000' } })],
  [
    'what was said before an edit',
    {
      type: 'message',
      subtype: 'message_changed',
      ts,
      message: slackMessage('gone', ts),
      previous_message: slackMessage(token, ts),
    },
  ],
  [
    'a message that was deleted',
    { type: 'message', subtype: 'message_deleted', ts, deleted_ts: ts, previous_message: slackMessage(`oops ${token}`, ts) },
  ],
  ["a snippet's preview", slackMessage('', ts, { files: [file({ preview: `A=1\nB=${token}` })] })],
  ['a comment on a file', slackMessage('', ts, { files: [file({ initial_comment: { comment: `with ${token}` } })] })],
  ["a file's title", slackMessage('', ts, { files: [file({ title: token })] })],
  ['metadata', slackMessage('done', ts, { metadata: { event_type: 'x', event_payload: { access_key_id: token } } })],
];

function richText(...texts: readonly string[]) {
  return [
    {
      type: 'rich_text',
      block_id: 'b',
      elements: [{ type: 'rich_text_section', elements: texts.map((text) => ({ type: 'text', text })) }],
    },
  ];
}

function file(more: object) {
  return {
    id: 'F012AB3CD',
    created: 1704189600,
    name: 'env.sh',
    title: 'env.sh',
    mimetype: 'text/plain',
    filetype: 'shell',
    user: 'U012AB3CD',
    ...more,
  };
}

test.each(positions)('finds a token in %s, once', async (_, message) => {
  const files = slackExport([slackMessage('before', '1704189500.000000'), message, slackMessage('after', '1704189800.000000')]);
  const { seen, gaps } = await scanExport(slack, files, day);
  expect(gaps).toEqual([]);
  expect(seen.map(({ pattern, value }) => [pattern, value])).toEqual([['github-pat-classic', token]]);
  expect(seen[0].origin).toMatchObject({
    kind: 'chat',
    system: 'slack',
    path: day,
    channel: 'general',
    timestamp: '2024-01-02T10:00:00.000Z',
  });
});

test('a token is found alike in JSON that is not indented', async () => {
  for (const [position, message] of positions) {
    const { seen } = await scanExport(
      slack,
      slackExport([slackMessage('before', ts), message, message], JSON.stringify),
      day,
      777,
    );
    expect(
      seen.map(({ value }) => value),
      position,
    ).toEqual([token, token]);
  }
});

test('a message tells who wrote it, when, where, and what became of it', async () => {
  const origins = new Map<string, object>();
  for (const [position, message] of positions) {
    const { seen } = await scanExport(slack, slackExport([message]), day);
    origins.set(position, seen[0].origin);
  }
  expect(origins.get('text')).toEqual({
    kind: 'chat',
    system: 'slack',
    path: day,
    channel: 'general',
    author: { id: 'U012AB3CD', name: 'Ann Example', email: 'ann@example.com' },
    timestamp: '2024-01-02T10:00:00.000Z',
  });
  expect(origins.get('a direct reply in a thread')).toMatchObject({ thread: '1704189000.000200' });
  expect(origins.get('a message of a bot')).toMatchObject({ author: { name: 'deploy' } });
  expect(origins.get('a message that was edited')).toMatchObject({ edited: true });
  expect(origins.get('what was said before an edit')).toMatchObject({ edited: true, author: { id: 'U012AB3CD' } });
  expect(origins.get('a message that was deleted')).toMatchObject({ deleted: true, author: { id: 'U012AB3CD' } });
  expect(origins.get("a snippet's preview")).toMatchObject({ attachment: 'env.sh' });
  expect(origins.get('text')).not.toHaveProperty('attachment');
});

test('a message has a link where the export tells the workspace', async () => {
  const permalink = 'https://acme.slack.com/files/U012AB3CD/F012AB3CD/env.sh';
  const files = slackExport([
    slackMessage('', '1704189500.000000', { files: [file({ permalink })] }),
    slackMessage(token, ts, { thread_ts: '1704189000.000200' }),
  ]);
  const { seen } = await scanExport(slack, files, day);
  expect(seen[0].origin).toMatchObject({
    workspace: 'acme',
    permalink: 'https://acme.slack.com/archives/C024BE91L/p1704189600000100?thread_ts=1704189000.000200&cid=C024BE91L',
  });
});

test('private channels, direct messages and the workspace are named', async () => {
  const files = slackExport([slackMessage(token, ts)]);
  for (const [folder, channel] of [
    ['secret-plans', 'secret-plans'],
    ['D069C7QFK', 'D069C7QFK'],
    ['mpdm-ann--bob--cy-1', 'mpdm-ann--bob--cy-1'],
  ]) {
    const root = 'Acme Inc Slack export Jan 1 2024 - Jan 31 2024';
    const within = Object.fromEntries(
      Object.entries({ ...files, [`${folder}/2024-01-02.json`]: files[day] }).map(([path, text]) => [`${root}/${path}`, text]),
    );
    const { seen } = await scanExport(slack, within, `${root}/${folder}/2024-01-02.json`);
    expect(seen[0].origin).toMatchObject({ channel, workspace: 'Acme Inc', author: { email: 'ann@example.com' } });
  }
});

test('what the Discovery API answers is read', async () => {
  const answer = slackJson({ ok: true, messages: [slackMessage(token, ts, { channel: 'C024BE91L' })], has_more: false });
  const { seen } = await scanExport(slack, { ...slackExport([]), 'history.json': answer }, 'history.json');
  expect(seen).toMatchObject([{ value: token, origin: { author: { id: 'U012AB3CD' }, timestamp: '2024-01-02T10:00:00.000Z' } }]);
});

test('a link to a file is looked at only where it carries a token', async () => {
  const slackToken = secretOf('export', 'slack-user-token');
  const url = (query: string) => ({ files: [file({ url_private: `https://files.slack.com/files-pri/T0-F0/env.sh${query}` })] });
  const { seen } = await scanExport(slack, slackExport([slackMessage('', ts, url(`?t=${slackToken}`))]), day);
  expect(seen.map(({ value }) => value)).toEqual([slackToken]);
  const { views } = await scanExport(slack, slackExport([slackMessage('', ts, url('?pub_secret=x'))]), day);
  expect(views.map((view) => Buffer.from(view.bytes).toString())).toEqual(['env.sh']);
});

test('what clients and servers write is no secret', async () => {
  const files = slackExport([
    slackMessage('See <https://github.com/acme/app/commit/0f3b2c4d5e6f708192a3b4c5d6e7f8091a2b3c4d|0f3b2c4>', ts, {
      client_msg_id: '8f14e45f-ceea-467f-9d5c-1b2a3c4d5e6f',
      reactions: [{ name: '+1', users: ['U012AB3CD', 'U045EF6GH'], count: 2 }],
      edited: { user: 'U012AB3CD', ts: '1704189700.000000' },
      files: [
        file({
          url_private: 'https://files.slack.com/files-pri/T012AB3CD-F012AB3CD/env.sh',
          permalink_public: 'https://slack-files.com/T012AB3CD-F012AB3CD-0a1b2c3d4e',
          thumb_64: 'https://files.slack.com/files-tmb/T012AB3CD-F012AB3CD-9b1deb4d3b/image_64.png',
        }),
      ],
      attachments: [
        { id: 1, from_url: 'https://example.com', service_icon: 'https://example.com/0f3b2c4d5e6f708192a3b4c5d6e7f809.ico' },
      ],
    }),
    slackMessage('password: <@U012AB3CD> please ask &lt;your-password&gt; token = xxxxxxxxxxxxxxxxxxxx', ts),
    { type: 'message', subtype: 'channel_join', user: 'U045EF6GH', text: '<@U045EF6GH> has joined the channel', ts },
  ]);
  const { seen } = await scanExport(slack, files, day);
  expect(seen).toEqual([]);
});

test('canvases are read as what they are, and so are audit logs', async () => {
  const canvas = {
    id: 'F012AB3CD',
    created: 1704189600,
    name: 'Runbook',
    title: `Runbook ${token}`,
    filetype: 'quip',
    user: 'U012AB3CD',
  };
  const canvases = await scanExport(slack, { ...slackExport([]), 'canvases.json': slackJson([canvas]) }, 'canvases.json');
  expect(canvases.seen).toMatchObject([{ value: token, origin: { system: 'slack', author: { id: 'U012AB3CD' } } }]);
  const entry = {
    id: '0123a45b-6c7d-8900-e12f-3456789gh0i1',
    date_create: 1704189600,
    action: 'app_installed',
    actor: { type: 'user', user: { id: 'W123AB456', name: 'Ann', email: 'ann@example.com' } },
    entity: { type: 'app', app: { id: 'A1', name: token } },
  };
  // https://docs.slack.dev/admins/audit-logs-api
  const audit = slackJson({ entries: [entry] });
  expect(slack.recognise(Buffer.from(audit), 'audit.json')).toBeGreaterThan(0.7);
  const { seen } = await scanExport(slack, { 'audit.json': audit }, 'audit.json');
  expect(seen).toMatchObject([
    { value: token, origin: { author: { email: 'ann@example.com' }, timestamp: '2024-01-02T10:00:00.000Z' } },
  ]);
});
