import type { GenericMatch } from './generic-assigned.ts';
import { alphabetOf, distinctCharacters, isUuid, regularity, surprise, wordShare } from './rarity.ts';

/** What names a value that looks random and opens nothing. Looked for between the start of the line and the value. */
const publicNames =
  /sha-?\d|sha_|md5|digest|checksum|integrity|hash|etag|commit|revision|\brev\b|fingerprint|thumbprint|signature|public.?key|pubkey|ssh-|certificate|nonce|\bcert|\bid\b|_id\b|Id\b|uuid|guid|data:|base64,|sourcemap|mapping|blob|image|font|icon|address|version|resolved|tarball|url|uri|href|\bsrc\b|path|file|nixpkgs|narHash|vendor|build|trace|cursor|page|encoded|b64|base64|expected|want\b|seed\b|salt\b|\biv\b|authenticity|csrf|challenge|verifier/i;

/**
 * Judges a run of base64 or hex characters that no keyword stands by: `[runStart, hitEnd)` is the whole run. Only a whole literal or the whole of
 * an assigned value counts. Such values are keys less often than they are ids and data, so confidence ends at 0.45: under the default threshold.
 */
export function findHighEntropy(text: string, runStart: number, hitEnd: number): GenericMatch | undefined {
  // Padding is part of a run, and so is the sign of `NAME=value`.
  let hitStart = hitEnd;
  while (hitStart > runStart && text.charCodeAt(hitStart - 1) === 61) hitStart--;
  while (hitStart > runStart && text.charCodeAt(hitStart - 1) !== 61) hitStart--;
  const length = hitEnd - hitStart;
  if (length < 24 || length > 128) return undefined;
  const before = text.charCodeAt(hitStart - 1);
  const isQuoted = (before === 34 || before === 39 || before === 96) && text.charCodeAt(hitEnd) === before;
  if (!isQuoted && !isAssigned(text, hitStart, hitEnd)) return undefined;
  // A run of one kind of character is an identifier or a number; this settles most words without reading them all.
  let digits = 0;
  let lower = 0;
  let upper = 0;
  for (let i = hitStart; i < hitEnd; i++) {
    const c = text.charCodeAt(i);
    if (c >= 48 && c <= 57) digits++;
    else if (c >= 97 && c <= 122) lower++;
    else if (c >= 65 && c <= 90) upper++;
  }
  if (digits < 2 || lower + upper < 4 || digits * 5 > length * 4) return undefined;

  // A piece of a longer literal: data.
  const behind = text.charCodeAt(skipSpaces(text, hitEnd + 1));
  if (isQuoted && (behind === 43 || behind === 92)) return undefined;

  const value = text.slice(hitStart, hitEnd);
  const alphabet = alphabetOf(value);
  if (isUuid(value) || alphabet === 'printable') return undefined;
  // Hashes: MD5, SHA-1, SHA-2, and git's and containers' abbreviations of them.
  if (alphabet === 'hex' && (length === 32 || length === 40 || length === 56 || length === 64 || length === 96 || length === 128))
    return undefined;
  if (distinctCharacters(value) < (alphabet === 'hex' ? 9 : 14) || regularity(value) > 0.3) return undefined;
  const bits = surprise(value);
  if (bits < (alphabet === 'hex' ? 4 : 5) || wordShare(value) > 0.4) return undefined;
  if (isFileOrText(value)) return undefined;
  const lineStart = Math.max(text.lastIndexOf('\n', hitStart) + 1, hitStart - 120);
  if (publicNames.test(text.slice(lineStart, hitStart))) return undefined;
  if (alphabet === 'hex') return { start: hitStart, end: hitEnd, confidence: 0.3, kind: 'high-entropy' };
  const confidence = bits >= 5.6 && length >= 32 && lower > 0 && upper > 0 ? 0.45 : lower > 0 && upper > 0 ? 0.4 : 0.3;
  return { start: hitStart, end: hitEnd, confidence, kind: 'high-entropy' };
}

function skipSpaces(text: string, at: number): number {
  let to = at;
  while (to - at < 8 && text.charCodeAt(to) === 32) to++;
  return to;
}

/** `name=run`, `name: run`, with nothing behind it on its line. */
function isAssigned(text: string, start: number, end: number): boolean {
  const behind = text.charCodeAt(end);
  if (!(Number.isNaN(behind) || behind === 10 || behind === 13 || behind === 32 || behind === 59)) return false;
  const before = text.charCodeAt(start - 1);
  if (before === 61) return isNameCode(text.charCodeAt(start - 2));
  if (before !== 32) return false;
  const operator = text.charCodeAt(start - 2);
  return (operator === 58 || operator === 61) && (isNameCode(text.charCodeAt(start - 3)) || text.charCodeAt(start - 3) === 32);
}

function isNameCode(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 34
  );
}

/** Starts of images, fonts, archives, keys and certificates in base64, and base64 that decodes to text. */
function isFileOrText(value: string): boolean {
  if (
    /^(?:iVBORw0|R0lGOD|\/9j\/|UklGR|PHN2Zy|d09GM|AAEAAA|AAABAA|JVBERi0|UEsDB|H4sI|1f8b08|789c|MI[ICGEH]|AAAAB3Nza|AAAAC3Nza|AAAAE2Vj|AGFzbQ|LS0tLS1)/.test(
      value,
    )
  )
    return true;
  const bytes = Buffer.from(value, 'base64');
  let printable = 0;
  for (const byte of bytes) if ((byte >= 32 && byte < 127) || byte === 10 || byte === 13 || byte === 9) printable++;
  return printable >= bytes.length * 0.9;
}
