/**
 * How far the taking back of a credential has come. `revoked` is a conclusion from a later `dead` verdict, never from a status
 * code; `in-doubt` is a call that was begun and whose outcome nobody saw.
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

/** One thing that was seen while a credential was taken back. Times are ISO 8601. */
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
