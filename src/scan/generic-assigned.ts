import { isDigitCode, isIdentifierCode, isLetterCode, isLowerCode, isUpperCode, type Key, keyEnd, keyStart, maxKeyReach, neverNames, readKey } from './generic-key.ts';
import { judgeValue, type ValueContext } from './generic-value.ts';

/** Offsets of a value in the text it was found in, and how sure we are that it is a secret. */
export interface GenericMatch {
  readonly start: number;
  readonly end: number;
  /** 0 to 1; 0.5 is the default threshold for a report. */
  readonly confidence: number;
  readonly kind: string;
}

/** A value found behind a key. */
interface Value {
  readonly start: number;
  readonly end: number;
  readonly form: ValueContext['form'];
  readonly isComparison: boolean;
}

/** Longest value, and longest stretch of white space between a key and its value. All of it fits the window after a hit. */
const maxValue = 256;
const maxGap = 48;

const tab = 9;
const newline = 10;
const carriageReturn = 13;
const space = 32;
const doubleQuote = 34;
const hash = 35;
const dollar = 36;
const ampersand = 38;
const singleQuote = 39;
const openParenthesis = 40;
const closeParenthesis = 41;
const comma = 44;
const dash = 45;
const dot = 46;
const slash = 47;
const colon = 58;
const semicolon = 59;
const less = 60;
const equals = 61;
const greater = 62;
const question = 63;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const backtick = 96;
const openBrace = 123;
const bar = 124;
const closeBrace = 125;

/**
 * Finds the value that is assigned to the key around a keyword, in the syntaxes of configuration files, shells and programming languages,
 * and judges it. Every keyword of one key gives the same span. Values of connection strings are left to `findConnectionString`.
 */
export function findAssignedValue(text: string, hitStart: number, hitEnd: number): GenericMatch | undefined {
  // Literals such as `pass=` and `_pass` carry their boundaries along.
  let keywordStart = hitStart;
  let keywordEnd = hitEnd;
  while (keywordEnd > keywordStart && !isLetterCode(text.charCodeAt(keywordEnd - 1))) keywordEnd--;
  while (keywordStart < keywordEnd && !isLetterCode(text.charCodeAt(keywordStart))) keywordStart++;

  const end = keyEnd(text, keywordEnd);
  if (end === -1 || !mayAssign(text, keywordStart, end)) return undefined;
  if (!startsAtSeam(text, keywordStart, keywordEnd)) return undefined;

  const start = keyStart(text, keywordStart);
  const value = findValue(text, start, end);
  if (!value || value.end - value.start < 6) return undefined;
  const key = readKey(text, start, end, keywordStart, keywordEnd);
  if (!key || isWorkingDirectory(text, key) || (start > 1 && isBlank(text.charCodeAt(start - 1)) && neverNames(previousWord(text, start)))) return undefined;
  if (isInConnectionString(text, key.start, value)) return undefined;
  return judged(text, key, value);
}

/** The value of `Password=` or `Pwd=` in an ADO, ODBC or JDBC style connection string. */
export function findConnectionString(text: string, hitStart: number, hitEnd: number): GenericMatch | undefined {
  let keywordEnd = hitEnd;
  while (keywordEnd > hitStart && !isLetterCode(text.charCodeAt(keywordEnd - 1))) keywordEnd--;
  const end = keyEnd(text, keywordEnd);
  if (end === -1 || !mayAssign(text, hitStart, end)) return undefined;
  const start = keyStart(text, hitStart);
  const value = findValue(text, start, end);
  if (!value || value.end - value.start < 6 || !isInConnectionString(text, start, value)) return undefined;
  const key = readKey(text, start, end, hitStart, keywordEnd);
  if (!key) return undefined;
  const match = judged(text, key, { ...value, form: 'quoted' });
  return match && { ...match, kind: 'connection-string' };
}

function judged(text: string, key: Key, value: Value): GenericMatch | undefined {
  const { start, end } = withoutScheme(text, value);
  const context = { kind: key.kind, strength: key.strength, form: value.form, isMock: key.isMock || isMadeUpLine(text, key.start) };
  let confidence = judgeValue(text.slice(start, end), context);
  if (confidence === 0) return undefined;
  if (value.isComparison) confidence = Math.max(0, Math.round((confidence - 0.1) * 100) / 100);
  return { start, end, confidence, kind: key.kind };
}

/** Whether what follows a key could be an assignment at all: the test that turns down most hits. */
function mayAssign(text: string, keywordStart: number, end: number): boolean {
  let at = end;
  switch (text.charCodeAt(at)) {
    case equals:
    case colon:
    case openParenthesis:
    case openBracket:
      return true;
    case greater:
    case less:
    case question:
    case bar:
    case openBrace:
    case comma:
    case newline:
    case carriageReturn:
      return assignsAt(text, at, false);
    case backslash:
      at++;
      return isQuote(text.charCodeAt(at)) && assignsBehindQuote(text, at + 1);
    case doubleQuote:
    case singleQuote:
    case backtick:
      return assignsBehindQuote(text, at + 1);
    case closeBracket:
    case closeBrace:
      at = skipBlanks(text, at + 1);
      return text.charCodeAt(at) === equals;
    case tab:
    case space:
      break;
    default:
      return false;
  }
  at = skipBlanks(text, at + 1);
  switch (text.charCodeAt(at)) {
    case equals:
    case colon:
    case doubleQuote:
    case singleQuote:
      return true;
    default:
      if (assignsAt(text, at, false)) return true;
  }
  // A bare word behind a blank is a value only after an option (`--password x`), an instruction (`ENV X x`), or a type (`password string = "x"`).
  return isOptionOrInstruction(text, keywordStart) || assignsBehindType(text, at) !== -1;
}

/** Behind the quote that ends a key: `"x": …`, `["x"] = …`, `getenv("x") || …`, `("x", …`, `key="x" value=…`. */
function assignsBehindQuote(text: string, from: number): boolean {
  let at = from;
  let c = text.charCodeAt(at);
  let isClosed = false;
  while (at - from < 2 && (c === closeBracket || c === closeParenthesis || c === closeBrace)) {
    isClosed = true;
    c = text.charCodeAt(++at);
  }
  at = skipBlanks(text, at);
  c = text.charCodeAt(at);
  if (c === equals) return true;
  return isClosed ? c === bar || c === question || (c | 32) === 111 : c === colon || assignsAt(text, at, true);
}

/** The signs that assign more rarely, each with what must come behind it. */
function assignsAt(text: string, at: number, isQuoted: boolean): boolean {
  switch (text.charCodeAt(at)) {
    case greater:
      return text.charCodeAt(at - 1) !== dash && text.charCodeAt(at - 1) !== equals;
    case less:
      return text.charCodeAt(at + 1) === dash || text.charCodeAt(at + 1) === slash;
    case bar:
      return text.charCodeAt(at + 1) === bar;
    case question: {
      const next = text.charCodeAt(at + 1);
      return next === question || next === colon || next === equals;
    }
    case openBrace:
      return true;
    case comma: {
      let next = text.charCodeAt(skipBlanks(text, at + 1));
      if (isLineEnd(next)) next = text.charCodeAt(skipSpaces(text, at + 1));
      return isQuote(next) || next === 64 || next === less || (isQuoted && isLetterCode(next)) || next === backslash;
    }
    case newline:
    case carriageReturn: {
      const next = text.charCodeAt(skipSpaces(text, at));
      return startsPairWord(next) || isQuote(next);
    }
    default:
      return isQuoted && startsPairWord(text.charCodeAt(at));
  }
}

/** `value`, `default`, `content`: see `pairSeparator`. */
function startsPairWord(code: number): boolean {
  const c = code | 32;
  return c === 118 || c === 100 || c === 99;
}

/** `pass` and `pwd` stand alone or after a seam (`bypass`, `compass`); the longer keywords end no common word. */
function startsAtSeam(text: string, start: number, end: number): boolean {
  if (start === 0) return true;
  const before = text.charCodeAt(start - 1);
  if (!isLetterCode(before)) return true;
  const first = text.charCodeAt(start);
  if (isUpperCode(first) && isLowerCode(before)) return true;
  const length = end - start;
  if (length > 4) return true;
  if (length === 4) {
    // dbpass, userpass, smtppass, mailpass: nothing else ends so.
    const b = text.charCodeAt(start - 1) | 32;
    const a = text.charCodeAt(start - 2) | 32;
    return (a === 100 && b === 98) || (a === 101 && b === 114) || (a === 116 && b === 112) || (a === 105 && b === 108);
  }
  // getpwd, chpwd and OLDPWD are directories.
  return (before | 32) === 98 || (before | 32) === 114 || (before | 32) === 110;
}

function isOptionOrInstruction(text: string, keywordStart: number): boolean {
  const start = keyStart(text, keywordStart);
  if (isStockDirective(text, start)) return true;
  if (start === 0) return false;
  const before = text.charCodeAt(start - 1);
  if (before === dash) return true;
  if (!isSpace(before)) return false;
  return isInstruction(previousWord(text, start)) || isInNetrc(text, start);
}

/** netrc: `machine h login u password p`, on one line or on three. */
function isInNetrc(text: string, start: number): boolean {
  if (!text.startsWith('password', start)) return false;
  const login = text.lastIndexOf('login ', start);
  return login > start - 60 && login > 0 && isSpace(text.charCodeAt(login - 1)) && !/\s\S+\s/.test(text.slice(login + 6, start - 1));
}

function isInstruction(word: string): boolean {
  switch (word) {
    case 'ENV':
    case 'ARG':
    case 'SetEnv':
    case 'setenv':
    case 'setx':
    case '-x':
    case '-gx':
    case '-Ux':
      return true;
    default:
      return false;
  }
}

/** redis.conf's `requirepass x` and `masterauth x`. */
function isStockDirective(text: string, start: number): boolean {
  return text.startsWith('requirepass', start) || text.startsWith('masterauth', start);
}

function previousWord(text: string, end: number): string {
  let to = end;
  while (to > 0 && isBlank(text.charCodeAt(to - 1)) && end - to < 8) to--;
  let from = to;
  while (from > 0 && to - from < 12 && (isIdentifierCode(text.charCodeAt(from - 1)) || text.charCodeAt(from - 1) === dash)) from--;
  return text.slice(from, to);
}

/** Go's `password string = …`, Visual Basic's `password As String = …`: where the `=` stands, or -1. */
function assignsBehindType(text: string, at: number): number {
  let i = at;
  for (let word = 0; word < 2; word++) {
    const from = i;
    while (i - from < 20 && isTypeCode(text.charCodeAt(i))) i++;
    if (i === from) return -1;
    while (i - from < 40 && isBlank(text.charCodeAt(i))) i++;
    if (text.charCodeAt(i) === equals) return text.charCodeAt(i + 1) === equals ? -1 : i;
    if (word === 0 && !(i - from === 3 && (text.charCodeAt(from) | 32) === 97 && (text.charCodeAt(from + 1) | 32) === 115)) return -1;
  }
  return -1;
}

function isTypeCode(code: number): boolean {
  return isLetterCode(code) || isDigitCode(code) || code === 95 || code === dot || code === openBracket || code === closeBracket || code === 42;
}

function findValue(text: string, start: number, end: number): Value | undefined {
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
  if (adjacent === greater && text.charCodeAt(at - 1) !== dash && text.charCodeAt(at + 1) !== equals && text.charCodeAt(at + 1) !== greater)
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
      return text.charCodeAt(at + 1) === bar ? quotedOnly(text, start, text.charCodeAt(at + 2) === equals ? at + 3 : at + 2, quote) : undefined;
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
  if (!isLetterCode(text.charCodeAt(from)) && text.charCodeAt(from) !== ampersand && text.charCodeAt(from) !== 42 && text.charCodeAt(from) !== openBracket)
    return -1;
  const limit = Math.min(text.length, from + 48);
  for (let at = from; at < limit; at++) {
    const c = text.charCodeAt(at);
    if (c === equals) {
      const next = text.charCodeAt(at + 1);
      return isBlank(text.charCodeAt(at - 1)) && next !== equals && next !== greater ? at + 1 : -1;
    }
    const isTypeText =
      isTypeCode(c) || isBlank(c) || c === less || c === greater || c === bar || c === question || c === ampersand || c === comma || c === 33;
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
  while (open > start - maxKeyReach && (isQuote(text.charCodeAt(open)) || isBlank(text.charCodeAt(open)) || isNamePart(text.charCodeAt(open)))) open--;
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
  const match = quote === 0 ? /^\{ *get;[^}\n]{0,40}\} *= */.exec(window) : /^\{[^{}]{0,150}?\bdefault\s{0,20}=\s{0,20}(?=")/.exec(window);
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
  return isBlank(code) || code === newline || code === carriageReturn || code === comma || code === semicolon || isQuote(code) || code === backslash;
}

/** Where a blank alone assigns: SQL's `PASSWORD 'x'`, `#define X "x"`, `--password "x"`, `set(X "x")`, Clojure's `:password "x"`. */
function behindBlank(text: string, start: number, at: number, quote: number): Value | undefined {
  // `key="password" value="x"`
  if (quote !== 0) return undefined;
  if (isInsideString(text, start, text.charCodeAt(at))) return undefined;
  const value = quotedAt(text, at);
  // SQL writes PASSWORD 'x'; in lower case it may be prose: the password "x" is …
  return value && { ...value, form: isUpperCode(text.charCodeAt(start)) || isOptionOrInstruction(text, start) ? 'quoted' : 'argument' };
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
  if ((text.charCodeAt(at) | 32) === 111 && text.charCodeAt(at + 1) === 114 && isBlank(text.charCodeAt(at + 2))) return quotedOnly(text, start, at + 3, 0);
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
  if (quote === 0 && text.charCodeAt(start - 1) !== less && text.charCodeAt(start - 1) !== colon && text.charCodeAt(start - 1) !== dot) return undefined;
  if (text.charCodeAt(at - 1) === slash) return undefined;
  let from = at + 1;
  while (from - at < maxGap && isSpace(text.charCodeAt(from))) from++;
  if (text.startsWith('<![CDATA[', from)) {
    const close = text.indexOf(']]>', from);
    return close === -1 || close - from > maxValue ? undefined : { start: from + 9, end: close, form: 'quoted', isComparison: false };
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

/** A literal behind an operator: the value; `false` when one opens here that is none; undefined when there is no literal. */
function literalAt(text: string, start: number, to: number, quote: number): Value | false | undefined {
  let at = skipBlanks(text, to);
  const gap = at;
  if (isLineEnd(text.charCodeAt(at))) {
    // The value of a long assignment stands on the next line; a bare word there does not belong to it.
    while (at - gap < maxGap && isSpace(text.charCodeAt(at))) at++;
    if (!isQuote(text.charCodeAt(at))) return undefined;
  }
  if (quote === backslash || (text.charCodeAt(at) === backslash && isQuote(text.charCodeAt(at + 1)))) return escapedQuotedAt(text, at) ?? undefined;
  if (text.charCodeAt(at) === openBracket && isQuote(text.charCodeAt(at + 1))) at++;
  const open = literalStart(text, at);
  if (open === -1) return undefined;
  if (quote === 0 && isInsideString(text, start, text.charCodeAt(open))) return false;
  const value = quotedAt(text, open);
  if (!value) return false;
  return isConcatenated(text, value) ? false : value;
}

function quotedOnly(text: string, start: number, to: number, quote: number): Value | undefined {
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
  if (isQuote(text.charCodeAt(at + 2)) && (isLetterCode(c) || c === dollar || c === 64) && (isLetterCode(next) || next === 64 || next === dollar)) return at + 2;
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
function quotedAt(text: string, open: number): Value | undefined {
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

function escapedQuotedAt(text: string, at: number): Value | undefined {
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
  while (from - at < 4 && (isDigitCode(text.charCodeAt(from)) || text.charCodeAt(from) === dash || text.charCodeAt(from) === 43)) from++;
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

/** A value without quotes: all that the line holds, or up to what ends a word in the syntax at hand. */
function bareValue(text: string, start: number, from: number): Value | undefined {
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
  return word === 'export' || word === '-e' || word === '--env' || word === '-D' || word === '--build-arg' || word === '--set' || isInstruction(word);
}

/** Whether nothing stands before a key on its line but what may: indentation, `- `, `export `, `ENV `, a comment sign, the front of a dotted name. */
function startsLine(text: string, start: number): boolean {
  let at = start - 1;
  const limit = Math.max(-1, start - 80);
  while (at > limit && (isIdentifierCode(text.charCodeAt(at)) || text.charCodeAt(at) === dot || text.charCodeAt(at) === slash || text.charCodeAt(at) === colon))
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

function skipBlanksBack(text: string, at: number): number {
  const limit = Math.max(-1, at - maxGap);
  let to = at;
  while (to > limit && isBlank(text.charCodeAt(to))) to--;
  return to;
}

/** The rest of a line when it is one word, but for a comment behind it; its closing comma or semicolon is not part of it. */
function lineValue(text: string, from: number): Value | undefined {
  const limit = Math.min(text.length, from + maxValue + 1);
  let end = from;
  while (end < limit && !isSpace(text.charCodeAt(end))) end++;
  if (end === limit && limit < text.length) return undefined;
  const behind = skipBlanks(text, end);
  const c = text.charCodeAt(behind);
  const isComment = c === hash || (c === slash && text.charCodeAt(behind + 1) === slash) || (c === semicolon && behind > end);
  if (behind < text.length && !isLineEnd(c) && !isComment && !(c === backslash && isLineEnd(text.charCodeAt(behind + 1)))) return undefined;
  const last = text.charCodeAt(end - 1);
  if (last === comma || last === semicolon || last === backslash) end--;
  if (end - from < 6 || isExpression(text, from, end)) return undefined;
  return { start: from, end, form: 'line', isComparison: false };
}

function bareToken(text: string, from: number, form: 'line' | 'bare'): Value | undefined {
  if (text.charCodeAt(from) === 42) return undefined;
  const limit = Math.min(text.length, from + maxValue + 1);
  let end = from;
  while (end < limit && !endsBareToken(text.charCodeAt(end))) end++;
  if (end === limit && limit < text.length) return undefined;
  const c = text.charCodeAt(end);
  if (c === openParenthesis || c === openBracket || c === less) return undefined;
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

/** Whether an odd number of such quotes stands before the key on its line, so that the next one closes a string. */
function isInsideString(text: string, start: number, quote: number): boolean {
  let isOdd = false;
  const limit = Math.max(0, start - 160);
  for (let at = start - 1; at >= limit; at--) {
    const c = text.charCodeAt(at);
    if (c === newline) break;
    if (c === quote && text.charCodeAt(at - 1) !== backslash) isOdd = !isOdd;
  }
  return isOdd;
}

/** `Bearer x` and `token x`: the scheme is not part of the secret. */
function withoutScheme(text: string, value: Value): { start: number; end: number } {
  if (value.form !== 'quoted') return value;
  const match = /^(?:bearer|token|basic|apikey) (?=\S)/i.exec(text.slice(value.start, value.start + 8));
  return match ? { start: value.start + match[0].length, end: value.end } : value;
}

/** The shell's own PWD. */
function isWorkingDirectory(text: string, key: Key): boolean {
  return key.end - key.start === 3 && text.startsWith('PWD', key.start);
}

const connectionKeys = /(?:^|[;"'\s>])(?:server|data source|datasource|host|address|addr|user ?id|uid|user|username|database|initial catalog|driver|dsn|endpoint|port|provider)\s?=/i;

function isInConnectionString(text: string, start: number, value: Value): boolean {
  if (value.form === 'quoted') return false;
  const before = text.charCodeAt(start - 1);
  const behind = text.charCodeAt(value.end);
  if (before !== semicolon && behind !== semicolon && !(before === space && text.charCodeAt(start - 2) === semicolon)) return false;
  const lineStart = text.lastIndexOf('\n', start) + 1;
  if (connectionKeys.test(text.slice(Math.max(lineStart, start - 180), start))) return true;
  const rest = text.slice(value.end, value.end + 160);
  const lineEnd = rest.indexOf('\n');
  return behind === semicolon && connectionKeys.test(lineEnd === -1 ? rest : rest.slice(0, lineEnd));
}

/** A line that says itself that what it holds is made up. */
function isMadeUpLine(text: string, start: number): boolean {
  const lineStart = Math.max(text.lastIndexOf('\n', start - 1) + 1, start - 80);
  return start > lineStart && /\b(?:examples?|e\.g\.|dummy|fake|mock|sample|placeholder)\b/i.test(text.slice(lineStart, start));
}

function skipBlanks(text: string, at: number): number {
  const limit = Math.min(text.length, at + maxGap);
  let to = at;
  while (to < limit && isBlank(text.charCodeAt(to))) to++;
  return to;
}

function skipSpaces(text: string, at: number): number {
  const limit = Math.min(text.length, at + maxGap);
  let to = at;
  while (to < limit && isSpace(text.charCodeAt(to))) to++;
  return to;
}

function isBlank(code: number): boolean {
  return code === space || code === tab;
}

function isLineEnd(code: number): boolean {
  return code === newline || code === carriageReturn;
}

function isSpace(code: number): boolean {
  return code === space || code === tab || code === newline || code === carriageReturn;
}

function isQuote(code: number): boolean {
  return code === doubleQuote || code === singleQuote || code === backtick;
}
