// Text behind escapes: percent-encoding (RFC 3986), \uXXXX and \xXX of programming languages and JSON, HTML's character
// references. Escapes are looked at a word at a time, a word being a run of bytes without white space or control bytes.

/** A word longer than this is not looked at: minified code is one word, and its escapes hide nothing that others do not. */
export const WORD_MOST: u32 = 4096;

/** What the last escape that `escapeAt` read stands for; 0x1a for a character beyond Latin-1. */
export let escaped: u32 = 0;

// @ts-ignore: decorator
@inline
function hexValue(byte: u32): i32 {
  if (byte - 48 < 10) return byte - 48;
  const letter = (byte | 32) - 97;
  return letter < 6 ? letter + 10 : -1;
}

function hexNumber(at: usize, digits: u32): i32 {
  let value: i32 = 0;
  for (let i: u32 = 0; i < digits; i++) {
    const digit = hexValue(load<u8>(at + i));
    if (digit < 0) return -1;
    value = (value << 4) | digit;
  }
  return value;
}

/** Bytes of the escape that starts at `at`, 0 when none does. Reads no further than 12 bytes behind `at`. */
export function escapeAt(at: usize, end: usize): u32 {
  const byte: u32 = load<u8>(at);
  if (byte == 37) {
    if (at + 3 > end) return 0;
    const value = hexNumber(at + 1, 2);
    if (value < 0) return 0;
    escaped = value;
    return 3;
  }
  if (byte == 92) {
    const kind: u32 = load<u8>(at, 1);
    if (kind == 117 && at + 6 <= end) {
      const value = hexNumber(at + 2, 4);
      if (value < 0) return 0;
      escaped = value < 256 ? value : 0x1a;
      return 6;
    }
    if (kind == 120 && at + 4 <= end) {
      const value = hexNumber(at + 2, 2);
      if (value < 0) return 0;
      escaped = value;
      return 4;
    }
    return 0;
  }
  if (byte != 38) return 0;
  if (load<u8>(at, 1) == 35) {
    const isHex = (load<u8>(at, 2) | 32) == 120;
    let p = at + (isHex ? 3 : 2);
    const first = p;
    let value: i32 = 0;
    while (p < end && p - first < 6) {
      const digit = hexValue(load<u8>(p));
      if (digit < 0 || (!isHex && digit > 9)) break;
      value = value * (isHex ? 16 : 10) + digit;
      p++;
    }
    if (p == first || p >= end || load<u8>(p) != 59) return 0;
    escaped = value < 256 ? value : 0x1a;
    return <u32>(p + 1 - at);
  }
  return namedAt(at, end);
}

// The references that writers of HTML and XML use for ASCII: name as little-endian text with its semicolon, and what it means.
function namedAt(at: usize, end: usize): u32 {
  const left = end - at;
  if (left >= 6 && load<u32>(at, 1) == 0x746f7571 && load<u8>(at, 5) == 59) {
    escaped = 34;
    return 6;
  }
  if (left >= 6 && load<u32>(at, 1) == 0x736f7061 && load<u8>(at, 5) == 59) {
    escaped = 39;
    return 6;
  }
  if (left >= 5 && load<u32>(at, 1) == 0x3b706d61) {
    escaped = 38;
    return 5;
  }
  const three = load<u32>(at, 1) & 0xffffff;
  if (left >= 4 && three == 0x3b746c) {
    escaped = 60;
    return 4;
  }
  if (left >= 4 && three == 0x3b7467) {
    escaped = 62;
    return 4;
  }
  return 0;
}

/** Writes [start, end) with its escapes decoded to `out`; returns the bytes written, at most as many as there were. */
export function decodeEscapes(start: usize, end: usize, out: usize): usize {
  let to = out;
  let p = start;
  while (p < end) {
    const byte: u32 = load<u8>(p);
    if (byte == 37 || byte == 92 || byte == 38) {
      const length = escapeAt(p, end);
      if (length != 0) {
        store<u8>(to, <u8>escaped);
        to++;
        p += length;
        continue;
      }
    }
    store<u8>(to, <u8>byte);
    to++;
    p++;
  }
  return to - out;
}

/** The next byte in [at, end) that an escape can start with, or `end`. */
export function nextEscapeByte(at: usize, end: usize): usize {
  const percent = i8x16.splat(37);
  const backslash = i8x16.splat(92);
  const ampersand = i8x16.splat(38);
  while (at < end) {
    const text = v128.load(at);
    const mask: u32 = i8x16.bitmask(v128.or(v128.or(i8x16.eq(text, percent), i8x16.eq(text, backslash)), i8x16.eq(text, ampersand)));
    if (mask != 0) return min(end, at + ctz<u32>(mask));
    at += 16;
  }
  return end;
}

/** Where the word around `at` begins, no further back than one byte more than a word may have. */
export function wordStart(textStart: usize, at: usize): usize {
  const floor = at > textStart + WORD_MOST + 1 ? at - WORD_MOST - 1 : textStart;
  while (at > floor && load<u8>(at - 1) > 32) at--;
  return at;
}

/** Where the word around `at` ends, no further than one byte more than a word may have. */
export function wordEnd(textEnd: usize, at: usize): usize {
  const ceiling = min(textEnd, at + WORD_MOST + 1);
  while (at < ceiling && load<u8>(at) > 32) at++;
  return at;
}
