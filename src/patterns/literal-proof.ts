import type { Automaton } from './automaton.ts';
import { buildAutomaton } from './automaton.ts';
import { type Follow, followOf, type Until, untilOf } from './literal-follow.ts';
import type { Expression, Range } from './regex.ts';

/** Where in a match its first literal can stand, in bytes from the match's start. */
export interface LiteralPlace {
  readonly caseSensitive: boolean;
  readonly minOffset: number;
  /** Infinity when an unbounded repetition stands before it. */
  readonly maxOffset: number;
  /** What must follow the literal in every match that is found by it. */
  readonly follow?: Follow;
  /** What stands behind it up to a byte that every such match holds. */
  readonly until?: Until;
}

export type LiteralProof =
  | { readonly proved: true; readonly places: readonly (LiteralPlace | undefined)[] }
  /** `witness`: a match without any of the literals; absent when the regex was too large to follow. */
  | { readonly proved: false; readonly witness?: string };

interface Literal {
  readonly codePoints: readonly number[];
  readonly caseSensitive: boolean;
}

// A class of up to this many characters is spelled out when it is looked at as part of a literal: `gh[pousr]_` holds `ghp_`.
const smallClass = 16;
const maxVisited = 400_000;
// Steps for one pattern in all: finding out which literals need no folding is worth no more than this.
const maxSteps = 1_200_000;
const maxPasses = 50;

/**
 * Whether every match of `expression` holds one of `literals`: the regex's automaton is run beside one that has seen
 * no literal yet; if both can reach the end, the way there is a match without a literal. Exact, except that a
 * repetition too large to be written out is read as unbounded, which never proves too much.
 *
 * A literal is read as case-sensitive when the proof holds without folding it. First only literals that stand in the
 * regex as such count, so that `[a-z_]{4}_bar` gives one fixed place for `_bar`; large classes count when that fails.
 */
export function proveLiterals(expression: Expression, literals: readonly string[]): LiteralProof {
  const automaton = buildAutomaton(expression);
  if (!automaton) return { proved: false };
  const budget = { steps: maxSteps };
  const caseless = (text: string) => !/[A-Za-z]/.test(text);
  for (const limit of [smallClass, Number.POSITIVE_INFINITY]) {
    let current: readonly Literal[] = literals.map((text) => ({ codePoints: codePoints(text), caseSensitive: caseless(text) }));
    let run = explore(automaton, current, limit, budget);
    if (!run.proved) {
      if (limit === Number.POSITIVE_INFINITY) return run;
      continue;
    }
    // Mostly all of them can be told by case, or none; only a mixed list is tried one by one.
    const strict = current.map((literal) => ({ ...literal, caseSensitive: true }));
    const all = explore(automaton, strict, limit, budget);
    if (all.proved) {
      current = strict;
      run = all;
    }
    for (const [index, text] of literals.entries()) {
      if (all.proved || caseless(text)) continue;
      const stricter = current.with(index, { ...current[index]!, caseSensitive: true });
      const attempt = explore(automaton, stricter, limit, budget);
      if (!attempt.proved) continue;
      current = stricter;
      run = attempt;
    }
    const { ends } = run;
    return {
      proved: true,
      places: literals.map((text, index) => {
        const end = ends[index];
        if (!end) return undefined;
        const bytes = Buffer.byteLength(text);
        const follow = followOf(automaton, end.states);
        const until = untilOf(automaton, end.states);
        return {
          caseSensitive: current[index]!.caseSensitive,
          minOffset: end.min - bytes,
          maxOffset: end.max - bytes,
          ...(follow && { follow }),
          ...(until && { until }),
        };
      }),
    };
  }
  return { proved: false };
}

function codePoints(text: string): number[] {
  return [...text].map((char) => char.codePointAt(0)!);
}

/** Bytes from a match's start to the literal's end, and the states that follow it there. */
interface LiteralEnd {
  readonly min: number;
  readonly max: number;
  readonly states: ReadonlySet<number>;
}

interface Completion {
  readonly literal: number;
  readonly min: number;
  readonly max: number;
  readonly state: number;
}

type Exploration =
  | { readonly proved: true; readonly ends: readonly (LiteralEnd | undefined)[] }
  | { readonly proved: false; readonly witness?: string };

/** How far into each literal the characters read so far reach, as a small automaton over code points. */
function literalTracker(literals: readonly Literal[]) {
  // A state is the list of literals begun, as pairs of literal and progress; state 0 has begun none.
  const states: (readonly [number, number][])[] = [[]];
  const numbers = new Map<string, number>([['', 0]]);
  const matches = (literal: Literal, position: number, code: number) => {
    const wanted = literal.codePoints[position]!;
    return wanted === code || (!literal.caseSensitive && lower(wanted) === lower(code));
  };
  const transitions = new Map<number, number>();
  /** The next state, or -1 - n when `code` completes literal n. */
  return (state: number, code: number): number => {
    const transition = state * 0x110000 + code;
    const known = transitions.get(transition) ?? step(state, code);
    transitions.set(transition, known);
    return known;
  };

  function step(state: number, code: number): number {
    const progress: [number, number][] = [];
    const begun = states[state]!;
    for (const [index, literal] of literals.entries()) {
      for (const [, position] of [...begun.filter(([begunIndex]) => begunIndex === index), [index, 0] as const]) {
        if (!matches(literal, position, code)) continue;
        if (position + 1 === literal.codePoints.length) return -1 - index;
        progress.push([index, position + 1]);
      }
    }
    const key = progress.join(';');
    const known = numbers.get(key);
    if (known !== undefined) return known;
    states.push(progress);
    numbers.set(key, states.length - 1);
    return states.length - 1;
  }
}

function lower(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 32 : code;
}

function upper(code: number): number {
  return code >= 0x61 && code <= 0x7a ? code - 32 : code;
}

interface Edge {
  readonly to: number;
  readonly min: number;
  readonly max: number;
  readonly code: number;
}

function explore(automaton: Automaton, literals: readonly Literal[], limit: number, budget: { steps: number }): Exploration {
  const track = literalTracker(literals);
  const alphabet = [...new Set(literals.flatMap(({ codePoints }) => codePoints.flatMap((code) => [lower(code), upper(code)])))];
  const width = automaton.free.length;
  const node = (state: number, seen: number) => seen * width + state;
  const edgesOfSet = new Map<
    readonly Range[],
    { readonly code: number; readonly min: number; readonly max: number; readonly literal: boolean }[]
  >();

  // The characters of a set that matter to a literal, one by one, and one that stands for all others.
  const readings = (set: readonly Range[]) => {
    const known = edgesOfSet.get(set);
    if (known) return known;
    const spelled = sizeOf(set) <= limit ? alphabet.filter((code) => contains(set, code)) : [];
    const list = spelled.map((code) => ({ code, min: utf8Length(code), max: utf8Length(code), literal: true }));
    const other = otherThan(set, spelled);
    if (other !== undefined) {
      list.push({ code: other, min: utf8Length(set[0]![0]), max: utf8Length(set.at(-1)![1]), literal: false });
    }
    edgesOfSet.set(set, list);
    return list;
  };

  const first = node(automaton.start, 0);
  const parents = new Map<number, { readonly from: number; readonly code: number }>([[first, { from: -1, code: -1 }]]);
  const edges = new Map<number, Edge[]>();
  const completions = new Map<number, Completion[]>();
  const queue = [first];
  for (let head = 0; head < queue.length; head++) {
    const current = queue[head]!;
    const state = current % width;
    const seen = Math.floor(current / width);
    if (state === automaton.accept) return { proved: false, witness: spellWitness(parents, current) };
    if (queue.length > maxVisited || budget.steps-- <= 0) return { proved: false };
    const out: Edge[] = automaton.free[state]!.map((target) => ({ to: node(target, seen), min: 0, max: 0, code: -1 }));
    const set = automaton.sets[state];
    for (const reading of set ? readings(set) : []) {
      const after = reading.literal ? track(seen, reading.code) : 0;
      if (after < 0) {
        const list = completions.get(current) ?? [];
        list.push({ literal: -1 - after, min: reading.min, max: reading.max, state: automaton.next[state]! });
        completions.set(current, list);
      } else {
        out.push({ to: node(automaton.next[state]!, after), min: reading.min, max: reading.max, code: reading.code });
      }
    }
    edges.set(current, out);
    for (const edge of out) {
      if (parents.has(edge.to)) continue;
      parents.set(edge.to, { from: current, code: edge.code });
      queue.push(edge.to);
    }
  }
  return { proved: true, ends: literalEnds(first, edges, completions, literals.length) };
}

function sizeOf(set: readonly Range[]): number {
  return set.reduce((size, [from, to]) => size + to - from + 1, 0);
}

function contains(set: readonly Range[], code: number): boolean {
  return set.some(([from, to]) => from <= code && code <= to);
}

function otherThan(set: readonly Range[], excluded: readonly number[]): number | undefined {
  // Printable ones first: they end up in a message.
  for (const [low, high] of [
    [0x30, 0x7e],
    [0x21, 0x2f],
    [0, 0x10ffff],
  ] as const) {
    for (const [from, to] of set) {
      const end = Math.min(to, high);
      for (let code = Math.max(from, low), tries = 0; code <= end && tries < 200; code++, tries++) {
        if (!excluded.includes(code)) return code;
      }
    }
  }
  return undefined;
}

/** Bytes of a code point in UTF-8. */
export function utf8Length(code: number): number {
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}

function spellWitness(parents: ReadonlyMap<number, { readonly from: number; readonly code: number }>, end: number): string {
  const codes: number[] = [];
  for (let current = end; current >= 0; ) {
    const step = parents.get(current)!;
    if (step.code >= 0) codes.push(step.code);
    current = step.from;
  }
  return String.fromCodePoint(...codes.reverse());
}

/** Bytes from the start to the end of each literal, least and most, over all ways that lead to it first. */
function literalEnds(
  first: number,
  edges: ReadonlyMap<number, readonly Edge[]>,
  completions: ReadonlyMap<number, readonly Completion[]>,
  count: number,
) {
  const { order, inCycle } = topologicalOrder(first, edges);
  const position = new Map(order.map((state, index) => [state, index]));
  const least = new Map<number, number>([[first, 0]]);
  const most = new Map<number, number>([[first, 0]]);
  const ends: (LiteralEnd | undefined)[] = Array.from({ length: count }, () => undefined);
  // An edge back to an earlier state can shorten a way that was taken before it: once more, until nothing changes.
  let isSettled = false;
  for (let pass = 0; pass < maxPasses && !isSettled; pass++) {
    isSettled = true;
    for (const current of order) {
      for (const edge of edges.get(current)!) {
        const length = least.get(current)! + edge.min;
        if (length >= (least.get(edge.to) ?? Number.POSITIVE_INFINITY)) continue;
        least.set(edge.to, length);
        isSettled &&= (position.get(edge.to) ?? 0) > (position.get(current) ?? 0);
      }
    }
  }
  // Not settled by then: no lower bound is claimed.
  if (!isSettled) for (const current of order) least.set(current, 0);
  // Cycles come from unbounded repetition only, and whatever they lead to has no upper bound.
  for (const current of order) {
    if (inCycle.has(current)) most.set(current, Number.POSITIVE_INFINITY);
    const longestSoFar = most.get(current) ?? 0;
    for (const edge of edges.get(current)!) most.set(edge.to, Math.max(most.get(edge.to) ?? 0, longestSoFar + edge.max));
    for (const { literal, min, max, state } of completions.get(current) ?? []) {
      const known = ends[literal];
      ends[literal] = {
        min: Math.min(known?.min ?? Number.POSITIVE_INFINITY, least.get(current)! + min),
        max: Math.max(known?.max ?? 0, longestSoFar + max),
        states: new Set([...(known?.states ?? []), state]),
      };
    }
  }
  return ends;
}

/** The states in an order in which every edge that is not part of a cycle leads forward; and the states on cycles. */
function topologicalOrder(first: number, edges: ReadonlyMap<number, readonly Edge[]>) {
  const order: number[] = [];
  const inCycle = new Set<number>();
  const finished = new Set<number>();
  const onPath = new Map<number, number>();
  const path: { readonly state: number; edge: number }[] = [{ state: first, edge: 0 }];
  onPath.set(first, 0);
  while (path.length > 0) {
    const top = path.at(-1)!;
    const edge = edges.get(top.state)![top.edge++];
    if (!edge) {
      path.pop();
      onPath.delete(top.state);
      finished.add(top.state);
      order.push(top.state);
    } else if (onPath.has(edge.to)) {
      for (let i = onPath.get(edge.to)!; i < path.length; i++) inCycle.add(path[i]!.state);
    } else if (!finished.has(edge.to)) {
      onPath.set(edge.to, path.length);
      path.push({ state: edge.to, edge: 0 });
    }
  }
  return { order: order.reverse(), inCycle };
}
