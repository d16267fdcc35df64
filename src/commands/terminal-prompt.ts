import { closeSync, openSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { ReadStream, WriteStream } from 'node:tty';
import type { Context } from '../cli-context.ts';

/** Whether somebody sits there who can be asked: stdin is a terminal, or was used up while messages go to one. */
export function hasPerson({ stdin, stderr }: Context): boolean {
  return (stdin.isTTY || stderr.isTTY) === true;
}

/** Asks a person at the terminal, also where stdin is a file. A `hidden` answer is not shown. Undefined when there is no terminal. */
export async function askPerson(
  question: string,
  { isHidden = false, signal }: { readonly isHidden?: boolean; readonly signal: AbortSignal },
): Promise<string | undefined> {
  let descriptor: number;
  try {
    descriptor = openSync('/dev/tty', 'r+');
  } catch {
    // A process without a terminal of its own has nobody to ask.
    return undefined;
  }
  const input = new ReadStream(descriptor);
  const output = new WriteStream(openSync('/dev/tty', 'w'));
  let isMuted = false;
  const shown = new Writable({
    write: (chunk: Buffer, _, done) => {
      if (!isMuted) output.write(chunk);
      done();
    },
  });
  const lines = createInterface({ input, output: shown, terminal: true, historySize: 0 });
  try {
    const answer = lines.question(question, { signal });
    isMuted = isHidden;
    const text = await answer;
    if (isHidden) output.write('\n');
    return text.trim();
  } finally {
    lines.close();
    input.destroy();
    output.destroy();
    try {
      closeSync(descriptor);
    } catch {
      // The stream closed it.
    }
  }
}
