import type { GapReason } from '../model/gap.ts';
import { originName } from './origin-path.ts';
import type { GapRecord } from './record.ts';

/** The gaps of one reason: how many, what the first of them are called, and what the first says. Not neutralised. */
export interface GapGroup {
  readonly reason: GapReason;
  readonly count: number;
  readonly names: readonly string[];
  /** How many are called by none of the names. */
  readonly unnamed: number;
  readonly detail: string;
}

export interface GapGroups {
  add(gap: GapRecord): void;
  all(): readonly GapGroup[];
}

/** Counts gaps by reason and keeps the names of the first `maxNames` of each, so that a million gaps cost no memory. */
export function groupGaps(maxNames: number): GapGroups {
  const groups = new Map<GapReason, { reason: GapReason; count: number; names: string[]; unnamed: number; detail: string }>();
  return {
    add({ origin, reason, detail }) {
      const group = groups.get(reason) ?? { reason, count: 0, names: [], unnamed: 0, detail };
      group.count++;
      // A file and what history has of it have one name.
      const name = originName(origin);
      if (!group.names.includes(name)) {
        if (group.names.length < maxNames) group.names.push(name);
        else group.unnamed++;
      }
      groups.set(reason, group);
    },
    all: () => [...groups.values()],
  };
}
