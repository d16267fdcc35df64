import type { Finding, OtherParts } from '../model/finding.ts';
import type { Gap } from '../model/gap.ts';
import type { RevocationRow } from '../model/revocation.ts';
import type { Secret } from '../model/secret.ts';
import type { DecisionInput, FindingHistory, ListedFinding, StoredFinding } from '../model/stored-finding.ts';
import type { Verdict } from '../model/verdict.ts';
import type { SealedLine } from './transfer.ts';

/** What has been seen: findings, where they stand, what was asked, decided and done. A SQLite file or a PostgreSQL database. */
export interface Ledger {
  readonly kind: 'sqlite' | 'postgres';
  /** The path, or the URL without its password. */
  readonly place: string;
  /** Keeps what a scan found: all of it or, should the process die, nothing. */
  recordScan(scan: ScanRecord, findings: readonly Finding[], gaps: readonly Gap[]): Promise<ScanOutcome>;
  /** Those that match, the gravest first. */
  find(filter: (finding: StoredFinding, now: Date) => boolean): Promise<readonly StoredFinding[]>;
  /** What a list shows of each, in pages, the most urgent first; other work has its turn between two. */
  list(): AsyncIterable<readonly ListedFinding[]>;
  /** The one whose id begins so; an error when there is none, or several. */
  get(idPrefix: string): Promise<StoredFinding>;
  /** The value itself, opened with the responder's identity. */
  unseal(finding: StoredFinding): Promise<Unsealed>;
  recordVerdict(id: string, verdict: Verdict): Promise<VerdictChange>;
  history(id: string): Promise<FindingHistory>;
  decide(ids: readonly string[], decision: DecisionInput, actor: string): Promise<void>;
  /**
   * Takes findings for one responder, until they are released or the process that took them is gone. A finding that is somebody
   * else's stays theirs, and says whose it is.
   */
  claim(ids: readonly string[], holder: Holder): Promise<readonly Claimed[]>;
  release(ids: readonly string[], holder: Holder): Promise<void>;
  recordRevocation(row: RevocationRow): Promise<void>;
  revocations(filter?: {
    readonly finding?: string;
    readonly plan?: string;
    readonly state?: RevocationRow['state'];
  }): Promise<readonly RevocationRow[]>;
  /** The last line of the journal that was anchored. */
  journalHead(): Promise<JournalHead | undefined>;
  /** Moves the anchor forward; an error when it would go back. */
  anchor(head: JournalHead): Promise<void>;
  /** What everybody who uses this ledger is held to; undefined when nothing was said. It is not looked at here. */
  policy(): Promise<KeptPolicy | undefined>;
  /** Says what holds from now on; undefined takes it away. */
  setPolicy(policy: KeptPolicy | undefined): Promise<void>;
  /** The journal of those that share a server; beside a file it is a file of its own, which can be read without a ledger. */
  readonly journal?: JournalRows;
  /** Lines that `importSealed` of another ledger reads: these findings with all that is known of them, their values sealed as they are. */
  exportSealed(findings: readonly StoredFinding[]): AsyncIterable<SealedLine>;
  /** Takes over what another ledger exported; of a finding that is here already only places that are new. */
  importSealed(lines: readonly SealedLine[]): Promise<Imported>;
  close(): Promise<void>;
}

export interface Imported {
  readonly new: number;
  readonly known: number;
}

export interface Unsealed {
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
  readonly otherParts?: OtherParts;
}

/** One run of a scan. Times are ISO 8601. */
export interface ScanRecord {
  readonly startedAt: string;
  readonly endedAt: string;
  readonly actor: string;
  readonly host: string;
  readonly version: string;
  readonly bytes: number;
  readonly objects: number;
  /** The absolute folder that the paths of its findings are relative to. */
  readonly root: string;
  readonly targets: readonly ScannedTarget[];
  /** What is kept of the key that the fingerprints were made with, as `keyCheck` gives it. */
  readonly keyCheck?: string;
  /** Whether a pattern was looked for; absent when all were. What was not looked for is not gone. */
  readonly looksFor?: (pattern: string) => boolean;
  /** The tool whose report it was, where nothing was scanned. */
  readonly importedFrom?: string;
  /** What was found, and left out of the findings because a file or a comment says that it is known: it is not gone either. */
  readonly known?: readonly Pick<Finding, 'fingerprint' | 'locations'>[];
}

/** What a run was of, and what it looked at whole: only there can be seen that something is gone. */
export interface ScannedTarget {
  /** An absolute folder; what it holds is known as `host:/path`. */
  readonly root: string;
  /** The URL of the repository, without credentials, that its history is known by; `root` where there is none. */
  readonly repository?: string;
  /** Which of the paths below `root` were read, all of them when absent; false when not even those were read whole. */
  readonly tree: false | ((path: string) => boolean);
  /** The same of its history. */
  readonly history: false | ((path: string) => boolean);
}

/** Ids of findings, by what a scan showed of them against what was known. A finding may be in several lists, but in one of the first two only. */
export interface ScanOutcome {
  readonly new: readonly string[];
  readonly still: readonly string[];
  /** Of what the scan looked at whole: no longer in the working tree, or no longer anywhere. */
  readonly gone: readonly string[];
  /** Dead when last asked, and live now. */
  readonly resurrected: readonly string[];
  /** Was gone, and is back. */
  readonly releaked: readonly string[];
}

export type VerdictChange = 'first' | 'same' | 'changed' | 'resurrected';

export interface Holder {
  readonly actor: string;
  readonly host: string;
  readonly pid: number;
  readonly plan: string;
}

/** `heldBy` is there when somebody else has it. */
export interface Claimed {
  readonly id: string;
  readonly heldBy?: Holder & { readonly since: string };
}

/** A policy as text, with the text of the file of signers that it names. */
export interface KeptPolicy {
  readonly text: string;
  readonly signers: string | null;
  readonly by: string;
  readonly at: string;
}

export interface JournalHead {
  readonly seq: number;
  readonly hash: string;
}

/** A line of the journal. What it says is not looked at here. */
export interface JournalRow extends JournalHead {
  readonly line: string;
}

export interface JournalRows {
  /** The rows from a number on, in order. */
  read(from: number): Promise<readonly JournalRow[]>;
  /**
   * Adds what `decide` wants added once it saw the rows from a number on, and anchors the last of them. Nobody adds in between,
   * whatever the machine, and it is on disk when this is done.
   */
  append(from: number, decide: (rows: readonly JournalRow[]) => readonly JournalRow[]): Promise<void>;
}
