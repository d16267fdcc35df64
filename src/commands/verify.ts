import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import type { Exit } from '../exit.ts';
import type { Options } from '../flags.ts';
import { askProviders } from './ask-providers.ts';
import { reportFindings } from './report-findings.ts';
import { findingsOnStdin } from './stdin-findings.ts';

/** `quash verify -`: finds the secret on stdin and asks its provider. Nothing is kept. */
export async function run(options: Options<'verify'>, context: Context): Promise<Exit> {
  if (options.ids.some((id) => id !== '-')) {
    throw new QuashError(
      'usage',
      'verifying: a secret or an id on the command line is not taken, since others can read it there; write the secret to stdin: quash verify - < FILE',
    );
  }
  const warn = (text: string) => {
    if (!options.quiet) context.stderr.write(`quash: ${text}\n`);
  };
  const { findings, ignored, scanned } = await findingsOnStdin(options, context, { warn, doing: 'verifying' });
  const startedAt = performance.now();
  const judged = await askProviders(findings, options, context, { warn });
  return reportFindings(judged, { ...scanned, ignored, startedAt }, { ...options, failOn: 'any' }, context);
}
