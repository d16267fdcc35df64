import type { Finding } from './finding.ts';

/** A credential that may be taken back: a finding with its values. */
export type Credential = Pick<Finding, 'id' | 'pattern' | 'secret' | 'parts' | 'verdict' | 'locations'>;

/**
 * How far taking back has come. `requested`: a provider took the call, and nothing proved it yet. `disabled` and `revoked`: its
 * provider was seen to turn it down. `restored`: switched on again, and seen alive. `manual`: a person has to.
 */
export const revocationStates = [
  'planned',
  'approved',
  'requested',
  'disabled',
  'revoked',
  'already-dead',
  'restored',
  'refused',
  'manual',
  'failed',
] as const;
export type RevocationState = (typeof revocationStates)[number];

/** What became of one credential of a plan. */
export interface RevocationResult {
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

/** What the ledger keeps of it. */
export interface RevocationRow extends RevocationResult {
  readonly plan: string;
  readonly at: string;
}
