/** Of parts that could have been another value within reach: those values by name, the nearest first. */
export type OtherParts = Readonly<Record<string, readonly string[]>>;

/** One decided span in one piece of bytes. Plain data, so that it crosses threads; the value in it is in the clear. */
export interface Match {
  /** Index into the pattern set. */
  readonly pattern: number;
  readonly secret: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly otherParts?: OtherParts;
  readonly confidence: number;
  /** Byte offsets in the bytes scanned, mapped back through decoders; end exclusive. */
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** See `Location.copies`. */
  readonly copies?: number;
  /** Decoders it went through, outermost first. */
  readonly decoded?: readonly string[];
  /** What stands on its line, at most 256 bytes to either side, the value itself redacted; other secrets there are not. */
  readonly context: string;
  /** The comment on its line that allows it. */
  readonly allowedBy?: string;
}

/** What was decided at one hit of a literal. Offsets are relative to the hit, so that a copy elsewhere can keep it. */
export interface Decision {
  readonly pattern: number;
  readonly secret: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly otherParts?: OtherParts;
  readonly confidence: number;
  readonly start: number;
  readonly end: number;
  readonly decoded?: readonly string[];
  readonly context: string;
  readonly allowedBy?: string;
}
