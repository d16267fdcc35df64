import type { Finding } from './finding.ts';

/** A credential that may be taken back: a finding with its values. */
export type Credential = Pick<Finding, 'id' | 'pattern' | 'secret' | 'parts' | 'otherParts' | 'verdict' | 'locations'>;

/**
 * How far the taking back of a credential has come. `revoked` and `disabled` are conclusions from a later `dead` verdict, never
 * from a status code: what a provider took and nothing proved yet is `requested`; `in-doubt` is a call that was begun and whose
 * outcome nobody saw. `enabled`: switched on again, and seen alive. `manual`: a person has to.
 */
export type RevocationState =
  | 'planned'
  | 'approved'
  | 'in-doubt'
  | 'requested'
  | 'disabled'
  | 'enabled'
  | 'revoked'
  | 'already-dead'
  | 'refused'
  | 'manual'
  | 'failed';

/** What became of one credential of a plan. */
export interface RevocationResult {
  /** The finding's id. */
  readonly finding: string;
  readonly state: Exclude<RevocationState, 'planned' | 'approved'>;
  /** Why: a phrase without secrets. */
  readonly evidence: string;
  /** From the call that did it to the answer that proved it. */
  readonly secondsToDead: number | null;
  /** Until when it can be switched on again. */
  readonly undoUntil: string | null;
  /** The step of the plan. */
  readonly step: string;
}

/** One thing that was seen while a credential was taken back, as the ledger keeps it. Times are ISO 8601. */
export interface RevocationRow {
  /** The finding's id. */
  readonly finding: string;
  readonly plan: string;
  readonly state: RevocationState;
  readonly step?: string;
  /** Free of secrets. */
  readonly evidence?: string;
  readonly secondsToDead?: number;
  /** Until when a disabled credential can be switched on again. */
  readonly undoUntil?: string;
  readonly at: string;
}
