import type { TextFormat } from '../document.ts';
import { headText } from './head-text.ts';
import { readJsonExport } from './json-export.ts';
import type { JsonShape, Teller } from './shape.ts';
import { authorOf, isoTime } from './told.ts';

// What a user's own export holds, of Teams as of Skype: https://support.microsoft.com/skype "What is in my Skype export"; the parser at
// https://go.microsoft.com/fwlink/?linkid=2144461 reads it.
const userShape: JsonShape = {
  system: 'teams',
  messages: ['conversations[].MessageList[]'],
  skip: /^(?:type|messagetype|version|amsreferences|clientmessageid|composetime|sequenceId)$|(?:^|\.)(?:emotions|isserversidegenerated)(?:\.|$)/,
  roles: {
    id: 'id',
    displayName: 'authorName',
    from: 'authorId',
    originalarrivaltime: 'time',
    conversationid: 'channelId',
    content: 'html',
    'properties.edittime': 'edited',
    'properties.deletetime': 'deleted',
    'properties.*': 'html',
  },
  header: { 'conversations[].displayName': 'channel', 'conversations[].id': 'channelId' },
  open: async () => tell,
};

// https://learn.microsoft.com/graph/api/resources/chatmessage, as its export APIs and eDiscovery tools write it.
const graphShape: JsonShape = {
  system: 'teams',
  messages: ['value[]', 'messages[]', '[]'],
  parts: ['attachments'],
  nested: ['replies'],
  skip: /^(?:etag|messageType|lastModifiedDateTime|importance|locale|policyViolation|mentions|reactions|messageHistory|onBehalfOf)(?:\.|$)|(?:^|\.)(?:@odata\.[\w.]+|contentType|userIdentityType|tenantId|thumbnailUrl|teamsAppId)$/,
  roles: {
    id: 'id',
    createdDateTime: 'time',
    lastEditedDateTime: 'edited',
    deletedDateTime: 'deleted',
    replyToId: 'thread',
    chatId: 'channelId',
    webUrl: 'link',
    'from.user.id': 'authorId',
    'from.user.displayName': 'authorName',
    'from.application.displayName': 'authorFallback',
    'channelIdentity.channelId': 'channelId',
    'channelIdentity.teamId': 'workspaceId',
    'body.content': 'html',
    'attachments.id': 'skip',
    'attachments.name': 'attachment',
    'attachments.content': 'html',
  },
  open: async () => tell,
};

function tell({
  time,
  edited,
  deleted,
  authorId,
  authorName,
  authorFallback,
  channel,
  channelId,
  workspaceId,
  thread,
  link,
  attachment,
}: Parameters<Teller>[0]) {
  return {
    workspace: workspaceId,
    channel: channel ?? channelId,
    author: authorOf(authorId, authorName ?? authorFallback),
    timestamp: isoTime(time),
    thread,
    permalink: link && /^https:\/\/teams\.(?:microsoft|live)\.com\//.test(link) ? link : undefined,
    edited: edited !== undefined ? true : undefined,
    deleted: deleted !== undefined ? true : undefined,
    attachment,
  };
}

/** The messages.json of a user's own export. */
export const teamsUser: TextFormat = {
  name: 'teams-user',
  recognise(head) {
    const text = headText(head, head.length);
    return /^\s*\{/.test(text) && /"conversations"\s*:\s*\[/.test(text) && /"(?:MessageList|exportDate)"\s*:/.test(text)
      ? 0.95
      : 0;
  },
  views: (document, context) => readJsonExport(userShape, document, context),
};

/** Messages of Microsoft Graph: an administrator's export. */
export const teams: TextFormat = {
  name: 'teams',
  recognise(head) {
    const text = headText(head);
    const isMessage =
      /"createdDateTime"\s*:/.test(text) &&
      /"body"\s*:\s*\{/.test(text) &&
      /"(?:messageType|chatId|channelIdentity)"\s*:/.test(text);
    return /^\s*[[{]/.test(text) && isMessage ? 0.9 : 0;
  },
  views: (document, context) => readJsonExport(graphShape, document, context),
};
