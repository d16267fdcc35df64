import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import type { Exit } from '../exit.ts';
import type { Options } from '../flags.ts';
import { askProviders } from './ask-providers.ts';
import { checkDestinations } from './check-destinations.ts';
import { reportFindings } from './report-findings.ts';
import { findingsOnStdin } from './stdin-findings.ts';

/** `quash verify`: asks about findings of the ledger; with `-` about the secret on stdin, of which nothing is kept. */
export async function run(options: Options<'verify'>, context: Context): Promise<Exit> {
  await checkDestinations(options);
  const warn = (text: string) => {
    if (!options.quiet) context.stderr.write(`quash: ${text}\n`);
  };
  const isStdin = options.ids.length === 1 && options.ids[0] === '-';
  const isTyped = options.ids.length > 0 || options.all || options.where !== undefined;
  if (isTyped && !isStdin) {
    if (options.ids.some((id) => !/^[0-9a-f]{1,64}$/i.test(id))) {
      throw new QuashError(
        'usage',
        'verifying: a secret on the command line is not taken, since others can read it there; write it to stdin: quash verify - < FILE. Ids are made of the digits 0-9 and a-f',
      );
    }
    const { verifyStored } = await import('./verify-stored.ts');
    return verifyStored(options, context, warn);
  }
  if (!isTyped && context.stdin.isTTY) {
    throw new QuashError('usage', 'verifying: say what; ids of findings, --all, or - for a secret on stdin');
  }
  const { findings, ignored, scanned } = await findingsOnStdin(options, context, { warn, doing: 'verifying' });
  const startedAt = performance.now();
  const judged = await askProviders(findings, options, context, { warn });
  context.signal.throwIfAborted();
  return reportFindings(judged, { ...scanned, ignored, startedAt }, { ...options, failOn: 'any' }, context);
}
