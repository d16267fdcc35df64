import { dirname, join } from 'node:path/posix';
import type { ChatOrigin } from '../../model/origin.ts';
import type { Document, FormatContext } from '../document.ts';
import type { Siblings } from '../siblings.ts';
import { attachmentOrigins } from './attachment-origins.ts';

/** What exports that tell of attached files are named; that they are some is told by their content. */
const exportName = /\.(?:json|jsonl|ndjson)$/i;

/**
 * Tells the message that a member of an archive was attached to. The archive's exports are looked through once, when that is
 * first asked.
 */
export function createArchiveAttachments(
  { members, beside }: Siblings,
  context: Omit<FormatContext, 'sibling'>,
): (document: Pick<Document, 'path' | 'member'>) => Promise<ChatOrigin | undefined> {
  let known: Promise<ReadonlyMap<string, ChatOrigin>> | undefined;

  async function lookThrough(): Promise<ReadonlyMap<string, ChatOrigin>> {
    const all = new Map<string, ChatOrigin>();
    for await (const document of members()) {
      const name = document.member ?? '';
      if (!exportName.test(name)) continue;
      const origins = await attachmentOrigins(document, { ...context, sibling: (path) => beside(document, path) });
      for (const [path, origin] of origins) all.set(join(dirname(name), path), origin);
    }
    return all;
  }

  return async ({ path, member }) => {
    if (member === undefined) return undefined;
    known ??= lookThrough();
    const origin = (await known).get(member.split('!/', 1)[0]);
    return origin && { ...origin, path, member };
  };
}
