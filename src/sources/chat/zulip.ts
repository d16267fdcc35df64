import type { ZodType } from 'zod';
import type { TextFormat } from '../document.ts';
import { lazySchema } from '../lazy-packages.ts';
import { readBeside } from './beside.ts';
import { headText } from './head-text.ts';
import { readJsonExport } from './json-export.ts';
import type { JsonShape } from './shape.ts';
import { authorOf, isoTime } from './told.ts';

const realmSchema = lazySchema((z) => {
  const rows = <T extends ZodType>(row: T) => z.array(row).catch([]);
  return z.object({
    zerver_realm: rows(z.object({ string_id: z.string().optional(), name: z.string().optional() })),
    zerver_stream: rows(z.object({ id: z.number(), name: z.string() })),
    zerver_recipient: rows(z.object({ id: z.number(), type: z.number(), type_id: z.number() })),
    zerver_userprofile: rows(
      z.object({ id: z.number(), full_name: z.string().optional(), delivery_email: z.string().optional() }),
    ),
  });
});

// https://zulip.readthedocs.io/en/latest/production/export-and-import.html: rows of the database, table by table.
const shape: JsonShape = {
  system: 'zulip',
  messages: ['zerver_message[]'],
  skip: /^(?:type|realm|sending_client|search_tsvector|rendered_content_version|has_\w+|is_\w+|flags\w*)$/,
  roles: {
    id: 'id',
    sender: 'authorId',
    recipient: 'channelId',
    subject: 'thread',
    date_sent: 'time',
    last_edit_time: 'edited',
    rendered_content: 'repeat-html',
  },
  async open(_document, context) {
    const realm = await readBeside(context, ['realm.json'], readRealm);
    return ({ authorId, channelId, thread, time, edited }) => {
      const user = authorId ? realm?.users.get(authorId) : undefined;
      return {
        workspace: realm?.workspace,
        channel: channelId ? realm?.channels.get(channelId) : undefined,
        author: authorOf(authorId, user?.full_name, user?.delivery_email),
        timestamp: isoTime(time),
        thread,
        edited: edited !== undefined ? true : undefined,
      };
    };
  },
};

function readRealm(json: unknown) {
  const realm = realmSchema().parse(json);
  const streams = new Map(realm.zerver_stream.map(({ id, name }) => [id, name]));
  // Type 2 is a channel; the others are people. https://zulip.com/api/construct-narrow
  const ofChannels = realm.zerver_recipient.filter(({ type }) => type === 2);
  return {
    workspace: realm.zerver_realm[0]?.name ?? realm.zerver_realm[0]?.string_id,
    users: new Map(realm.zerver_userprofile.map((user) => [String(user.id), user])),
    channels: new Map(ofChannels.map(({ id, type_id }) => [String(id), streams.get(type_id)])),
  };
}

/** A file of messages in an export of a Zulip organisation. */
export const zulip: TextFormat = {
  name: 'zulip',
  recognise(head, path) {
    const text = headText(head);
    if (!/^\s*\{\s*"zerver_message"\s*:\s*\[|^\s*\{\s*"zerver_usermessage"\s*:/.test(text)) return 0;
    return /"rendered_content"|"date_sent"|"sender"/.test(text) || /messages-\d+\.json/.test(path) ? 0.95 : 0.5;
  },
  views: (document, context) => readJsonExport(shape, document, context),
};
