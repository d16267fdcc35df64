import { writeSync } from 'node:fs';
import type { ReadStream, WriteStream } from 'node:tty';
import { decodeInput, type Input } from './keys.ts';

// Of xterm (https://invisible-island.net/xterm/ctlseqs/ctlseqs.html): the alternate screen, bracketed paste, the cursor.
const enter = '\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[2J\x1b[H';
const leave = '\x1b[?2004l\x1b[?1049l\x1b[?25h';

export interface Terminal {
  /** Gives the terminal back as it was. */
  readonly leave: () => void;
}

/** Takes the whole terminal, and gives it back however the process ends. */
export function takeTerminal(
  stdin: ReadStream,
  stdout: WriteStream & { readonly fd: number },
  onInput: (input: Input) => void,
): Terminal {
  let isTaken = true;
  let rest = '';
  const onData = (chunk: string) => {
    const decoded = decodeInput(rest + chunk);
    rest = decoded.rest;
    for (const input of decoded.inputs) onInput(input);
  };
  const giveBack = () => {
    if (!isTaken) return;
    isTaken = false;
    stdin.off('data', onData);
    process.off('exit', giveBack);
    process.off('uncaughtExceptionMonitor', giveBack);
    stdin.setRawMode(false);
    stdin.pause();
    try {
      // At once: a process that is ending writes nothing later.
      writeSync(stdout.fd, leave);
    } catch {
      // The terminal was closed.
    }
  };
  // What a bug prints belongs on the screen that stays.
  process.on('uncaughtExceptionMonitor', giveBack);
  process.on('exit', giveBack);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.on('data', onData);
  stdin.resume();
  writeSync(stdout.fd, enter);
  return { leave: giveBack };
}
