import { createHash } from 'node:crypto';
import type { Expression, Range } from './regex.ts';

/** Random numbers from 0 up to, not including, 1; the same ones for the same seed on every machine. */
export type Random = () => number;

/** A generator (mulberry32) started from the hash of a text. */
export function seededRandom(seed: string): Random {
  let state = createHash('sha256').update(seed).digest().readUInt32LE();
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Generated {
  readonly text: string;
  /** Where the group called secret stands in it; the whole text when there is none. */
  readonly secret: { readonly start: number; readonly end: number };
}

// Open repetitions end near here: long enough to be realistic, short enough to read.
const longestOpen = 64;

/** A text that the expression matches: random characters of its classes, as they would stand in a real credential. */
export function generateMatch(expression: Expression, random: Random): Generated {
  let text = '';
  let secret: { start: number; end: number } | undefined;

  function write(node: Expression): void {
    switch (node.kind) {
      case 'set':
        text += pick(node.ranges, random);
        return;
      case 'assertion':
        return;
      case 'sequence':
        for (const item of node.items) write(item);
        return;
      case 'choice':
        write(node.branches[Math.floor(random() * node.branches.length)]!);
        return;
      case 'group': {
        const start = text.length;
        write(node.item);
        if (node.name === 'secret') secret = { start, end: text.length };
        return;
      }
      case 'repeat': {
        const count = repetitions(node, random);
        for (let i = 0; i < count; i++) write(node.item);
        return;
      }
      default:
        node satisfies never;
    }
  }

  write(expression);
  return { text, secret: secret ?? { start: 0, end: text.length } };
}

function repetitions(
  { min, max, lazy }: { readonly min: number; readonly max: number; readonly lazy: boolean },
  random: Random,
): number {
  // A lazy one is the filler between a keyword and its value.
  if (lazy || min === max) return min;
  if (max <= 1) return random() < 0.5 ? min : max;
  const most = Math.min(max, Math.max(min, longestOpen));
  const least = Math.max(min, most - 8);
  return least + Math.floor(random() * (most - least + 1));
}

/** One of the characters of a class, preferring those that credentials are made of. */
export function pick(ranges: readonly Range[], random: Random): string {
  const printable = spell(ranges);
  if (printable.length === 0) return String.fromCodePoint(ranges[0]?.[0] ?? 0x78);
  const letters = printable.filter((char) => /[0-9A-Za-z]/.test(char));
  const body = printable.filter((char) => /[0-9A-Za-z+/_-]/.test(char));
  const choices =
    // A class of spaces, or one that excludes letters, stands for what separates.
    letters.length === 0
      ? printable.filter((char) => [' ', '"', '=', ':'].includes(char))
      : // A letter in both cases is a folded keyword.
        printable.length === 2 && printable[0]!.toLowerCase() === printable[1]
        ? [printable[1]!]
        : isBroad(ranges)
          ? letters
          : letters.length > 8
            ? body
            : printable;
  const list = choices.length > 0 ? choices : printable;
  return list[Math.floor(random() * list.length)]!;
}

function isBroad(ranges: readonly Range[]): boolean {
  return (ranges.at(-1)?.[1] ?? 0) > 0x7f;
}

function spell(ranges: readonly Range[]): string[] {
  const chars: string[] = [];
  for (const [from, to] of ranges) {
    for (let code = Math.max(from, 0x20); code <= Math.min(to, 0x7e); code++) chars.push(String.fromCharCode(code));
  }
  return chars;
}
