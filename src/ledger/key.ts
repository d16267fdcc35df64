import { createHash, randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, stat, unlink } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join } from 'node:path';
import { QuashError } from '../errors.ts';

/** The key that fingerprints are made with. `notice` is a sentence for the user when it lasts for this run only. */
export interface FingerprintKey {
  readonly key: Uint8Array;
  readonly notice?: string;
}

const keyBytes = 32;
const leastPassphraseBytes = 16;

/**
 * The fingerprint key: `QUASH_KEY`, else the user's key file, which is made when it is first needed.
 * Call it when there is something to fingerprint, and not before: a clean run then touches nothing.
 */
export async function fingerprintKey(env: NodeJS.ProcessEnv = process.env): Promise<FingerprintKey> {
  if (env.QUASH_KEY) return { key: parseKey(env.QUASH_KEY) };
  const file = keyFile(env);
  if (!file) return ephemeral('no home directory is known');
  try {
    return { key: (await readKey(file)) ?? (await makeKey(file)) };
  } catch (error) {
    if (error instanceof QuashError || !isHomeTrouble(error)) throw error;
    return ephemeral(`${file}: ${error.code}`);
  }
}

/** Where the user's key lies: `$XDG_CONFIG_HOME/quash/key`, by default under `~/.config`. */
export function keyFile(env: NodeJS.ProcessEnv = process.env): string | undefined {
  // The XDG specification says that a relative path there is to be ignored.
  if (env.XDG_CONFIG_HOME && isAbsolute(env.XDG_CONFIG_HOME)) return join(env.XDG_CONFIG_HOME, 'quash', 'key');
  try {
    const home = env.HOME || homedir();
    return home ? join(home, '.config', 'quash', 'key') : undefined;
  } catch {
    // os.homedir() throws where the user has no entry in the password database, as in many containers.
    return undefined;
  }
}

/**
 * 32 bytes as hex or base64 are the key itself, so that a key file's content can be handed on;
 * anything else of at least 16 bytes is hashed.
 */
function parseKey(text: string): Uint8Array {
  const trimmed = text.trim();
  if (/^[0-9a-fA-F]{64}$/.test(trimmed)) return Buffer.from(trimmed, 'hex');
  if (/^[0-9A-Za-z+/_-]{43}=?$/.test(trimmed)) return Buffer.from(trimmed, 'base64');
  if (Buffer.byteLength(trimmed) >= leastPassphraseBytes) {
    return createHash('sha256').update('quash key\0').update(trimmed).digest();
  }
  throw new QuashError(
    'config',
    `reading QUASH_KEY: it is shorter than ${leastPassphraseBytes} bytes; use the output of \`openssl rand -hex 32\``,
  );
}

async function readKey(file: string): Promise<Uint8Array | undefined> {
  let content: Buffer;
  try {
    const { mode } = await stat(file);
    // Windows has no such bits: what Node reports there is made up.
    if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
      throw new QuashError(
        'config',
        `reading the fingerprint key: other users may read or change ${file}; run \`chmod 600 ${file}\`, or delete it to have a new one made (finding ids change)`,
      );
    }
    content = await readFile(file);
  } catch (error) {
    if (isErrno(error) && error.code === 'ENOENT') return undefined;
    throw error;
  }
  const text = content.toString('latin1').trim();
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  throw new QuashError(
    'config',
    `reading the fingerprint key: ${file} does not hold ${keyBytes} bytes as hex; delete it to have a new one made (finding ids change), or put the right one back`,
  );
}

/**
 * Writes a new key beside its place and links it there: the name appears with all of its bytes or not at all, and of two processes
 * that do this at once one is told that the name exists, and takes the other's key.
 */
async function makeKey(file: string): Promise<Uint8Array> {
  const key = randomBytes(keyBytes);
  const line = `${key.toString('hex')}\n`;
  await makeFolder(dirname(file));
  const temporary = `${file}.${randomBytes(6).toString('hex')}`;
  await writeSynced(temporary, line);
  try {
    await link(temporary, file);
    return key;
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (error.code === 'EEXIST') return (await readKey(file)) ?? key;
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EINVAL'].includes(error.code ?? '')) throw error;
    return await makeKeyWithoutLinks(file, line, key);
  } finally {
    await unlink(temporary);
  }
}

/** For file systems without hard links (FAT, some network mounts): exclusive creation, which a second process can catch half-written. */
async function makeKeyWithoutLinks(file: string, line: string, key: Uint8Array): Promise<Uint8Array> {
  try {
    await writeSynced(file, line);
    return key;
  } catch (error) {
    if (isErrno(error) && error.code === 'EEXIST') return (await readKey(file)) ?? key;
    throw error;
  }
}

/** Not mkdir's own `recursive`, which never returns where a folder exists and takes no others, as in /proc. */
async function makeFolder(folder: string): Promise<void> {
  const make = () =>
    mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  try {
    await make();
  } catch (error) {
    if (!isErrno(error) || error.code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await make();
  }
}

async function writeSynced(file: string, content: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function ephemeral(why: string): FingerprintKey {
  return {
    key: randomBytes(keyBytes),
    notice: `finding ids are good for this run only, as the fingerprint key could not be kept (${why}); set QUASH_KEY to keep them`,
  };
}

/** Errors that say that this user's home cannot hold a key here and now: read-only containers, other users' homes, full disks. */
function isHomeTrouble(error: unknown): error is NodeJS.ErrnoException {
  return isErrno(error) && ['EACCES', 'EPERM', 'EROFS', 'ENOENT', 'ENOTDIR', 'ENOSPC', 'EDQUOT'].includes(error.code ?? '');
}

function isErrno(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error;
}
