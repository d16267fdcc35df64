import type { Location } from './location.ts';
import type { Pattern } from './pattern.ts';
import type { Secret } from './secret.ts';
import type { Verdict } from './verdict.ts';

/** One credential, however often it was copied. */
export interface Finding {
  /** The first twelve characters of the fingerprint. */
  readonly id: string;
  /** Keyed HMAC-SHA-256, hex, of provider and what identifies the credential. */
  readonly fingerprint: string;
  readonly pattern: Pattern;
  readonly secret: Secret;
  readonly parts: Readonly<Record<string, Secret>>;
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
