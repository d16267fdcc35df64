import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { PatternSet } from '../../src/model/pattern.ts';
import type { StoredFinding } from '../../src/model/stored-finding.ts';

const { patterns }: PatternSet = JSON.parse(
  readFileSync(fileURLToPath(new URL('../../dist/patterns.json', import.meta.url)), 'utf8'),
);
const at = '2026-05-01T00:00:00.000Z';

/** A finding as the ledger gives it; each number is another. */
export function storedFinding(
  number: number,
  {
    provider = 'github',
    verdict = 'live',
    owner,
    path = `src/${number}.env`,
  }: {
    readonly provider?: string;
    readonly verdict?: 'live' | 'dead' | 'unknown';
    readonly owner?: string;
    readonly path?: string;
  },
): StoredFinding {
  const fingerprint = number.toString(16).padStart(12, '0').padEnd(64, 'f');
  return {
    id: fingerprint.slice(0, 12),
    fingerprint,
    pattern: patterns.find((pattern) => pattern.provider === provider)!,
    redacted: 'abc…xyz (redacted)',
    redactedParts: {},
    entropy: 4,
    confidence: 1,
    verdict:
      verdict === 'unknown'
        ? { state: verdict, checkedAt: at, reason: 'a timeout' }
        : { state: verdict, checkedAt: at, evidence: 'it said so' },
    locations: [
      {
        origin: { kind: 'file', path },
        start: 0,
        end: 9,
        line: 1,
        column: 1,
        endLine: 1,
        endColumn: 10,
        place: 'host:/home',
        firstSeen: at,
        lastSeen: at,
      },
    ],
    firstSeen: at,
    lastSeen: at,
    state: 'open',
    ...(owner !== undefined && { owner }),
  };
}
