import pLimit from 'p-limit';
import type { Credential } from '../model/revocation.ts';
import type { Verdict } from '../model/verdict.ts';

export interface ProofTerms {
  readonly ask: (credential: Credential) => Promise<Verdict>;
  /** Waits; ends early, without throwing, when the signal is aborted. */
  readonly pause: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly now: () => Date;
  readonly signal: AbortSignal;
}

/** What asking again and again ended in. */
export type Seen = { readonly verdict: Verdict; readonly at: Date; readonly isProved: boolean };

const firstPauseMs = 1000;
const longestPauseMs = 60_000;
const mostAtOnce = 64;

/**
 * Asks about credentials until each is what it should be, or the time is up: at once, then after 1, 2, 4 seconds and so on up
 * to a minute, and once more when the time is up. What its provider cannot be asked about is asked once.
 */
export async function pollUntil(
  wanted: 'dead' | 'live',
  credentials: readonly Credential[],
  until: Date,
  { ask, pause, now, signal }: ProofTerms,
): Promise<ReadonlyMap<string, Seen>> {
  const seen = new Map<string, Seen>();
  const limit = pLimit(mostAtOnce);
  let open = credentials;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    await Promise.all(
      open.map((credential) =>
        limit(async () => {
          const verdict = await ask(credential);
          seen.set(credential.id, { verdict, at: now(), isProved: verdict.state === wanted });
        }),
      ),
    );
    open = open.filter(({ id }) => {
      const state = seen.get(id)?.verdict.state;
      return state !== wanted && state !== 'unverifiable' && state !== 'unasked';
    });
    const leftMs = until.getTime() - now().getTime();
    if (open.length === 0 || leftMs <= 0 || signal.aborted) return seen;
    await pause(Math.min(pauseMs, leftMs), signal);
    if (signal.aborted) return seen;
  }
}
