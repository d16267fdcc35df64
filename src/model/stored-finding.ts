import type { Finding } from './finding.ts';
import type { Location } from './location.ts';
import type { RevocationRow, RevocationState } from './revocation.ts';
import type { Told, Verdict } from './verdict.ts';

/** What was decided of a finding, by whom and when. Times are ISO 8601. */
export type Decision = DecisionInput & { readonly actor: string; readonly at: string };

export type DecisionInput =
  | { readonly kind: 'ignore'; readonly reason: string }
  | { readonly kind: 'accept'; readonly reason: string; readonly until: string }
  | { readonly kind: 'assign'; readonly to: string }
  | { readonly kind: 'reopen'; readonly reason?: string };

/**
 * What is to be done about a finding: nothing, as it is a false alarm (`ignored`) or a risk that is borne for a time
 * (`accepted`); nothing, as it stands nowhere any more (`gone`); or something.
 */
export type FindingState = 'open' | 'ignored' | 'accepted' | 'gone';

/** A finding as the ledger keeps it: its value is sealed. Times are ISO 8601. */
export interface StoredFinding extends Omit<Finding, 'secret' | 'parts' | 'locations'> {
  readonly redacted: string;
  /** The parts that were found, redacted, by name. */
  readonly redactedParts: Readonly<Record<string, string>>;
  /** The sealed bundle that holds its value; absent where only a hash is known, as from a detect-secrets baseline. */
  readonly sealed?: string;
  readonly locations: readonly StoredLocation[];
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly state: FindingState;
  /** What was decided last about whether it matters. */
  readonly decision?: Decision;
  /** Whom it was assigned to, else whose it is by its provider's last word on that. */
  readonly owner?: string;
  readonly assignedTo?: string;
  /** What its provider told before, and does not tell any more. */
  readonly lastTold?: LastTold;
  readonly revocation?: RevocationState;
  /** The tool whose report it was imported from. */
  readonly importedFrom?: string;
}

/** What a provider told of a credential, and when it named its owner. */
export type LastTold = Told & { readonly at: string };

export interface StoredLocation extends Location {
  /** What its path is relative to: a folder of a machine (`host:/path`), or the URL of a repository. */
  readonly place: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  /** When a scan saw that it is no longer there. */
  readonly gone?: string;
}

/**
 * What a list shows of a finding, and what a filter asks of it. A `StoredFinding` is one; read on their own, tens of thousands
 * take as long as hundreds of those.
 */
export interface ListedFinding
  extends Pick<StoredFinding, 'id' | 'pattern' | 'redacted' | 'firstSeen' | 'state' | 'owner' | 'revocation'> {
  readonly verdict: { readonly state: Verdict['state']; readonly identity?: string; readonly account?: string };
  readonly first?: Pick<NonNullable<Finding['first']>, 'commit' | 'date'>;
  readonly lastTold?: Pick<LastTold, 'identity' | 'account'>;
  readonly locations: readonly ListedLocation[];
}

export type ListedLocation = Pick<StoredLocation, 'origin' | 'line' | 'column' | 'place' | 'gone'>;

export interface FindingHistory {
  readonly verdicts: readonly Verdict[];
  readonly decisions: readonly Decision[];
  readonly revocations: readonly RevocationRow[];
  /** In the order in which the secret spread: by the date of the commit or message where there is one, else when it was first seen. */
  readonly locations: readonly StoredLocation[];
}
