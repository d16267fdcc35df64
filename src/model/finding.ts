import type { Location } from './location.ts';
import type { Pattern } from './pattern.ts';
import { Secret } from './secret.ts';
import type { Verdict } from './verdict.ts';

/** By name of a part, other values that it may be. */
export type OtherParts = Readonly<Record<string, readonly Secret[]>>;

/** The same, of values in the clear. */
export function secretParts(others: Readonly<Record<string, readonly string[]>>): OtherParts {
  return Object.fromEntries(Object.entries(others).map(([name, values]) => [name, values.map((value) => new Secret(value))]));
}

/** One credential, however often it was copied. */
export interface Finding {
  /** The first twelve characters of the fingerprint. */
  readonly id: string;
  /** Keyed HMAC-SHA-256, hex, of provider and what identifies the credential. */
  readonly fingerprint: string;
  readonly pattern: Pattern;
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
  /** What its parts could be instead, as long as it was not seen alive with those that it has. */
  readonly otherParts?: OtherParts;
  /** Shannon entropy of the value, bits per character. */
  readonly entropy: number;
  readonly confidence: number;
  readonly verdict: Verdict;
  /** The oldest commit known to hold it. */
  readonly first?: { readonly commit: string; readonly author: string; readonly email: string; readonly date: string };
  readonly locations: readonly Location[];
}

/** The counts a scan ends with. */
export interface Summary {
  readonly complete: boolean;
  readonly findings: number;
  readonly live: number;
  readonly dead: number;
  readonly unknown: number;
  readonly unverifiable: number;
  readonly unasked: number;
  readonly ignored: { readonly comment: number; readonly file: number; readonly baseline: number };
  readonly gaps: number;
  readonly bytes: number;
  readonly objects: number;
  readonly seconds: number;
  readonly version: string;
}
