import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';

/** Runs of quash with a home of their own; nothing of the user's is read or changed, and nothing but this machine reached. */
export interface DrillQuash {
  /** Runs a command to its end, and gives what it wrote. Throws a QuashError when it ends with a code that was not expected. */
  readonly run: (args: readonly string[], expected: readonly number[]) => Promise<string>;
  /** Runs a command that has the terminal to itself, and gives its code. */
  readonly runAtTerminal: (args: readonly string[]) => Promise<number>;
}

/** What an interactive program needs to know of the terminal that it is in. */
const ofTheTerminal = [
  'TERM',
  'COLORTERM',
  'NO_COLOR',
  'FORCE_COLOR',
  'CI',
  'LANG',
  'LC_ALL',
  'LC_CTYPE',
  'VISUAL',
  'EDITOR',
  'DISPLAY',
  'WAYLAND_DISPLAY',
  'XDG_RUNTIME_DIR',
];

/** Gets ready to run quash with its home in `folder`. */
export function quashIn(folder: string, more: Readonly<Record<string, string>>, signal: AbortSignal): DrillQuash {
  const cli = fileURLToPath(new URL('src/cli.js', distFolder));
  const env = {
    PATH: process.env.PATH,
    HOME: folder,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    XDG_CACHE_HOME: join(folder, 'cache'),
    QUASH_EGRESS: 'loopback',
    ...more,
  };
  return {
    async run(args, expected) {
      const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
      const output = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name].setEncoding('utf8').on('data', (text: string) => {
          output[name] += text;
        });
      const status = await endOf(child);
      if (status !== undefined && expected.includes(status)) return output.stdout;
      throw new QuashError(
        'source',
        `running the drill: quash ${args.slice(0, 2).join(' ')} ended with ${status ?? 'a signal'}: ${output.stderr.trim().slice(0, 2000)}`,
      );
    },
    async runAtTerminal(args) {
      const terminal = Object.fromEntries(ofTheTerminal.map((name) => [name, process.env[name]]));
      const child = spawn(process.execPath, [cli, ...args], { cwd: folder, env: { ...terminal, ...env }, stdio: 'inherit' });
      // It is asked to end, and waited for: what it is at is brought to an end, for which its providers are needed.
      const stop = () => child.kill('SIGTERM');
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      try {
        const status = await endOf(child);
        if (status !== undefined) return status;
      } finally {
        signal.removeEventListener('abort', stop);
      }
      throw new QuashError('source', `running the drill: quash ${args[0]} was ended by a signal; run it again`);
    },
  };
}

/** The code that a process ended with; undefined when a signal ended it. */
function endOf(child: ChildProcess): Promise<number | undefined> {
  return new Promise((done, fail) => {
    child.on('error', fail);
    child.on('close', (status) => done(status ?? undefined));
  });
}
