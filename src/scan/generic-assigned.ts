import { isBlank, isLetterCode, semicolon, space } from './generic-characters.ts';
import { mayAssign, previousWord, startsAtSeam } from './generic-gate.ts';
import { type Key, keyEnd, keyStart, neverNames, readKey } from './generic-key.ts';
import type { Value } from './generic-literal.ts';
import { findValue } from './generic-syntax.ts';
import { judgeValue } from './generic-value.ts';

/** Offsets of a value in the text it was found in, and how sure we are that it is a secret. */
export interface GenericMatch {
  readonly start: number;
  readonly end: number;
  /** 0 to 1; 0.5 is the default threshold for a report. */
  readonly confidence: number;
  readonly kind: string;
}

/** What `gate` looks at around a keyword; see `mayHoldValue`. */
export const gateReach = { before: 64, after: 160 } as const;

/**
 * Whether a keyword is worth a look at all, told from `gateReach` around it: it is a key's, and something like an
 * assignment follows. It turns down nine of ten hits before the text that a detector reads has been made.
 */
export function mayHoldValue(text: string, hitStart: number, hitEnd: number): boolean {
  let keywordStart = hitStart;
  let keywordEnd = hitEnd;
  while (keywordEnd > keywordStart && !isLetterCode(text.charCodeAt(keywordEnd - 1))) keywordEnd--;
  while (keywordStart < keywordEnd && !isLetterCode(text.charCodeAt(keywordStart))) keywordStart++;
  const end = keyEnd(text, keywordEnd);
  return end !== -1 && mayAssign(text, keywordStart, end) && startsAtSeam(text, keywordStart, keywordEnd);
}

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
  if (
    !key ||
    isWorkingDirectory(text, key) ||
    (start > 1 && isBlank(text.charCodeAt(start - 1)) && neverNames(previousWord(text, start)))
  )
    return undefined;
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
  const context = {
    kind: key.kind,
    strength: key.strength,
    form: value.form,
    isMock: key.isMock || isMadeUpLine(text, key.start),
  };
  let confidence = judgeValue(text.slice(start, end), context);
  if (confidence === 0) return undefined;
  if (value.isComparison) confidence = Math.max(0, Math.round((confidence - 0.1) * 100) / 100);
  return { start, end, confidence, kind: key.kind };
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

const connectionKeys =
  /(?:^|[;"'\s>])(?:server|data source|datasource|host|address|addr|user ?id|uid|user|username|database|initial catalog|driver|dsn|endpoint|port|provider)\s?=/i;

function isInConnectionString(text: string, start: number, value: Value): boolean {
  if (value.form === 'quoted') return false;
  const before = text.charCodeAt(start - 1);
  const behind = text.charCodeAt(value.end);
  if (before !== semicolon && behind !== semicolon && !(before === space && text.charCodeAt(start - 2) === semicolon))
    return false;
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
