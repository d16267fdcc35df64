import {
  ampersand,
  backslash,
  colon,
  dash,
  dollar,
  dot,
  equals,
  isBlank,
  isLetterCode,
  isLineEnd,
  isQuote,
  isSpace,
  less,
  maxGap,
  newline,
  openBracket,
  openParenthesis,
  skipBlanks,
  slash,
  space,
} from './generic-characters.ts';
import { isTypeCode } from './generic-gate.ts';
import type { ValueContext } from './generic-value.ts';

/** A value found behind a key. `start` and `end` are offsets in the text. */
export interface Value {
  readonly start: number;
  readonly end: number;
  readonly form: ValueContext['form'];
  readonly isComparison: boolean;
}

/** Longest value: with the key and the white space between them it fits the window behind a hit. */
export const maxValue = 256;

/** A literal behind an operator: the value; `false` when one opens here that is none; undefined when there is no literal. */
export function literalAt(text: string, start: number, to: number, quote: number): Value | false | undefined {
  let at = skipBlanks(text, to);
  const gap = at;
  if (isLineEnd(text.charCodeAt(at))) {
    // The value of a long assignment stands on the next line; a bare word there does not belong to it.
    while (at - gap < maxGap && isSpace(text.charCodeAt(at))) at++;
    if (!isQuote(text.charCodeAt(at))) return undefined;
  }
  if (quote === backslash || (text.charCodeAt(at) === backslash && isQuote(text.charCodeAt(at + 1))))
    return escapedQuotedAt(text, at) ?? undefined;
  if (text.charCodeAt(at) === openBracket && isQuote(text.charCodeAt(at + 1))) at++;
  const open = literalStart(text, at);
  if (open === -1) return undefined;
  if (quote === 0 && isInsideString(text, start, text.charCodeAt(open))) return false;
  const value = quotedAt(text, open);
  if (!value) return false;
  return isConcatenated(text, value) ? false : value;
}

/** A literal behind an operator, where a bare word would be an expression. */
export function quotedOnly(text: string, start: number, to: number, quote: number): Value | undefined {
  return literalAt(text, start, to, quote) || undefined;
}

const wrappers = new Set(
  `String Some Ok new str string bytes byte Secret SecretStr SecretString StringValue from Buffer NSString std Box Rc Arc Text text T b64decode
  atob base64 decode StringUtils unicode to_string toString of valueOf literal wstring c_str pointer ptr aws NewValue cdk SecretValue unsafePlainText
  getBytes Uint8Array TextEncoder encode Bytes QString CString Cow owned into Just fromString plaintext`.split(/\s+/),
);

/** Where the quote of a literal stands: at once, behind a prefix (`@"…"`, `b'…'`), or in a call that only wraps it (`String::from("…")`). */
function literalStart(text: string, at: number): number {
  const c = text.charCodeAt(at);
  if (isQuote(c)) return at;
  // @"…", $"…", u'…', N'…', rb"…"
  const next = text.charCodeAt(at + 1);
  if (isQuote(next)) return c === 64 || c === dollar || isLetterCode(c) ? at + 1 : -1;
  if (
    isQuote(text.charCodeAt(at + 2)) &&
    (isLetterCode(c) || c === dollar || c === 64) &&
    (isLetterCode(next) || next === 64 || next === dollar)
  )
    return at + 2;
  if (c === less && next === less && isQuote(text.charCodeAt(at + 2))) return at + 2;
  if (!isLetterCode(c) && c !== openBracket && c !== ampersand) return -1;
  let end = at;
  while (end - at < 40) {
    const code = text.charCodeAt(end);
    if (code === openParenthesis && isQuote(text.charCodeAt(end + 1))) break;
    if (!isTypeCode(code) && code !== colon && code !== space && code !== ampersand && code !== 33) return -1;
    end++;
  }
  if (text.charCodeAt(end) !== openParenthesis) return -1;
  const called = text.slice(at, end).split(/[^A-Za-z0-9_]+/);
  return called.every((name) => name === '' || wrappers.has(name)) ? end + 1 : -1;
}

/** The value between the quote at `open` and its partner on the same line. */
export function quotedAt(text: string, open: number): Value | undefined {
  const quote = text.charCodeAt(open);
  if (!isQuote(quote)) return undefined;
  let start = open + 1;
  if (text.charCodeAt(start) === quote && text.charCodeAt(start + 1) === quote) {
    start += 2;
    while (start - open < maxGap && isSpace(text.charCodeAt(start))) start++;
  }
  const limit = Math.min(text.length, start + maxValue + 1);
  for (let end = start; end < limit; end++) {
    const c = text.charCodeAt(end);
    if (c === quote) return { start, end, form: 'quoted', isComparison: false };
    if (isLineEnd(c)) return start > open + 1 ? { start, end, form: 'quoted', isComparison: false } : undefined;
    if (c === backslash) end++;
  }
  return undefined;
}

/** The value between escaped quotes, in a document that is itself within a string: `\"x\"`. */
export function escapedQuotedAt(text: string, at: number): Value | undefined {
  if (text.charCodeAt(at) !== backslash || !isQuote(text.charCodeAt(at + 1))) return undefined;
  const start = at + 2;
  const limit = Math.min(text.length, start + maxValue);
  for (let end = start; end < limit; end++) {
    const c = text.charCodeAt(end);
    if (c === backslash) return { start, end, form: 'quoted', isComparison: false };
    if (isLineEnd(c)) return undefined;
  }
  return undefined;
}

/** `"Bearer " + token`, `'key-' . $id`: half a value. */
function isConcatenated(text: string, value: Value): boolean {
  const at = skipBlanks(text, value.end + 1);
  const c = text.charCodeAt(at);
  if (c !== 43 && !(c === dot && isBlank(text.charCodeAt(at + 1)))) return false;
  const last = text.charCodeAt(value.end - 1);
  return value.end - value.start < 16 || last === dash || last === 95 || last === colon || last === equals || last === slash;
}

/** Whether an odd number of such quotes stands before the key on its line, so that the next one closes a string. */
export function isInsideString(text: string, start: number, quote: number): boolean {
  let isOdd = false;
  const limit = Math.max(0, start - 160);
  for (let at = start - 1; at >= limit; at--) {
    const c = text.charCodeAt(at);
    if (c === newline) break;
    if (c === quote && text.charCodeAt(at - 1) !== backslash) isOdd = !isOdd;
  }
  return isOdd;
}
