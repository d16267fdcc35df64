import type { Automaton } from './automaton.ts';

/** The first `count` bytes behind a literal are all in `bytes`: 256 bits in hex, each byte's low bit first. */
export interface Follow {
  readonly bytes: string;
  readonly count: number;
}

/** Behind a literal stand only `bytes` (256 bits in hex, each byte's low bit first), and then `delimiter`, which is none of them. */
export interface Until {
  readonly bytes: string;
  readonly delimiter: number;
}

const longest = 200;
/** States that are walked to find delimiters, for all candidates together. */
const mostUntilSteps = 200_000;

// How often text holds the bytes of each kind, roughly, in source code. Only the order of magnitude matters.
const frequency = Float64Array.from({ length: 256 }, (_, byte) => {
  const char = String.fromCharCode(byte);
  if (byte >= 0x80) return 0.01 / 128;
  if (/[a-z]/.test(char)) return 0.55 / 26;
  if (/[A-Z]/.test(char)) return 0.06 / 26;
  if (/[0-9]/.test(char)) return 0.07 / 10;
  if (char === ' ') return 0.17;
  if (char === '\n') return 0.03;
  return byte > 0x20 && byte < 0x7f ? 0.11 / 32 : 0.001 / 31;
});

/**
 * Which bytes must follow a literal, given the states that its end leads to. One set for all of them, cut where it says
 * the most: more bytes to check make a chance hit rarer, until a wider class joins in. Undefined when it says nothing.
 */
export function followOf(automaton: Automaton, states: Iterable<number>): Follow | undefined {
  const bits = new Uint8Array(32);
  let current = closure(automaton, states);
  let best: { readonly count: number; readonly bits: Uint8Array; readonly score: number } | undefined;
  for (let count = 1; count <= longest && !current.has(automaton.accept); count++) {
    const next = new Set<number>();
    for (const state of current) {
      const set = automaton.sets[state];
      if (!set) continue;
      for (const [from, to] of set) {
        for (let code = from; code <= Math.min(to, 0x7f); code++) bits[code >> 3]! |= 1 << (code & 7);
        // A longer character: the bytes of UTF-8 beyond ASCII, one or more of them.
        if (to >= 0x80) bits.fill(0xff, 16);
      }
      next.add(automaton.next[state]!);
    }
    const score = -count * Math.log(chance(bits));
    if (score > (best?.score ?? 0.2)) best = { count, bits: bits.slice(), score };
    current = closure(automaton, next);
  }
  return best && { bytes: Buffer.from(best.bits).toString('hex'), count: best.count };
}

/**
 * A byte that every match holds behind a literal, given the states that the literal's end leads to, and what can stand
 * before it: the rarer that is, the sooner a chance hit is told (`https://` up to the colon before a password). Undefined
 * when nothing is as certain.
 */
export function untilOf(automaton: Automaton, states: Iterable<number>): Until | undefined {
  const start = closure(automaton, states);
  const everything = reach(automaton, start, undefined);
  const candidates = new Set<number>();
  for (const state of everything.states) {
    const set = automaton.sets[state];
    if (set?.length === 1 && set[0]![0] === set[0]![1] && set[0]![0] < 0x80) candidates.add(set[0]![0]);
  }
  if (candidates.size * everything.states.size > mostUntilSteps) return undefined;
  let best: { readonly delimiter: number; readonly bits: Uint8Array; readonly chance: number } | undefined;
  for (const delimiter of candidates) {
    const { states: passed, bits } = reach(automaton, start, delimiter);
    if (passed.has(automaton.accept)) continue;
    const often = chance(bits);
    if (often < (best?.chance ?? 0.97)) best = { delimiter, bits, chance: often };
  }
  return best && { bytes: Buffer.from(best.bits).toString('hex'), delimiter: best.delimiter };
}

/** The states that are reached without reading `delimiter`, and the bytes that are read on the way. */
function reach(automaton: Automaton, start: ReadonlySet<number>, delimiter: number | undefined) {
  const bits = new Uint8Array(32);
  const states = new Set<number>(start);
  const open = [...states];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    let targets: readonly number[] = automaton.free[state]!;
    const set = automaton.sets[state];
    if (set) {
      let reads = false;
      for (const [from, to] of set) {
        for (let code = from; code <= Math.min(to, 0x7f); code++) {
          if (code === delimiter) continue;
          bits[code >> 3]! |= 1 << (code & 7);
          reads = true;
        }
        if (to >= 0x80) {
          bits.fill(0xff, 16);
          reads = true;
        }
      }
      targets = reads ? [automaton.next[state]!] : [];
    }
    for (const target of targets) {
      if (states.has(target)) continue;
      states.add(target);
      open.push(target);
    }
  }
  return { states, bits };
}

function chance(bits: Uint8Array): number {
  let sum = 0;
  for (let byte = 0; byte < 256; byte++) if (bits[byte >> 3]! & (1 << (byte & 7))) sum += frequency[byte]!;
  return Math.min(1, Math.max(sum, 1e-6));
}

function closure(automaton: Automaton, states: Iterable<number>): Set<number> {
  const reached = new Set<number>(states);
  const open = [...reached];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    for (const target of automaton.free[state]!) {
      if (reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return reached;
}
