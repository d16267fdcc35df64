import type { TextFormat } from '../document.ts';
import { headText } from './head-text.ts';
import { readJsonExport } from './json-export.ts';
import type { JsonShape } from './shape.ts';
import { authorOf, foldersOf, isoTime } from './told.ts';

// https://developer.rocket.chat/apidocs/message-objects: in an array, or one a line as a room's export and mongoexport write them.
const shape: JsonShape = {
  system: 'rocket-chat',
  messages: ['[]', ''],
  skip: /^(?:_updatedAt|_hidden|groupable|parseUrls|mentions|channels|reactions|starred|pinned|replies|tcount|tlm|unread|file|files|token|_id|md\.type)(?:\.|$)|(?:^|\.)(?:type|color|ts|author_icon|image_\w+|meta|headers|parsedUrl|mime_type)(?:\.|$)/,
  roles: {
    _id: 'id',
    rid: 'channelId',
    ts: 'time',
    'ts.$date': 'time',
    editedAt: 'edited',
    'editedAt.$date': 'edited',
    'editedBy.*': 'skip',
    tmid: 'thread',
    t: 'kind',
    username: 'authorFallback',
    name: 'authorName',
    'u._id': 'authorId',
    'u.username': 'authorFallback',
    'u.name': 'authorName',
    'attachments.fields.title': 'label',
    'md.*': 'repeat',
    'urls.url': 'repeat',
  },
  async open(document) {
    const [folder] = foldersOf(document);
    return ({ channelId, time, edited, thread, kind, authorId, authorName, authorFallback }) => ({
      channel: channelId ?? folder,
      author: authorOf(authorId, authorName ?? authorFallback),
      timestamp: isoTime(time),
      thread,
      edited: edited !== undefined ? true : undefined,
      deleted: kind === 'rm' ? true : undefined,
    });
  },
};

/** Messages of a Rocket.Chat room. */
export const rocketChat: TextFormat = {
  name: 'rocket-chat',
  recognise(head) {
    const text = headText(head);
    if (!/^\s*[[{]/.test(text) || !/"msg"\s*:\s*"/.test(text) || !/"ts"\s*:\s*["{]/.test(text)) return 0;
    if (/"rid"\s*:\s*"/.test(text) && /"u"\s*:\s*\{/.test(text)) return 0.95;
    return /"username"\s*:\s*"/.test(text) ? 0.8 : 0;
  },
  views: (document, context) => readJsonExport(shape, document, context),
};
