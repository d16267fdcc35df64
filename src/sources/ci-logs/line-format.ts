import type { FormatContext } from '../document.ts';

/** What a log told of itself so far. */
export interface LogPlace {
  readonly repository?: string;
  readonly run?: string;
  readonly job?: string;
  readonly step?: string;
  /** ISO 8601, where a line has none of its own. */
  readonly timestamp?: string;
  readonly url?: string;
}

/** What a reader keeps from one line for the next. It is copied where slices overlap, so what it holds is replaced, never changed. */
export interface LineState {
  place: LogPlace;
  /** Set by a line that goes on where the one before it ended. */
  joins: boolean;
  /** What the format itself remembers. */
  own: unknown;
}

/** The names of a log: `member` where it is in an archive. */
export interface LogNames {
  readonly path: string;
  readonly member?: string;
}

/** How one runner writes its lines. */
export interface LineFormat {
  /** `github-actions`. */
  readonly name: string;
  /** How sure it is that a log is of its kind, 0 to 1, by the first lines of its head. */
  recognise(head: string): number;
  /** What the runner puts in place of a secret, where that is not `***` or longer. */
  readonly mask?: string;
  /** What is known before the first line: by the names of the document and its beginning. */
  begin(names: LogNames, head: Buffer): { readonly place: LogPlace; readonly own?: unknown };
  /** What a document beside this one adds to it: the first step of a job tells what the job is. */
  placeBeside?(place: LogPlace, context: FormatContext): Promise<LogPlace>;
  /**
   * Reads the line [start, end), without its line feed, and returns where the text of the program begins: what is before it, the
   * runner put there. Called for each line, so it tests bytes and makes nothing.
   */
  readLine(bytes: Buffer, start: number, end: number, state: LineState): number;
  /** The time of the line that begins at `lineStart`, as it is needed for the byte at `offset`; `known` is that of its place. */
  timeAt?(bytes: Buffer, lineStart: number, offset: number, known?: string): string | undefined;
  /** A byte that begins an escape in the line just read, or 0; see `unescape`. */
  escapeByte?(state: LineState): number;
  /** What is meant by the escape at `at`: the text, and where the escape ends. */
  unescape?(bytes: Buffer, at: number, end: number): { readonly text: string; readonly end: number } | undefined;
}
