import type { Pattern } from '../model/pattern.ts';
import { createEngine, type Engine, type EngineOptions } from './engine.ts';
import { createKernel, hitWords, type Kernel, noResult, openResult } from './kernel/kernel.ts';
import { literalTables } from './literal-tables.ts';
import type { Decision } from './match.ts';

/** Hits of a document are kept for its children up to this many; a document with more is scanned whole, and so are they. */
export const mostHits = 1 << 16;
/** Places of one value that a document tells of: a hostile one could hold millions, and nobody reads them. */
const mostCopies = 100;
/** Zero bytes in the first this many make a document binary, as for git. */
const binaryBytes = 8000;

/** Scans documents in a kernel's memory. One per thread. */
export interface DocumentScanner {
  readonly kernel: Kernel;
  readonly engine: Engine;
  /** Where the hits of the document that was scanned last lie, and for how many there is room. */
  readonly hits: number;
  /**
   * Scans a whole document and calls `emit` for each match. Returns how many hits it has, for those who build on it; -1 when
   * nobody can: its text is not its bytes (UTF-16), or its hits are too many to keep.
   */
  scan(address: number, length: number, emit: (match: Emitted) => void): number;
  /** Decides what is open of the document's hits, found by the kernel, and calls `emit` for each match. */
  decide(address: number, length: number, count: number, emit: (match: Emitted) => void): void;
  /** Lets go of what was decided so far. Called when no document is alive that another could build on. */
  forget(): void;
}

/** A decision at a place in a document. Lines and columns are worked out by `place`. */
export interface Emitted {
  readonly decision: Decision;
  readonly start: number;
  readonly end: number;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** On the first place of a value that stands in the document more often than is told: how often. */
  readonly copies?: number;
}

/** Makes a scanner for a pattern set. */
export function createDocumentScanner(
  patterns: readonly Pattern[],
  options: EngineOptions,
  module?: WebAssembly.Module,
): DocumentScanner {
  const kernel = createKernel(module);
  const tables = options.tables ?? literalTables(patterns);
  const judgesRuns = patterns.some(
    (pattern) => pattern.detector && pattern.literals.length === 0 && pattern.confidence >= options.minConfidence,
  );
  kernel.load(tables.kernel, judgesRuns ? 'all' : 'hiding');
  const engine = createEngine(kernel, patterns, tables.uses, options);
  const { exports } = kernel;
  const hits = kernel.allocate(mostHits * 16);
  // Result numbers are positions in this list; 0 is none. Copies of a hit share the number, whatever document they stand in.
  const results: (readonly Decision[])[] = [[]];

  function decideHits(
    address: number,
    length: number,
    isBinary: boolean,
    count: number,
    emit: (match: Emitted) => void,
    scale: Scale,
    found: Emitted[] = [],
  ): void {
    for (let hit = 0; hit < count; hit++) {
      const word = (hits >> 2) + hit * hitWords;
      const words = kernel.words();
      let result = words[word + 3];
      if (result === noResult) continue;
      const position = words[word];
      if (result === openResult) {
        const decisions = engine.decide(address, address + length, position, words[word + 1], words[word + 2]);
        result = noResult;
        if (decisions.length > 0) {
          result = results.length;
          results.push(decisions);
        }
        kernel.words()[word + 3] = result;
        if (result === noResult) continue;
      }
      for (const decision of results[result]) {
        if (isBinary && patterns[decision.pattern].generic) continue;
        found.push(place(address, length, position, decision, scale));
      }
    }
    if (found.length > 0) for (const one of options.keepsOverlaps ? found : withoutOverlaps(found, patterns)) emit(one);
  }

  function place(address: number, length: number, position: number, decision: Decision, scale: Scale): Emitted {
    const start = Math.min(position + decision.start, length);
    const end = Math.min(position + decision.end, length);
    const from = lineAt(address, start);
    const { line, column } = from;
    const to = lineAt(address, end);
    if (decision.end - decision.start < 4096) cursor = from;
    return {
      decision,
      start: scale.offset + start * scale.factor,
      end: scale.offset + end * scale.factor,
      line,
      column,
      endLine: to.line,
      endColumn: to.column,
    };
  }

  // Matches come nearly in order: lines and columns are counted on from the last place that was worked out.
  let cursor: Place = { offset: 0, line: 1, column: 1 };

  function lineAt(address: number, offset: number): Place {
    const bytes = kernel.bytes();
    const from: Place = cursor.offset <= offset ? cursor : { offset: 0, line: 1, column: 1 };
    const lines = exports.countLines(address + from.offset, address + offset);
    if (lines === 0) {
      cursor = { offset, line: from.line, column: from.column + unitsIn(bytes, address + from.offset, address + offset) };
      return cursor;
    }
    let lineStart = address + offset;
    while (bytes[lineStart - 1] !== 10) lineStart--;
    cursor = { offset, line: from.line + lines, column: 1 + unitsIn(bytes, lineStart, address + offset) };
    return cursor;
  }

  /** What the patterns without literals find in a document. */
  function sweep(address: number, length: number, isBinary: boolean, scale: Scale): Emitted[] {
    const decisions = engine.sweep?.(address, address + length) ?? [];
    return decisions
      .filter(({ pattern }) => !(isBinary && patterns[pattern].generic))
      .map((decision) => place(address, length, 0, decision, scale));
  }

  /** Finds all hits in pieces when they do not fit at once; returns their number, or -1 when they were decided piecewise. */
  function scanWhole(address: number, length: number, isBinary: boolean, emit: (match: Emitted) => void, scale: Scale): number {
    cursor = { offset: 0, line: 1, column: 1 };
    exports.setHits(hits, mostHits);
    exports.scanDocument(address, length);
    if (!exports.hitsFull.value) {
      const count = exports.hitCount.value;
      const isOpen = exports.turnDown(address, length, hits, count) !== 0;
      const swept = sweep(address, length, isBinary, scale);
      if (isOpen || swept.length > 0) {
        const collected = collectCopies();
        decideHits(address, length, isBinary, count, collected.add, scale, swept);
        collected.finish(emit);
      }
      return count;
    }
    const collected = collectCopies();
    for (const one of sweep(address, length, isBinary, scale)) collected.add(one);
    const decided = results.length;
    // Every byte starts at most a few hits: a piece this small always fits.
    const piece = 4096;
    for (let from = 0; from < length; from += piece) {
      exports.setHits(hits, mostHits);
      exports.scanRange(address, address + length, address + from, address + Math.min(length, from + piece));
      decideHits(address, length, isBinary, exports.hitCount.value, collected.add, scale);
      // Nothing builds on a document whose hits are not kept.
      results.length = decided;
    }
    collected.finish(emit);
    return -1;
  }

  function scan(address: number, length: number, emit: (match: Emitted) => void): number {
    const wide = exports.isWide(address, length) ? widenessOf(kernel.bytes(), address) : undefined;
    if (wide) {
      const units = (length - wide.skip) >> 1;
      const narrow = kernel.allocate(units);
      try {
        narrowTo(kernel.bytes(), address + wide.skip, wide.low, units, narrow);
        scanWhole(narrow, units, false, withDecoder(emit, 'utf16'), { offset: wide.skip, factor: 2 });
      } finally {
        kernel.free(narrow);
      }
      return -1;
    }
    return scanWhole(address, length, isBinaryAt(address, length), emit, plain);
  }

  function decide(address: number, length: number, count: number, emit: (match: Emitted) => void): void {
    cursor = { offset: 0, line: 1, column: 1 };
    const isBinary = isBinaryAt(address, length);
    const collected = collectCopies();
    decideHits(address, length, isBinary, count, collected.add, plain, sweep(address, length, isBinary, plain));
    collected.finish(emit);
  }

  function isBinaryAt(address: number, length: number): boolean {
    return exports.hasZero(address, address + Math.min(length, binaryBytes)) !== 0;
  }

  return {
    kernel,
    engine,
    hits,
    scan,
    decide,
    forget() {
      results.length = 1;
    },
  };
}

/** Gathers a document's matches, the first places of each value, and counts the rest. */
function collectCopies(): { readonly add: (match: Emitted) => void; readonly finish: (emit: (match: Emitted) => void) => void } {
  const kept: Emitted[] = [];
  const values = new Map<string, { readonly first: Emitted; count: number }>();
  return {
    add(match) {
      const key = `${match.decision.pattern} ${match.decision.secret}`;
      const known = values.get(key);
      if (!known) values.set(key, { first: match, count: 1 });
      else if (++known.count > mostCopies) return;
      kept.push(match);
    },
    finish(emit) {
      for (const match of kept) {
        const { first, count } = values.get(`${match.decision.pattern} ${match.decision.secret}`)!;
        emit(match === first && count > mostCopies ? { ...match, copies: count } : match);
      }
    },
  };
}

interface Scale {
  readonly offset: number;
  readonly factor: number;
}

const plain: Scale = { offset: 0, factor: 1 };

interface Place {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}

/** UTF-16 units of the UTF-8 text in [from, to): two for what UTF-8 spells with four bytes, none for bytes that continue. */
function unitsIn(bytes: Buffer, from: number, to: number): number {
  let units = 0;
  for (let i = from; i < to; i++) if ((bytes[i] & 0xc0) !== 0x80) units += bytes[i] >= 0xf0 ? 2 : 1;
  return units;
}

/** Of a document of UTF-16 (see assembly/walk.ts) how long its mark is, and where a unit's low byte stands. */
function widenessOf(bytes: Buffer, address: number): { readonly skip: 0 | 2; readonly low: 0 | 1 } {
  const first = bytes[address];
  if (first === 0xff || first === 0xfe)
    return bytes[address + 1] >= 0xfe ? { skip: 2, low: first === 0xff ? 0 : 1 } : { skip: 0, low: 0 };
  return { skip: 0, low: first === 0 ? 1 : 0 };
}

function narrowTo(bytes: Buffer, from: number, low: 0 | 1, units: number, to: number): void {
  // The high byte is dropped where it is zero; other characters become one that no pattern holds.
  for (let i = 0; i < units; i++) {
    const at = from + 2 * i;
    bytes[to + i] = bytes[at + 1 - low] === 0 ? bytes[at + low] : 0x1a;
  }
}

function withDecoder(emit: (match: Emitted) => void, decoder: string): (match: Emitted) => void {
  return (match) => emit({ ...match, decision: { ...match.decision, decoded: [decoder, ...(match.decision.decoded ?? [])] } });
}

/** One match a span: the same found through two hits is one, and of two patterns that overlap the more telling one stays. */
function withoutOverlaps(found: readonly Emitted[], patterns: readonly Pattern[]): readonly Emitted[] {
  if (found.length === 1) return found;
  const ranked = [...found].sort(
    (a, b) =>
      a.start - b.start ||
      rank(b, patterns) - rank(a, patterns) ||
      b.end - a.end ||
      a.decision.pattern - b.decision.pattern ||
      (a.decision.decoded?.length ?? 0) - (b.decision.decoded?.length ?? 0),
  );
  const kept: Emitted[] = [];
  for (const one of ranked) {
    let isBeaten = false;
    // What is kept does not overlap: its ends are in order as well.
    while (kept.length > 0 && kept[kept.length - 1].end > one.start) {
      if (rank(kept[kept.length - 1], patterns) >= rank(one, patterns)) {
        isBeaten = true;
        break;
      }
      kept.pop();
    }
    if (!isBeaten) kept.push(one);
  }
  return kept;
}

/** Provider patterns before broad ones before generic ones; with parts before without. */
function rank({ decision }: Emitted, patterns: readonly Pattern[]): number {
  const pattern = patterns[decision.pattern];
  return (pattern.generic ? 0 : 10 * pattern.confidence) + (Object.keys(decision.parts).length > 0 ? 1 : 0);
}
