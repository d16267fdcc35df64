import type { GenericMatch } from './generic-assigned.ts';
import { isLetterCode } from './generic-characters.ts';
import { judgeValue } from './generic-value.ts';

const maxValue = 400;

/**
 * The credential behind a scheme: `Authorization: Bearer x`, `'Bearer x'`, `Authorization: Basic dXNlcjpwYXNz`. The hit is the scheme's name
 * and the blank behind it. A Basic credential is judged by the password in it.
 */
export function findAuthorization(text: string, hitStart: number, hitEnd: number): GenericMatch | undefined {
  if (hitStart > 0 && isLetterCode(text.charCodeAt(hitStart - 1))) return undefined;
  let start = hitEnd;
  while (start - hitEnd < 4 && text.charCodeAt(start) === 32) start++;
  let end = start;
  const limit = Math.min(text.length, start + maxValue);
  while (end < limit && isTokenCode(text.charCodeAt(end))) end++;
  const length = end - start;
  // Prose ends its words sooner: "basic authentication", "bearer tokens".
  if (length < 8 || length === maxValue) return undefined;
  while (end > start && text.charCodeAt(end - 1) === 46) end--;
  const behind = text.charCodeAt(end);
  if (behind === 40 || behind === 123 || behind === 91) return undefined;
  const first = text.charCodeAt(hitStart) | 32;
  const value = text.slice(start, end);
  if (first === 98 && (text.charCodeAt(hitStart + 1) | 32) === 97) return basicCredential(text, hitStart, start, end);
  const context = { kind: 'token', strength: 'strong', form: 'quoted', isMock: false } as const;
  const confidence = length > 256 ? (value.startsWith('eyJ') ? 0.85 : 0) : judgeValue(value, context);
  return confidence === 0 ? undefined : { start, end, confidence, kind: 'authorization' };
}

function basicCredential(text: string, hitStart: number, start: number, end: number): GenericMatch | undefined {
  const value = text.slice(start, end);
  if (!/^[A-Za-z0-9+/_-]{8,}={0,2}$/.test(value)) return undefined;
  const decoded = Buffer.from(value, 'base64').toString('latin1');
  if (!/^[ -~]+$/.test(decoded)) return undefined;
  const seam = decoded.indexOf(':');
  if (seam === -1) return undefined;
  // One half is the secret: `user:password`, `api-key:`, `x:token`.
  const password = decoded.slice(seam + 1);
  const user = decoded.slice(0, seam);
  const judgedPart = password.length >= 6 ? password : user;
  const confidence = judgeValue(judgedPart, { kind: 'password', strength: 'strong', form: 'quoted', isMock: isStandIn(user) });
  if (confidence === 0) return undefined;
  // Without the header's name the word may be anything; base64 that decodes to user:password is evidence enough but for the weakest.
  const isHeader = /authorization["'\]]{0,2}\s{0,3}[:=,]/i.test(text.slice(Math.max(0, hitStart - 40), hitStart));
  return {
    start,
    end,
    confidence: isHeader ? confidence : Math.max(0, Math.round((confidence - 0.1) * 100) / 100),
    kind: 'authorization',
  };
}

/**
 * The password of `curl -u user:password` and `--user user:password`, on the line of the word `curl` or the lines that continue it.
 */
export function findCurlUser(text: string, hitStart: number, hitEnd: number): GenericMatch | undefined {
  if (hitStart > 0 && isLetterCode(text.charCodeAt(hitStart - 1))) return undefined;
  let at = hitEnd - 1;
  const limit = Math.min(text.length, hitEnd + 400);
  for (; at < limit; at++) {
    const c = text.charCodeAt(at);
    if (c === 10 && text.charCodeAt(at - 1) !== 92) return undefined;
    if (c !== 45 || (text.charCodeAt(at - 1) !== 32 && text.charCodeAt(at - 1) !== 9)) continue;
    const next = text.charCodeAt(at + 1);
    if (next === 117) return userOption(text, at + 2);
    if (next === 45 && text.startsWith('--user', at) && (text.charCodeAt(at + 6) === 32 || text.charCodeAt(at + 6) === 61))
      return userOption(text, at + 6);
  }
  return undefined;
}

function userOption(text: string, from: number): GenericMatch | undefined {
  let at = from;
  while (at - from < 4 && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 61)) at++;
  const quote = text.charCodeAt(at) === 34 || text.charCodeAt(at) === 39 ? text.charCodeAt(at) : 0;
  if (quote !== 0) at++;
  const limit = Math.min(text.length, at + 100);
  let start = -1;
  let end = at;
  for (; end < limit; end++) {
    const c = text.charCodeAt(end);
    if (c === 58 && start === -1) start = end + 1;
    if (quote === 0 ? c <= 32 || c === 34 || c === 39 || c === 96 : c === quote || c === 10) break;
  }
  if (start === -1 || end === at + 100) return undefined;
  const user = text.slice(at, start - 1);
  // `-u api_key:` sends the key as the user's name.
  const isUserTheKey = end - start < 2;
  const value = isUserTheKey ? user : text.slice(start, end);
  const confidence = judgeValue(value, {
    kind: isUserTheKey ? 'token' : 'password',
    strength: 'strong',
    form: 'quoted',
    isMock: isStandIn(user),
  });
  if (confidence === 0) return undefined;
  return isUserTheKey
    ? { start: at, end: start - 1, confidence, kind: 'curl-user' }
    : { start, end, confidence, kind: 'curl-user' };
}

/** A user's name that says the pair is made up: `test`, `example`. (`admin` and `user` are real names.) */
function isStandIn(user: string): boolean {
  return /^(?:test|example|demo|foo|bar|dummy|fake|mock|aladdin|alice|bob)\d*$/i.test(user);
}

/** RFC 6750's b64token, and what JWTs and provider tokens are made of. */
function isTokenCode(code: number): boolean {
  return (
    (code >= 48 && code <= 57) ||
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    code === 45 ||
    code === 46 ||
    code === 95 ||
    code === 126 ||
    code === 43 ||
    code === 47 ||
    code === 61 ||
    code === 58
  );
}
