import type { Runbook } from './revoker.ts';
import type { Told, VerdictState } from './verdict.ts';

/** What a plan is for: taking back, making final what was switched off, or switching it on again. */
export type Purpose = 'revoke' | 'finalise' | 'undo';

/** What will be done, as it is shown, approved and run. Free of secrets. */
export interface Plan {
  /** The first twelve characters of the hash. */
  readonly id: string;
  /** SHA-256, hex, of everything else. */
  readonly hash: string;
  readonly createdAt: string;
  readonly purpose: Purpose;
  /** Who made it, as the operating system knows them. */
  readonly by: string;
  readonly steps: readonly PlanStep[];
  /** What nothing is done about, and why. */
  readonly left: readonly { readonly finding: string; readonly redacted: string; readonly why: string }[];
}

/** What is done at once: one call's credentials, or those that a person takes back in the same way. */
export interface PlanStep {
  readonly id: string;
  readonly findings: readonly string[];
  readonly provider: string;
  /** The file of `revokers/`; null where a person has to. */
  readonly revoker: string | null;
  readonly tasks: readonly ('revoke' | 'disable' | 'enable')[];
  readonly authority: 'none' | 'self' | 'admin' | 'person';
  /** With `admin`: what of ours is needed, where it comes from, and whether it is there. */
  readonly needs: { readonly what: string; readonly from: string; readonly isThere: boolean } | null;
  readonly calls: readonly PlannedCall[];
  readonly reversible: boolean;
  readonly undoUntil: string | null;
  readonly cascade: string | null;
  readonly survives: string | null;
  readonly manual: Runbook | null;
  /** Look-ups in the provider's own records that prove it, where no answer to the credential does. */
  readonly confirms: readonly PlannedCall[];
  /** Whether the provider can be asked afterwards; what cannot be proved stays `requested`. */
  readonly isProvable: boolean;
  readonly credentials: readonly PlannedCredential[];
  /** What is known that may die with them, and is asked about once they are dead. */
  readonly children: readonly PlannedChild[];
}

export interface PlannedChild {
  readonly finding: string;
  /** The finding that it may come from. */
  readonly of: string;
  readonly name: string;
  readonly redacted: string;
  /** What tells: `of the same identity`. */
  readonly why: string;
}

/** A call with names in the place of values. */
export interface PlannedCall {
  readonly does: string;
  readonly kind: 'look-up' | 'act';
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface PlannedCredential extends Told {
  readonly finding: string;
  readonly pattern: string;
  readonly name: string;
  readonly redacted: string;
  readonly verdict: VerdictState;
  readonly checkedAt: string | null;
  /** Where it leaked, the first few places. */
  readonly where: readonly string[];
  readonly locations: number;
}
