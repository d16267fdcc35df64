import type { Context } from '../cli-context.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { updateBaseline, writeBaseline } from '../ledger/baseline.ts';
import type { Finding } from '../model/finding.ts';
import { neutralise } from '../report/neutralise.ts';
import { scanTargets } from './scan-targets.ts';
import { settleFindings } from './settle-findings.ts';

/** Where a baseline goes: a file, which is brought up to date when it is there already, or stdout. */
export interface BaselineOutput {
  readonly file: string | undefined;
  readonly stdout: { write(text: string): unknown };
  /** Takes one line for the user; absent with `--quiet`. */
  readonly tell?: (line: string) => void;
}

/** Records what a scan found as the baseline. */
export async function recordBaseline(
  findings: readonly Pick<Finding, 'pattern' | 'secret' | 'parts'>[],
  { file, stdout, tell }: BaselineOutput,
): Promise<void> {
  if (file === undefined) {
    stdout.write((await updateBaseline(findings)).text);
    return;
  }
  const { added, kept, removed } = await writeBaseline(findings, file);
  tell?.(
    `${file}: ${added + kept} known (${added} new, ${removed} no longer found); scan with --baseline ${file} to see what comes after`,
  );
}

/** `quash baseline`: scans, and records what was found as known. */
export async function run(options: Options<'baseline'>, context: Context): Promise<Exit> {
  const warn = (text: string) => {
    if (!options.quiet) context.stderr.write(`quash: ${neutralise(text)}\n`);
  };
  const scanned = await scanTargets(options, context, { warn });
  const { findings } = await settleFindings(scanned, context, warn);
  for (const gap of scanned.gaps) warn(`not read: ${gap.detail}`);
  await recordBaseline(findings, {
    file: options.output,
    stdout: context.stdout,
    ...(options.quiet ? {} : { tell: (line: string) => context.stderr.write(`${line}\n`) }),
  });
  return scanned.gaps.length > 0 ? exits.incomplete : exits.clean;
}
