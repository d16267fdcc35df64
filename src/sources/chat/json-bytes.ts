/** Of the string that `stringEnd` read last: whether anything in it is escaped. */
export const lastString = { sawEscape: false };

/** Where the string's closing quote is; -1 where the bytes end before; -2 less where a line's end says that it was none. */
export function stringEnd(bytes: Uint8Array, start: number, end: number): number {
  lastString.sawEscape = false;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x22) return at;
    if (byte === 0x5c) {
      lastString.sawEscape = true;
      at++;
    } else if (byte === 0x0a) return -at - 2;
  }
  return -1;
}

/** Where a value ends: its brackets are counted, its strings passed over. */
export function skipValue(bytes: Uint8Array, start: number, end: number): number {
  let open = 0;
  let at = start;
  while (at < end) {
    const byte = bytes[at];
    if (byte === 0x22) {
      const past = stringEnd(bytes, at + 1, end);
      if (past < 0) return past;
      at = past + 1;
      if (open === 0) return at;
      continue;
    }
    if (byte === 0x7b || byte === 0x5b) open++;
    else if (byte === 0x7d || byte === 0x5d) {
      if (open === 0) return at;
      open--;
      if (open === 0) return at + 1;
    } else if (byte === 0x2c && open === 0) return at;
    else if (!isBetween[byte]) return -at - 2;
    at++;
  }
  return -1;
}

/** What may stand between tokens. */
export const isSpace = new Uint8Array(256);
for (const byte of [0x20, 0x09, 0x0a, 0x0d]) isSpace[byte] = 1;

// What stands outside of strings: all else says that a quote was lost.
const isBetween = new Uint8Array(256);
for (const character of ' \t\r\n,:0123456789+-.Etruefalsn') isBetween[character.charCodeAt(0)] = 1;

/** What numbers, `true`, `false` and `null` are made of, and what else looks like one of them. */
export const isLiteral = new Uint8Array(256);
for (const character of '+-.0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_')
  isLiteral[character.charCodeAt(0)] = 1;

/** Whether it is a number, `true`, `false` or `null`. */
export function isWellFormed(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  if (first === 0x2d || (first >= 0x30 && first <= 0x39)) {
    for (let at = start + 1; at < end; at++) {
      const byte = bytes[at];
      const isNumber =
        (byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x2b || byte === 0x2d || (byte | 0x20) === 0x65;
      if (!isNumber) return false;
    }
    return true;
  }
  const length = end - start;
  if (length > 5) return false;
  let word = '';
  for (let at = start; at < end; at++) word += String.fromCharCode(bytes[at]);
  return word === 'true' || word === 'false' || word === 'null';
}
