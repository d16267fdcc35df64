import type { Document, FormatContext, TextFormat } from '../document.ts';
import { lazySchema } from '../lazy-packages.ts';
import { readBeside } from './beside.ts';
import { headText } from './head-text.ts';
import { readJsonExport } from './json-export.ts';
import type { JsonShape, Teller } from './shape.ts';
import { authorOf, foldersOf, isoTime } from './told.ts';

interface User {
  readonly id: string;
  readonly name?: string;
  readonly email?: string;
}

// What no person wrote: ids, counts, sizes, pictures, states.
const skip = new RegExp(
  `^(?!(?:metadata|actor|entity|details|context)(?:\\.|$))(?:.*\\.)?(?:${[
    '\\w*_ts|\\w*_id|\\w*_ids|\\w*_count|\\w*_icon|\\w*_hash|\\w*_team|is_\\w+|has_\\w+|num_\\w+',
    '(?:thumb|image|original|deanimate|converted)_(?:\\w*?(?:w|h|\\d+|pdf|tiny|gif|video))|icons|unicode|emojis|skin_tone',
    'team|user|users|ts|color|mrkdwn|mrkdwn_in|hidden|upload|display_as_bot|reply_users|replies|reactions|pinned_to|members',
    'subscribed|last_read|latest_reply|style|offset|indent|border|created|timestamp|updated|size|mode|editable|mimetype|filetype',
    'pretty_type|external_type|public_url_shared|file_access|media_progress|duration_ms|shares|channels|groups|ims|lines|lines_more|id|type',
  ].join('|')})(?:\\.|$)`,
);

/** What a workspace's export holds. */
export const slackShape: JsonShape = {
  system: 'slack',
  // A day of a channel in an export; the answers of the Discovery API and of audit logs that archiving tools keep.
  messages: ['[]', 'messages[]', 'edits[]', 'entries[]'],
  parts: ['files', 'file'],
  nested: ['message', 'previous_message', 'root', 'original'],
  skip,
  roles: {
    ts: 'time',
    date_create: 'time',
    user: 'authorId',
    username: 'authorName',
    text: 'slack',
    subtype: 'kind',
    thread_ts: 'thread',
    deleted_ts: 'deleted',
    channel: 'channelId',
    'channel.id': 'channelId',
    'channel.name': 'channel',
    channel_id: 'channelId',
    channel_name: 'channel',
    permalink: 'link',
    'edited.ts': 'edited',
    'edited.*': 'skip',
    'user_profile.real_name': 'authorFallback',
    'user_profile.*': 'skip',
    'bot_profile.name': 'authorName',
    'bot_profile.*': 'skip',
    'actor.user.id': 'authorId',
    'actor.user.name': 'authorName',
    'actor.user.email': 'authorEmail',
    'blocks.*': 'repeat-slack',
    'message_blocks.*': 'repeat-slack',
    'attachments.fallback': 'repeat-slack',
    'attachments.from_url': 'repeat',
    'attachments.original_url': 'repeat',
    'attachments.fields.title': 'slack-label',
    'attachments.*': 'slack',
    'attachments.ts': 'skip',
    'files.name': 'attachment',
    'files.title': 'repeat',
    'files.permalink': 'link',
    'files.preview_highlight': 'repeat-html',
    'files.initial_comment.comment': 'slack',
    'file.name': 'attachment',
    'file.title': 'repeat',
    'file.permalink': 'link',
    'file.preview_highlight': 'repeat-html',
    'file.initial_comment.comment': 'slack',
    'comment.comment': 'slack',
    '*.url_private': 'token-url',
    '*.url_private_download': 'token-url',
    '*.permalink_public': 'token-url',
    '*.edit_link': 'token-url',
    '*.block_id': 'skip',
    '*.type': 'skip',
  },
  open: openSlack,
};

const domainPattern = /https:\\?\/\\?\/([a-z0-9-]+(?:\.enterprise)?)\.slack\.com\\?\/(?:archives|files)\\?\//;

/** Who is who in a workspace, and where: https://slack.com/help/articles/220556107-How-to-read-Slack-data-exports */
async function openSlack(document: Document, context: FormatContext, head: Uint8Array): Promise<Teller> {
  const folders = foldersOf(document);
  const [folder] = folders;
  const beside = (name: string) => [`../${name}`, name];
  const users =
    (await readBeside(context, beside('users.json'), readUsers)) ??
    (await readBeside(context, beside('org_users.json'), readUsers));
  const channels: Channels[] = [];
  for (const list of ['channels.json', 'groups.json', 'mpims.json', 'dms.json']) {
    const some = await readBeside(context, beside(list), readChannels);
    if (some) channels.push(some);
  }
  const idOf = (name: string) => channels.find(({ ids }) => ids.has(name))?.ids.get(name);
  const nameOf = (id: string) => channels.find(({ names }) => names.has(id))?.names.get(id);
  const folderId = folder ? (idOf(folder) ?? /^[CDG][A-Z0-9]{7,}$/.exec(folder)?.[0]) : undefined;
  const exported = [...foldersOf({ path: document.path }), document.path]
    .map((name) => /([^/]+?) Slack export /.exec(name)?.[1])
    .find(Boolean);
  let domain = domainPattern.exec(headText(head, head.length))?.[1];
  const isDay = /^\d{4}-\d\d-\d\d\.json$/.test((document.member ?? document.path).split('/').at(-1) ?? '');

  return (told, root) => {
    domain ??= told.link ? domainPattern.exec(told.link)?.[1] : undefined;
    const user = told.authorId ? users?.get(told.authorId) : undefined;
    const author =
      user && !told.authorName && !told.authorEmail
        ? user
        : authorOf(told.authorId, told.authorName ?? user?.name ?? told.authorFallback, told.authorEmail ?? user?.email);
    const channelId = told.channelId ?? root.channelId ?? folderId;
    const channel = told.channel ?? (told.channelId ? nameOf(told.channelId) : undefined) ?? (isDay ? folder : channelId);
    const ts = told.time;
    const thread = told.thread;
    const isReply = thread !== undefined && thread !== ts;
    return {
      workspace: exported ?? domain,
      channel,
      author,
      timestamp: isoTime(ts),
      thread,
      permalink:
        domain && channelId && ts && /^\d+\.\d+$/.test(ts)
          ? `https://${domain}.slack.com/archives/${channelId}/p${ts.replace('.', '')}${isReply ? `?thread_ts=${thread}&cid=${channelId}` : ''}`
          : undefined,
      edited: told.edited !== undefined || root.kind === 'message_changed' ? true : undefined,
      deleted: told.deleted !== undefined || root.kind === 'message_deleted' || told.kind === 'tombstone' ? true : undefined,
      attachment: told.attachment,
    };
  };
}

const userSchema = lazySchema((z) =>
  z.object({
    id: z.string(),
    name: z.string().optional(),
    real_name: z.string().optional(),
    profile: z
      .object({ real_name: z.string().optional(), display_name: z.string().optional(), email: z.string().optional() })
      .optional(),
  }),
);

function readUsers(json: unknown): ReadonlyMap<string, User> {
  const users = new Map<string, User>();
  for (const each of Array.isArray(json) ? json : []) {
    const { data } = userSchema().safeParse(each);
    if (!data) continue;
    const name = data.profile?.real_name || data.real_name || data.profile?.display_name || data.name;
    users.set(data.id, authorOf(data.id, name, data.profile?.email) as User);
  }
  return users;
}

const channelSchema = lazySchema((z) => z.object({ id: z.string(), name: z.string().optional() }));

interface Channels {
  readonly ids: ReadonlyMap<string, string>;
  readonly names: ReadonlyMap<string, string>;
}

/** The folder of a channel is named as it is; that of a direct message by its id. */
function readChannels(json: unknown): Channels {
  const ids = new Map<string, string>();
  const names = new Map<string, string>();
  for (const each of Array.isArray(json) ? json : []) {
    const { data } = channelSchema().safeParse(each);
    if (!data) continue;
    ids.set(data.name ?? data.id, data.id);
    names.set(data.id, data.name ?? data.id);
  }
  return { ids, names };
}

function recognise(head: Uint8Array, path: string): number {
  if (!/^\s*[[{]/.test(headText(head, 100))) return 0;
  // A message may have much in it before it tells its time.
  const text = headText(head, head.length);
  const isMessage = /"ts"\s*:\s*"\d{9,}\.\d{6}"/.test(text) && /"type"\s*:\s*"message"/.test(text);
  if (isMessage) return /\d{4}-\d\d-\d\d\.json$/.test(path) ? 1 : 0.9;
  // Canvases are listed as the files that they are.
  if (/^\s*\[\s*\{\s*"id"\s*:\s*"F[A-Z0-9]+"/.test(text) && /"filetype"\s*:\s*"(?:quip|canvas)"/.test(text)) return 0.9;
  const isAudit = /^\s*\{\s*"entries"\s*:\s*\[/.test(text) && /"date_create"\s*:/.test(text) && /"actor"\s*:/.test(text);
  return isAudit ? 0.8 : 0;
}

/** A day of a channel in a Slack export, or messages as the Discovery API gives them. */
export const slack: TextFormat = {
  name: 'slack',
  recognise,
  views: (document, context) => readJsonExport(slackShape, document, context),
};
