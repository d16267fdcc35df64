import { closeSync, openSync, writeSync } from 'node:fs';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Exit, exits, mergeExits } from '../exit.ts';
import type { Options } from '../flags.ts';
import { findingId, fingerprint, identifying } from '../ledger/fingerprint.ts';
import { fingerprintKey } from '../ledger/key.ts';
import type { Finding, Summary } from '../model/finding.ts';
import { neutralise } from '../report/neutralise.ts';
import { createProgress } from '../report/progress.ts';
import type { TurnedDown } from '../report/record.ts';
import { createReporter } from '../report/report.ts';
import { terminalTraits } from '../report/terminal.ts';
import { foldFindings, type Identify } from '../scan/fold.ts';
import { readVersion } from '../version.ts';
import { type Scanned, scanTargets } from './scan-targets.ts';

/** `quash scan`: finds, folds, leaves out what is known, reports. */
export async function run(options: Options<'scan'>, context: Context): Promise<Exit> {
  const startedAt = performance.now();
  const traits = terminalTraits(options.output === undefined ? context.stdout : {}, context.env, !context.color.stdout);
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

  const { findings, ignored } = await settleFindings(scanned, context, warn);
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
        root: scanned.root,
        ...(scanned.repositoryUrl ? { repositoryUrl: scanned.repositoryUrl } : {}),
        secrets: scanned.candidates.flatMap(({ secret, parts }) => [secret, ...Object.values(parts)]),
        patterns: scanned.patterns,
      },
      output.write,
    );
    for (const finding of findings) await reporter.finding(finding);
    for (const gap of scanned.gaps) await reporter.gap(gap);
    for (const one of turnedDown) await reporter.turnedDown(one);
    await reporter.finish(summarise(findings, scanned, ignored, startedAt));
  } finally {
    output.close();
  }
  return exitOf(findings, scanned, options);
}

/** Folds what was found and takes out what comments, ignore files and baselines know. */
export async function settleFindings(scanned: Scanned, context: Context, warn: (text: string) => void) {
  const ignored = { comment: scanned.allowedByComment, file: 0, baseline: 0 };
  const findings: Finding[] = [];
  if (scanned.candidates.length === 0) return { findings, ignored };
  const { key, notice } = await fingerprintKey(context.env);
  if (notice) warn(notice);
  const identify: Identify = (pattern, secret, parts) => {
    const print = fingerprint(key, pattern.provider, identifying(pattern, secret, parts));
    return { fingerprint: print, id: findingId(print) };
  };
  const folded = foldFindings(scanned.candidates, identify);
  await scanned.ignores.prepare(folded);
  for (const finding of folded) {
    const { reported, ignored: known } = scanned.ignores.sift(finding);
    if (reported.length === finding.locations.length) {
      findings.push(finding);
      continue;
    }
    if (reported.length > 0) findings.push({ ...finding, locations: reported });
    else ignored[known[0]?.why.by ?? 'file']++;
  }
  return { findings, ignored };
}

function summarise(findings: readonly Finding[], scanned: Scanned, ignored: Summary['ignored'], startedAt: number): Summary {
  const count = (state: Finding['verdict']['state']) => findings.filter(({ verdict }) => verdict.state === state).length;
  return {
    complete: scanned.gaps.length === 0,
    findings: findings.length,
    live: count('live'),
    dead: count('dead'),
    unknown: count('unknown'),
    unverifiable: count('unverifiable'),
    unasked: count('unasked'),
    ignored,
    gaps: scanned.gaps.length,
    bytes: scanned.bytes,
    objects: scanned.objects,
    seconds: Math.round(performance.now() - startedAt) / 1000,
    version: readVersion(),
  };
}

function exitOf(findings: readonly Finding[], scanned: Scanned, options: Options<'scan'>): Exit {
  const codes: Exit[] = [exits.clean];
  if (findings.length > 0 && options.failOn === 'any') codes.push(exits.findings);
  // Whatever findings may do to the run: what was not read is not clean.
  if (scanned.gaps.length > 0) codes.push(exits.incomplete);
  return mergeExits(...codes);
}

function openOutput(
  file: string | undefined,
  context: Context,
): { readonly write: (text: string) => Promise<void> | void; readonly close: () => void } {
  if (file === undefined) {
    return {
      write: (text) => (context.stdout.write(text) ? undefined : new Promise((resolve) => context.stdout.once('drain', resolve))),
      close: () => {},
    };
  }
  let opened: number;
  try {
    opened = openSync(file, 'w', 0o600);
  } catch (cause) {
    throw new QuashError(
      'output',
      `writing the report to ${file}: ${(cause as NodeJS.ErrnoException).code}; name a file in a folder that you can write to`,
      { cause },
    );
  }
  return {
    write: (text) => {
      const bytes = Buffer.from(text);
      for (let done = 0; done < bytes.length; ) done += writeSync(opened, bytes, done);
    },
    close: () => closeSync(opened),
  };
}
