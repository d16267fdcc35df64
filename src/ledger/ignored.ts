import type { Location } from '../model/location.ts';
import type { Pattern } from '../model/pattern.ts';
import type { Secret } from '../model/secret.ts';

/** What an ignore rule is asked about: a candidate, or a finding at one of its locations. */
export interface IgnoreCandidate {
  readonly pattern: Pick<Pattern, 'id' | 'provider' | 'generic' | 'parts'>;
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
  readonly location: Location;
}

/** Why something is not reported: which kind of file says so, which entry of it, and the reason given there. */
export interface Ignored {
  readonly by: 'file' | 'baseline';
  /** `FILE:LINE`, or the file and the name of the entry in it. */
  readonly entry: string;
  readonly reason: string;
  /** The entry was made for a line of one commit: the same credential at the same path is meant in other commits and in the work tree. */
  readonly alsoAtPath?: boolean;
}

/** One file of rules. Paths are those of the candidate, as seen from the file's own folder; undefined where it lies outside or has none. */
export interface IgnoreRules {
  ignores(candidate: IgnoreCandidate, path: string | undefined): Ignored | undefined;
  /** Does what `ignores` would take long over, off this thread. */
  prepare?(credential: Omit<IgnoreCandidate, 'location'>): Promise<void>;
}

/** The path that a location has in its origin's own terms; `repository` is left to the caller. */
export function originPath(location: Location): string | undefined {
  const { origin } = location;
  return 'path' in origin ? origin.path : undefined;
}

/** The commit that brought it, where that is known. */
export function originCommit(location: Location): string | undefined {
  const { origin } = location;
  return 'commit' in origin ? origin.commit : undefined;
}
