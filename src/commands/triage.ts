import { existsSync } from 'node:fs';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { placeOf } from '../ledger/place.ts';
import { openTriageWork } from './triage-work.ts';
import { watchStore } from './watch-store.ts';

/** `quash triage`: the ledger in the terminal, a screen at a time, or with `--plain` a line at a time. */
export async function run(options: Options<'triage'>, context: Context): Promise<Exit> {
  const { env, stdin, stdout, signal } = context;
  if (options.admin.some((text) => text.endsWith('=prompt')))
    throw new QuashError('usage', 'opening triage: it has the terminal to itself; name --admin PROVIDER=env:NAME or file:PATH');
  const place = placeOf(options.store, env, context.cwd);
  if (place?.kind === 'sqlite' && !existsSync(place.file)) {
    const { openStore } = await import('./open-store.ts');
    await openStore(options, context);
  }
  const messages: string[] = [];
  const work = openTriageWork(options, context, (text) => messages.push(text));
  const shared = { work, filter: options.where ?? '', signal, messageOf };
  const isPlain = options.plain || !stdin.isTTY || !stdout.isTTY || env.TERM === 'dumb' || env.CI !== undefined;
  try {
    if (isPlain) {
      const { runPlain } = await import('../triage/run-plain.ts');
      await runPlain({ ...shared, stdin, stdout });
    } else {
      const { runScreen } = await import('../triage/run-screen.ts');
      await runScreen({
        ...shared,
        stdin,
        stdout: stdout as typeof stdout & { readonly fd: number },
        color: context.color.stdout,
        // The handler of the command line ends everything in order.
        interrupt: () => process.kill(process.pid, 'SIGINT'),
        watch: (onChange, until) => watchStore(place, onChange, until),
      });
    }
  } finally {
    await work.close();
  }
  return exits.clean;
}

function messageOf(error: unknown): string {
  if (error instanceof QuashError) return error.message;
  throw error;
}
