/**
 * The ledger's tables, the same in both engines but for the journal. Times are ISO 8601 in UTC, as text, so that they sort; objects are JSON, as text.
 * Nothing here holds a secret in clear: values lie in `sealed`, and every text that others wrote had the values taken out.
 */
export interface Tables {
  readonly meta: MetaTable;
  readonly sealed: SealedTable;
  readonly finding: FindingTable;
  readonly location: LocationTable;
  readonly verdict: VerdictTable;
  readonly decision: DecisionTable;
  readonly revocation: RevocationTable;
  readonly claim: ClaimTable;
  readonly scan: ScanTable;
  readonly gap: GapTable;
  /** Only in PostgreSQL. */
  readonly journal: JournalTable;
}

/** Facts of the ledger itself, by name: the check of its fingerprint key, the anchored head of the journal, the policy. */
interface MetaTable {
  name: string;
  value: string;
}

/** An age file in armor. It holds JSON: the values of some findings, by fingerprint. */
interface SealedTable {
  id: string;
  /** A hash of the recipients it was sealed to: whoever is added later gets values when a scan sees them again. */
  recipients: string;
  age: string;
}

export interface FindingTable {
  fingerprint: string;
  id: string;
  pattern: string;
  /** What is needed of the pattern where it is not known any more: JSON of a `PatternCard`. */
  card: string;
  redacted: string;
  redacted_parts: string;
  entropy: number;
  confidence: number;
  sealed: string | null;
  first: string | null;
  verdict: string;
  /** `live` or `dead`, whichever the provider said last. */
  last_word: string | null;
  first_seen: string;
  last_seen: string;
  /** When a scan saw that it stands nowhere any more. */
  gone: string | null;
  /** The last decision on whether it matters. */
  decision: string | null;
  assigned_to: string | null;
  revocation: string | null;
  imported_from: string | null;
}

interface LocationTable {
  finding: string;
  /** What tells it from the finding's other places, over time: where it is, and the how manieth there. */
  key: string;
  place: string;
  /** Whether it is in what is there now, or in what a history keeps. */
  side: 'tree' | 'history';
  location: string;
  first_seen: string;
  last_seen: string;
  gone: string | null;
}

interface VerdictTable {
  finding: string;
  seq: number;
  at: string;
  verdict: string;
}

interface DecisionTable {
  finding: string;
  seq: number;
  at: string;
  decision: string;
}

interface RevocationTable {
  finding: string;
  seq: number;
  plan: string;
  state: string;
  at: string;
  revocation: string;
}

interface ClaimTable {
  finding: string;
  actor: string;
  host: string;
  pid: number;
  plan: string;
  since: string;
}

interface ScanTable {
  id: string;
  started: string;
  ended: string;
  /** JSON of a `ScanRecord`, and how many findings were new, still there, gone. */
  scan: string;
}

interface GapTable {
  scan: string;
  seq: number;
  gap: string;
}

/** It only grows: a trigger refuses everything else. */
interface JournalTable {
  seq: number;
  hash: string;
  line: string;
}
