import type { Options } from '../flags.ts';
import type { Ignores } from '../ledger/ignores.ts';
import type { Candidate } from '../model/candidate.ts';
import type { Origin } from '../model/origin.ts';
import type { TurnedDownPlace } from '../scan/turned-down.ts';

/** The options that the commands which scan have in common. */
export type ScanOptions = Omit<Options<'baseline'>, 'command'> &
  Partial<Pick<Options<'scan'>, 'staged' | 'home' | 'as' | 'explain' | 'baseline'>>;

export interface ScanEvents {
  readonly progress?: (stage: string, done: number, total: number | undefined, bytes: number) => void;
  readonly warn: (text: string) => void;
  /** Told of all candidates of a target so far, whenever a part of it was scanned. */
  readonly found?: (candidates: readonly Candidate[], ignores: Ignores) => void;
  readonly turnedDown?: (row: TurnedDownPlace, origin: Origin) => void;
}

/** Whether the options ask for a part of the history. */
export function asksForHistory(options: ScanOptions): boolean {
  return Boolean(
    options.range || options.since || options.sinceCommit || options.branch?.length || options.unreachable || options.staged,
  );
}
