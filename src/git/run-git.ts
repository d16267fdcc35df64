import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { QuashError } from '../errors.ts';

// Everything in a repository's own configuration that git would execute, or that would change what it answers, on the
// commands quash uses (rev-parse, rev-list, cat-file, diff-index, diff-tree, ls-tree, for-each-ref, clone). `-c` stands
// above every configuration file. From git-config(1), gitattributes(5) and githooks(5):
//
//   core.fsmonitor                        runs a program whenever an index is read
//   core.hooksPath, hooks/*               post-index-change and reference-transaction among them
//   core.pager, pager.*                   also --no-pager
//   core.sshCommand, core.gitProxy        run when a remote is spoken to; so do credential.helper, remote.*.uploadpack,
//   core.askPass, credential.helper       remote.*.vcs, url.*.insteadOf to ext::, all cut off by GIT_ALLOW_PROTOCOL
//   core.alternateRefsCommand             runs when an alternate's refs are listed
//   extensions.partialClone, promisor     fetch a missing object from wherever the configuration says: GIT_NO_LAZY_FETCH,
//                                         and GIT_ALLOW_PROTOCOL for a git older than that
//   gpg.program, gpg.*.program            run by log.showSignature
//   gc.auto, maintenance.auto             start a background process
//   diff.external, diff.*.command         run by a diff that does not say --no-ext-diff   } the callers' flags: there is no
//   diff.*.textconv                       run by a diff that does not say --no-textconv   } value that turns them off
//   filter.*.clean, smudge, process       run where the work tree is compared or written, which no command here does
//   core.editor, sequence.editor, alias.*, submodule.*.update, interactive.diffFilter, uploadpack.packObjectsHook:
//                                         not reached by these commands, or not read from a repository's configuration
//
// The system's and the user's configuration stay in force: safe.directory, and a proxy or a certificate that a clone
// needs, live there and nowhere else.
const overrides: readonly string[] = [
  'core.fsmonitor=false',
  'core.hooksPath=/dev/null',
  'core.pager=cat',
  'core.alternateRefsCommand=false',
  'core.untrackedCache=false',
  'log.showSignature=false',
  'gpg.program=false',
  'gpg.ssh.program=false',
  'gpg.x509.program=false',
  'gc.auto=0',
  'maintenance.auto=false',
  'advice.graftFileDeprecated=false',
];

// And what only reaches further when git may speak to a remote; the user's own ssh and credential settings are needed there.
const localOverrides: readonly string[] = [
  'core.sshCommand=false',
  'core.gitProxy=false',
  'core.askPass=false',
  'credential.helper=',
];

// Variables that say how the user runs git, not which repository it looks at. Any other GIT_* is dropped, so a
// GIT_DIR or GIT_EXTERNAL_DIFF that happens to be set cannot turn a scan elsewhere.
const keptVariables =
  /^GIT_(EXEC_PATH|CONFIG_GLOBAL|CONFIG_SYSTEM|CONFIG_NOSYSTEM|CONFIG_COUNT|CONFIG_KEY_\d+|CONFIG_VALUE_\d+|CONFIG_PARAMETERS|CEILING_DIRECTORIES)$/;

// What git hands to a hook so that it sees the commit being made, or the pushed objects before they are let in.
const hookVariables =
  /^GIT_(DIR|COMMON_DIR|WORK_TREE|INDEX_FILE|PREFIX|NAMESPACE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|QUARANTINE_PATH|SHALLOW_FILE)$/;

export interface GitOptions {
  readonly cwd: string;
  readonly signal?: AbortSignal;
  /** The repository's git folder. Given, git looks for none by itself and its ownership check does not apply. */
  readonly gitDir?: string;
  /** `hook` keeps the variables git sets for a hook: index, quarantine, object folders. Default: `none` of them. */
  readonly inherit?: 'none' | 'hook';
  /** Leaves `core.hooksPath` as configured, for the one question where hooks live. */
  readonly keepHooksPath?: boolean;
  readonly env?: Readonly<Record<string, string>>;
}

/** A git process whose output is being read. */
export interface GitProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when git has ended and its output was read: rejects when it failed, was killed or is not installed. */
  readonly finished: Promise<void>;
  /** Ends it early; `finished` then resolves. */
  stop(): void;
}

/** The environment git is started with. */
function gitEnvironment(options: Pick<GitOptions, 'inherit' | 'env'>): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (value === undefined) continue;
    const isKept = !/^git_/i.test(name) || keptVariables.test(name) || (options.inherit === 'hook' && hookVariables.test(name));
    if (isKept && name !== 'LANGUAGE' && name !== 'PAGER' && name !== 'SSH_ASKPASS') env[name] = value;
  }
  return {
    ...env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: 'none',
    // A replaced or grafted commit hides the real one, and what must be found is in the real one.
    GIT_NO_REPLACE_OBJECTS: '1',
    GIT_GRAFT_FILE: '/dev/null',
    ...options.env,
  };
}

/**
 * Starts git, hardened so that nothing in the repository it reads is executed.
 * Throws QuashError('source') when git is not installed.
 */
export function spawnGit(args: readonly string[], options: GitOptions): GitProcess {
  const settings = [...overrides, ...localOverrides].filter(
    (setting) => !(options.keepHooksPath && setting.startsWith('core.hooksPath')),
  );
  const fixed = ['--no-pager', ...settings.flatMap((setting) => ['-c', setting])];
  if (options.gitDir !== undefined) fixed.push(`--git-dir=${options.gitDir}`);
  const child: ChildProcessByStdio<Writable, Readable, Readable> = spawn(findGit(), [...fixed, ...args], {
    cwd: options.cwd,
    env: gitEnvironment(options),
    stdio: ['pipe', 'pipe', 'pipe'],
    windowsHide: true,
  });

  // A reader that has seen enough closes the pipe; git's complaint about that is not the error to report.
  child.stdin.on('error', () => {});
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (complaint.length < 4096) complaint += text.slice(0, 4096);
  });
  let isStopped = false;
  const stop = () => {
    isStopped = true;
    child.stdin.destroy();
    child.stdout.destroy();
    child.kill();
  };
  const abort = () => child.kill();
  options.signal?.addEventListener('abort', abort, { once: true });
  if (options.signal?.aborted) abort();

  const finished = new Promise<void>((resolve, reject) => {
    child.once('error', (cause) =>
      reject(new QuashError('source', `running git ${args[0]}: it could not be started (${cause.message})`, { cause })),
    );
    child.once('close', (code, signal) => {
      options.signal?.removeEventListener('abort', abort);
      if (isStopped || code === 0) return resolve();
      if (options.signal?.aborted) return reject(new QuashError('interrupted', `running git ${args[0]}: interrupted`));
      reject(gitError(args[0] ?? '', options, code, signal, complaint));
    });
  });
  // Whoever reads the output meets the failure by awaiting `finished`; until then it is not an unhandled rejection.
  finished.catch(() => {});
  return { stdin: child.stdin, stdout: child.stdout, finished, stop };
}

/** Runs git to its end and gives its whole output. For small answers: what can be large is streamed from `spawnGit`. */
export async function git(
  args: readonly string[],
  options: GitOptions & { readonly input?: string | Uint8Array },
): Promise<Buffer> {
  const child = spawnGit(args, options);
  child.stdin.end(options.input);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  await child.finished;
  return Buffer.concat(chunks);
}

let gitProgram: string | undefined;

/**
 * The git that PATH names. Looked up here because a relative entry of PATH, and on Windows the current folder, would
 * let a scanned folder bring its own `git`.
 */
function findGit(): string {
  if (gitProgram !== undefined) return gitProgram;
  const names = process.platform === 'win32' ? ['git.exe'] : ['git'];
  for (const folder of (process.env.PATH ?? process.env.Path ?? '').split(delimiter)) {
    if (!isAbsolute(folder)) continue;
    for (const name of names) {
      const file = join(folder, name);
      if (isExecutable(file)) {
        gitProgram = file;
        return file;
      }
    }
  }
  throw new QuashError(
    'source',
    'running git: no git was found on PATH; install it from https://git-scm.com, or put its folder on PATH',
  );
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** A git failure in the user's terms. What git printed may quote names from a hostile repository. */
function gitError(
  command: string,
  options: GitOptions,
  code: number | null,
  signal: NodeJS.Signals | null,
  complaint: string,
): QuashError {
  const said = printable(complaint);
  const where = printable(options.gitDir ?? options.cwd);
  const cause = new Error(said || `git ended with ${code ?? signal}`);
  if (/dubious ownership|unsafe repository/.test(said)) {
    return new QuashError(
      'source',
      `reading the git repository ${where}: it belongs to another user, and git refuses to open it; if you trust that user, run: git config --global --add safe.directory '${where}'`,
      { cause },
    );
  }
  if (/not a git repository/i.test(said)) {
    return new QuashError(
      'source',
      `reading the git repository ${where}: this is not a git repository; name a folder that holds one`,
      { cause },
    );
  }
  const lines = said.split('⏎').filter(Boolean);
  const reason = lines.find((line) => /^(fatal|error):/.test(line)) ?? lines[0] ?? `it ended with ${code ?? signal}`;
  return new QuashError('source', `running git ${command} in ${where}: ${reason}`, { cause });
}

/**
 * Text from outside made fit for a terminal and a log: line breaks as ⏎, control and bidirectional characters as ·, and
 * the credentials of a URL, in front of its host or in its query, as ***.
 */
export function printable(text: string): string {
  return text
    .trim()
    .replace(/\r?\n/g, '⏎')
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, '·')
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/gi, '$1***@')
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s?'"]*\?)[^\s'"]+/gi, '$1***');
}
