import type { ListedFinding } from '../model/stored-finding.ts';

/** Since when a secret is out, in milliseconds: by its first commit, log line or message that has a date, else when it was first seen. */
export function sinceOf({ first, firstSeen, locations }: Pick<ListedFinding, 'first' | 'firstSeen' | 'locations'>): number {
  let since = Date.parse(first?.date ?? '');
  for (const { origin } of locations) {
    const said = 'timestamp' in origin && origin.timestamp !== undefined ? Date.parse(origin.timestamp) : Number.NaN;
    if (!(since <= said) && !Number.isNaN(said)) since = said;
  }
  return Number.isNaN(since) ? Date.parse(firstSeen) : since;
}
