import {
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
  dot,
  doubleQuote,
  equals,
  greater,
  isBlank,
  isDigitCode,
  isIdentifierCode,
  isLetterCode,
  isLineEnd,
  isLowerCode,
  isQuote,
  isSpace,
  isUpperCode,
  less,
  newline,
  openBrace,
  openBracket,
  openParenthesis,
  question,
  singleQuote,
  skipBlanks,
  skipSpaces,
  slash,
  space,
  tab,
} from './generic-characters.ts';
import { keyStart } from './generic-key.ts';

/** Whether what follows a key could be an assignment at all: the test that turns down most hits. */
export function mayAssign(text: string, keywordStart: number, end: number): boolean {
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
export function startsPairWord(code: number): boolean {
  const c = code | 32;
  return c === 118 || c === 100 || c === 99;
}

/** `pass` and `pwd` stand alone or after a seam (`bypass`, `compass`); the longer keywords end no common word. */
export function startsAtSeam(text: string, start: number, end: number): boolean {
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

/** Whether what stands before or at a key makes the next word its value: `--password`, `ENV X`, `setx X`, `requirepass`, netrc. */
export function isOptionOrInstruction(text: string, keywordStart: number): boolean {
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
  return (
    login > start - 60 && login > 0 && isSpace(text.charCodeAt(login - 1)) && !/\s\S+\s/.test(text.slice(login + 6, start - 1))
  );
}

/** Words behind which a name and its value follow, divided by a blank. */
export function isInstruction(word: string): boolean {
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

/** The word that ends before the blanks before `end`. */
export function previousWord(text: string, end: number): string {
  let to = end;
  while (to > 0 && isBlank(text.charCodeAt(to - 1)) && end - to < 8) to--;
  let from = to;
  while (from > 0 && to - from < 12 && (isIdentifierCode(text.charCodeAt(from - 1)) || text.charCodeAt(from - 1) === dash))
    from--;
  return text.slice(from, to);
}

/** Go's `password string = …`, Visual Basic's `password As String = …`: where the `=` stands, or -1. */
export function assignsBehindType(text: string, at: number): number {
  let i = at;
  for (let word = 0; word < 2; word++) {
    const from = i;
    while (i - from < 20 && isTypeCode(text.charCodeAt(i))) i++;
    if (i === from) return -1;
    while (i - from < 40 && isBlank(text.charCodeAt(i))) i++;
    if (text.charCodeAt(i) === equals) return text.charCodeAt(i + 1) === equals ? -1 : i;
    if (word === 0 && !(i - from === 3 && (text.charCodeAt(from) | 32) === 97 && (text.charCodeAt(from + 1) | 32) === 115))
      return -1;
  }
  return -1;
}

/** A character of a type such as `char*`, `[]string`, `java.lang.String`. */
export function isTypeCode(code: number): boolean {
  return (
    isLetterCode(code) ||
    isDigitCode(code) ||
    code === 95 ||
    code === dot ||
    code === openBracket ||
    code === closeBracket ||
    code === 42
  );
}
