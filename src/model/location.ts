import type { Origin } from './origin.ts';

/** Where a secret stands. Lines and columns start at 1, columns count UTF-16 units; `start`/`end` are byte offsets in the origin, end exclusive. */
export interface Location {
  readonly origin: Origin;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The decoders the value went through, outermost first, e.g. `['base64']`; absent when it stands in plain text. */
  readonly decoded?: readonly string[];
  /** How often the value stands in this origin, where that is more than the hundred places that are told of. */
  readonly copies?: number;
  /** The line it stands on, cut to a readable length, with every secret in it redacted and control characters neutralised. */
  readonly context?: string;
}
