import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { parseFilter } from '../ledger/filter.ts';
import type { Ledger } from '../ledger/store.ts';
import type { StoredFinding } from '../model/stored-finding.ts';
import { jsonText } from '../report/json-text.ts';
import { createReporter } from '../report/report.ts';
import { storedRecord } from '../report/stored-record.ts';
import { readVersion } from '../version.ts';
import { openOutput } from './open-output.ts';

/** `quash findings export`: findings of the ledger, redacted, in a report's format; with `--sealed` for another ledger. */
export async function exportFindings(ledger: Ledger, options: Options<'findings export'>, context: Context): Promise<Exit> {
  if (options.sealed && options.format !== 'jsonl') {
    throw new QuashError('usage', 'exporting findings: --sealed goes with --format jsonl alone');
  }
  const findings = await ledger.find(parseFilter(options.where ?? ''));
  const output = openOutput(options.output, context);
  try {
    if (options.sealed) {
      for await (const line of ledger.exportSealed(findings)) await output.write(`${jsonText(line)}\n`);
    }
    const patterns = [...new Map(findings.map(({ pattern }) => [pattern.id, pattern])).values()];
    const reporter = createReporter(
      {
        format: options.format,
        unredacted: false,
        color: options.output === undefined && context.color.stdout,
        hyperlinks: false,
        width: context.stdout.columns || 80,
        explain: false,
        quiet: true,
        root: context.cwd,
        patterns,
      },
      output.write,
    );
    for (const finding of findings) await reporter.record(storedRecord(finding), finding.pattern);
    await reporter.finish(summaryOf(findings));
  } finally {
    output.close();
  }
  return exits.clean;
}

function summaryOf(findings: readonly StoredFinding[]) {
  const count = (state: string) => findings.filter(({ verdict }) => verdict.state === state).length;
  return {
    complete: true,
    findings: findings.length,
    live: count('live'),
    dead: count('dead'),
    unknown: count('unknown'),
    unverifiable: count('unverifiable'),
    unasked: count('unasked'),
    ignored: { comment: 0, file: 0, baseline: 0 },
    gaps: 0,
    bytes: 0,
    objects: 0,
    seconds: 0,
    version: readVersion(),
  };
}
