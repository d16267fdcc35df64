import { describe, expect, test } from 'vitest';
import type { Candidate } from '../../src/model/candidate.ts';
import type { Origin } from '../../src/model/origin.ts';
import type { Pattern } from '../../src/model/pattern.ts';
import { Secret } from '../../src/model/secret.ts';
import { foldFindings, type Identify } from '../../src/scan/fold.ts';
import { patterns } from '../report/samples.ts';

const token = ['tok', 'Zq7Wm2Kd9x'.repeat(3)].join('_');

const identify: Identify = (pattern, secret, parts) => {
  const fingerprint = `${pattern.provider} ${secret.reveal()} ${Object.values(parts).map((part) => part.reveal())}`;
  return { fingerprint, id: fingerprint };
};

function candidate(pattern: Pattern, value: string, origin: Origin, more: Partial<Candidate['location']> = {}): Candidate {
  const location = { origin, start: 0, end: value.length, line: 1, column: 1, endLine: 1, endColumn: 1 + value.length, ...more };
  return { pattern, secret: new Secret(value), parts: {}, confidence: 0.7, location };
}

const file = (path: string): Origin => ({ kind: 'file', path });
const git = (path: string, date: string): Origin => ({
  kind: 'git',
  path,
  blob: path,
  commit: date,
  author: 'Ada',
  email: 'ada@example.com',
  date,
});

describe('folding', () => {
  test('a generic candidate joins what a provider found anywhere, whichever came first', () => {
    const found = [
      candidate(patterns.generic, token, file('a')),
      candidate(patterns.github, token, file('b')),
      candidate(patterns.generic, token, file('c')),
    ];
    for (const candidates of [found, [...found].reverse()]) {
      const findings = foldFindings(candidates, identify);
      expect(findings.map(({ pattern }) => pattern.id)).toEqual(['github-pat-classic']);
      expect(findings[0]?.locations.map(({ origin }) => (origin as { path: string }).path)).toEqual(['a', 'b', 'c']);
    }
  });

  test('what is there now comes before history, the oldest of which is the first', () => {
    const [finding] = foldFindings(
      [
        candidate(patterns.github, token, git('new', '2024-05-01T00:00:00+02:00')),
        candidate(patterns.github, token, git('old', '2024-04-30T23:30:00-05:00')),
        candidate(patterns.github, token, git('oldest', '2024-05-01T00:00:00+10:00')),
        candidate(patterns.github, token, file('now')),
      ],
      identify,
    );
    expect(finding?.locations.map(({ origin }) => (origin as { path: string }).path)).toEqual(['now', 'oldest', 'new', 'old']);
    expect(finding?.first?.commit).toBe('2024-05-01T00:00:00+10:00');
  });

  test('the same place is one, another place in the same file is another', () => {
    const [finding] = foldFindings(
      [
        candidate(patterns.github, token, file('a')),
        candidate(patterns.github, token, file('a')),
        candidate(patterns.github, token, file('a'), { start: 100, end: 130, line: 9 }),
      ],
      identify,
    );
    expect(finding?.locations.map(({ line }) => line)).toEqual([1, 9]);
  });

  test('the order of candidates decides nothing', () => {
    const values = [token, `${token}b`, `${token}c`];
    const candidates = values.flatMap((value) => [
      candidate(patterns.github, value, file(`x-${value.length}`)),
      candidate(patterns.generic, value, git(`y-${value.at(-1)}`, '2024-05-01T00:00:00Z')),
    ]);
    const ids = (list: readonly Candidate[]) => JSON.stringify(foldFindings(list, identify));
    expect(ids([...candidates].reverse())).toBe(ids(candidates));
    expect(foldFindings(candidates, identify)).toHaveLength(3);
  });

  test('what else was found on a line does not show in its context', () => {
    const other = ['oth', 'Xk3Pq8Lw5z'.repeat(3)].join('_');
    const findings = foldFindings(
      [
        candidate(patterns.github, token, file('a'), { context: `${new Secret(token)} ${other}` }),
        candidate(patterns.github, other, file('a'), { start: 50, end: 80, context: `${token} ${new Secret(other)}` }),
      ],
      identify,
    );
    for (const { locations } of findings) {
      expect(locations[0]?.context).not.toContain(token);
      expect(locations[0]?.context).not.toContain(other);
      expect(locations[0]?.context).toContain('(redacted)');
    }
  });
});
