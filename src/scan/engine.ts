import { createRequire } from 'node:module';
import type RE2 from 're2';
import type { Pattern, PatternPart } from '../model/pattern.ts';
import { redact } from '../model/secret.ts';
import { passesChecksum } from './checksums.ts';
import { allowComment, allowCommentBefore } from './comments.ts';
import { type Decoded, decodeRun, decodeWord } from './decode.ts';
import { detectorWindow, lineReach } from './detector-window.ts';
import { shannonEntropy } from './entropy.ts';
import { detectors } from './generic.ts';
import { gateReach, mayHoldValue } from './generic-assigned.ts';
import { hitWords, type Kernel, openResult, runLiteral, wordLiteral } from './kernel/kernel.ts';
import { type LiteralTables, usesOf } from './literal-tables.ts';
import type { Decision } from './match.ts';

const decodeDepth = 4;

const require = createRequire(import.meta.url);
let loaded: typeof RE2 | undefined;

/** RE2, loaded when the first literal of a pattern is found: in most commits there is none, and its native part takes 5 ms. */
function re2(): typeof RE2 {
  loaded ??= require('re2') as typeof RE2;
  return loaded;
}

export interface EngineOptions {
  /** Generic matches below it are dropped where they are found. 0 to 1. */
  readonly minConfidence: number;
  /** Keeps every match where patterns overlap, instead of the most telling one: for checking patterns against each other. */
  readonly keepsOverlaps?: boolean;
  /** The tables of the patterns, where they are made already. */
  readonly tables?: LiteralTables;
  /** Called with each span that looked like a pattern's and why it was turned down. */
  readonly turnedDown?: (pattern: Pattern, reason: string, start: number, end: number) => void;
}

/** Decides what stands at a literal's hit. What it decides depends on the bytes within the literal's reach and on nothing else. */
export interface Engine {
  /** Decides a hit in the document that lies at [start, end) of the kernel's memory. Positions are relative to `start`. */
  decide(start: number, end: number, position: number, literal: number, runLength: number): readonly Decision[];
  /** Runs the patterns without literals over the whole document; offsets are relative to its start. Undefined when there are none. */
  readonly sweep: ((start: number, end: number) => readonly Decision[]) | undefined;
}

interface Runner {
  readonly index: number;
  readonly pattern: Pattern;
  regex?: RE2;
  readonly parts: { readonly part: PatternPart; regex?: RE2 }[];
  readonly allowExact: ReadonlySet<string>;
  readonly allowSources: readonly string[];
  allowRegexes?: readonly RE2[];
}

interface Use {
  readonly runner: Runner;
  readonly minOffset: number;
  readonly maxOffset: number;
  readonly length: number;
}

/** The patterns that name each literal, put together when it is first found: most never are. */
function usesByLiteral(patterns: readonly Pattern[], uses: Int32Array): (literal: number) => readonly Use[] {
  const runners: (Runner | undefined)[] = [];
  const known: (readonly Use[] | undefined)[] = [];
  return (literal) => {
    known[literal] ??= usesOf(uses, literal).map(({ pattern, ...use }) => {
      runners[pattern] ??= runnerOf(patterns[pattern], pattern);
      return { runner: runners[pattern], ...use };
    });
    return known[literal];
  };
}

/** Detectors without literals look at every run of encoded or random characters. */
function usesWithoutLiterals(patterns: readonly Pattern[]): readonly Use[] {
  return patterns.flatMap((pattern, index) =>
    pattern.detector && pattern.literals.length === 0
      ? [{ runner: runnerOf(pattern, index), minOffset: 0, maxOffset: 0, length: 0 }]
      : [],
  );
}

function runnerOf(pattern: Pattern, index: number): Runner {
  return {
    index,
    pattern,
    parts: pattern.parts.map((part) => ({ part })),
    allowExact: new Set(pattern.allow.filter((value) => !value.startsWith('re:'))),
    allowSources: pattern.allow.filter((value) => value.startsWith('re:')).map((value) => value.slice(3)),
  };
}

/** Makes the engine for a kernel that was loaded with the same tables; `useTable` is theirs. */
export function createEngine(kernel: Kernel, patterns: readonly Pattern[], useTable: Int32Array, options: EngineOptions): Engine {
  const hitRoom = 4096;
  const uses = usesByLiteral(patterns, useTable);
  const innerHits = [0, 0, 0, 0, 0];
  const runUses = usesWithoutLiterals(patterns);

  function decide(start: number, end: number, position: number, literal: number, runLength: number): readonly Decision[] {
    const found: Decision[] = [];
    if (literal >= runLiteral) {
      decideEncoded(start, end, position, literal, runLength, 0, found);
      return found;
    }
    for (const use of uses(literal)) {
      if (use.runner.pattern.detector) detect(use, start, end, position, found);
      else match(use, start, end, position, found);
    }
    return found;
  }

  function match(use: Use, start: number, end: number, position: number, found: Decision[]): void {
    const { runner } = use;
    const { pattern } = runner;
    const bytes = kernel.bytes();
    const at = start + position;
    runner.regex ??= new (re2())(pattern.regex, 'dg');
    const regex = runner.regex;
    if (use.minOffset === use.maxOffset) {
      const from = at - use.minOffset;
      if (from < start) return;
      const windowStart = Math.max(start, from - 4);
      const window = bytes.subarray(windowStart, Math.min(end, from + pattern.maxLength + 4));
      sticky(runner).lastIndex = from - windowStart;
      const matched = execBuffer(sticky(runner), window);
      if (matched) accept(runner, matched, windowStart, start, end, position, found);
      return;
    }
    const windowStart = Math.max(start, at - Math.min(use.maxOffset, pattern.maxLength) - 4);
    const windowEnd = Math.min(end, at + pattern.maxLength - use.minOffset + 4);
    const window = bytes.subarray(windowStart, windowEnd);
    let from = 0;
    while (from <= window.length) {
      regex.lastIndex = from;
      const matched = execBuffer(regex, window);
      if (!matched) return;
      const matchStart = windowStart + matched.index;
      const matchEnd = matchStart + matched[0].length;
      if (matchStart > at) return;
      if (matchEnd >= at + use.length) {
        accept(runner, matched, windowStart, start, end, position, found);
        return;
      }
      from = Math.max(matched.index + 1, matched.index + matched[0].length);
    }
  }

  const stickies = new Map<Runner, RE2>();
  function sticky(runner: Runner): RE2 {
    let regex = stickies.get(runner);
    if (!regex) {
      regex = new (re2())(runner.pattern.regex, 'dy');
      stickies.set(runner, regex);
    }
    return regex;
  }

  // While decoded text is looked at, what is turned down there stands where its outermost encoding does.
  let encodedAt: { readonly start: number; readonly end: number } | undefined;

  function turnDown(pattern: Pattern, reason: string, start: number, end: number): void {
    options.turnedDown?.(pattern, reason, encodedAt?.start ?? start, encodedAt?.end ?? end);
  }

  function accept(
    runner: Runner,
    matched: NonNullable<ReturnType<typeof execBuffer>>,
    windowStart: number,
    start: number,
    end: number,
    position: number,
    found: Decision[],
  ): void {
    const { pattern } = runner;
    const bytes = kernel.bytes();
    const matchStart = windowStart + matched.index;
    const matchEnd = windowStart + matched.indices![0]![1];
    const group = matched.indices!.groups?.secret;
    const secretStart = group ? windowStart + group[0] : matchStart;
    const secretEnd = group ? windowStart + group[1] : matchEnd;
    const reject = (reason: string) => turnDown(pattern, reason, secretStart - start, secretEnd - start);
    if (!isFreeLeft(bytes, start, matchStart, boundaryClasses[pattern.boundary.left])) {
      reject('touches the characters before it');
      return;
    }
    if (matchEnd < end && boundaryClasses[pattern.boundary.right][bytes[matchEnd]]) {
      reject('goes on after its end');
      return;
    }
    const secret = bytes.toString('utf8', secretStart, secretEnd);
    if (pattern.entropy > 0 && shannonEntropy(secret) < pattern.entropy) {
      reject('too little entropy');
      return;
    }
    if (pattern.checksum && !passesChecksum(pattern.checksum, secret)) {
      reject('its checksum is wrong');
      return;
    }
    if (isAllowed(runner, secret)) {
      reject('a known placeholder or sample');
      return;
    }
    const parts: Record<string, string> = {};
    const otherParts: Record<string, readonly string[]> = {};
    for (const entry of runner.parts) {
      const [value, ...others] = findParts(entry, bytes, start, end, matchStart, matchEnd, secretStart, secretEnd);
      if (value !== undefined) {
        parts[entry.part.name] = value;
        if (others.length > 0) otherParts[entry.part.name] = others;
      } else if (entry.part.required) {
        reject(`no ${entry.part.name} near it`);
        return;
      }
    }
    const { context, allows } = lineAround(bytes, start, end, secretStart, secretEnd, redact(secret));
    const allowedBy = allows(pattern);
    found.push({
      pattern: runner.index,
      secret,
      parts,
      ...(Object.keys(otherParts).length > 0 ? { otherParts } : {}),
      confidence: pattern.confidence,
      start: secretStart - start - position,
      end: secretEnd - start - position,
      context,
      ...(allowedBy ? { allowedBy } : {}),
    });
  }

  function isAllowed(runner: Runner, secret: string): boolean {
    if (runner.allowExact.has(secret)) return true;
    if (runner.allowSources.length === 0) return false;
    runner.allowRegexes ??= runner.allowSources.map((source) => new (re2())(source));
    return runner.allowRegexes.some((regex) => regex.test(secret));
  }

  function detect(use: Use, start: number, end: number, position: number, found: Decision[], hitLength = use.length): void {
    const { pattern, index } = use.runner;
    const bytes = kernel.bytes();
    const at = start + position;
    if (pattern.detector === 'assigned-value') {
      const gateStart = Math.max(start, at - gateReach.before);
      const gate = latin1(bytes, gateStart, Math.min(end, at + gateReach.after));
      if (!mayHoldValue(gate, at - gateStart, at - gateStart + hitLength)) return;
    }
    const textStart = Math.max(start, at - detectorWindow.before);
    const text = latin1(bytes, textStart, Math.min(end, at + detectorWindow.after));
    const value = detectors[pattern.detector!](text, at - textStart, at - textStart + hitLength);
    if (!value) return;
    const secretStart = textStart + value.start;
    const secretEnd = textStart + value.end;
    if (value.confidence < options.minConfidence) {
      turnDown(
        pattern,
        `confidence ${value.confidence.toFixed(2)} is below ${options.minConfidence}`,
        secretStart - start,
        secretEnd - start,
      );
      return;
    }
    const secret = bytes.toString('utf8', secretStart, secretEnd);
    const reject = (reason: string) => turnDown(pattern, reason, secretStart - start, secretEnd - start);
    if (pattern.entropy > 0 && shannonEntropy(secret) < pattern.entropy) {
      reject('too little entropy');
      return;
    }
    if (isAllowed(use.runner, secret)) {
      reject('a known placeholder or sample');
      return;
    }
    const { context, allows } = lineAround(bytes, start, end, secretStart, secretEnd, redact(secret));
    const allowedBy = allows(pattern);
    found.push({
      pattern: index,
      secret,
      parts: {},
      confidence: value.confidence,
      start: secretStart - start - position,
      end: secretEnd - start - position,
      context,
      ...(allowedBy ? { allowedBy } : {}),
    });
  }

  function decideEncoded(
    start: number,
    end: number,
    position: number,
    literal: number,
    length: number,
    depth: number,
    found: Decision[],
  ): void {
    if (literal === wordLiteral) decideWord(start, end, position, length, depth, found);
    else decideRun(start, end, position, length, depth, found);
  }

  /** Decodes the escapes of the word at a position. What is found there without decoding, too, is folded by its span. */
  function decideWord(start: number, end: number, position: number, length: number, depth: number, found: Decision[]): void {
    const at = start + position;
    const decoded = decodeWord(kernel.bytes().subarray(at, at + length));
    if (decoded) decideInner(decoded, start, end, at, length, depth, found);
  }

  /** Decodes the run at a position and decides what stands in the decoded text; its spans are mapped back to the run. */
  function decideRun(start: number, end: number, position: number, length: number, depth: number, found: Decision[]): void {
    const at = start + position;
    if (depth === 0 && runUses.length > 0) {
      const bytes = kernel.bytes();
      let padded = length;
      while (padded < length + 2 && at + padded < end && bytes[at + padded] === 0x3d) padded++;
      for (const use of runUses) detect(use, start, end, position, found, padded);
    }
    const wrapped = kernel.exports.wrappedEnd(at, at + length, end);
    for (const decoded of decodeRun(kernel.bytes().subarray(at, wrapped), length))
      decideInner(decoded, start, end, at, length, depth, found);
  }

  /** Decides what stands in text decoded from the `length` bytes at `at`, and maps it back. */
  function decideInner(
    decoded: Decoded,
    start: number,
    end: number,
    at: number,
    length: number,
    depth: number,
    found: Decision[],
  ): void {
    const outer = encodedAt;
    encodedAt ??= { start: at - start, end: at - start + length };
    decideDecoded(decoded, depth, (inner) => {
      const innerStart = decoded.offsetOf(inner.start);
      const innerEnd = Math.min(decoded.endOf(inner.end), end - at);
      if (innerStart >= length) return;
      // The whole run is hidden: the rest of it may hold other secrets.
      const { context, allows } = lineAround(kernel.bytes(), start, end, at, at + length, redact(inner.secret));
      const allowedBy = inner.allowedBy ?? allows(patterns[inner.pattern]);
      found.push({
        ...inner,
        start: innerStart,
        end: innerEnd,
        decoded: [decoded.decoder, ...(inner.decoded ?? [])],
        context,
        ...(allowedBy ? { allowedBy } : {}),
      });
    });
    encodedAt = outer;
  }

  /** Scans decoded text as a document of its own; `emit` gets decisions whose offsets are in the decoded text. */
  function decideDecoded(decoded: Decoded, depth: number, emit: (decision: Decision) => void): void {
    if (depth >= decodeDepth) return;
    const { bytes: text, decoder } = decoded;
    const address = kernel.allocate(text.length);
    try {
      kernel.bytes().set(text, address);
      innerHits[depth] ||= kernel.allocate(hitRoom * 16);
      const hits = innerHits[depth];
      kernel.exports.setHits(hits, hitRoom);
      kernel.exports.scanDocument(address, text.length);
      const count = kernel.exports.hitCount.value;
      for (let hit = 0; hit < count; hit++) {
        const word = hits / 4 + hit * hitWords;
        const words = kernel.words();
        if (words[word + 3] !== openResult) continue;
        const position = words[word];
        const literal = words[word + 1];
        const runLength = words[word + 2];
        const inner: Decision[] = [];
        if (literal >= runLiteral) {
          decideEncoded(address, address + text.length, position, literal, runLength, depth + 1, inner);
        } else {
          for (const use of uses(literal)) {
            if (!use.runner.pattern.decoders.includes(decoder)) continue;
            if (use.runner.pattern.detector) detect(use, address, address + text.length, position, inner);
            else match(use, address, address + text.length, position, inner);
          }
        }
        for (const decision of inner) emit({ ...decision, start: decision.start + position, end: decision.end + position });
      }
    } finally {
      kernel.free(address);
    }
  }

  const sweepers = patterns.flatMap((pattern, index) =>
    pattern.literals.length === 0 && !pattern.detector ? [runnerOf(pattern, index)] : [],
  );
  // One automaton for all of them tells which are worth running.
  let set: InstanceType<typeof RE2.Set> | undefined;

  function sweep(start: number, end: number): readonly Decision[] {
    const found: Decision[] = [];
    set ??= new (re2().Set)(sweepers.map(({ pattern }) => pattern.regex));
    const bytes = kernel.bytes().subarray(start, end);
    for (const which of set.match(bytes)) {
      const runner = sweepers[which];
      runner.regex ??= new (re2())(runner.pattern.regex, 'dg');
      for (let from = 0; from <= bytes.length; ) {
        runner.regex.lastIndex = from;
        const matched = execBuffer(runner.regex, bytes);
        if (!matched) break;
        accept(runner, matched, start, start, end, 0, found);
        from = Math.max(matched.index + 1, matched.index + matched[0].length);
      }
    }
    return found;
  }

  return { decide, sweep: sweepers.length > 0 ? sweep : undefined };
}

/** So many values are kept of a part: who is asked about each of them in turn is asked that often. */
const mostPartValues = 4;

/** The values that a part may be, the nearest first, each once. */
function findParts(
  entry: { readonly part: PatternPart; regex?: RE2 },
  bytes: Buffer,
  start: number,
  end: number,
  matchStart: number,
  matchEnd: number,
  secretStart: number,
  secretEnd: number,
): readonly string[] {
  const { part } = entry;
  entry.regex ??= new (re2())(part.regex, 'dg');
  const from = part.direction === 'after' ? matchEnd : Math.max(start, matchStart - part.within);
  const to = part.direction === 'before' ? matchStart : Math.min(end, matchEnd + part.within);
  const window = bytes.subarray(from, to);
  const distances = new Map<string, number>();
  let at = 0;
  while (at <= window.length) {
    entry.regex.lastIndex = at;
    const matched = entry.regex.exec(window);
    if (!matched) break;
    at = matched.index + Math.max(1, matched[0].length);
    const span = (matched.indices!.groups?.secret ?? matched.indices![0])!;
    const valueStart = from + span[0];
    const valueEnd = from + span[1];
    if (valueStart < secretEnd && valueEnd > secretStart) {
      at = matched.index + 1;
      continue;
    }
    const value = bytes.toString('utf8', valueStart, valueEnd);
    if (part.entropy > 0 && shannonEntropy(value) < part.entropy) continue;
    const distance = valueStart >= matchEnd ? valueStart - matchEnd : matchStart - valueEnd;
    if (distance < (distances.get(value) ?? Number.POSITIVE_INFINITY)) distances.set(value, distance);
  }
  if (distances.size < 2) return [...distances.keys()];
  // What is equally far keeps the order of the text.
  const nearest = [...distances].sort(([, a], [, b]) => a - b);
  return nearest.slice(0, mostPartValues).map(([value]) => value);
}

const boundaryClasses = {
  token: classOf(/[0-9A-Za-z_-]/),
  word: classOf(/[0-9A-Za-z_]/),
  alnum: classOf(/[0-9A-Za-z]/),
  none: new Uint8Array(256),
} as const;

function classOf(regex: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (byte < 128 && regex.test(String.fromCharCode(byte)) ? 1 : 0));
}

/** Whether the character before a match is none that may touch it. One that ends an escape (`\n`, `%3D`, `\u0022`) does not count. */
function isFreeLeft(bytes: Buffer, start: number, at: number, forbidden: Uint8Array): boolean {
  if (at <= start || !forbidden[bytes[at - 1]]) return true;
  const before = (distance: number) => (at - distance >= start ? bytes[at - distance] : 0);
  if (before(2) === 0x5c) return /[nrtbfv0]/.test(String.fromCharCode(before(1)));
  const isHex = (byte: number) => (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);
  if (!isHex(before(1)) || !isHex(before(2))) return false;
  if (before(3) === 0x25) return true;
  if (before(3) === 0x78 && before(4) === 0x5c) return true;
  return isHex(before(3)) && isHex(before(4)) && before(5) === 0x75 && before(6) === 0x5c;
}

/**
 * What stands on a span's line, at most 256 bytes to either side, with the span replaced by `shown`; and which comment there,
 * or on the line before as far as the same bytes hold it, allows a pattern's match.
 */
function lineAround(
  bytes: Buffer,
  start: number,
  end: number,
  spanStart: number,
  spanEnd: number,
  shown: string,
): { readonly context: string; readonly allows: (pattern: Pattern) => string | undefined } {
  const floor = Math.max(start, spanStart - lineReach);
  const ceiling = Math.min(end, spanEnd + lineReach);
  let from = spanStart;
  while (from > floor && bytes[from - 1] !== 10) from--;
  let to = spanEnd;
  while (to < ceiling && bytes[to] !== 10) to++;
  const before = bytes.toString('utf8', from, spanStart);
  const after = bytes.toString('utf8', spanEnd, to);
  return {
    context: `${before}${shown}${after}`,
    allows: ({ id, generic }) =>
      allowComment(`${before} ${after}`, id, generic) ??
      (from > floor ? allowCommentBefore(lineBefore(bytes, floor, from), id, generic) : undefined),
  };
}

/** The line that ends right before `lineStart`, from `floor` on. */
function lineBefore(bytes: Buffer, floor: number, lineStart: number): string {
  let from = lineStart - 1;
  while (from > floor && bytes[from - 1] !== 10) from--;
  return bytes.toString('utf8', from, lineStart - 1);
}

/** Bytes as text, one character a byte. `toString('latin1')` costs twice as much for a few hundred bytes. */
function latin1(bytes: Buffer & { latin1Slice?(start: number, end: number): string }, start: number, end: number): string {
  return bytes.latin1Slice ? bytes.latin1Slice(start, end) : bytes.toString('latin1', start, end);
}

/** `exec` on bytes: offsets come back in bytes. */
function execBuffer(regex: RE2, bytes: Buffer) {
  return regex.exec(bytes);
}
