import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { QuashError } from '../errors.ts';

/** A signature is for this alone: one for git or for a file cannot be passed off as an approval. */
const namespace = 'quash';

/**
 * Signs a plan's hash with an SSH key and puts the signature beside the plan's file. Gives the signature's file. The key may be
 * one of the agent, by its public half. https://man.openbsd.org/ssh-keygen.1#Y
 */
export function approvePlan(hash: string, planFile: string, key: string): string {
  const signed = keygen(['-Y', 'sign', '-f', key, '-n', namespace], messageOf(hash), 'inherit');
  if (signed.status !== 0 || !signed.stdout.includes('BEGIN SSH SIGNATURE'))
    throw new QuashError(
      'usage',
      `signing the plan with ${key}: ssh-keygen refused, as printed above; name another key with --key`,
    );
  const name = createHash('sha256').update(signed.stdout).digest('hex').slice(0, 8);
  const file = `${planFile}.${name}.sig`;
  writeFileSync(file, signed.stdout, { mode: 0o644 });
  return file;
}

export interface Approval {
  /** Who, as the file of signers names them. */
  readonly principal: string;
  /** `SHA256:…` of the key. */
  readonly fingerprint: string;
  readonly file: string;
}

/**
 * The signatures beside a plan's file that are by somebody the file of signers names. A signature that is of another plan, of
 * another purpose or of nobody there does not count.
 */
export function approvalsOf(hash: string, planFile: string, signers: string): readonly Approval[] {
  if (!existsSync(signers))
    throw new QuashError(
      'config',
      `checking the approvals: there is no file of signers ${signers}; the policy names it (ssh-keygen(1), ALLOWED SIGNERS)`,
    );
  const folder = dirname(planFile);
  const prefix = `${basename(planFile)}.`;
  const files = readdirSync(folder).filter((name) => name.startsWith(prefix) && name.endsWith('.sig'));
  return files.sort().flatMap((name) => {
    const file = join(folder, name);
    const found = keygen(['-Y', 'find-principals', '-s', file, '-f', signers], '');
    const [principal = ''] = found.status === 0 ? found.stdout.split('\n') : [];
    if (principal === '') return [];
    const verified = keygen(['-Y', 'verify', '-f', signers, '-I', principal, '-n', namespace, '-s', file], messageOf(hash));
    const fingerprint = /key (SHA256:\S+)/.exec(verified.stdout)?.[1];
    return verified.status === 0 && fingerprint !== undefined ? [{ principal, fingerprint, file }] : [];
  });
}

/** Those of approvals that are not by whoever applies: neither under their name nor with a key of theirs. */
export function bySomebodyElse(approvals: readonly Approval[], actor: string, sshFolder: string): readonly string[] {
  const own = ownFingerprints(sshFolder);
  const user = actor.split('@')[0]?.toLowerCase();
  const others = approvals.filter(
    ({ principal, fingerprint }) => principal.split('@')[0]?.toLowerCase() !== user && !own.has(fingerprint),
  );
  return [...new Set(others.map(({ principal }) => principal))];
}

function ownFingerprints(folder: string): ReadonlySet<string> {
  if (!existsSync(folder)) return new Set();
  const keys = readdirSync(folder).filter((name) => name.endsWith('.pub'));
  return new Set(keys.flatMap((name) => /SHA256:\S+/.exec(keygen(['-l', '-f', join(folder, name)], '').stdout)?.[0] ?? []));
}

/** The key to sign with where none is named: as ssh would take one. */
export function defaultKey(sshFolder: string): string {
  const name = ['id_ed25519', 'id_ecdsa', 'id_rsa', 'id_ed25519_sk', 'id_ecdsa_sk'].find((one) =>
    existsSync(join(sshFolder, one)),
  );
  if (name === undefined)
    throw new QuashError('usage', `approving a plan: there is no SSH key in ${sshFolder}; name one with --key FILE`);
  return join(sshFolder, name);
}

function messageOf(hash: string): string {
  return `quash plan ${hash}\n`;
}

function keygen(
  args: readonly string[],
  input: string,
  stderr: 'pipe' | 'inherit' = 'pipe',
): { readonly status: number | null; readonly stdout: string } {
  const ran = spawnSync('ssh-keygen', args, { input, encoding: 'utf8', stdio: ['pipe', 'pipe', stderr] });
  if (ran.error)
    throw new QuashError(
      'usage',
      'running ssh-keygen: it is not there, and approvals are SSH signatures; install OpenSSH 8.2 or later',
      {
        cause: ran.error,
      },
    );
  return { status: ran.status, stdout: ran.stdout };
}

/** Reads a file that a person named; a QuashError says why it cannot be. */
export function readNamed(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new QuashError('usage', `reading ${what} ${file}: ${(cause as NodeJS.ErrnoException).code}; check the path`, { cause });
  }
}
