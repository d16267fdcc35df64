import type { TextFormat } from '../document.ts';
import { headText } from './head-text.ts';
import { readJsonExport } from './json-export.ts';
import type { JsonShape } from './shape.ts';
import { authorOf, isoTime } from './told.ts';

// https://docs.mattermost.com/administration-guide/onboard/bulk-loading-data.html: one object a line, of which posts are some.
/** What a bulk export holds. */
export const mattermostShape: JsonShape = {
  system: 'mattermost',
  messages: [''],
  parts: ['attachments'],
  nested: ['post', 'direct_post', 'replies'],
  skip: /^(?:type|version|reactions|flagged_by|is_pinned|channel_members)(?:\.|$)/,
  roles: {
    team: 'workspace',
    channel: 'channel',
    user: 'authorName',
    create_at: 'time',
    edit_at: 'edited',
    delete_at: 'deleted',
    'attachments.path': 'attachmentPath',
    'props.attachments.fields.title': 'label',
    'props.attachments.fallback': 'repeat',
  },
  open:
    async () =>
    ({ workspace, channel, authorName, time, edited, deleted, attachment }, _root, parent) => ({
      workspace,
      channel,
      author: authorOf(undefined, authorName),
      timestamp: isoTime(time),
      // A reply stands in the post that it answers.
      thread: parent?.time && parent.time !== time ? isoTime(parent.time) : undefined,
      edited: Number(edited) > 0 ? true : undefined,
      deleted: Number(deleted) > 0 ? true : undefined,
      attachment,
    }),
};

/** A bulk export of a Mattermost server. */
export const mattermost: TextFormat = {
  name: 'mattermost',
  recognise(head) {
    const text = headText(head);
    if (/^\s*\{\s*"type"\s*:\s*"version"\s*,/.test(text)) return 0.95;
    return /^\s*\{\s*"type"\s*:\s*"(?:direct_)?post"\s*,\s*"(?:direct_)?post"\s*:\s*\{/.test(text) ? 0.9 : 0;
  },
  views: (document, context) => readJsonExport(mattermostShape, document, context),
};
