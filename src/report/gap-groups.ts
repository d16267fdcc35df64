import type { GapReason } from '../model/gap.ts';
import { originName } from './origin-path.ts';
import type { GapRecord } from './record.ts';

/** Gaps that say the same: how many, what the first of them are called, and what the first says. Not neutralised. */
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

/** Past this many that differ, gaps of a reason are told of as those that came first. */
const mostOfReason = 5;

/**
 * Counts gaps by their reason and what they say, but for its numbers and what it has in brackets, and keeps the names of the
 * first `maxNames` of each, so that a million gaps cost no memory.
 */
export function groupGaps(maxNames: number): GapGroups {
  interface Group {
    readonly reason: GapReason;
    count: number;
    names: string[];
    unnamed: number;
    readonly detail: string;
  }
  const byReason = new Map<GapReason, Map<string, Group>>();
  return {
    add({ origin, reason, detail }) {
      const groups = byReason.get(reason) ?? new Map<string, Group>();
      byReason.set(reason, groups);
      const said = detail.replace(/\([^)]*\)|\d+/g, '');
      const key = groups.has(said) || groups.size < mostOfReason ? said : [...groups.keys()][0];
      const group = groups.get(key) ?? { reason, count: 0, names: [], unnamed: 0, detail };
      group.count++;
      // A file and what history has of it have one name.
      const name = originName(origin);
      if (!group.names.includes(name)) {
        if (group.names.length < maxNames) group.names.push(name);
        else group.unnamed++;
      }
      groups.set(key, group);
    },
    all: () => [...byReason.values()].flatMap((groups) => [...groups.values()]),
  };
}
