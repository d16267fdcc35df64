import { existsSync } from 'node:fs';
import type { Context } from '../cli-context.ts';
import type { Exit } from '../exit.ts';
import type { Options } from '../flags.ts';
import { keyFile } from '../ledger/key.ts';
import { keyFiles } from '../ledger/key-files.ts';
import type { Finding } from '../model/finding.ts';
import { neutralise } from '../report/neutralise.ts';
import { createProgress } from '../report/progress.ts';
import type { TurnedDown } from '../report/record.ts';
import { reportFindings } from './report-findings.ts';
import { scanTargets } from './scan-targets.ts';
import type { Scanned } from './scanned.ts';
import { settleFindings } from './settle-findings.ts';

/** `quash scan`: finds, folds, leaves out what is known, asks the providers, reports. */
export async function run(options: Options<'scan'>, context: Context): Promise<Exit> {
  const startedAt = performance.now();
  const began = new Date();
  const progress = createProgress(context.stderr, {
    quiet: options.quiet,
    color: context.color.stderr,
    ...(context.env.TERM ? { term: context.env.TERM } : {}),
  });
  const warn = (text: string) => {
    if (options.quiet) return;
    progress.clear();
    context.stderr.write(`quash: ${neutralise(text)}\n`);
  };
  if (options.endpoint.length > 0 || options.allowHost.length > 0) {
    const { checkDestinations } = await import('./check-destinations.ts');
    await checkDestinations(options);
  }
  const turnedDown: TurnedDown[] = [];
  let scanned: Scanned;
  try {
    scanned = await scanTargets(options, context, {
      warn,
      progress: (stage, done, total, bytes) => progress.update({ stage, done, bytes, ...(total === undefined ? {} : { total }) }),
      ...(options.explain
        ? {
            turnedDown: (row, origin) => turnedDown.push({ ...row, origin }),
          }
        : {}),
    });
  } finally {
    progress.clear();
  }

  const { findings, ignored, known } = await settleFindings(scanned, context, warn);
  const judged = findings.length === 0 ? findings : await judge(findings);
  // Half of the verdicts are no report: it would look like a whole one.
  context.signal.throwIfAborted();
  const exit = await reportFindings(judged, { ...scanned, ignored, turnedDown, startedAt }, options, context);
  const isAsked = options.store !== undefined;
  if (options.store === 'none' || (!isAsked && context.env.CI)) return exit;
  if (isAsked || hasRecipients(context)) {
    const { keepFindings } = await import('./keep-findings.ts');
    warn(await keepFindings({ scanned, findings: judged, known, startedAt: began }, options, context));
  } else if (judged.length > 0 && options.format === 'text') {
    // A hint for people: whoever has programs read the report has decided.
    warn('nothing was kept; quash keys init, once, makes the keys that a ledger is sealed with');
  }
  return exit;

  async function judge(all: readonly Finding[]): Promise<readonly Finding[]> {
    const { askProviders } = await import('./ask-providers.ts');
    let done = 0;
    const onVerdict = () => progress.update({ stage: 'asking providers', done: ++done, total: all.length, bytes: 0 });
    try {
      return await askProviders(all, options, context, { warn, ...(options.offline ? {} : { onVerdict }) });
    } finally {
      progress.clear();
    }
  }
}

function hasRecipients({ env }: Context): boolean {
  return keyFile(env) !== undefined && existsSync(keyFiles(env).recipients);
}
