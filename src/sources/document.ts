import type { Gap } from '../model/gap.ts';
import type { ChatOrigin } from '../model/origin.ts';
import type { View } from '../model/view.ts';

/** As many bytes of a document's beginning as tell what it is. */
export const tellingBytes = 65_536;

/** Something with bytes: a file, or a member of an archive. */
export interface Document {
  /** The file, relative to the target. */
  readonly path: string;
  /** Where in the file it is: members of archives in archives are joined by `!/`. */
  readonly member?: string;
  /** Bytes, where that is known; an archive may lie about it. */
  readonly size?: number;
  /** The first 64 KB, or all of it. */
  head(): Promise<Uint8Array>;
  /** All of it, in chunks of any size. Of a member that is read in the order of its archive, once. */
  bytes(): AsyncIterable<Uint8Array>;
  /** All of it at once; a gap where that is more than `maxBytes`, or it cannot be read. */
  whole(maxBytes: number): Promise<Uint8Array | Gap>;
  /** Any stretch of it, shorter where it ends before; there where it can be read in any order (a file, bytes in memory), and `size` is true then. */
  readonly range?: (start: number, end: number) => Promise<Uint8Array>;
}

/** How far hostile input is followed. Each that bites is a gap that says so. */
export interface Limits {
  /** Archives within archives. */
  readonly maxDepth: number;
  /** Unpacked bytes for each packed one, past the first 10 MB. */
  readonly maxRatio: number;
  /** Unpacked bytes of everything in one file. */
  readonly maxTotalBytes: number;
  readonly maxEntries: number;
  /** Bytes of a document that can only be read as a whole. */
  readonly maxWholeBytes: number;
}

export const defaultLimits: Limits = {
  maxDepth: 8,
  maxRatio: 200,
  maxTotalBytes: 10_000_000_000,
  maxEntries: 1_000_000,
  maxWholeBytes: 256_000_000,
};

/** What several threads that read one file agree on: who reads which part of it, and how much all of them unpacked. */
export interface Share {
  /** Whether the caller is to read a part, by its number; yes to one of all that ask. */
  take(part: number): boolean;
  /** Counts bytes that were unpacked, and returns those of all. */
  countBytes(bytes: number): number;
  /** Counts a document, and returns those of all. */
  countEntry(): number;
}

export interface FormatContext {
  readonly signal: AbortSignal;
  /** Where other threads read the same file: parts that can be read in any order are shared out, anything else is part 0. */
  readonly share?: Share;
  readonly limits: Limits;
  /** A document that lies beside this one, in its folder or archive: `users.json` of a Slack export. By path from there. */
  readonly sibling?: (path: string) => Promise<Document | undefined>;
  /** Takes a file that a text has attached to it and that is no text itself, with whose it is. Without it such a file is a gap. */
  readonly attached?: (document: Document, origin: ChatOrigin) => void;
}

/** A kind of text in which what people or programs wrote is wrapped: a CI log, a chat export. */
export interface TextFormat {
  /** `github-actions`. */
  readonly name: string;
  /** How sure it is that a document is of its kind, 0 to 1, by its head; its path may only decide between two. */
  recognise(head: Uint8Array, path: string): number;
  views(document: Document, context: FormatContext): AsyncIterable<View | Gap>;
}

/** A kind of file that holds documents. */
export interface Container {
  readonly name: string;
  recognise(head: Uint8Array, path: string): number;
  /** Each member is read, or let go, before the next is asked for. */
  members(document: Document, context: FormatContext): AsyncIterable<Document | Gap>;
}
