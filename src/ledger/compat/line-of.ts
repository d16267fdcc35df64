import type { IgnoreCandidate } from '../ignored.ts';

/**
 * The line that a candidate stands on, for allowlists that look at it: its location's context with the value put back where it was redacted.
 * Lines longer than a context are seen in part.
 */
export function lineOf({ secret, location }: Pick<IgnoreCandidate, 'secret' | 'location'>): string | undefined {
  if (location.context === undefined) return undefined;
  return location.context.split(String(secret)).join(secret.reveal());
}

/** The line up to the end of the value: the nearest to the whole match of another tool's regex, which usually begins at the key before it. */
export function lineUpToSecret(candidate: Pick<IgnoreCandidate, 'secret' | 'location'>): string {
  const value = candidate.secret.reveal();
  const line = lineOf(candidate) ?? value;
  const at = line.indexOf(value);
  return at < 0 ? value : line.slice(0, at + value.length);
}
