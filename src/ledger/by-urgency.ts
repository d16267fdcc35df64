import { severities } from '../model/pattern.ts';
import type { ListedFinding } from '../model/stored-finding.ts';

/** Live ones first, then the gravest, then those known longest. */
export function byUrgency(a: ListedFinding, b: ListedFinding): number {
  const rank = ({ verdict, pattern }: ListedFinding) =>
    (verdict.state === 'live' ? 100 : verdict.state === 'dead' ? -100 : 0) + severities.indexOf(pattern.severity);
  const byRank = rank(b) - rank(a);
  if (byRank !== 0) return byRank;
  if (a.firstSeen !== b.firstSeen) return a.firstSeen < b.firstSeen ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
