import type { PlanStep } from '../model/plan.ts';
import type { Credential } from '../model/revocation.ts';
import type { Verdict } from '../model/verdict.ts';

/** What may be taken back, by whom and when. */
export interface Policy {
  /** Why a credential is not taken back, right before it would be; undefined when it may. */
  readonly refusal: (about: {
    readonly credential: Credential;
    readonly step: PlanStep;
    readonly verdict: Verdict;
    /** A run that was stopped began with it. */
    readonly isStarted: boolean;
  }) => string | undefined;
}

/** Without a policy file everything that was planned may be done. */
export const noPolicy: Policy = { refusal: () => undefined };
