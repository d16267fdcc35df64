import { bareToken, bareValue, lineValue } from './generic-bare.ts';
import {
  ampersand,
  backslash,
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
  isBlank,
  isDigitCode,
  isIdentifierCode,
  isLetterCode,
  isLineEnd,
  isQuote,
  isSpace,
  isUpperCode,
  less,
  maxGap,
  newline,
  openBrace,
  openBracket,
  openParenthesis,
  question,
  semicolon,
  singleQuote,
  skipBlanks,
  slash,
  space,
} from './generic-characters.ts';
import { assignsBehindType, isOptionOrInstruction, isTypeCode, startsPairWord } from './generic-gate.ts';
import { maxKeyReach } from './generic-key.ts';
import { escapedQuotedAt, isInsideString, literalAt, maxValue, quotedAt, quotedOnly, type Value } from './generic-literal.ts';

/** The value that is assigned to the key at [start, end), by what stands between them. */
export function findValue(text: string, start: number, end: number): Value | undefined {
  let at = end;
  let quote = 0;
  const c = text.charCodeAt(at);
  if (c === backslash && isQuote(text.charCodeAt(at + 1))) {
    // A document inside a string: \"password\": \"…\"
    quote = backslash;
    at += 2;
  } else if (isQuote(c)) {
    if (!opensWith(text, start, c)) return undefined;
    quote = c;
    at++;
  }
  // config["password"], getenv("PASSWORD"), $h{password}, char password[32]
  if (text.charCodeAt(at) === openBracket) {
    at++;
    while (at - end < 8 && isDigitCode(text.charCodeAt(at))) at++;
    if (text.charCodeAt(at) !== closeBracket) return undefined;
  }
  for (let closed = 0; closed < 2; closed++) {
    const close = text.charCodeAt(at);
    if (close !== closeBracket && close !== closeParenthesis && !(close === closeBrace && opensWithBrace(text, start))) break;
    at++;
  }
  const adjacent = text.charCodeAt(at);
  if (adjacent === openParenthesis && quote === 0) return at === end ? setterValue(text, start, at) : undefined;
  if (
    adjacent === greater &&
    text.charCodeAt(at - 1) !== dash &&
    text.charCodeAt(at + 1) !== equals &&
    text.charCodeAt(at + 1) !== greater
  )
    return elementValue(text, start, at, quote);
  const gapStart = at;
  at = skipBlanks(text, at);
  switch (text.charCodeAt(at)) {
    case equals:
      return behindEquals(text, start, at, quote);
    case colon:
      return behindColon(text, start, at, quote);
    case less:
      // R's `password <- "x"`, and a property list's `<key>password</key>`.
      if (text.charCodeAt(at + 1) === dash) return quotedOnly(text, start, at + 2, quote);
      return text.charCodeAt(at + 1) === slash ? propertyListValue(text, at) : undefined;
    case bar:
      return text.charCodeAt(at + 1) === bar
        ? quotedOnly(text, start, text.charCodeAt(at + 2) === equals ? at + 3 : at + 2, quote)
        : undefined;
    case question:
      return behindQuestion(text, start, at, quote);
    case comma:
      return behindComma(text, start, at, quote);
    case openBrace:
      return behindBrace(text, at, quote);
    case newline:
    case carriageReturn:
      return pairedValue(text, at);
    case doubleQuote:
    case singleQuote:
      return gapStart === at ? undefined : behindBlank(text, start, at, quote);
    default:
      if (gapStart !== at && gapStart === end) return bareBehindBlank(text, start, at);
      return fallbackWord(text, start, at, quote);
  }
}

/** The opening quote of a quoted key: right before it, or before the dotted or slashed name that it ends. */
function opensWith(text: string, start: number, quote: number): boolean {
  let at = start - 1;
  const limit = Math.max(0, start - 64);
  while (at >= limit) {
    const c = text.charCodeAt(at);
    if (c === quote) return true;
    if (!isNamePart(c)) return false;
    at--;
  }
  return false;
}

function opensWithBrace(text: string, start: number): boolean {
  const before = text.charCodeAt(start - 1);
  return before === openBrace || (isQuote(before) && text.charCodeAt(start - 2) === openBrace);
}

function behindEquals(text: string, start: number, at: number, quote: number): Value | undefined {
  let to = at + 1;
  let isComparison = false;
  if (text.charCodeAt(to) === equals) {
    isComparison = true;
    while (text.charCodeAt(to) === equals) to++;
    if (to - at > 3) return undefined;
  } else if (text.charCodeAt(to) === greater) to++;
  else if (text.charCodeAt(to) === 126) return undefined;
  const value = literalAt(text, start, to, quote);
  if (value !== undefined) return value ? { ...value, isComparison } : undefined;
  if (isComparison) return undefined;
  return bareValue(text, start, skipBlanks(text, to));
}

function behindColon(text: string, start: number, at: number, quote: number): Value | undefined {
  const next = text.charCodeAt(at + 1);
  if (next === colon) return undefined;
  // `:=`, and the shell's ${X:-x}, ${X:=x}; Spring's ${x:x}.
  if (text.charCodeAt(start - 1) === openBrace || isInsidePlaceholder(text, start)) {
    const from = next === dash || next === equals ? at + 2 : at + 1;
    if (text.charCodeAt(from) !== space) return placeholderDefault(text, from);
  }
  const to = next === equals ? at + 2 : at + 1;
  const value = literalAt(text, start, to, quote);
  if (value !== undefined) return value || undefined;
  const from = skipBlanks(text, to);
  const behindType = annotationEnd(text, from);
  if (behindType !== -1) return quotedOnly(text, start, behindType, quote);
  const c = text.charCodeAt(from);
  if (c === bar || c === greater) return blockScalar(text, from);
  if (c === newline || c === carriageReturn) return listItem(text, from);
  return bareValue(text, start, from);
}

/** Kotlin's `password: String = "x"`, Rust's `: &'static str = "x"`, TypeScript's `: string | undefined = 'x'`: just behind the `=`, or -1. */
function annotationEnd(text: string, from: number): number {
  if (
    !isLetterCode(text.charCodeAt(from)) &&
    text.charCodeAt(from) !== ampersand &&
    text.charCodeAt(from) !== 42 &&
    text.charCodeAt(from) !== openBracket
  )
    return -1;
  const limit = Math.min(text.length, from + 48);
  for (let at = from; at < limit; at++) {
    const c = text.charCodeAt(at);
    if (c === equals) {
      const next = text.charCodeAt(at + 1);
      return isBlank(text.charCodeAt(at - 1)) && next !== equals && next !== greater ? at + 1 : -1;
    }
    const isTypeText =
      isTypeCode(c) ||
      isBlank(c) ||
      c === less ||
      c === greater ||
      c === bar ||
      c === question ||
      c === ampersand ||
      c === comma ||
      c === 33;
    if (!isTypeText && !(c === singleQuote && text.charCodeAt(at - 1) === ampersand)) return -1;
  }
  return -1;
}

function behindQuestion(text: string, start: number, at: number, quote: number): Value | undefined {
  const next = text.charCodeAt(at + 1);
  // `??`, `??=`, make's `?=`, PHP's `?:`
  if (next === question) return quotedOnly(text, start, text.charCodeAt(at + 2) === equals ? at + 3 : at + 2, quote);
  if (next === equals) return literalAt(text, start, at + 2, quote) || bareValue(text, start, skipBlanks(text, at + 2));
  if (next !== colon) return undefined;
  const value = quotedOnly(text, start, at + 2, quote);
  if (value) return value;
  const behindType = annotationEnd(text, skipBlanks(text, at + 2));
  return behindType === -1 ? undefined : quotedOnly(text, start, behindType, quote);
}

/** `set("password", "x")`, `getenv("X", "x")`, `{password, "x"}`, and `"key": "password", "value": "x"`. */
function behindComma(text: string, start: number, at: number, quote: number): Value | undefined {
  const paired = pairedValue(text, at + 1);
  if (paired) return paired;
  // The first of a call's or a pair's two members, else it is one of a list of names.
  let open = start - 1;
  while (
    open > start - maxKeyReach &&
    (isQuote(text.charCodeAt(open)) || isBlank(text.charCodeAt(open)) || isNamePart(text.charCodeAt(open)))
  )
    open--;
  const c = text.charCodeAt(open);
  if (c !== openParenthesis && c !== openBracket && c !== openBrace) return undefined;
  if (quote === 0 && c !== openBrace) return undefined;
  const value = quotedOnly(text, start, at + 1, quote);
  if (!value) return undefined;
  const behind = text.charCodeAt(skipBlanks(text, value.end + 1));
  if (c !== openParenthesis && behind !== closeBracket && behind !== closeBrace && behind !== greater) return undefined;
  return { ...value, form: 'argument' };
}

/** What a dotted, slashed or prefixed name may hold besides identifiers. */
function isNamePart(code: number): boolean {
  return isIdentifierCode(code) || code === dot || code === slash || code === colon || code === dollar || code === 64;
}

/** `variable "db_password" { default = "x" }`, and C#'s `Password { get; set; } = "x"`. */
function behindBrace(text: string, at: number, quote: number): Value | undefined {
  const window = text.slice(at, at + 200);
  const match =
    quote === 0 ? /^\{ *get;[^}\n]{0,40}\} *= */.exec(window) : /^\{[^{}]{0,150}?\bdefault\s{0,20}=\s{0,20}(?=")/.exec(window);
  return match ? quotedAt(text, at + match[0].length) : undefined;
}

const pairSeparator = /^[\s,;"'\\]{0,40}(?:value|Value|VALUE|defaultValue|default|content)["'\\]{0,2}\s{0,4}[:=]\s{0,4}/;

/** The second half of a pair: `name: X` and on the next line `value: x`; `key="x" value="x"`. */
function pairedValue(text: string, at: number): Value | undefined {
  let first = at;
  while (first - at < 40 && isPairGap(text.charCodeAt(first))) first++;
  if (!startsPairWord(text.charCodeAt(first))) return undefined;
  const match = pairSeparator.exec(text.slice(at, at + 80));
  if (!match) return undefined;
  const to = at + match[0].length;
  return quotedAt(text, to) ?? escapedQuotedAt(text, to) ?? lineValue(text, to);
}

function isPairGap(code: number): boolean {
  return (
    isBlank(code) ||
    code === newline ||
    code === carriageReturn ||
    code === comma ||
    code === semicolon ||
    isQuote(code) ||
    code === backslash
  );
}

/** Where a blank alone assigns: SQL's `PASSWORD 'x'`, `#define X "x"`, `--password "x"`, `set(X "x")`, Clojure's `:password "x"`. */
function behindBlank(text: string, start: number, at: number, quote: number): Value | undefined {
  // `key="password" value="x"`
  if (quote !== 0) return undefined;
  if (isInsideString(text, start, text.charCodeAt(at))) return undefined;
  const value = quotedAt(text, at);
  // SQL writes PASSWORD 'x'; in lower case it may be prose: the password "x" is …
  return (
    value && { ...value, form: isUpperCode(text.charCodeAt(start)) || isOptionOrInstruction(text, start) ? 'quoted' : 'argument' }
  );
}

/** After a quoted key: ` value="x"`, ` or "x"`. */
function fallbackWord(text: string, start: number, at: number, quote: number): Value | undefined {
  if ((text.charCodeAt(at) | 32) === 111 && text.charCodeAt(at + 1) === 114 && isBlank(text.charCodeAt(at + 2)))
    return quotedOnly(text, start, at + 3, quote);
  return quote === 0 ? undefined : pairedValue(text, at);
}

function bareBehindBlank(text: string, start: number, at: number): Value | undefined {
  const behindType = assignsBehindType(text, at);
  if (behindType !== -1) return quotedOnly(text, start, behindType + 1, 0);
  if ((text.charCodeAt(at) | 32) === 111 && text.charCodeAt(at + 1) === 114 && isBlank(text.charCodeAt(at + 2)))
    return quotedOnly(text, start, at + 3, 0);
  if (text.charCodeAt(start - 1) === dash) {
    // After an option the next word is its value, unless that is the next option.
    return text.charCodeAt(at) === dash ? undefined : bareToken(text, at, 'line');
  }
  return bareToken(text, at, 'line');
}

/** `setPassword("x")`, `.password("x")`, `withApiKey("x")`, `password("x")`: the only argument, a literal. */
function setterValue(text: string, start: number, at: number): Value | undefined {
  const value = quotedAt(text, skipBlanks(text, at + 1));
  if (!value || isInsideString(text, start, text.charCodeAt(value.start - 1))) return undefined;
  const behind = text.charCodeAt(value.end + 1);
  return behind === closeParenthesis || behind === comma || behind === dot ? value : undefined;
}

/** The text of an element: `<password>x</password>`, `<entry key="password">x</entry>`, `<string name="api_key">x</string>`. */
function elementValue(text: string, start: number, at: number, quote: number): Value | undefined {
  if (
    quote === 0 &&
    text.charCodeAt(start - 1) !== less &&
    text.charCodeAt(start - 1) !== colon &&
    text.charCodeAt(start - 1) !== dot
  )
    return undefined;
  if (text.charCodeAt(at - 1) === slash) return undefined;
  let from = at + 1;
  while (from - at < maxGap && isSpace(text.charCodeAt(from))) from++;
  if (text.startsWith('<![CDATA[', from)) {
    const close = text.indexOf(']]>', from);
    return close === -1 || close - from > maxValue
      ? undefined
      : { start: from + 9, end: close, form: 'quoted', isComparison: false };
  }
  if (text.startsWith('<value>', from)) from += 7;
  else if (text.startsWith('<string>', from)) from += 8;
  return upToTag(text, from);
}

/** `<key>password</key>` and on the next line `<string>x</string>`. */
function propertyListValue(text: string, at: number): Value | undefined {
  if (!text.startsWith('</key>', at)) return undefined;
  let from = at + 6;
  while (from - at < maxGap && isSpace(text.charCodeAt(from))) from++;
  return text.startsWith('<string>', from) ? upToTag(text, from + 8) : undefined;
}

function upToTag(text: string, from: number): Value | undefined {
  const limit = Math.min(text.length, from + maxValue);
  let end = from;
  while (end < limit && text.charCodeAt(end) !== less && text.charCodeAt(end) !== newline) end++;
  if (text.charCodeAt(end) === newline) {
    let tag = end;
    while (tag < limit && isSpace(text.charCodeAt(tag))) tag++;
    if (text.charCodeAt(tag) !== less) return undefined;
  } else if (text.charCodeAt(end) !== less) return undefined;
  while (end > from && isSpace(text.charCodeAt(end - 1))) end--;
  return { start: from, end, form: 'quoted', isComparison: false };
}

/** The default in `${X:-x}` and `${x:x}`. */
function placeholderDefault(text: string, from: number): Value | undefined {
  const limit = Math.min(text.length, from + maxValue);
  for (let end = from; end < limit; end++) {
    const c = text.charCodeAt(end);
    if (c === closeBrace) {
      const quoted = quotedAt(text, from);
      return quoted && quoted.end === end - 1 ? quoted : { start: from, end, form: 'line', isComparison: false };
    }
    if (isSpace(c) || c === openBrace) return undefined;
  }
  return undefined;
}

function isInsidePlaceholder(text: string, start: number): boolean {
  let at = start - 1;
  const limit = Math.max(0, start - 64);
  while (at > limit && (isIdentifierCode(text.charCodeAt(at)) || text.charCodeAt(at) === dot)) at--;
  return text.charCodeAt(at) === openBrace && text.charCodeAt(at - 1) === dollar;
}

/** YAML's `|` and `>`: the first line of the block. */
function blockScalar(text: string, at: number): Value | undefined {
  let from = at + 1;
  while (from - at < 4 && (isDigitCode(text.charCodeAt(from)) || text.charCodeAt(from) === dash || text.charCodeAt(from) === 43))
    from++;
  from = skipBlanks(text, from);
  if (!isLineEnd(text.charCodeAt(from))) return undefined;
  const begin = from;
  while (from - begin < maxGap && isSpace(text.charCodeAt(from))) from++;
  const value = lineValue(text, from);
  return value && { ...value, form: 'quoted' };
}

/** The first item of a YAML list: `tokens:` and on the next line `- x`. */
function listItem(text: string, at: number): Value | undefined {
  let from = at;
  while (from - at < maxGap && isSpace(text.charCodeAt(from))) from++;
  if (text.charCodeAt(from) !== dash || text.charCodeAt(from + 1) !== space) return undefined;
  const to = skipBlanks(text, from + 2);
  return quotedAt(text, to) ?? lineValue(text, to);
}
