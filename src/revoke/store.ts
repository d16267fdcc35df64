import type { RevocationRow } from '../model/revocation.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Head } from './journal.ts';

/** Who acts, as others are told of them. */
export interface Holder {
  readonly actor: string;
  readonly host: string;
  readonly pid: number;
  readonly plan: string;
}

/** What taking back needs of the ledger. */
export interface RevocationStore {
  /** Takes findings for one responder; tells of each that another one has. */
  readonly claim: (
    ids: readonly string[],
    holder: Holder,
  ) => Promise<readonly { readonly id: string; readonly heldBy?: string | undefined }[]>;
  readonly release: (ids: readonly string[], holder: Holder) => Promise<void>;
  readonly recordVerdict: (id: string, verdict: Verdict) => Promise<void>;
  readonly recordRevocation: (row: RevocationRow) => Promise<void>;
  /** Keeps the journal's head where the journal is not. */
  readonly anchor: (head: Head) => Promise<void>;
}
