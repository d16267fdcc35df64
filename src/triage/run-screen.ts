import type { ReadStream, WriteStream } from 'node:tty';
import { render } from 'ink';
import { createElement } from 'react';
import { createPaint } from '../report/paint.ts';
import { openDesk } from './desk.ts';
import { drawnOf, paintedOf } from './screens.ts';
import { openSession, type Work } from './session.ts';
import { bodyHeight, startState, type TriageState } from './state.ts';
import { Triage } from './Triage.tsx';
import { takeTerminal } from './terminal.ts';

export interface ScreenOptions {
  readonly stdin: ReadStream;
  readonly stdout: WriteStream & { readonly fd: number };
  readonly work: Work;
  readonly filter: string;
  readonly color: boolean;
  /** Where the editor is named. */
  readonly env: Readonly<NodeJS.ProcessEnv>;
  /** Aborted when the process is asked to end. */
  readonly signal: AbortSignal;
  readonly interrupt: () => void;
  readonly messageOf: (error: unknown) => string;
  /** Calls back when something else changed the ledger, until the signal is aborted. */
  readonly watch: (onChange: () => void, signal: AbortSignal) => void;
}

/** The terminal UI, until it is quit or interrupted. What is under way is brought to its end before it returns. */
export async function runScreen({
  stdin,
  stdout,
  work,
  filter,
  color,
  env,
  signal,
  interrupt,
  messageOf,
  watch,
}: ScreenOptions): Promise<void> {
  const sizeOf = () => ({ columns: stdout.columns || 80, rows: stdout.rows || 24 });
  const over = new AbortController();
  const quit = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve(), { once: true }));
  const end = () => over.abort();
  const paint = createPaint(color);
  const elementOf = (state: TriageState) =>
    createElement(Triage, { drawn: paintedOf(drawnOf(state), paint), height: bodyHeight(state) });
  let problem: unknown;
  let isLent = false;
  let isDue = false;
  /** Once for all that came at once, such as a held key of a slow terminal. */
  const redraw = () => {
    if (isDue) return;
    isDue = true;
    queueMicrotask(() => {
      isDue = false;
      if (!over.signal.aborted && !isLent) shown.rerender(elementOf(session.state()));
    });
  };

  const session = openSession(startState(sizeOf(), filter, new Date()), {
    work,
    desk: openDesk({ env, descriptor: stdout.fd, lend }),
    onState: redraw,
    onEnd: (how) => (how === 'quit' ? end() : interrupt()),
    messageOf: (error) => {
      try {
        return messageOf(error);
      } catch (bug) {
        problem ??= bug;
        end();
        return '';
      }
    },
  });
  const take = () => takeTerminal(stdin, stdout, (input) => session.dispatch(input));
  const draw = () =>
    render(elementOf(session.state()), {
      stdin,
      stdout,
      exitOnCtrlC: false,
      patchConsole: false,
      // Not `incrementalRendering`: in Ink 6.8 it draws one line too low whatever does not fill the terminal.
      // A key is answered at once, and not with the next sixtieth of a second: what comes together is drawn together above.
      maxFps: 1000,
    });
  let terminal = take();
  let shown = draw();

  /** Leaves the terminal to a program: nothing is read from it and nothing drawn until that has ended. */
  async function lend<T>(use: () => Promise<T>): Promise<T> {
    isLent = true;
    shown.unmount();
    terminal.leave();
    try {
      return await use();
    } finally {
      terminal = take();
      shown = draw();
      isLent = false;
      session.dispatch({ kind: 'resized', ...sizeOf() });
    }
  }

  const onResize = () => {
    if (isLent) return;
    // What the terminal made of the old lines is not known: everything is drawn anew.
    shown.clear();
    stdout.write('\x1b[2J\x1b[H');
    session.dispatch({ kind: 'resized', ...sizeOf() });
  };
  // Before Ink, which draws what it had.
  stdout.prependListener('resize', onResize);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    // The first paint goes out before the ledger is read, which takes this thread for a moment.
    await new Promise((resolve) => setImmediate(resolve));
    session.dispatch({ kind: work.scan ? 'scan' : 'stale' });
    watch(() => session.dispatch({ kind: 'stale' }), over.signal);
    await quit;
    await session.settled();
  } finally {
    stdout.off('resize', onResize);
    shown.unmount();
    terminal.leave();
  }
  if (problem !== undefined) throw problem;
}
