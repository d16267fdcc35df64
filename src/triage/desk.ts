import { spawn } from 'node:child_process';
import { existsSync, writeSync } from 'node:fs';
import { hostname } from 'node:os';
import { QuashError } from '../errors.ts';
import { browserCommand, editorCommand } from './editor.ts';
import { filesOf, gitShow, memberOf, pageOf, type Sight } from './places.ts';

/** What can be done with a place outside of the terminal UI. Each gives what there is to say of it. */
export interface Desk {
  readonly edit: (sight: Sight) => Promise<string>;
  readonly browse: (sight: Sight) => Promise<string>;
  readonly copy: (text: string) => void;
}

// Terminals leave out what is much longer.
const mostCopied = 60_000;

/** What a person has beside the terminal UI: an editor, a browser, a clipboard. `lend` gives the terminal to a program, and takes it back. */
export function openDesk({
  env,
  descriptor,
  lend,
}: {
  readonly env: Readonly<NodeJS.ProcessEnv>;
  readonly descriptor: number;
  readonly lend: <T>(use: () => Promise<T>) => Promise<T>;
}): Desk {
  return {
    async edit({ location }) {
      const file = filesOf(location, hostname()).find((one) => existsSync(one));
      if (file === undefined) return `It is no file of this machine${elsewhere(location)}.`;
      const [program = '', ...args] = editorCommand(env, { file, line: location.line, column: location.column });
      await lend(() => runProgram(program, args, env));
      return `${program} was closed.`;
    },
    async browse({ location }) {
      const url = pageOf(location);
      if (url === undefined) return 'No page is known of it.';
      const [program = '', ...args] = browserCommand(process.platform, url);
      await startProgram(program, args, env);
      return `Opened ${url}`;
    },
    copy(text) {
      // OSC 52 (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html): also over SSH it reaches the clipboard in front of the person.
      writeSync(descriptor, `\x1b]52;c;${Buffer.from(text.slice(0, mostCopied)).toString('base64')}\x07`);
    },
  };
}

function elsewhere(location: Sight['location']): string {
  const member = memberOf(location.origin);
  if (member !== undefined) return `: it is ${member} in an archive`;
  const shown = gitShow(location);
  if (shown !== undefined) return `: ${shown}`;
  return pageOf(location) === undefined ? '' : '; b opens its page';
}

function runProgram(program: string, args: readonly string[], env: Readonly<NodeJS.ProcessEnv>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'inherit' });
    child.once('error', (cause) => reject(cannotStart(program, cause)));
    child.once('close', () => resolve());
  });
}

/** Starts what goes on when we do not. */
function startProgram(program: string, args: readonly string[], env: Readonly<NodeJS.ProcessEnv>): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: 'ignore', detached: true });
    child.once('error', (cause) => reject(cannotStart(program, cause)));
    child.once('spawn', () => {
      child.unref();
      resolve();
    });
  });
}

function cannotStart(program: string, cause: Error): QuashError {
  return new QuashError('usage', `starting ${program}: it is not there, or cannot be run; set EDITOR, or install it`, { cause });
}
