import { readFileSync } from 'node:fs';
import { distFolder } from '../dist-folder.ts';
import type { Literal, Pattern, PatternSet } from '../model/pattern.ts';
import { buildTables, type KernelLiteral, type KernelTables } from './kernel/kernel.ts';

/** What is worked out of the literals of a pattern set: what the kernel looks for, and which patterns name what. Plain data. */
export interface LiteralTables {
  readonly kernel: KernelTables;
  /** Where each literal's rows begin and the last ones end, then the rows: pattern, least and most offset, length. */
  readonly uses: Int32Array;
}

/** A pattern that names a literal. */
export interface LiteralUse {
  readonly pattern: number;
  readonly minOffset: number;
  readonly maxOffset: number;
  readonly length: number;
}

interface Entry {
  readonly texts: Set<string>;
  sensitive: boolean;
  before: number;
  after: number;
  readonly uses: LiteralUse[];
  follow?: Uint8Array;
  followCount: number;
  followOpen: boolean;
  until?: Uint8Array;
}

/** The tables of a pattern set: the literals of all patterns, each once. */
export function literalTables(patterns: readonly Pattern[]): LiteralTables {
  const byText = new Map<string, Entry>();
  patterns.forEach((pattern, index) => {
    for (const literal of pattern.literals) {
      const text = literal.text.slice(0, 32);
      const folded = text.toLowerCase();
      let entry = byText.get(folded);
      if (!entry) {
        entry = { texts: new Set(), sensitive: true, before: 0, after: 0, uses: [], followCount: 0, followOpen: false };
        byText.set(folded, entry);
      }
      entry.texts.add(text);
      if (!literal.caseSensitive) entry.sensitive = false;
      entry.before = Math.max(entry.before, pattern.reach.before);
      entry.after = Math.max(entry.after, pattern.reach.after);
      entry.uses.push({ pattern: index, minOffset: literal.minOffset, maxOffset: literal.maxOffset, length: text.length });
      mergeFollow(entry, literal.follow, literal.text.length > 32);
      // Of a literal that several patterns name each would have to be turned down.
      const isAlone = entry.uses.length === 1 && literal.text.length <= 32;
      if (literal.until && isAlone) entry.until = untilTable(literal.until);
      else delete entry.until;
    }
  });
  const literals = [...byText].map(([folded, entry]): KernelLiteral => {
    const sensitive = entry.sensitive && entry.texts.size === 1;
    return {
      text: sensitive ? [...entry.texts][0] : folded,
      caseSensitive: sensitive,
      before: entry.before,
      after: entry.after,
      ...(entry.until ? { until: entry.until } : {}),
      ...(entry.uses.every(({ pattern }) => patterns[pattern].detector === 'assigned-value') ? { isAssigned: true } : {}),
      ...(entry.follow && !entry.followOpen ? { follow: entry.follow, followCount: entry.followCount } : {}),
    };
  });
  return { kernel: buildTables(literals), uses: layOut([...byText.values()].map(({ uses }) => uses)) };
}

const rowWords = 4;

function layOut(uses: readonly (readonly LiteralUse[])[]): Int32Array {
  const starts = [uses.length + 1];
  for (const rows of uses) starts.push(starts.at(-1)! + rows.length * rowWords);
  const rows = uses.flat().flatMap(({ pattern, minOffset, maxOffset, length }) => [pattern, minOffset, maxOffset, length]);
  return Int32Array.from([...starts, ...rows]);
}

/** The patterns that name a literal, from the table that `literalTables` made. */
export function usesOf(table: Int32Array, literal: number): readonly LiteralUse[] {
  const uses: LiteralUse[] = [];
  for (let at = table[literal]; at < table[literal + 1]; at += rowWords)
    uses.push({ pattern: table[at], minOffset: table[at + 1], maxOffset: table[at + 2], length: table[at + 3] });
  return uses;
}

/** What must follow a literal is what must follow it in every pattern that names it. */
function mergeFollow(entry: Entry, follow: { readonly bytes: string; readonly count: number } | undefined, isCut: boolean): void {
  if (entry.followOpen) return;
  if (!follow || isCut) {
    entry.followOpen = true;
    return;
  }
  const table = followTable(follow.bytes);
  if (entry.follow === undefined) {
    entry.follow = table;
    entry.followCount = follow.count;
    return;
  }
  entry.followCount = Math.min(entry.followCount, follow.count);
  if (entry.follow === table) return;
  const either = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) either[byte] = entry.follow[byte] | table[byte];
  entry.follow = either;
}

/** The 256-entry table of what may be passed over (1) on the way to a delimiter (2). */
function untilTable({ bytes, delimiter }: NonNullable<Literal['until']>): Uint8Array {
  const table = followTable(bytes).slice();
  table[delimiter] = 2;
  return table;
}

const followTables = new Map<string, Uint8Array>();

/** The 256-entry table of a set in hex. Few sets are shared by all literals: each is made once. */
function followTable(hex: string): Uint8Array {
  let table = followTables.get(hex);
  if (!table) {
    table = new Uint8Array(256);
    const bits = Buffer.from(hex, 'hex');
    for (let byte = 0; byte < 256; byte++) if (bits[byte >> 3] & (1 << (byte & 7))) table[byte] = 1;
    followTables.set(hex, table);
  }
  return table;
}

/** The file in which the build keeps the tables of the built-in patterns: working them out takes longer than a hook's scan. */
const tablesFile = new URL('scan-tables.bin', distFolder);
const headBytes = 512;

/** The bytes of a set's tables: which set they are of and how long each is, as JSON, and then each, aligned. */
export function writeTables({ version, patterns }: PatternSet): Uint8Array {
  const { kernel, uses } = literalTables(patterns);
  const { longest, furthest } = kernel;
  const parts = [kernel.filter, kernel.heads, kernel.entries, kernel.records, kernel.classes, uses];
  const lengths = parts.map(({ byteLength }) => byteLength);
  const bytes = new Uint8Array(headBytes + lengths.reduce((sum, length) => sum + aligned(length), 0));
  bytes.fill(0x20, 0, headBytes);
  new TextEncoder().encodeInto(JSON.stringify({ version, longest, furthest, lengths }), bytes);
  let at = headBytes;
  for (const part of parts) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += aligned(part.byteLength);
  }
  return bytes;
}

/** The tables that the build made of a set; undefined when they are of another one, or not there. */
export function readTables(version: string, file: URL = tablesFile): LiteralTables | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch {
    // A build of patterns alone, or a damaged one: the tables can be made anew.
    return undefined;
  }
  const head = JSON.parse(bytes.toString('latin1', 0, headBytes)) as {
    readonly version: string;
    readonly longest: number;
    readonly furthest: number;
    readonly lengths: readonly number[];
  };
  if (head.version !== version) return undefined;
  let at = bytes.byteOffset + headBytes;
  const places = head.lengths.map((length) => {
    const place = at;
    at += aligned(length);
    return { place, length };
  });
  const [filter, heads, entries, records, classes, uses] = places;
  const { buffer } = bytes;
  return {
    kernel: {
      filter: new Uint8Array(buffer, filter.place, filter.length),
      heads: new Uint16Array(buffer, heads.place, heads.length / 2),
      entries: new Uint32Array(buffer, entries.place, entries.length / 4),
      records: new Uint8Array(buffer, records.place, records.length),
      classes: new Uint8Array(buffer, classes.place, classes.length),
      longest: head.longest,
      furthest: head.furthest,
    },
    uses: new Int32Array(buffer, uses.place, uses.length / 4),
  };
}

function aligned(length: number): number {
  return (length + 7) & ~7;
}
