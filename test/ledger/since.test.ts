import { expect, test } from 'vitest';
import { sinceOf } from '../../src/ledger/since.ts';
import type { ListedLocation } from '../../src/model/stored-finding.ts';

const firstSeen = '2026-05-01T00:00:00.000Z';
const logLine = (timestamp?: string): ListedLocation => ({
  origin: { kind: 'ci-log', system: 'plain', path: 'a.log', ...(timestamp !== undefined && { timestamp }) },
  line: 1,
  column: 1,
  place: 'a.log',
  gone: false,
});
const since = (locations: readonly ListedLocation[], date?: string) =>
  new Date(sinceOf({ firstSeen, locations, ...(date !== undefined && { first: { commit: 'a', date } }) })).toISOString();

test('the earliest date of a commit, log line or message counts, whatever its zone', () => {
  expect(since([logLine()])).toBe(firstSeen);
  expect(since([logLine('2026-02-02T00:00:00.000Z'), logLine()])).toBe('2026-02-02T00:00:00.000Z');
  expect(since([logLine('2026-02-02T00:00:00.000Z')], '2026-02-02T01:30:00+02:00')).toBe('2026-02-01T23:30:00.000Z');
  expect(since([logLine('2026-01-02T00:00:00.000Z')], '2026-02-02T01:30:00+02:00')).toBe('2026-01-02T00:00:00.000Z');
});

test('what is no date counts for nothing', () => {
  expect(since([logLine('yesterday')], 'never')).toBe(firstSeen);
});
