import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { simpleGit } from 'simple-git';
import { isLoopback } from '../egress-guard.ts';
import { QuashError } from '../errors.ts';
import { printable } from '../git/run-git.ts';
import { cloneHost, cloneProtocols, cloneUrl } from './clone-url.ts';

/** A stage of a clone as git tells it, e.g. `receiving` at 40 percent. */
export interface CloneProgress {
  readonly stage: string;
  readonly percent: number;
}

export interface CloneOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: CloneProgress) => void;
}

// What the user set for git to reach a remote. Every other GIT_* stays out, and so do the programs a clone has no use for.
const allowedEnvironment: readonly string[] = [
  'GIT_ALLOW_PROTOCOL',
  'GIT_TERMINAL_PROMPT',
  'GIT_ASKPASS',
  'SSH_ASKPASS',
  'GIT_SSH',
  'GIT_SSH_COMMAND',
  'GIT_SSH_VARIANT',
  'GIT_SSL_CAINFO',
  'GIT_SSL_CAPATH',
  'GIT_SSL_CERT',
  'GIT_SSL_KEY',
  'GIT_SSL_NO_VERIFY',
  'GIT_PROXY_COMMAND',
  'GIT_HTTP_USER_AGENT',
  'GIT_CONFIG_GLOBAL',
  'GIT_CONFIG_SYSTEM',
  'GIT_CONFIG_NOSYSTEM',
  'GIT_EXEC_PATH',
];

/**
 * Clones a URL with every ref and nothing checked out into a fresh folder that only this user can enter, hands its path to
 * `use`, and removes it however that ends: returned, thrown, aborted, or the process exiting early.
 * Throws QuashError('usage') for a URL that is not cloned, QuashError('source') when git cannot clone it.
 */
export async function withClone<Result>(
  text: string,
  { signal, onProgress }: CloneOptions,
  use: (gitDir: string) => Promise<Result>,
): Promise<Result> {
  const url = cloneUrl(text);
  const host = cloneHost(url);
  // git resolves names by itself, out of reach of the guard in this process.
  if (process.env.QUASH_EGRESS === 'loopback' && host !== '' && !isLoopback(host))
    throw new QuashError('source', `cloning ${printable(url)}: QUASH_EGRESS allows this machine only; unset it to clone`);
  const folder = mkdtempSync(join(tmpdir(), 'quash-clone-'));
  // For a process that ends without unwinding: a second Ctrl-C, or a bug elsewhere.
  const removeNow = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.on('exit', removeNow);
  try {
    const gitDir = join(folder, 'repository.git');
    await clone(url, gitDir, folder, { signal, onProgress });
    signal?.throwIfAborted();
    return await use(gitDir);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    process.off('exit', removeNow);
  }
}

async function clone(url: string, gitDir: string, folder: string, { signal, onProgress }: CloneOptions): Promise<void> {
  const git = simpleGit({
    baseDir: folder,
    abort: signal,
    progress: ({ stage, progress }) => onProgress?.({ stage: stage.replace(/\W+$/, ''), percent: progress }),
    allowEnvironment: allowedEnvironment,
    // simple-git refuses these by default, whoever set them. Here the template is ours and the rest is the user's own environment.
    unsafe: {
      allowUnsafeTemplateDir: true,
      allowUnsafeSshCommand: true,
      allowUnsafeAskPass: true,
      allowUnsafeGitProxy: true,
      allowUnsafeConfigPaths: true,
      allowUnsafeExec: true,
    },
  });
  git.env({ ...userEnvironment(), LC_ALL: 'C', GIT_ALLOW_PROTOCOL: cloneProtocols.join(':'), GIT_TERMINAL_PROMPT: '0' });
  try {
    // --mirror fetches every ref, hidden pull requests too. An empty template brings no hooks; `--` ends the options.
    await git.raw(['clone', '--mirror', '--template=', '--no-local', '--progress', '--', url, gitDir]);
  } catch (error) {
    const where = printable(url);
    if (signal?.aborted) throw new QuashError('interrupted', `cloning ${where}: interrupted`);
    const said = printable(error instanceof Error ? error.message : String(error));
    // The message alone is kept, cleaned of credentials: the library's error holds the command line with the URL in it.
    throw new QuashError('source', `cloning ${where}: ${reasonOf(said)}`);
  }
}

function userEnvironment(): NodeJS.ProcessEnv {
  const isKept = (name: string) => allowedEnvironment.includes(name) || !/^(git_.*|editor|visual|pager|prefix)$/i.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => isKept(name)));
}

/** What git said, less its progress and its parting remarks. */
function reasonOf(said: string): string {
  const lines = said.split('⏎').filter((line) => /^(fatal|error|remote|ssh|Host key|Permission)/i.test(line));
  const reason = (lines.length > 0 ? lines : [said]).slice(0, 3).join(' ').replace(/\.$/, '');
  if (/could not read Username|Authentication failed|Permission denied/i.test(reason))
    return `${reason}; give access through a credential helper or an SSH key`;
  return `${reason}; check the URL and that you can reach it`;
}
