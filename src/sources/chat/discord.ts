import type { ChatOrigin } from '../../model/origin.ts';
import type { Document, FormatContext, TextFormat } from '../document.ts';
import { lazySchema } from '../lazy-packages.ts';
import { readBeside } from './beside.ts';
import { headText } from './head-text.ts';
import { readJsonExport } from './json-export.ts';
import type { JsonShape, Teller } from './shape.ts';
import { authorOf, isoTime } from './told.ts';

// https://github.com/Tyrrrz/DiscordChatExporter, DiscordChatExporter.Core/Exporting/JsonMessageWriter.cs
/** What DiscordChatExporter writes. */
export const discordShape: JsonShape = {
  system: 'discord',
  messages: ['messages[]'],
  parts: ['attachments'],
  nested: ['forwardedMessage', 'referencedMessage'],
  skip: /^(?:.*\.)?(?:type|isPinned|isBot|callEndedTimestamp|avatarUrl|iconUrl|proxyUrl|color|colorHex|roles|stickers|reactions|mentions|inlineEmojis|width|height|fileSizeBytes)(?:\.|$)/,
  roles: {
    id: 'id',
    timestamp: 'time',
    timestampEdited: 'edited',
    'author.id': 'authorId',
    'author.name': 'authorName',
    'author.*': 'skip',
    'reference.*': 'skip',
    'interaction.id': 'skip',
    'attachments.id': 'skip',
    'attachments.fileName': 'attachment',
    'attachments.url': 'attachmentPath',
    'embeds.timestamp': 'skip',
    'embeds.fields.name': 'label',
  },
  header: {
    'guild.id': 'workspaceId',
    'guild.name': 'workspace',
    'channel.id': 'channelId',
    'channel.name': 'channel',
  },
  open: async () => tell,
};

function tell({
  id,
  time,
  edited,
  authorId,
  authorName,
  workspace,
  workspaceId,
  channel,
  channelId,
  attachment,
}: Parameters<Teller>[0]) {
  return {
    workspace,
    channel,
    author: authorOf(authorId, authorName),
    timestamp: isoTime(time),
    permalink: permalink(workspaceId, channelId, id),
    edited: edited !== undefined ? true : undefined,
    attachment,
  };
}

/** Guild 0 is how the exporter writes direct messages. */
export function permalink(
  guild: string | undefined,
  channel: string | undefined,
  message: string | undefined,
): string | undefined {
  if (!guild || !isId(channel) || !isId(message)) return undefined;
  return `https://discord.com/channels/${isId(guild) && guild !== '0' ? guild : '@me'}/${channel}/${message}`;
}

/** When a thing was made, by its id: https://docs.discord.com/developers/reference#snowflakes */
export function snowflakeTime(id: string | undefined): string | undefined {
  if (!id || !/^\d{15,20}$/.test(id)) return undefined;
  return new Date(Number(BigInt(id) >> 22n) + 1_420_070_400_000).toISOString();
}

function isId(written: string | undefined): boolean {
  return written !== undefined && /^\d+$/.test(written);
}

function recogniseExporter(head: Uint8Array): number {
  const text = headText(head);
  return /^\s*\{\s*"guild"\s*:\s*\{/.test(text) && /"channel"\s*:\s*\{/.test(text) && /"(?:dateRange|messages)"\s*:/.test(text)
    ? 0.95
    : 0;
}

/** A channel that DiscordChatExporter wrote as JSON. */
export const discord: TextFormat = {
  name: 'discord',
  recognise: recogniseExporter,
  views: (document, context) => readJsonExport(discordShape, document, context),
};

// https://support.discord.com/hc/articles/360004957991-Your-Discord-Data-Package
const packageShape: JsonShape = {
  system: 'discord',
  messages: ['[]'],
  roles: { ID: 'id', Timestamp: 'skip', Attachments: 'skip' },
  open: openPackage,
};

const channelSchema = lazySchema((z) =>
  z.object({
    id: z.string(),
    name: z.string().nullish(),
    guild: z.object({ id: z.string(), name: z.string().nullish() }).nullish(),
  }),
);
const userSchema = lazySchema((z) => z.object({ id: z.string(), username: z.string().nullish(), email: z.string().nullish() }));

const readChannel = (json: unknown) => channelSchema().safeParse(json).data;
const readUser = (json: unknown) => userSchema().safeParse(json).data;

/** All messages of a data package are of the one who asked for it. */
export async function openPackage(_document: Document, context: FormatContext): Promise<Teller> {
  const channel = await readBeside(context, ['channel.json'], readChannel);
  const user = await readBeside(context, ['../../account/user.json', '../../Account/user.json'], readUser);
  const author: ChatOrigin['author'] = authorOf(user?.id, user?.username ?? undefined, user?.email ?? undefined);
  return ({ id }) => ({
    workspace: channel?.guild?.name ?? undefined,
    channel: channel?.name ?? undefined,
    author,
    timestamp: snowflakeTime(id),
    permalink: channel ? permalink(channel.guild?.id ?? '@me', channel.id, id) : undefined,
  });
}

/** Messages of one channel in the data package that Discord gives a user. */
export const discordPackage: TextFormat = {
  name: 'discord-package',
  recognise: (head) =>
    /^\s*\[\s*\{\s*"ID"\s*:\s*"?\d{15,}"?\s*,\s*"Timestamp"\s*:\s*"[^"]*"\s*,\s*"Contents"\s*:/.test(headText(head)) ? 0.95 : 0,
  views: (document, context) => readJsonExport(packageShape, document, context),
};
