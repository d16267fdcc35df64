import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat } from 'node:fs/promises';

/**
 * Replaces a file's content at once: whoever reads it sees the old content or the new, whatever happens in between. A file
 * that is there keeps its mode, a new one gets `newMode`.
 */
export async function writeAtomically(file: string, content: string, newMode = 0o644): Promise<void> {
  // A symlink stays one: what it points to is replaced.
  const target = await realpath(file).catch(() => file);
  const mode = await stat(target).then(
    (status) => status.mode & 0o777,
    () => newMode,
  );
  const temporary = `${target}.${randomBytes(6).toString('hex')}`;
  try {
    const handle = await open(temporary, 'wx', mode);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
