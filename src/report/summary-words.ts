import type { Summary } from '../model/finding.ts';
import type { Severity } from '../model/pattern.ts';
import type { VerdictState } from '../model/verdict.ts';
import { counted, formatBytes, formatCount, formatSeconds } from './quantities.ts';

/** The severities as a report counts them, the worst first. */
const worstFirst = ['critical', 'high', 'medium', 'low', 'info'] as const satisfies readonly Severity[];
const verdictStates = ['live', 'dead', 'unknown', 'unverifiable', 'unasked'] as const satisfies readonly VerdictState[];

/** `70,405 objects, 5.8 GB, by 83 patterns in 4.9 s (1.2 GB/s)`. */
export function scannedWords({ objects, bytes, seconds }: Summary, patterns: number): string {
  // Of a small scan it would tell of the start of the program.
  const rate = seconds > 0 && bytes >= 10_000_000 ? ` (${formatBytes(Math.round(bytes / seconds))}/s)` : '';
  return `${counted(objects, 'object')}, ${formatBytes(bytes)}, by ${counted(patterns, 'pattern')} in ${formatSeconds(seconds)}${rate}`;
}

/** `3 secrets: 1 critical, 2 high`; of none, no more than can be said of what was read. */
export function foundWords(summary: Summary, bySeverity: ReadonlyMap<Severity, number>): string {
  if (summary.findings === 0) {
    return summary.complete ? 'no secrets' : 'no secrets in what was read, which is not everything';
  }
  const counts = worstFirst
    .filter((severity) => bySeverity.has(severity))
    .map((severity) => `${formatCount(bySeverity.get(severity)!)} ${severity}`);
  return `${counted(summary.findings, 'secret')}: ${counts.join(', ')}`;
}

/** `1 live, 2 unknown`, or nothing. */
export function verdictWords(summary: Summary): string {
  return verdictStates
    .filter((state) => summary[state] > 0)
    .map((state) => `${formatCount(summary[state])} ${state}`)
    .join(', ');
}

/** `3 by comments, 1 by the baseline`, or nothing. */
export function ignoredWords({ ignored }: Summary): string {
  return [
    ignored.comment > 0 ? `${formatCount(ignored.comment)} by comments` : '',
    ignored.file > 0 ? `${formatCount(ignored.file)} by ignore files` : '',
    ignored.baseline > 0 ? `${formatCount(ignored.baseline)} by the baseline` : '',
  ]
    .filter(Boolean)
    .join(', ');
}
