import type { OtherParts } from './finding.ts';
import type { Location } from './location.ts';
import type { Pattern } from './pattern.ts';
import type { Secret } from './secret.ts';

/** Something at one place that looks like a secret. */
export interface Candidate {
  readonly pattern: Pattern;
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
  /** What parts could have been instead, by name: values within reach that are no nearer. */
  readonly otherParts?: OtherParts;
  readonly confidence: number;
  readonly location: Location;
  /** The comment on its line that allows it, e.g. `quash:allow`; such a candidate is counted, not reported. */
  readonly allowedBy?: string;
}
