import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { QuashError } from '../errors.ts';
import { writeAtomically } from './atomic-write.ts';
import { keyFiles } from './key-files.ts';

/** The keys of a machine. One with recipients alone writes what it cannot read. */
export interface Keys {
  readonly recipients: readonly string[];
  /** Present where this machine may read. */
  readonly identity?: string;
}

/** The keys that are there; no recipients where none were made. */
export async function readKeys(env: Readonly<NodeJS.ProcessEnv>): Promise<Keys> {
  const files = keyFiles(env);
  const identity = await readIdentity(files.identity);
  const text = await readIfThere(files.recipients);
  const recipients = text === undefined ? [] : readRecipients(text, files.recipients);
  return { recipients, ...(identity !== undefined && { identity }) };
}

/**
 * Makes an identity and its recipient, or with `recipients` takes those and makes none: such a machine can write, and never
 * read. Recipients that are there already stay. An identity that is there is never replaced: what was sealed to it would be lost.
 */
export async function initKeys(env: Readonly<NodeJS.ProcessEnv>, recipients: readonly string[]): Promise<Keys> {
  const files = keyFiles(env);
  for (const recipient of recipients) if (!isRecipient(recipient)) throw badRecipient('--recipient');
  const known = await readKeys(env);
  if (recipients.length > 0) {
    const all = [...new Set([...known.recipients, ...recipients])];
    await writeRecipients(files.recipients, all);
    return { ...known, recipients: all };
  }
  if (known.identity !== undefined) {
    throw new QuashError(
      'usage',
      `making the keys of the ledger: ${files.identity} is there already; quash keys show prints its recipient, and --recipient adds others`,
    );
  }
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  const recipient = await identityToRecipient(identity);
  await mkdir(dirname(files.identity), { recursive: true, mode: 0o700 });
  await writeNew(
    files.identity,
    `# Opens what quash keeps in its ledger. Keep a copy where it cannot be lost, and show it to nobody.\n# public key: ${recipient}\n${identity}\n`,
  );
  const all = [...new Set([...known.recipients, recipient])];
  await writeRecipients(files.recipients, all);
  return { recipients: all, identity };
}

/** Keys that are written down nowhere: what is sealed to them can be read as long as this process lives. */
export async function passingKeys(): Promise<Keys> {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption');
  const identity = await generateX25519Identity();
  return { recipients: [await identityToRecipient(identity)], identity };
}

async function writeRecipients(file: string, recipients: readonly string[]): Promise<void> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const head = '# Whom quash seals secrets to in its ledger, one age recipient a line.\n';
  await writeAtomically(file, `${head}${recipients.join('\n')}\n`, 0o600);
}

async function readIdentity(file: string): Promise<string | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  const { mode } = await stat(file);
  // Windows has no such bits: what Node reports there is made up.
  if (process.platform !== 'win32' && (mode & 0o077) !== 0) {
    throw new QuashError('config', `reading the identity: other users may read or change ${file}; run \`chmod 600 ${file}\``);
  }
  const identities = contentLines(text).filter((line) => /^AGE-SECRET-KEY-1[0-9A-Z]{58}$/.test(line));
  if (identities.length === 1) return identities[0];
  throw new QuashError(
    'config',
    `reading the identity: ${file} does not hold one AGE-SECRET-KEY-1… on a line of its own; put the right file back`,
  );
}

function readRecipients(text: string, file: string): readonly string[] {
  const recipients = contentLines(text);
  if (!recipients.every(isRecipient)) throw badRecipient(file);
  return recipients;
}

function isRecipient(text: string): boolean {
  return /^age1[02-9ac-hj-np-z]{58}$/.test(text);
}

function badRecipient(where: string): QuashError {
  return new QuashError('config', `reading the recipients: ${where} has something that is no age1… recipient; take it out`);
}

function contentLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && (cause.code === 'ENOENT' || cause.code === 'ENOTDIR')) return undefined;
    throw new QuashError('config', `reading the keys of the ledger: ${file} cannot be read; check its permissions`, { cause });
  }
}

async function writeNew(file: string, content: string): Promise<void> {
  const handle = await open(file, 'wx', 0o600);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
