import type { Candidate } from '../model/candidate.ts';
import type { Gap, GapReason } from '../model/gap.ts';
import type { Origin, Within } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import type { EngineOptions } from './engine.ts';
import type { Match } from './match.ts';
import type { TurnedDownPlace } from './turned-down.ts';

/** Which part of a repository's history to report. Everything is read; these decide what counts. */
export interface HistorySelection {
  /** Revisions as git rev-parse takes them, `A..B` and `^A` included. None: every ref, HEAD and the stash. */
  readonly revisions: readonly string[];
  /** Commits older than this many seconds since 1970 are left out. */
  readonly since?: number;
  /** Also what no ref leads to. */
  readonly withUnreachable: boolean;
}

export interface HistoryOptions extends Pick<EngineOptions, 'minConfidence'> {
  readonly patterns: readonly Pattern[];
  readonly maxBytes: number;
  /** Threads at most; default: the machine's cores. */
  readonly jobs?: number;
  readonly selection: HistorySelection;
  /** Whether to tell of candidates that were turned down. */
  readonly explains?: boolean;
  /** Scans a blob that begins as an archive, a document, a log or an export does; undefined where it is none. Without it all blobs are bytes. */
  readonly openBlob?: (name: string, bytes: Uint8Array) => Promise<OpenedBlob | undefined>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (objects: number, total: number, bytes: number) => void;
}

/** What is inside of a blob, and what of that could not be read. */
export interface OpenedBlob {
  readonly matches: readonly { readonly match: Match; readonly member?: string; readonly within?: Within }[];
  readonly gaps: readonly BlobGap[];
}

export interface BlobGap {
  readonly reason: GapReason;
  readonly detail: string;
  readonly member?: string;
}

export interface RepositoryFolders {
  readonly gitDir: string;
  readonly commonDir: string;
}

export interface HistoryResult {
  readonly candidates: readonly Candidate[];
  readonly gaps: readonly Gap[];
  readonly objects: number;
  readonly bytes: number;
  /** With `explains`: candidates that were turned down, each where it first stood. */
  readonly turnedDown: readonly (TurnedDownPlace & { readonly origin: Origin })[];
}
