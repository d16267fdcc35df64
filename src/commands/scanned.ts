import type { Ignores } from '../ledger/ignores.ts';
import type { Candidate } from '../model/candidate.ts';
import type { Gap } from '../model/gap.ts';
import type { Pattern } from '../model/pattern.ts';

/** What scanning a command's targets gave. */
export interface Scanned {
  readonly candidates: readonly Candidate[];
  readonly gaps: readonly Gap[];
  readonly patterns: readonly Pattern[];
  readonly ignores: Ignores;
  /** Candidates that a comment on their line allows. */
  readonly allowed: readonly Candidate[];
  readonly bytes: number;
  readonly objects: number;
  /** The folder that paths are relative to. */
  readonly root: string;
  readonly repositoryUrl?: string;
}
