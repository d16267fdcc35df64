import type { Runbook } from './revoker.ts';
import type { Verification } from './verification.ts';

export const severities = ['info', 'low', 'medium', 'high', 'critical'] as const;
export type Severity = (typeof severities)[number];

export const identities = ['user', 'service', 'app', 'agent', 'webhook', 'signing-key', 'database', 'unknown'] as const;
export type Identity = (typeof identities)[number];

export const decoders = ['base64', 'hex', 'percent', 'unicode', 'html', 'utf16'] as const;
export type Decoder = (typeof decoders)[number];

/** Which characters may not touch a match: `token` [0-9A-Za-z_-], `word` [0-9A-Za-z_], `alnum` [0-9A-Za-z], `none` anything may. */
export type Boundary = 'token' | 'word' | 'alnum' | 'none';

/** A pattern as the scanner runs it: what its YAML says, and what was worked out from its regex. Plain data. */
export interface Pattern {
  readonly id: string;
  readonly name: string;
  readonly provider: string;
  readonly docs?: string;
  /** RE2 source. A group named `secret` marks the value; without one the whole match is the value. Empty with a `detector`. */
  readonly regex: string;
  /** A detector built into `src/scan/generic.ts` that decides in place of a regex; the literals are then its keywords. */
  readonly detector?: string;
  readonly literals: readonly Literal[];
  readonly boundary: { readonly left: Boundary; readonly right: Boundary };
  /** The least Shannon entropy of the value, bits per character. 0 asks for none. */
  readonly entropy: number;
  /** A name from `src/scan/checksums.ts`. A value that fails it is turned down. */
  readonly checksum?: string;
  readonly parts: readonly PatternPart[];
  /** Decoders this pattern is looked for behind. */
  readonly decoders: readonly Decoder[];
  readonly paths?: { readonly only?: readonly string[]; readonly not?: readonly string[] };
  readonly severity: Severity;
  readonly identity: Identity;
  /** `none`, `embedded` (the value tells), `rotating`, or a duration such as `90d`. */
  readonly lifetime?: string;
  /** Values that are known placeholders or public samples, as exact strings or RE2 after `re:`. */
  readonly allow: readonly string[];
  /** Set for the generic detectors: a value that a provider's pattern also matched is never reported under one. */
  readonly generic: boolean;
  /** 0 to 1. Provider patterns say 1 unless their YAML says otherwise. */
  readonly confidence: number;
  readonly verify?: Verification;
  /** Why nobody is asked, where there is no `verify`. */
  readonly unverified?: string;
  readonly revoker?: string;
  readonly runbook?: Runbook;
  readonly examples: readonly string[];
  readonly counterExamples: readonly { readonly text: string; readonly why: string }[];
  /** Bytes that a match can span, from the regex: the shortest and the longest. */
  readonly minLength: number;
  readonly maxLength: number;
  /** How far before the start and after the end of a literal's hit a byte can change what is decided there. */
  readonly reach: { readonly before: number; readonly after: number };
  readonly source: { readonly file: string; readonly line: number };
}

/** A string of at least three bytes that every match holds (one of the list). `caseSensitive` false folds ASCII. */
export interface Literal {
  readonly text: string;
  readonly caseSensitive: boolean;
  /** Distance in bytes from the start of a match to the literal, least and most; equal when the match can be anchored. */
  readonly minOffset: number;
  readonly maxOffset: number;
  /** Bytes that must follow the literal in every match: the first `count` are all in the set (256 bits, hex, low bit first). */
  readonly follow?: { readonly bytes: string; readonly count: number };
  /** Behind the literal, every match has only these bytes (as in `follow`) up to a delimiter, which is none of them. */
  readonly until?: { readonly bytes: string; readonly delimiter: number };
}

/** Another value that belongs to the same credential, looked for near the match. */
export interface PatternPart {
  readonly name: string;
  /** RE2 source; a group named `secret` marks the value. */
  readonly regex: string;
  /** Bytes before the match's start and after its end in which it must lie. */
  readonly within: number;
  readonly required: boolean;
  /** Whether the fingerprint covers it: the AWS key id and its secret are one credential. */
  readonly identifies: boolean;
  readonly entropy: number;
  /** The nearest match wins; with `after`, only matches behind the main one count. */
  readonly direction: 'around' | 'after' | 'before';
}

/** What `dist/patterns.json` holds. */
export interface PatternSet {
  readonly version: string;
  readonly patterns: readonly Pattern[];
}
