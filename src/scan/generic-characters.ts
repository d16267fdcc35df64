// Codes of the characters that the detectors tell apart. They read numbers, not strings: a hit is turned down without an allocation.
export const tab = 9;
export const newline = 10;
export const carriageReturn = 13;
export const space = 32;
export const doubleQuote = 34;
export const hash = 35;
export const dollar = 36;
export const ampersand = 38;
export const singleQuote = 39;
export const openParenthesis = 40;
export const closeParenthesis = 41;
export const comma = 44;
export const dash = 45;
export const dot = 46;
export const slash = 47;
export const colon = 58;
export const semicolon = 59;
export const less = 60;
export const equals = 61;
export const greater = 62;
export const question = 63;
export const openBracket = 91;
export const backslash = 92;
export const closeBracket = 93;
export const backtick = 96;
export const openBrace = 123;
export const bar = 124;
export const closeBrace = 125;

/** Longest stretch of white space that is skipped, as between a key and its value. */
export const maxGap = 48;

/** A flag for each character of an identifier or a dashed key. */
export const identifierCharacter = characterTable('abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-');

/** Tells whether a character belongs to an identifier or a dashed key: a letter, a digit, `_` or `-`. */
export function isIdentifierCode(code: number): boolean {
  return identifierCharacter[code] === 1;
}

/** A to Z. */
export function isUpperCode(code: number): boolean {
  return code >= 65 && code <= 90;
}

/** a to z. */
export function isLowerCode(code: number): boolean {
  return code >= 97 && code <= 122;
}

/** 0 to 9. */
export function isDigitCode(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** A to Z or a to z. */
export function isLetterCode(code: number): boolean {
  return isLowerCode(code) || isUpperCode(code);
}

/** A table of 256 flags for the characters of a string. */
function characterTable(characters: string): Uint8Array {
  const table = new Uint8Array(256);
  for (let i = 0; i < characters.length; i++) table[characters.charCodeAt(i)] = 1;
  return table;
}

/** The first place at or before `at` that holds no blank. */
export function skipBlanksBack(text: string, at: number): number {
  const limit = Math.max(-1, at - maxGap);
  let to = at;
  while (to > limit && isBlank(text.charCodeAt(to))) to--;
  return to;
}

/** The first place at or behind `at` that holds no blank. */
export function skipBlanks(text: string, at: number): number {
  const limit = Math.min(text.length, at + maxGap);
  let to = at;
  while (to < limit && isBlank(text.charCodeAt(to))) to++;
  return to;
}

/** The first place at or behind `at` that holds neither a blank nor the end of a line. */
export function skipSpaces(text: string, at: number): number {
  const limit = Math.min(text.length, at + maxGap);
  let to = at;
  while (to < limit && isSpace(text.charCodeAt(to))) to++;
  return to;
}

/** A space or a tab. */
export function isBlank(code: number): boolean {
  return code === space || code === tab;
}

/** Either character that ends a line. */
export function isLineEnd(code: number): boolean {
  return code === newline || code === carriageReturn;
}

/** A blank or the end of a line. */
export function isSpace(code: number): boolean {
  return code === space || code === tab || code === newline || code === carriageReturn;
}

/** What opens and closes a literal: a double or single quote, or a backtick. */
export function isQuote(code: number): boolean {
  return code === doubleQuote || code === singleQuote || code === backtick;
}
