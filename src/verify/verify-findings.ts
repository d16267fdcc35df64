import pLimit from 'p-limit';
import type { Finding } from '../model/finding.ts';
import type { Pattern } from '../model/pattern.ts';
import type { Verdict } from '../model/verdict.ts';
import { judgeOffline } from './offline.ts';

/** Verdicts of earlier runs, by fingerprint. */
export interface VerdictCache {
  get(fingerprint: string): Verdict | undefined;
  put(fingerprint: string, verdict: Verdict): void;
}

/** How to ask a credential's provider. */
export type Asker = (credential: Pick<Finding, 'secret' | 'parts'> & Partial<Pick<Finding, 'verdict'>>) => Promise<Verdict>;

export interface VerifyOptions {
  /** How a pattern's provider is asked, `undefined` where nobody can be. Absent when nobody may be: values are then judged by themselves only. */
  readonly askerOf?: (pattern: Pattern) => Asker | undefined;
  readonly now: () => Date;
  readonly signal: AbortSignal;
  readonly cache?: VerdictCache;
  /** AWS accounts whose keys are the user's own traps. */
  readonly canaryAccounts?: readonly string[];
  /** Whether traps are asked about like everything else. */
  readonly touchCanaries?: boolean;
  /** Told of every finding whose verdict is there, in the order in which they come. */
  readonly onVerdict?: (finding: Finding) => void;
}

/** Findings that are in the air at once; what waits at a host's limits is bounded by it. */
const mostInFlight = 256;

/** Gives every finding its verdict, each secret asked about once; in the order of the findings. */
export async function verifyFindings(findings: readonly Finding[], options: VerifyOptions): Promise<readonly Finding[]> {
  const limit = pLimit(mostInFlight);
  return Promise.all(
    findings.map((finding) =>
      limit(async () => {
        const verdict = await verdictOf(finding, options);
        const judged = { ...finding, verdict };
        options.onVerdict?.(judged);
        return judged;
      }),
    ),
  );
}

/** A finding's verdict: by the value itself, else from the cache, else from its provider. */
export async function verdictOf(
  finding: Pick<Finding, 'pattern' | 'secret' | 'parts'> & Partial<Pick<Finding, 'fingerprint'>>,
  options: VerifyOptions,
): Promise<Verdict> {
  const { askerOf, cache, now } = options;
  const { told, dead, canary } = judgeOffline(finding, now(), options.canaryAccounts);
  if (canary !== undefined && !options.touchCanaries)
    return { ...told, state: 'unasked', reason: `a trap laid out by ${canary}; asking would set it off`, canary };
  if (dead !== undefined) return { ...told, state: 'dead', checkedAt: now().toISOString(), evidence: dead, asked: [] };
  if (!askerOf) return { ...told, state: 'unasked' };
  const ask = askerOf(finding.pattern);
  if (!ask) return { ...told, state: 'unverifiable' };
  const { fingerprint } = finding;
  const known = fingerprint === undefined ? undefined : cache?.get(fingerprint);
  if (known) return known;
  if (options.signal.aborted) return { ...told, state: 'unasked', reason: 'the run was interrupted' };
  const verdict = { ...told, ...(await ask(finding)) };
  if (fingerprint !== undefined && (verdict.state === 'live' || verdict.state === 'dead')) cache?.put(fingerprint, verdict);
  return verdict;
}
