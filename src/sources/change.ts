import type { Origin } from '../model/origin.ts';
import type { LineRange } from './diff-output.ts';

/** Bytes that are about to come in, or came in with a commit. Only what touches `addedLines` is new; the rest is context. */
export interface Change {
  readonly origin: Origin;
  readonly bytes: Uint8Array;
  readonly addedLines: readonly LineRange[];
}

/** Whether the lines from `first` to `last` hold one that is new. */
export function touchesAddedLine(change: Pick<Change, 'addedLines'>, first: number, last: number): boolean {
  return change.addedLines.some((range) => range[0] <= last && first <= range[1]);
}
