import type { GapReason } from '../model/gap.ts';
import { originName } from './origin-path.ts';
import type { GapRecord } from './record.ts';

/** The gaps of one reason: how many, what the first of them are called, and what the first says. Not neutralised. */
export interface GapGroup {
  readonly reason: GapReason;
  readonly count: number;
  readonly names: readonly string[];
  readonly detail: string;
}

export interface GapGroups {
  add(gap: GapRecord): void;
  all(): readonly GapGroup[];
}

/** Counts gaps by reason and keeps the names of the first `maxNames` of each, so that a million gaps cost no memory. */
export function groupGaps(maxNames: number): GapGroups {
  const groups = new Map<GapReason, { reason: GapReason; count: number; names: string[]; detail: string }>();
  return {
    add({ origin, reason, detail }) {
      const group = groups.get(reason) ?? { reason, count: 0, names: [], detail };
      group.count++;
      if (group.names.length < maxNames) group.names.push(originName(origin));
      groups.set(reason, group);
    },
    all: () => [...groups.values()],
  };
}
