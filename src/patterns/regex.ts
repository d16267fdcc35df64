import { type AST, RegExpParser, RegExpSyntaxError } from '@eslint-community/regexpp';

/** Inclusive code points. */
export type Range = readonly [first: number, last: number];

/** A regex as the analysis reads it. Assertions match the empty string; case folding is already applied to the sets. */
export type Expression =
  | { readonly kind: 'set'; readonly ranges: readonly Range[] }
  | { readonly kind: 'sequence'; readonly items: readonly Expression[] }
  | { readonly kind: 'choice'; readonly branches: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly item: Expression; readonly min: number; readonly max: number; readonly lazy: boolean }
  | { readonly kind: 'group'; readonly name: string | undefined; readonly item: Expression }
  | { readonly kind: 'assertion'; readonly text: string };

/** A regex that cannot be read: why, and at which character (from 0) of its source. */
export class RegexError extends Error {
  readonly index: number;

  constructor(message: string, index: number) {
    super(message);
    this.name = 'RegexError';
    this.index = index;
  }
}

const lastCodePoint = 0x10ffff;
const maxNesting = 200;
const digit: readonly Range[] = [[0x30, 0x39]];
const word: readonly Range[] = [
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
];
// RE2's \s is [\t\n\f\r ], without JavaScript's Unicode spaces and \v.
const space: readonly Range[] = [
  [0x09, 0x0a],
  [0x0c, 0x0d],
  [0x20, 0x20],
];

const posixClasses: Readonly<Record<string, string>> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  ascii: '\\x00-\\x7F',
  blank: '\\t ',
  cntrl: '\\x00-\\x1F\\x7F',
  digit: '0-9',
  graph: '!-~',
  lower: 'a-z',
  print: ' -~',
  punct: '!-\\/:-@\\[-`{-~',
  space: '\\t-\\r ',
  upper: 'A-Z',
  word: '0-9A-Za-z_',
  xdigit: '0-9A-Fa-f',
};

/**
 * Reads an RE2 regex. RE2 (https://github.com/google/re2/wiki/Syntax) is spelled in JavaScript's Unicode syntax first,
 * then parsed by regexpp; what only JavaScript has (lookaround, backreferences) is refused.
 */
export function parseRegex(source: string): Expression {
  const { text, origins } = spellInJavaScript(source);
  let pattern: AST.Pattern;
  try {
    pattern = new RegExpParser({ ecmaVersion: 2025 }).parsePattern(text, undefined, undefined, { unicode: true });
  } catch (error) {
    if (!(error instanceof RegExpSyntaxError)) throw error;
    const message = error.message.replace(/^Invalid regular expression: \/.*\/u: /s, '');
    throw new RegexError(message.charAt(0).toLowerCase() + message.slice(1), origins[error.index] ?? source.length);
  }
  const at = (node: AST.Node) => origins[node.start] ?? source.length;
  return alternatives(pattern.alternatives, { foldsCase: false, dotMatchesNewline: false }, at);
}

interface Flags {
  readonly foldsCase: boolean;
  readonly dotMatchesNewline: boolean;
}

type Position = (node: AST.Node) => number;

function alternatives(list: readonly AST.Alternative[], flags: Flags, at: Position): Expression {
  const branches = list.map((branch) => sequence(branch.elements.map((element) => convert(element, flags, at))));
  return branches.length === 1 ? branches[0]! : { kind: 'choice', branches };
}

function sequence(items: readonly Expression[]): Expression {
  return items.length === 1 ? items[0]! : { kind: 'sequence', items };
}

function convert(node: AST.Element, flags: Flags, at: Position): Expression {
  switch (node.type) {
    case 'Character':
      return set([[node.value, node.value]], flags);
    case 'CharacterSet':
    case 'CharacterClass':
      return set(classRanges(node, flags), flags);
    case 'Quantifier':
      return {
        kind: 'repeat',
        item: convert(node.element, flags, at),
        min: node.min,
        max: node.max,
        lazy: !node.greedy,
      };
    case 'Group':
      return alternatives(node.alternatives, withModifiers(flags, node.modifiers), at);
    case 'CapturingGroup':
      return { kind: 'group', name: node.name ?? undefined, item: alternatives(node.alternatives, flags, at) };
    case 'Assertion':
      if (node.kind === 'lookahead' || node.kind === 'lookbehind') {
        throw new RegexError(`${node.kind} is not part of RE2`, at(node));
      }
      return { kind: 'assertion', text: node.raw };
    case 'Backreference':
      throw new RegexError('backreferences are not part of RE2', at(node));
    case 'ExpressionCharacterClass':
      throw new RegexError('set operations in a class are not part of RE2', at(node));
    default:
      return node satisfies never;
  }
}

function withModifiers(flags: Flags, modifiers: AST.Modifiers | null): Flags {
  const { add, remove } = modifiers ?? {};
  return {
    foldsCase: (flags.foldsCase || !!add?.ignoreCase) && !remove?.ignoreCase,
    dotMatchesNewline: (flags.dotMatchesNewline || !!add?.dotAll) && !remove?.dotAll,
  };
}

function classRanges(node: AST.ClassRangesCharacterClassElement | AST.CharacterClass | AST.CharacterSet, flags: Flags): Range[] {
  switch (node.type) {
    case 'Character':
      return [[node.value, node.value]];
    case 'CharacterClassRange':
      return [[node.min.value, node.max.value]];
    case 'CharacterSet':
      switch (node.kind) {
        case 'any':
          return flags.dotMatchesNewline ? [[0, lastCodePoint]] : complement([[0x0a, 0x0a]]);
        case 'digit':
          return node.negate ? complement(digit) : [...digit];
        case 'word':
          return node.negate ? complement(word) : [...word];
        case 'space':
          return node.negate ? complement(space) : [...space];
        // Which characters have a Unicode property does not matter here: any may, and their bytes are bounded all the same.
        case 'property':
          return [[0, lastCodePoint]];
        default:
          return node satisfies never;
      }
    case 'CharacterClass': {
      const ranges = node.elements.flatMap((element) => classRanges(element as AST.ClassRangesCharacterClassElement, flags));
      return node.negate ? complement(flags.foldsCase ? fold(ranges) : ranges) : ranges;
    }
    default:
      return node satisfies never;
  }
}

function set(ranges: readonly Range[], flags: Flags): Expression {
  return { kind: 'set', ranges: normalise(flags.foldsCase ? fold(ranges) : ranges) };
}

/** Sorted, and without overlaps. */
export function normalise(ranges: readonly Range[]): Range[] {
  const merged: [number, number][] = [];
  for (const [first, last] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const previous = merged.at(-1);
    if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
    else merged.push([first, last]);
  }
  return merged;
}

function complement(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  let next = 0;
  for (const [first, last] of normalise(ranges)) {
    if (first > next) result.push([next, first - 1]);
    next = last + 1;
  }
  if (next <= lastCodePoint) result.push([next, lastCodePoint]);
  return result;
}

// ASCII only, as the prefilter folds. RE2 also folds k to U+212A and s to U+017F; a secret is not written with those.
function fold(ranges: readonly Range[]): Range[] {
  const folded: Range[] = [...ranges];
  for (const [first, last] of ranges) {
    const upper: Range = [Math.max(first, 0x41), Math.min(last, 0x5a)];
    const lower: Range = [Math.max(first, 0x61), Math.min(last, 0x7a)];
    if (upper[0] <= upper[1]) folded.push([upper[0] + 32, upper[1] + 32]);
    if (lower[0] <= lower[1]) folded.push([lower[0] - 32, lower[1] - 32]);
  }
  return folded;
}

/** The group called `name`, wherever it stands. */
export function findGroup(expression: Expression, name: string): Expression | undefined {
  switch (expression.kind) {
    case 'set':
    case 'assertion':
      return undefined;
    case 'group':
      return expression.name === name ? expression : findGroup(expression.item, name);
    case 'repeat':
      return findGroup(expression.item, name);
    case 'sequence':
      return first(expression.items, name);
    case 'choice':
      return first(expression.branches, name);
    default:
      return expression satisfies never;
  }
}

function first(list: readonly Expression[], name: string): Expression | undefined {
  for (const item of list) {
    const found = findGroup(item, name);
    if (found) return found;
  }
  return undefined;
}

/** The names of all named groups, in order. */
export function groupNames(expression: Expression): string[] {
  switch (expression.kind) {
    case 'set':
    case 'assertion':
      return [];
    case 'group':
      return [...(expression.name === undefined ? [] : [expression.name]), ...groupNames(expression.item)];
    case 'repeat':
      return groupNames(expression.item);
    case 'sequence':
      return expression.items.flatMap(groupNames);
    case 'choice':
      return expression.branches.flatMap(groupNames);
    default:
      return expression satisfies never;
  }
}

interface JavaScriptSpelling {
  readonly text: string;
  /** For each character of `text`, the index in the source that it came from. */
  readonly origins: readonly number[];
}

/** RE2's own spellings, respelled: `(?P<x>`, `(?i)` in mid-group, `\A`, `\z`, `\Q…\E`, `[[:alnum:]]`, `\x{41}`, `\pL`, `(?U)`. */
function spellInJavaScript(source: string): JavaScriptSpelling {
  let text = '';
  const origins: number[] = [];
  let index = 0;
  // For each open group, the flag groups that were opened inside it and must be closed with it.
  const groups: string[][] = [[]];
  const open = () => {
    if (groups.push([]) - 1 > maxNesting) throw new RegexError(`groups are nested more than ${maxNesting} deep`, index);
  };
  const emit = (piece: string, from: number) => {
    for (let i = 0; i < piece.length; i++) origins.push(from);
    text += piece;
  };

  while (index < source.length) {
    const from = index;
    const char = source[index]!;
    if (char === '\\') {
      const escaped = readEscape(source, index, false);
      emit(escaped.text, from);
      index = escaped.end;
    } else if (char === '[') {
      const end = readClass(source, index, emit);
      index = end;
    } else if (char === '(') {
      const flags = /^\(\?([imsU]*(?:-[imsU]*)?)([:)])/.exec(source.slice(index, index + 24));
      if (flags) {
        const modifiers = javaScriptModifiers(flags[1]!);
        emit(`(?${modifiers}:`, from);
        if (flags[2] === ')') groups.at(-1)!.push(modifiers);
        else open();
        index += flags[0].length;
      } else {
        open();
        const named = source.startsWith('(?P<', index);
        emit(named ? '(?<' : '(', from);
        index += named ? 4 : 1;
      }
    } else if (char === ')') {
      if (groups.length === 1) throw new RegexError('unmatched )', index);
      emit(')'.repeat(groups.pop()!.length + 1), from);
      index++;
    } else if (char === '|') {
      // A flag set in mid-group holds for the group's later branches as well.
      const flagGroups = groups.at(-1)!;
      emit(`${')'.repeat(flagGroups.length)}|${flagGroups.map((modifiers) => `(?${modifiers}:`).join('')}`, from);
      index++;
    } else if (char === '{') {
      const repeat = /^\{\d+(?:,\d*)?\}/.exec(source.slice(index, index + 20));
      emit(repeat ? repeat[0] : '\\{', from);
      index += repeat ? repeat[0].length : 1;
    } else if (char === '}' || char === ']') {
      emit(`\\${char}`, from);
      index++;
    } else {
      emit(char, from);
      index++;
    }
  }
  emit(')'.repeat(groups[0]!.length), source.length);
  return { text, origins };
}

// U swaps greedy and lazy, which matters to no length and no literal; JavaScript has no such flag.
function javaScriptModifiers(flags: string): string {
  const [add = '', remove = ''] = flags.replaceAll('U', '').split('-');
  const off = [...new Set(remove)].join('');
  const on = [...new Set(add)].filter((flag) => !off.includes(flag)).join('');
  return off ? `${on}-${off}` : on;
}

function readEscape(source: string, index: number, inClass: boolean): { readonly text: string; readonly end: number } {
  const next = source[index + 1];
  if (next === undefined) throw new RegexError('a backslash ends the regex', index);
  const rest = source.slice(index + 1, index + 40);
  if (next === 'Q' && !inClass) {
    const close = source.indexOf('\\E', index + 2);
    const end = close < 0 ? source.length : close;
    const literal = source.slice(index + 2, end).replace(/[\^$\\.*+?()[\]{}|/]/g, '\\$&');
    return { text: literal, end: close < 0 ? end : end + 2 };
  }
  if (!inClass && next === 'A') return { text: '^', end: index + 2 };
  if (!inClass && next === 'z') return { text: '$', end: index + 2 };
  if (!inClass && next === 'C') return { text: '.', end: index + 2 };
  if (next === 'a') return { text: '\\x07', end: index + 2 };
  const braced = /^x\{([0-9A-Fa-f]{1,8})\}/.exec(rest);
  if (braced) return { text: `\\u{${braced[1]}}`, end: index + 1 + braced[0].length };
  const property = /^([pP])(?:\{(\^?)[A-Za-z_]{1,30}\}|[A-Z])/.exec(rest);
  if (property) return { text: '\\p{L}', end: index + 1 + property[0].length };
  const octal = /^(?:0[0-7]{0,2}|[1-7][0-7]{1,2})/.exec(rest);
  if (octal) {
    const value = Number.parseInt(octal[0], 8).toString(16);
    return { text: `\\u{${value}}`, end: index + 1 + octal[0].length };
  }
  if (/[-!"#%&',:;<=>@_`~ ]/.test(next)) return { text: next === '-' && inClass ? '\\-' : next, end: index + 2 };
  return { text: `\\${next}`, end: index + 2 };
}

/** Emits the class that opens at `index`; gives the index behind it. */
function readClass(source: string, index: number, emit: (piece: string, from: number) => void): number {
  const open = index;
  emit('[', index++);
  if (source[index] === '^') emit('^', index++);
  let isFirst = true;
  // Whether a dash here would have JavaScript see a range from or to a class such as \w, where RE2 sees a dash.
  let afterSet = false;
  while (index < source.length) {
    const from = index;
    const char = source[index]!;
    if (char === ']' && !isFirst) {
      emit(']', index);
      return index + 1;
    }
    isFirst = false;
    const posix = char === '[' ? /^\[:(\^?)([a-z]{1,10}):\]/.exec(source.slice(index, index + 20)) : null;
    if (posix) {
      const members = posixClasses[posix[2]!];
      if (!members) throw new RegexError(`unknown character class ${posix[0]}`, index);
      emit(posix[1] ? negatedPosix(posix[2]!) : members, from);
      index += posix[0].length;
      afterSet = true;
      continue;
    }
    if (char === '\\') {
      const escaped = readEscape(source, index, true);
      emit(escaped.text, from);
      index = escaped.end;
      afterSet = /^\\[dDwWsSpP]/.test(escaped.text);
      continue;
    }
    const isDash =
      char === '-' && source[index + 1] !== ']' && (afterSet || /^-\\[dDwWsSpP]/.test(source.slice(index, index + 3)));
    emit(isDash || char === ']' ? `\\${char}` : char, from);
    afterSet = false;
    index++;
  }
  throw new RegexError('a class is not closed: missing ]', open);
}

function negatedPosix(name: string): string {
  const members = new RegExp(`[${posixClasses[name]}]`);
  let text = '\\u{80}-\\u{10FFFF}';
  for (let code = 0; code < 0x80; code++) {
    if (!members.test(String.fromCharCode(code))) text += `\\x${code.toString(16).padStart(2, '0')}`;
  }
  return text;
}
