import type { Boundary, Literal, PatternPart } from '../model/pattern.ts';
import { detectorWindow, lineReach } from '../scan/detector-window.ts';
import { type LiteralPlace, proveLiterals, utf8Length } from './literal-proof.ts';
import { suggestFrom } from './literal-suggestions.ts';
import { type Expression, parseRegex } from './regex.ts';

/** A pattern that must not run as it is: what is wrong with which field, and what to do. */
export class AnalysisError extends Error {
  readonly field: 'regex' | 'literals' | 'maxLength' | 'parts' | 'detector';

  constructor(field: AnalysisError['field'], message: string) {
    super(message);
    this.name = 'AnalysisError';
    this.field = field;
  }
}

export interface AnalysisInput {
  readonly regex: string;
  /** `none` when the author accepts that no prefilter serves this pattern. */
  readonly literals: readonly string[] | 'none';
  /** The author's cap on a match whose regex has none. */
  readonly maxLength?: number;
  readonly boundary: { readonly left: Boundary; readonly right: Boundary };
  readonly parts: readonly PatternPart[];
  /**
   * Whether literals need not be proved, for rules of another tool that only name keywords: such a literal may then
   * stand anywhere within `maxLength` bytes of a match's start, and a match without it is not found.
   */
  readonly trustsLiterals?: boolean;
}

export interface Analysis {
  readonly minLength: number;
  readonly maxLength: number;
  readonly literals: readonly Literal[];
  readonly reach: { readonly before: number; readonly after: number };
}

/** The reach that a pattern gets without asking for more with `maxLength`. */
export const largestReach = 16 * 1024;
/** How far from its keyword a byte can matter: beyond a value at the window's edge the engine looks at the rest of the line. */
export const detectorReach = { before: detectorWindow.before + lineReach, after: detectorWindow.after + lineReach } as const;

// A boundary looks at one byte, an assertion such as \b at one, and a character cut by a window's edge has up to four.
const edge = 4;

/**
 * Bytes that a match can span, where in it each literal can stand, and how far from a literal's hit a byte can matter.
 * Refuses what would run slowly or miss matches: too short literals, literals that a match can do without, and
 * matches of no bounded length.
 *
 * With h the start of a hit, a match starts at h - maxOffset at the earliest and ends at h - minOffset + maxLength at
 * the latest. Beyond either end come the boundary (4 bytes cover it), the parts (each `within` bytes away, itself no
 * longer than its regex or `within`), and 256 bytes of the line; the furthest of these counts.
 */
export function analysePattern(input: AnalysisInput): Analysis {
  const expression = parseRegex(input.regex);
  const span = byteLengths(expression);
  if (span.min === 0) {
    throw new AnalysisError('regex', 'the regex matches the empty string; make it hold at least one character');
  }
  const maxLength = cappedLength(span.max, input.maxLength);
  if (input.maxLength !== undefined && input.maxLength < span.min) {
    throw new AnalysisError(
      'maxLength',
      `no match is shorter than ${span.min} bytes, but maxLength is ${input.maxLength}; raise it`,
    );
  }
  const literals = input.literals === 'none' ? [] : placedLiterals(input.literals, expression, maxLength, input.trustsLiterals);
  const first = Math.max(0, ...literals.map(({ maxOffset }) => maxOffset));
  // Without literals a match's own start is the place that distances are counted from.
  const nearest = literals.length === 0 ? 0 : Math.min(...literals.map(({ minOffset }) => minOffset));
  const reach = {
    before: first + beyond(input.parts, 'after'),
    after: maxLength - nearest + beyond(input.parts, 'before'),
  };
  if (Math.max(reach.before, reach.after) > largestReach && input.maxLength === undefined) {
    throw new AnalysisError(
      'regex',
      `what is decided at a literal can depend on bytes ${Math.max(reach.before, reach.after)} away, more than ${largestReach}; ` +
        `shorten the repetitions or a part's distance, or set maxLength to accept the cost`,
    );
  }
  return { minLength: span.min, maxLength, literals, reach };
}

function cappedLength(longest: number, cap: number | undefined): number {
  if (cap !== undefined) return Math.min(cap, longest);
  if (longest === Number.POSITIVE_INFINITY) {
    throw new AnalysisError(
      'regex',
      'a match has no longest length, since something is repeated without end (*, + or {n,}); ' +
        'give every repetition an upper bound such as {20,80}, or cap the match with maxLength',
    );
  }
  return longest;
}

/** How far beyond a match anything can matter, parts included unless they lie on the other side. */
function beyond(parts: readonly PatternPart[], otherSide: PatternPart['direction']): number {
  const distances = parts
    .filter(({ direction }) => direction !== otherSide)
    .map((part) => part.within + Math.min(part.within, byteLengths(parseRegex(part.regex)).max) + edge);
  return Math.max(lineReach, edge, ...distances);
}

function placedLiterals(
  texts: readonly string[],
  expression: Expression,
  maxLength: number,
  trusts: boolean | undefined,
): readonly Literal[] {
  const suggested = () => {
    const list = suggestFrom(expression);
    return list.length > 0 ? `the regex suggests literals: [${list.map((text) => JSON.stringify(text)).join(', ')}]` : '';
  };
  if (texts.length === 0) {
    throw new AnalysisError(
      'literals',
      `no literals, so every byte would be matched against the regex; ${suggested() || 'give the regex a fixed part of at least three bytes, or write literals: none to accept the cost'}`,
    );
  }
  const short = texts.find((text) => Buffer.byteLength(text) < 3);
  if (short !== undefined) {
    throw new AnalysisError(
      'literals',
      `the literal ${JSON.stringify(short)} is shorter than three bytes, too common to search for; ${suggested() || 'take a longer one'}`,
    );
  }
  const proof = proveLiterals(expression, texts);
  if (proof.proved) {
    const useless = texts.filter((_, index) => !proof.places[index]);
    if (useless.length > 0 && !trusts) {
      throw new AnalysisError(
        'literals',
        `no match is found by the literal ${JSON.stringify(useless[0])} that the others do not find; remove it`,
      );
    }
    return texts.flatMap((text, index) => {
      const place = proof.places[index];
      return place ? [literalAt(text, place, maxLength)] : [];
    });
  }
  if (trusts) return texts.map((text) => ({ text, caseSensitive: false, minOffset: 0, maxOffset: maxLength }));
  const seen =
    proof.witness === undefined
      ? 'the regex is too large to prove that every match holds one of its literals'
      : `${JSON.stringify(proof.witness)} would be a match, yet holds none of the literals ${texts.map((text) => JSON.stringify(text)).join(', ')}`;
  throw new AnalysisError(
    'literals',
    `${seen}; ${suggested() || 'give the regex a fixed part of at least three bytes, or write literals: none to accept the cost'}`,
  );
}

function literalAt(text: string, place: LiteralPlace, maxLength: number): Literal {
  return {
    text,
    caseSensitive: place.caseSensitive,
    minOffset: place.minOffset,
    ...(place.follow && { follow: place.follow }),
    ...(place.until && { until: place.until }),
    maxOffset: Math.min(place.maxOffset, Math.max(place.minOffset, maxLength - Buffer.byteLength(text))),
  };
}

/** The fewest and the most bytes of UTF-8 that the expression can match. */
export function byteLengths(node: Expression): { readonly min: number; readonly max: number } {
  switch (node.kind) {
    case 'set':
      // An empty set, such as [^\x{0}-\x{10FFFF}], matches nothing; any length will do.
      if (node.ranges.length === 0) return { min: 1, max: 1 };
      return { min: utf8Length(node.ranges[0]![0]), max: utf8Length(node.ranges.at(-1)![1]) };
    case 'assertion':
      return { min: 0, max: 0 };
    case 'group':
      return byteLengths(node.item);
    case 'sequence': {
      const lengths = node.items.map(byteLengths);
      return { min: lengths.reduce((sum, { min }) => sum + min, 0), max: lengths.reduce((sum, { max }) => sum + max, 0) };
    }
    case 'choice': {
      const lengths = node.branches.map(byteLengths);
      return { min: Math.min(...lengths.map(({ min }) => min)), max: Math.max(...lengths.map(({ max }) => max)) };
    }
    case 'repeat': {
      const { min, max } = byteLengths(node.item);
      // 0 * Infinity is no number.
      return { min: min * node.min, max: max === 0 || node.max === 0 ? 0 : max * node.max };
    }
    default:
      return node satisfies never;
  }
}

/** Literals of at least three bytes of which every match of an RE2 regex holds one; none when none were found. */
export function suggestLiterals(regex: string): string[] {
  return suggestFrom(parseRegex(regex));
}
