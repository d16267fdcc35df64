import { existsSync } from 'node:fs';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { placeOf } from '../ledger/place.ts';
import type { Ledger } from '../ledger/store.ts';
import { neutralise } from '../report/neutralise.ts';
import type { Work } from '../triage/session.ts';
import { ownPatterns } from './own-patterns.ts';
import { openTriageWork } from './triage-work.ts';
import { watchStore } from './watch-store.ts';

/**
 * `quash triage`: the ledger in the terminal, a screen at a time, or with `--plain` a line at a time. With targets, what a scan
 * of them finds: in the ledger that was named, else in one that is gone afterwards.
 */
export async function run(given: Options<'triage'>, context: Context): Promise<Exit> {
  const { env, stdin, stdout, stderr, signal } = context;
  if (given.admin.some((text) => text.endsWith('=prompt')))
    throw new QuashError('usage', 'opening triage: it has the terminal to itself; name --admin PROVIDER=env:NAME or file:PATH');
  // What is scanned decides on nothing that is revoked.
  const options = { ...given, patterns: ownPatterns(given.patterns, context.config) };
  const messages: string[] = [];
  const warn = (text: string) => messages.push(text);
  const isScan = given.targets.length > 0;
  const isPassing = isScan && (given.store === undefined || given.store === 'none');
  const place = isPassing ? undefined : placeOf(options.store, env, context.cwd);
  /** What opens it is loaded once the first paint went out. */
  const open = async () => {
    const { openOrMakeStore, openPassingStore, openStore } = await import('./open-store.ts');
    if (isPassing) return openPassingStore(options);
    return isScan ? openOrMakeStore(options, context) : openStore(options, context);
  };
  if (!isScan && place?.kind === 'sqlite' && !existsSync(place.file)) await open();
  const stored = openTriageWork(options, context, warn, open);
  const work = isScan ? { ...stored, scan: await scanOf(given, context, stored.open, warn) } : stored;
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
        env,
        // The handler of the command line ends everything in order.
        interrupt: () => process.kill(process.pid, 'SIGINT'),
        watch: (onChange, until) => watchStore(place, onChange, until),
      });
    }
  } finally {
    await work.close();
    // The screen that stays is the place for them.
    if (!options.quiet) for (const message of new Set(messages)) stderr.write(`quash: ${neutralise(message)}\n`);
  }
  return exits.clean;
}

/** What scans the targets. Those that are none are told of before the terminal is taken. */
async function scanOf(
  given: Options<'triage'>,
  context: Context,
  open: () => Promise<Ledger>,
  warn: (text: string) => void,
): Promise<NonNullable<Work['scan']>> {
  const { scanInto, scanOptionsOf } = await import('./triage-scan.ts');
  const { checkDestinations } = await import('./check-destinations.ts');
  const options = scanOptionsOf(given, context);
  await checkDestinations(options);
  return async (told, stop) => {
    const signal = AbortSignal.any([context.signal, stop]);
    return scanInto(await open(), options, { ...context, signal }, { ...told, warn });
  };
}

function messageOf(error: unknown): string {
  if (error instanceof QuashError) return error.message;
  throw error;
}
