import { posix } from 'node:path';
import type { ChatOrigin } from '../../model/origin.ts';
import type { Document, FormatContext } from '../document.ts';
import { discord, discordShape } from './discord.ts';
import { googleChat, googleChatShape } from './google-chat.ts';
import { readJsonExport } from './json-export.ts';
import { mattermost, mattermostShape } from './mattermost.ts';
import { slack, slackShape } from './slack.ts';
import { telegram, telegramShape } from './telegram.ts';

const readers = [
  { format: discord, shape: discordShape },
  { format: telegram, shape: telegramShape },
  { format: mattermost, shape: mattermostShape },
  { format: googleChat, shape: googleChatShape },
  { format: slack, shape: slackShape },
] as const;

// Of an export with more files than this, the rest are told of as files.
const maxAttachments = 1_000_000;

/**
 * The messages to which the files of an export were attached, by the files' paths from the folder of the document; empty where it is no
 * export, or holds no files. It reads all of the document.
 */
export async function attachmentOrigins(document: Document, context: FormatContext): Promise<ReadonlyMap<string, ChatOrigin>> {
  const origins = new Map<string, ChatOrigin>();
  const head = await document.head();
  const reader = readers.find(({ format }) => format.recognise(head, document.path) > 0);
  if (!reader) return origins;
  const views = readJsonExport(reader.shape, document, context, (file, origin) => {
    if (origins.size >= maxAttachments || /^[a-z]+:\/\//i.test(file)) return;
    const attachment = origin.attachment ?? posix.basename(file);
    for (const path of pathsOf(file)) origins.set(path, { ...origin, attachment });
  });
  for await (const _ of views);
  return origins;
}

/** A path as it is written, and as it is where it was written for a link; a bulk export of Mattermost keeps its files in `data`. */
function pathsOf(file: string): readonly string[] {
  const path = posix.normalize(file.replaceAll('\\', '/'));
  const paths = [path, posix.join('data', path)];
  try {
    paths.push(posix.normalize(decodeURIComponent(path)));
  } catch {
    // Not written for a link.
  }
  return paths;
}
