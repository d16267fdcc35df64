import type { Context } from '../cli-context.ts';
import { type Exit, exits, mergeExits } from '../exit.ts';
import type { Options } from '../flags.ts';
import type { Finding, Summary } from '../model/finding.ts';
import { secretsOf } from '../model/place.ts';
import type { TurnedDown } from '../report/record.ts';
import { createReporter } from '../report/report.ts';
import { terminalTraits } from '../report/terminal.ts';
import { readVersion } from '../version.ts';
import { openOutput } from './open-output.ts';
import type { Scanned } from './scanned.ts';

/** What a report tells of besides its findings. */
export interface Reported extends Omit<Scanned, 'ignores' | 'allowed'> {
  readonly ignored: Summary['ignored'];
  readonly turnedDown?: readonly TurnedDown[];
  /** As `performance.now()` gave it. */
  readonly startedAt: number;
}

export type ReportFindingsOptions = Pick<Options<'scan'>, 'format' | 'output' | 'unredacted' | 'explain' | 'quiet' | 'failOn'> &
  Partial<Pick<Options<'scan'>, 'onlyLive'>>;

/** Writes the report of a scan or a verification, and gives the exit code that it calls for. */
export async function reportFindings(
  findings: readonly Finding[],
  reported: Reported,
  options: ReportFindingsOptions,
  context: Context,
): Promise<Exit> {
  const traits = terminalTraits(options.output === undefined ? context.stdout : {}, context.env, !context.color.stdout);
  const shown = options.onlyLive ? findings.filter(({ verdict }) => verdict.state === 'live') : findings;
  if (shown.length < findings.length && !options.quiet)
    context.stderr.write(`quash: --only-live leaves out ${leftOut(findings)}\n`);
  const output = openOutput(options.output, context);
  try {
    const reporter = createReporter(
      {
        format: options.format,
        unredacted: options.unredacted,
        color: traits.color,
        hyperlinks: traits.hyperlinks,
        width: traits.width,
        explain: options.explain,
        quiet: options.quiet,
        root: reported.root,
        ...(reported.repositoryUrl ? { repositoryUrl: reported.repositoryUrl } : {}),
        secrets: [...reported.candidates, ...findings].flatMap(secretsOf),
        patterns: reported.patterns,
      },
      output.write,
    );
    for (const finding of shown) await reporter.finding(finding);
    for (const gap of reported.gaps) await reporter.gap(gap);
    for (const one of reported.turnedDown ?? []) await reporter.turnedDown(one);
    await reporter.finish(summarise(shown, reported));
  } finally {
    output.close();
  }
  return exitOf(shown, reported, options.failOn);
}

/** What is known of the findings that are not live: `2 dead, 1 unknown`. */
function leftOut(findings: readonly Finding[]): string {
  const states = (['dead', 'unknown', 'unverifiable', 'unasked'] as const).map(
    (state) => [state, findings.filter(({ verdict }) => verdict.state === state).length] as const,
  );
  return states.flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : [])).join(', ');
}

function summarise(findings: readonly Finding[], { gaps, bytes, objects, ignored, startedAt }: Reported): Summary {
  const count = (state: Finding['verdict']['state']) => findings.filter(({ verdict }) => verdict.state === state).length;
  return {
    complete: gaps.length === 0,
    findings: findings.length,
    live: count('live'),
    dead: count('dead'),
    unknown: count('unknown'),
    unverifiable: count('unverifiable'),
    unasked: count('unasked'),
    ignored,
    gaps: gaps.length,
    bytes,
    objects,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    version: readVersion(),
  };
}

/** What findings and gaps make of a run. */
function exitOf(findings: readonly Finding[], { gaps }: Reported, failOn: 'any' | 'live' | 'none'): Exit {
  const codes: Exit[] = [exits.clean];
  if (findings.length > 0 && failOn === 'any') codes.push(exits.findings);
  if (failOn !== 'none' && findings.some(({ verdict }) => verdict.state === 'live')) codes.push(exits.live);
  // Whatever findings may do to the run: what was not read is not clean.
  if (gaps.length > 0) codes.push(exits.incomplete);
  return mergeExits(...codes);
}
