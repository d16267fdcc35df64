// Whether an assignment may follow a keyword: what ../../generic-gate.ts tells, a little more generously where it looks further.
// It turns down most hits of keywords before the host is called for them.

/** As in ../../generic-key.ts. */
const KEY_REACH: usize = 64;
/** More blanks than these are left to the host. */
const GAP_MOST: usize = 256;

// @ts-ignore: decorator
@inline
function charAt(at: usize, end: usize): u32 {
  return at < end ? load<u8>(at) : 0;
}

// @ts-ignore: decorator
@inline
function isLower(c: u32): bool {
  return c - 97 < 26;
}

// @ts-ignore: decorator
@inline
function isUpper(c: u32): bool {
  return c - 65 < 26;
}

// @ts-ignore: decorator
@inline
function isLetter(c: u32): bool {
  return (c | 32) - 97 < 26;
}

function isIdentifier(c: u32): bool {
  return isLetter(c) || c - 48 < 10 || c == 95 || c == 45;
}

function isBlank(c: u32): bool {
  return c == 32 || c == 9;
}

function isSpace(c: u32): bool {
  return isBlank(c) || c == 10 || c == 13;
}

function isQuote(c: u32): bool {
  return c == 34 || c == 39 || c == 96;
}

/** `value`, `default`, `content`. */
function startsPairWord(c: u32): bool {
  return (c | 32) == 118 || (c | 32) == 100 || (c | 32) == 99;
}

/** `key`, `secr`, `toke`: words written on without a seam. */
function isGluedSuffix(at: usize, end: usize): bool {
  const first = charAt(at, end) | 32;
  const second = charAt(at + 1, end) | 32;
  return (first == 107 && second == 101) || (first == 115 && second == 101) || (first == 116 && second == 111);
}

function skipBlanks(at: usize, end: usize): usize {
  const limit = min(end, at + GAP_MOST);
  while (at < limit && isBlank(load<u8>(at))) at++;
  return at;
}

/** Behind the end of a line: a pair's next word, or a quote. */
function goesOnBelow(at: usize, end: usize): bool {
  const limit = min(end, at + GAP_MOST);
  while (at < limit && isSpace(load<u8>(at))) at++;
  if (at == limit && at < end) return true;
  const c = charAt(at, end);
  return startsPairWord(c) || isQuote(c);
}

/** The signs that assign more rarely. */
function assignsAt(at: usize, end: usize): bool {
  const c = charAt(at, end);
  if (c == 62 || c == 60 || c == 124 || c == 63 || c == 123 || c == 44) return true;
  return (c == 10 || c == 13) && goesOnBelow(at, end);
}

function assignsBehindQuote(at: usize, end: usize): bool {
  const from = at;
  let c = charAt(at, end);
  while (at - from < 2 && (c == 93 || c == 41 || c == 125)) {
    at++;
    c = charAt(at, end);
  }
  at = skipBlanks(at, end);
  c = charAt(at, end);
  return c == 61 || c == 58 || c == 111 || c == 79 || isBlank(c) || startsPairWord(c) || assignsAt(at, end);
}

function isTypeChar(c: u32): bool {
  return isLetter(c) || c - 48 < 10 || c == 95 || c == 46 || c == 91 || c == 93 || c == 42;
}

/** `password string = …`, `password As String = …`. */
function assignsBehindType(at: usize, end: usize): bool {
  for (let word = 0; word < 2; word++) {
    const from = at;
    while (at - from < 20 && isTypeChar(charAt(at, end))) at++;
    if (at == from) return false;
    while (at - from < 40 && isBlank(charAt(at, end))) at++;
    if (charAt(at, end) == 61) return true;
    if (word == 0 && !(at - from == 3 && (charAt(from, end) | 32) == 97 && (charAt(from + 1, end) | 32) == 115)) return false;
  }
  return false;
}

function standsAt(at: usize, end: usize, first: u64): bool {
  return at + 8 <= end && load<u64>(at) == first;
}

/** `--password x`, `ENV X x`, `requirepass x`, netrc: a bare word behind a blank is the value. */
function isOption(start: usize, end: usize, keyword: usize): bool {
  const limit = keyword > start + KEY_REACH ? keyword - KEY_REACH : start;
  let key = keyword;
  while (key > limit && isIdentifier(load<u8>(key - 1))) key--;
  while (key < keyword && load<u8>(key) == 45) key++;
  // The first eight letters of `requirepass` and `masterauth`.
  if (standsAt(key, end, 0x7065726975716572) || standsAt(key, end, 0x756172657473616d)) return true;
  if (key == start) return false;
  const before: u32 = load<u8>(key - 1);
  if (before == 45) return true;
  if (!isSpace(before)) return false;
  // `ENV`, `ARG`, `SetEnv`, `setenv`, `setx`, `-x`, `-gx`, `-Ux` end in one of these.
  let at = key;
  while (at > start && isBlank(load<u8>(at - 1))) at--;
  const last: u32 = at > start ? load<u8>(at - 1) : 0;
  if (last == 86 || last == 71 || last == 118 || last == 120) return true;
  if (!standsAt(key, end, 0x64726f7773736170)) return false;
  const floor = key > start + 64 ? key - 64 : start;
  for (let p = floor; p < key; p++) if (load<u8>(p) == 108 && load<u32>(p) == 0x69676f6c) return true;
  return false;
}

/** Whether the keyword that is or stands in [hitStart, hitEnd) of the document [start, end) may be a key that is assigned to. */
export function mayAssign(start: usize, end: usize, hitStart: usize, hitEnd: usize): bool {
  let keyword = hitStart;
  let behind = hitEnd;
  while (behind > keyword && !isLetter(load<u8>(behind - 1))) behind--;
  while (keyword < behind && !isLetter(load<u8>(keyword))) keyword++;

  const limit = min(end, behind + KEY_REACH);
  let at = behind;
  if (at < limit) {
    const last: u32 = load<u8>(at - 1);
    const next: u32 = load<u8>(at);
    if ((next == 115 || (next == 83 && isUpper(last))) && !isLetter(charAt(at + 1, end))) at++;
    else if ((isLower(next) || (isUpper(next) && isUpper(last))) && !isGluedSuffix(at, end)) return false;
  }
  while (at < limit && isIdentifier(load<u8>(at))) at++;
  if (at == behind + KEY_REACH) return false;
  while (at > behind && load<u8>(at - 1) == 45) at--;

  const c = charAt(at, end);
  if (c == 61 || c == 58 || c == 40 || c == 91) return true;
  if (c == 92) return isQuote(charAt(at + 1, end)) && assignsBehindQuote(at + 2, end);
  if (isQuote(c)) return assignsBehindQuote(at + 1, end);
  if (c == 93 || c == 125) {
    const next = charAt(skipBlanks(at + 1, end), end);
    return next == 61 || isBlank(next);
  }
  if (!isBlank(c)) return assignsAt(at, end);
  at = skipBlanks(at + 1, end);
  const next = charAt(at, end);
  if (next == 61 || next == 58 || isQuote(next) || isBlank(next) || assignsAt(at, end)) return true;
  return isOption(start, end, keyword) || assignsBehindType(at, end);
}
