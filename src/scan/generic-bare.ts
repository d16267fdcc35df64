import {
  ampersand,
  backslash,
  backtick,
  bar,
  carriageReturn,
  closeBrace,
  closeBracket,
  closeParenthesis,
  colon,
  comma,
  dash,
  dollar,
  dot,
  doubleQuote,
  equals,
  greater,
  hash,
  isBlank,
  isIdentifierCode,
  isLetterCode,
  isLineEnd,
  isQuote,
  isSpace,
  less,
  newline,
  openBrace,
  openBracket,
  openParenthesis,
  question,
  semicolon,
  singleQuote,
  skipBlanks,
  skipBlanksBack,
  slash,
  space,
  tab,
} from './generic-characters.ts';
import { isInstruction, previousWord } from './generic-gate.ts';
import { maxValue, type Value } from './generic-literal.ts';

/** A value without quotes: all that the line holds, or up to what ends a word in the syntax at hand. */
export function bareValue(text: string, start: number, from: number): Value | undefined {
  const c = text.charCodeAt(from);
  if (isSpace(c) || isQuote(c) || Number.isNaN(c)) return undefined;
  const isFirst = startsLine(text, start);
  if (isFirst) {
    const value = lineValue(text, from);
    // `Pwd=x;Server=db` goes on with the next key.
    if (value && !/;[A-Za-z ]{2,20}=/.test(text.slice(value.start, value.end))) return value;
  }
  const isTight = text.charCodeAt(from - 1) === equals;
  return bareToken(text, from, (isTight && (isFirst || followsPair(text, start))) || isEmbedded(text, start) ? 'line' : 'bare');
}

/** `host=db user=app password=x`: the word before the key is a pair too. */
function followsPair(text: string, start: number): boolean {
  if (text.charCodeAt(start - 1) !== space) return false;
  const limit = Math.max(0, start - 40);
  for (let at = start - 2; at > limit && !isSpace(text.charCodeAt(at)); at--)
    if (text.charCodeAt(at) === equals) return isLetterCode(text.charCodeAt(at - 1)) && !isQuote(text.charCodeAt(at + 1));
  return false;
}

/** `-e X=x`, `--password=x`, `?token=x&`, `X-Api-Key: x` within quotes, `;Pwd=x;`: places where bare words are values, not expressions. */
function isEmbedded(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  if (before === dash || before === question || before === ampersand || before === semicolon || isQuote(before)) return true;
  if (!isBlank(before)) return false;
  const word = previousWord(text, start);
  return (
    word === 'export' ||
    word === '-e' ||
    word === '--env' ||
    word === '-D' ||
    word === '--build-arg' ||
    word === '--set' ||
    isInstruction(word)
  );
}

/** Whether nothing stands before a key on its line but what may: indentation, `- `, `export `, `ENV `, a comment sign, the front of a dotted name. */
function startsLine(text: string, start: number): boolean {
  let at = start - 1;
  const limit = Math.max(-1, start - 80);
  while (
    at > limit &&
    (isIdentifierCode(text.charCodeAt(at)) ||
      text.charCodeAt(at) === dot ||
      text.charCodeAt(at) === slash ||
      text.charCodeAt(at) === colon)
  )
    at--;
  if (at === -1 || isLineEnd(text.charCodeAt(at))) return true;
  const front = skipBlanksBack(text, at);
  if (front === -1 || isLineEnd(text.charCodeAt(front))) return true;
  const c = text.charCodeAt(front);
  let before = -2;
  if (c === dash || c === hash || c === semicolon || c === 42) before = front - 1;
  else if (c === slash && text.charCodeAt(front - 1) === slash) before = front - 2;
  else if (isLetterCode(c) && isBlank(text.charCodeAt(front + 1)) && isLineInstruction(previousWord(text, front + 1)))
    before = front - previousWord(text, front + 1).length;
  if (before === -2) return false;
  before = skipBlanksBack(text, before);
  return before === -1 || isLineEnd(text.charCodeAt(before));
}

function isLineInstruction(word: string): boolean {
  switch (word) {
    case 'export':
    case 'set':
    case 'SET':
    case 'local':
    case 'declare':
    case 'readonly':
    case 'env':
      return true;
    default:
      return isInstruction(word);
  }
}

/** The rest of a line when it is one word, but for a comment behind it; its closing comma or semicolon is not part of it. */
export function lineValue(text: string, from: number): Value | undefined {
  const limit = Math.min(text.length, from + maxValue + 1);
  let end = from;
  while (end < limit && !isSpace(text.charCodeAt(end))) end++;
  if (end === limit && limit < text.length) return undefined;
  const behind = skipBlanks(text, end);
  const c = text.charCodeAt(behind);
  const isComment = c === hash || (c === slash && text.charCodeAt(behind + 1) === slash) || (c === semicolon && behind > end);
  if (behind < text.length && !isLineEnd(c) && !isComment && !(c === backslash && isLineEnd(text.charCodeAt(behind + 1))))
    return undefined;
  const last = text.charCodeAt(end - 1);
  if (last === comma || last === semicolon || last === backslash) end--;
  if (end - from < 6 || isExpression(text, from, end)) return undefined;
  return { start: from, end, form: 'line', isComparison: false };
}

/** A word without quotes, up to what ends one in any syntax. */
export function bareToken(text: string, from: number, form: 'line' | 'bare'): Value | undefined {
  if (text.charCodeAt(from) === 42) return undefined;
  const limit = Math.min(text.length, from + maxValue + 1);
  let end = from;
  while (end < limit && !endsBareToken(text.charCodeAt(end))) end++;
  if (end === limit && limit < text.length) return undefined;
  const c = text.charCodeAt(end);
  if (c === openParenthesis || c === openBracket || c === openBrace || c === less) return undefined;
  return { start: from, end, form, isComparison: false };
}

function endsBareToken(code: number): boolean {
  switch (code) {
    case space:
    case tab:
    case newline:
    case carriageReturn:
    case doubleQuote:
    case singleQuote:
    case backtick:
    case comma:
    case semicolon:
    case openParenthesis:
    case closeParenthesis:
    case openBracket:
    case closeBracket:
    case closeBrace:
    case openBrace:
    case less:
    case greater:
    case ampersand:
    case bar:
    case backslash:
      return true;
    default:
      return false;
  }
}

/** `name(…`, `name[…`, `a.b(…)`, `new X(…`, `@name`: code, where a value in quotes would stand. */
function isExpression(text: string, from: number, end: number): boolean {
  let at = from;
  if (text.charCodeAt(at) === ampersand || text.charCodeAt(at) === 42) return true;
  while (at < end) {
    const c = text.charCodeAt(at);
    if (!isIdentifierCode(c) && c !== dot && c !== dollar && c !== colon && c !== greater && c !== 42 && c !== 64) break;
    at++;
  }
  if (at === end) return false;
  const c = text.charCodeAt(at);
  return c === openParenthesis || c === openBracket || c === doubleQuote || c === singleQuote || c === backtick;
}
