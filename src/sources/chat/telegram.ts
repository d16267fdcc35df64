import type { TextFormat } from '../document.ts';
import { headText } from './head-text.ts';
import { readJsonExport } from './json-export.ts';
import type { JsonShape } from './shape.ts';
import { authorOf, isoTime } from './told.ts';

// https://core.telegram.org/import-export: one chat, or all of an account.
/** What Telegram Desktop writes. */
export const telegramShape: JsonShape = {
  system: 'telegram',
  messages: ['messages[]', 'chats.list[].messages[]', 'left_chats.list[].messages[]'],
  skip: /^(?:type|reply_to\w*|mime_type|media_type|sticker_emoji|thumbnail\w*|\w*_size|width|height|duration_seconds|location_information|forwarded_from|forwarded_from_id|via_bot|reactions)(?:\.|$)|\.(?:type|language|document_id|count|user_id|button_id)$/,
  roles: {
    id: 'id',
    date: 'time',
    date_unixtime: 'exactTime',
    edited: 'edited',
    edited_unixtime: 'edited',
    from: 'authorName',
    from_id: 'authorId',
    actor: 'authorName',
    actor_id: 'authorId',
    file: 'attachmentPath',
    photo: 'attachmentPath',
    file_name: 'skip',
    text: 'inline',
    'text.text': 'inline',
    'text_entities.text': 'repeat',
    'text_entities.href': 'repeat',
  },
  header: {
    name: 'channel',
    'chats.list[].name': 'channel',
    'left_chats.list[].name': 'channel',
  },
  open:
    async () =>
    ({ time, exactTime, edited, authorId, authorName, channel }) => ({
      channel,
      author: authorOf(authorId, authorName),
      timestamp: isoTime(exactTime ?? time),
      edited: edited !== undefined ? true : undefined,
    }),
};

/** A chat, or all of them, as Telegram Desktop exports them to result.json. */
export const telegram: TextFormat = {
  name: 'telegram',
  recognise(head) {
    const text = headText(head, head.length);
    if (/^\s*\{\s*(?:"about"|"personal_information")\s*:/.test(text) && /"chats"\s*:\s*\{|"personal_information"/.test(text))
      return 0.85;
    const isChat =
      /^\s*\{\s*(?:"name"\s*:\s*(?:"(?:[^"\\]|\\.)*"|null)\s*,\s*)?"type"\s*:\s*"\w*(?:chat|group|channel|messages|bot\w*)"\s*,\s*"id"\s*:/.test(
        text,
      );
    return isChat && /"messages"\s*:\s*\[/.test(text) ? 0.95 : 0;
  },
  views: (document, context) => readJsonExport(telegramShape, document, context),
};
