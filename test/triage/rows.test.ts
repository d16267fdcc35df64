import { expect, test } from 'vitest';
import type { ListedFinding } from '../../src/model/stored-finding.ts';
import { rowsOf } from '../../src/triage/rows.ts';
import { groupings, sorts } from '../../src/triage/state.ts';
import { storedFinding } from './stored-findings.ts';

const now = new Date('2026-06-01T00:00:00Z');

/** A list whose order, words and groups differ. */
const findings: readonly ListedFinding[] = Array.from({ length: 300 }, (_, at) => ({
  ...storedFinding(at, {
    provider: at % 3 === 0 ? 'gitlab' : 'github',
    verdict: (['live', 'dead', 'unknown'] as const)[at % 3]!,
    ...(at % 5 !== 0 && { owner: `user-${at % 7}` }),
    path: `${['deploy/Team-', 'steam/', 'src/a-team/'][at % 3]}${at % 11}/${at}.env`,
  }),
  firstSeen: new Date(Date.UTC(2026, 0, 1 + (at % 40))).toISOString(),
}));

function ids(among: readonly ListedFinding[], filter: string, sort: (typeof sorts)[number] = 'urgency') {
  const rows = rowsOf(among, { filter, sort, grouping: 'nothing', now });
  return rows.flatMap((row) => (row.kind === 'finding' ? [row.finding.id] : []));
}

test('words are substrings in any letter case, all of which have to stand in a finding', () => {
  const some = [storedFinding(1, { path: 'deploy/Team.env' }), storedFinding(2, { path: 'deploy/other.env' })];
  expect(ids(some, 'TEAM')).toEqual([some[0]!.id]);
  expect(ids(some, 'deploy tea')).toEqual([some[0]!.id]);
  // Letters that stand apart are no word: nothing is found that does not hold what was typed.
  expect(ids(some, 'dptm')).toEqual([]);
});

test('how well words fit only ranks: where they begin a word stands first, and nothing is left out', () => {
  const inside = storedFinding(1, { path: 'src/steam.env' });
  const begins = storedFinding(2, { path: 'src/a-team.env' });
  const neither = storedFinding(3, { path: 'src/b.env' });
  const later = storedFinding(4, { path: 'team/steam.env' });
  expect(ids([inside, begins, neither, later], 'team')).toEqual([begins.id, later.id, inside.id]);
  // In an order that was asked for it does not.
  expect(ids([inside, begins, neither, later], 'team', 'provider')).toEqual([inside.id, begins.id, later.id]);
});

test.each(['team-1', 'steam live', 'user-3 gitlab', 'provider=github team user', 'age>1d steam', '"a-team" 7', 'zzz'])(
  'a filter that is typed finds letter by letter, and taken back again, what it finds at once: %s',
  (filter) => {
    const prefixes = Array.from(filter, (_, at) => filter.slice(0, at + 1));
    for (const typed of [...prefixes, ...prefixes.toReversed()]) {
      for (const sort of sorts) {
        const attempt = (among: readonly ListedFinding[]) => {
          try {
            return ids(among, typed, sort);
          } catch (error) {
            return (error as Error).message;
          }
        };
        // Of a copy nothing is known from before.
        expect(attempt(findings)).toEqual(attempt([...findings]));
      }
    }
  },
);

test.each(sorts)('by %s all are listed once, under headings too, and what is equal stays as it was', (sort) => {
  const at = new Map(findings.map(({ id }, index) => [id, index]));
  const key = (finding: ListedFinding) =>
    ({
      urgency: 0,
      age: Date.parse(finding.firstSeen),
      provider: finding.pattern.provider,
      owner: finding.owner ?? '\uffff',
      copies: -finding.locations.length,
    })[sort];
  const expected = findings.toSorted((a, b) => {
    const [one, two] = [key(a), key(b)];
    return one < two ? -1 : one > two ? 1 : at.get(a.id)! - at.get(b.id)!;
  });
  expect(ids(findings, '', sort)).toEqual(expected.map(({ id }) => id));
  for (const grouping of groupings) {
    const rows = rowsOf(findings, { filter: '', sort, grouping, now });
    expect(rows.flatMap((row) => (row.kind === 'finding' ? [row.finding.id] : [])).sort()).toEqual([...at.keys()].sort());
    const counted = rows.reduce((sum, row) => sum + (row.kind === 'heading' ? row.count : 0), 0);
    expect(counted).toBe(grouping === 'nothing' ? 0 : findings.length);
  }
});
