import pLimit from 'p-limit';
import type { Finding } from '../model/finding.ts';
import type { Pattern } from '../model/pattern.ts';
import type { Verdict } from '../model/verdict.ts';
import { judgeOffline } from './offline.ts';
import type { Answered } from './partners.ts';

/** Verdicts of earlier runs, by fingerprint. */
export interface VerdictCache {
  get(fingerprint: string): Verdict | undefined;
  put(fingerprint: string, verdict: Verdict): void;
}

/** How to ask a credential's provider. */
export type Asker = (
  credential: Pick<Finding, 'secret' | 'parts' | 'otherParts'> & Partial<Pick<Finding, 'verdict'>>,
) => Promise<Answered>;

export interface VerifyOptions {
  /** How a pattern's provider is asked, `undefined` where nobody can be. Absent when nobody may be: values are then judged by themselves only. */
  readonly askerOf?: (pattern: Pattern) => Asker | undefined;
  /** Why nobody can be asked about the credentials of a pattern. */
  readonly whyNobody?: (pattern: Pattern) => string | undefined;
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
        const judged = await judge(finding, options);
        options.onVerdict?.(judged);
        return judged;
      }),
    ),
  );
}

type Judgeable = Pick<Finding, 'pattern' | 'secret' | 'parts' | 'otherParts'> & Partial<Pick<Finding, 'fingerprint' | 'verdict'>>;

/** A credential with its verdict, and with the parts that it was seen alive with. */
export async function judge<T extends Judgeable>(
  credential: T,
  options: VerifyOptions,
): Promise<T & { readonly verdict: Verdict }> {
  const { verdict, parts } = await answerOn(credential, options);
  if (!parts) return { ...credential, verdict };
  const { otherParts, ...rest } = credential;
  return { ...(rest as T), parts, verdict };
}

/** A finding's verdict: by the value itself, else from the cache, else from its provider. */
export async function verdictOf(finding: Judgeable, options: VerifyOptions): Promise<Verdict> {
  return (await answerOn(finding, options)).verdict;
}

async function answerOn(finding: Judgeable, options: VerifyOptions): Promise<Answered> {
  const settled = (verdict: Verdict): Answered => ({ verdict });
  const { askerOf, cache, now } = options;
  const { told, dead, canary } = judgeOffline(finding, now(), options.canaryAccounts);
  if (canary !== undefined && !options.touchCanaries)
    return settled({ ...told, state: 'unasked', reason: `a trap laid out by ${canary}; asking would set it off`, canary });
  if (dead !== undefined) return settled({ ...told, state: 'dead', checkedAt: now().toISOString(), evidence: dead, asked: [] });
  if (!askerOf) return settled({ ...told, state: 'unasked' });
  const ask = askerOf(finding.pattern);
  if (!ask) {
    const reason = options.whyNobody?.(finding.pattern);
    return settled({ ...told, state: 'unverifiable', ...(reason !== undefined && { reason }) });
  }
  const { fingerprint } = finding;
  const known = fingerprint === undefined ? undefined : cache?.get(fingerprint);
  if (known) return settled(known);
  if (options.signal.aborted) return settled({ ...told, state: 'unasked', reason: 'the run was interrupted' });
  const answer = await ask(finding);
  const verdict = { ...told, ...answer.verdict };
  if (fingerprint !== undefined && (verdict.state === 'live' || verdict.state === 'dead')) cache?.put(fingerprint, verdict);
  return { ...answer, verdict };
}
