import type { TextFormat } from '../document.ts';
import { lazySchema } from '../lazy-packages.ts';
import { readBeside } from './beside.ts';
import { headText } from './head-text.ts';
import { readJsonExport } from './json-export.ts';
import type { JsonShape } from './shape.ts';
import { authorOf, foldersOf, isoTime } from './told.ts';

const groupSchema = lazySchema((z) => z.object({ name: z.string().optional() }));
const readGroup = (json: unknown) => groupSchema().safeParse(json).data;

// Google Takeout: Google Chat/Groups/<space>/messages.json, with group_info.json beside it.
/** What Takeout gives. */
export const googleChatShape: JsonShape = {
  system: 'google-chat',
  messages: ['messages[]'],
  parts: ['attached_files'],
  nested: ['quoted_message_metadata'],
  skip: /^(?:creator\.user_type|reactions|deletion_metadata|previous_message_versions\.message_id)(?:\.|$)|\.(?:format_type|image_url|should_not_render|segments_\w+)$/,
  roles: {
    'creator.name': 'authorName',
    'creator.email': 'authorEmail',
    created_date: 'time',
    updated_date: 'edited',
    topic_id: 'thread',
    message_id: 'id',
    message_state: 'kind',
    'attached_files.original_name': 'attachment',
    'attached_files.export_name': 'attachmentPath',
    'annotations.*': 'repeat',
  },
  async open(document, context) {
    const group = await readBeside(context, ['group_info.json'], readGroup);
    const channel = group?.name ?? foldersOf(document)[0];
    return ({ authorName, authorEmail, time, edited, thread, kind, attachment }, root) => ({
      channel,
      author: authorOf(undefined, authorName, authorEmail),
      timestamp: isoTime(time),
      thread: thread ?? root.thread,
      edited: edited !== undefined ? true : undefined,
      deleted: kind === 'DELETED' ? true : undefined,
      attachment,
    });
  },
};

/** A space or conversation of Google Chat, as Takeout gives it. */
export const googleChat: TextFormat = {
  name: 'google-chat',
  recognise(head) {
    const text = headText(head);
    return /^\s*\{\s*"messages"\s*:\s*\[/.test(text) &&
      /"creator"\s*:\s*\{/.test(text) &&
      /"(?:created_date|topic_id)"\s*:/.test(text)
      ? 0.95
      : 0;
  },
  views: (document, context) => readJsonExport(googleChatShape, document, context),
};
