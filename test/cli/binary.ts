import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll } from 'vitest';

/** The built program, as npm links it. */
export const binary = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Setting {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder of its own, with its symlinks resolved, that is there until the tests of the file have ended. */
export function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'quash-test-')));
  folders.push(folder);
  return folder;
}

/** An environment without anything of the machine's that quash reads; nobody is asked and nothing kept, unless a test empties QUASH_OFFLINE and QUASH_STORE. */
export function cleanEnvironment(env: Readonly<Record<string, string>> = {}): Record<string, string> {
  const home = temporaryFolder();
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    QUASH_EGRESS: 'loopback',
    QUASH_OFFLINE: '1',
    QUASH_STORE: 'none',
    ...env,
  };
}

/** Runs a program to its end. */
export function runProgram(command: string, args: readonly string[], { cwd, env, stdin }: Setting = {}): Promise<Ended> {
  const child = spawn(command, args, { cwd, env: cleanEnvironment(env), stdio: 'pipe' });
  child.stdin.end(stdin);
  return ended(child);
}

/** Runs `quash` to its end. */
export function runQuash(args: readonly string[], setting: Setting = {}): Promise<Ended> {
  return runProgram(process.execPath, [binary, ...args], setting);
}

/** What a process printed and ended as. */
export function ended(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
}
