import { dirname, join } from 'node:path/posix';
import type { ChatOrigin } from '../../model/origin.ts';
import { openFileDocument } from '../archives/file-document.ts';
import type { Limits } from '../document.ts';
import { createSiblings } from '../siblings.ts';
import { attachmentOrigins } from './attachment-origins.ts';

/** The messages that files of a folder were attached to: those of `files`, as the chat exports at `exports` below it tell. */
export async function folderAttachments(
  root: string,
  exports: Iterable<string>,
  files: ReadonlySet<string>,
  context: { readonly limits: Limits; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, ChatOrigin>> {
  const attached = new Map<string, ChatOrigin>();
  for (const path of exports) {
    const folder = dirname(path);
    const holdsOne = [...files].some((file) => file !== path && (folder === '.' || file.startsWith(`${folder}/`)));
    if (!holdsOne) continue;
    const opened = await openFileDocument(root, path);
    if ('reason' in opened) continue;
    const { document, close } = opened;
    try {
      const siblings = createSiblings(document, { root, ...context });
      const origins = await attachmentOrigins(document, { ...context, sibling: (name) => siblings.beside(document, name) });
      for (const [name, origin] of origins) {
        const file = join(folder, name);
        if (files.has(file)) attached.set(file, { ...origin, path: file });
      }
    } finally {
      await close();
    }
  }
  return attached;
}
