import type { Expression } from './regex.ts';

/** Strings of which a match holds one. */
interface Required {
  /** All that the expression can match, when that is a short list. */
  readonly exact?: readonly string[];
  /** The best list of strings of which each match holds at least one. */
  readonly best?: readonly string[];
}

const maxStrings = 24;
const maxLength = 40;
const maxClass = 8;

/**
 * Literals of at least three bytes that every match of the expression holds one of, the most selective that were
 * found; none when there are none. Letters whose case may vary are given in lower case.
 */
export function suggestFrom(expression: Expression): string[] {
  const found = required(expression);
  const list = better(usable(found.exact), found.best);
  return list ? [...list] : [];
}

function required(node: Expression): Required {
  switch (node.kind) {
    case 'set': {
      const chars = spell(node.ranges);
      return chars ? { exact: chars } : {};
    }
    case 'assertion':
      return { exact: [''] };
    case 'group':
      return required(node.item);
    case 'choice': {
      const branches = node.branches.map(required);
      if (branches.every(({ exact }) => exact)) {
        const exact = unique(branches.flatMap((branch) => branch.exact!));
        if (exact.length <= maxStrings) return { exact };
      }
      const lists = branches.map((branch) => better(usable(branch.exact), branch.best));
      if (lists.some((list) => !list)) return {};
      const best = unique(lists.flatMap((list) => list!));
      return best.length <= maxStrings * 4 ? { best } : {};
    }
    case 'repeat': {
      if (node.max === 0) return { exact: [''] };
      const item = required(node.item);
      if (node.min === 0) {
        return item.exact && node.max === 1 && item.exact.length < maxStrings ? { exact: unique(['', ...item.exact]) } : {};
      }
      if (!item.exact) return item;
      const repeated = concatenate(Array.from({ length: Math.min(node.min, maxLength) }, () => item));
      if (node.min === node.max && node.min <= maxLength) return repeated;
      const best = better(usable(repeated.exact), repeated.best);
      return best ? { best } : {};
    }
    case 'sequence':
      return concatenate(node.items.map(required));
    default:
      return node satisfies never;
  }
}

function concatenate(items: readonly Required[]): Required {
  let run: readonly string[] | undefined = [''];
  let isWhole = true;
  let best: readonly string[] | undefined;
  for (const item of items) {
    best = better(best, item.best);
    const joined: readonly string[] | undefined =
      run && item.exact ? unique(run.flatMap((head) => item.exact!.map((tail) => head + tail))) : undefined;
    if (joined && joined.length <= maxStrings && joined.every(({ length }) => length <= maxLength)) {
      run = joined;
      continue;
    }
    // What was joined so far ends here, and the next run begins with this item.
    best = better(best, usable(run));
    isWhole = false;
    run = item.exact ?? [''];
  }
  if (isWhole) return { exact: run };
  best = better(best, usable(run));
  return best ? { best } : {};
}

function usable(strings: readonly string[] | undefined): readonly string[] | undefined {
  return strings?.length && strings.every((text) => Buffer.byteLength(text) >= 3) ? strings : undefined;
}

// The shorter a literal and the longer the list, the more often it is hit for nothing; a letter says less than a sign.
function better(a: readonly string[] | undefined, b: readonly string[] | undefined): readonly string[] | undefined {
  if (!a || !b) return a ?? b;
  return score(b) > score(a) ? b : a;
}

function score(list: readonly string[]): number {
  const rarity = (text: string) =>
    Math.min(text.length, 12) + (/[^0-9A-Za-z\s]/.test(text) ? 2 : 0) + (/[A-Z]/.test(text) ? 0.5 : 0);
  return Math.min(...list.map(rarity)) - Math.log2(list.length) / 2;
}

function spell(ranges: readonly (readonly [number, number])[]): string[] | undefined {
  const chars = new Set<string>();
  for (const [from, to] of ranges) {
    if (to - from >= maxClass * 2) return undefined;
    for (let code = from; code <= to; code++) chars.add(String.fromCodePoint(code));
  }
  // A letter in both cases counts once.
  const folded = [...chars].filter((char) => !(/[A-Z]/.test(char) && chars.has(char.toLowerCase())));
  return folded.length <= maxClass ? folded : undefined;
}

function unique(list: readonly string[]): string[] {
  return [...new Set(list)];
}
