function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/**
 * Where a time as of RFC 3339 ends that begins at `at` (`2024-05-22T12:43:46.9626461Z`), or -1. A blank may stand for the T; the
 * offset may be missing.
 */
export function isoTimeEnd(bytes: Buffer, at: number, end: number): number {
  if (end - at < 19 || bytes[at + 4] !== 0x2d || bytes[at + 13] !== 0x3a || bytes[at + 7] !== 0x2d || bytes[at + 16] !== 0x3a) {
    return -1;
  }
  const middle = bytes[at + 10];
  if (middle !== 0x54 && middle !== 0x20) return -1;
  if (!isDigit(bytes[at]) || !isDigit(bytes[at + 3]) || !isDigit(bytes[at + 9]) || !isDigit(bytes[at + 18])) return -1;
  let next = at + 19;
  if (next < end && (bytes[next] === 0x2e || bytes[next] === 0x2c)) {
    next++;
    while (next < end && isDigit(bytes[next])) next++;
  }
  const zone = next < end ? bytes[next] : 0;
  if (zone === 0x5a) return next + 1;
  if ((zone === 0x2b || zone === 0x2d) && end - next >= 5 && isDigit(bytes[next + 1]))
    return bytes[next + 3] === 0x3a ? next + 6 : next + 5;
  return next;
}

/** Where `12:34:56` ends that begins at `at`, with a fraction or without, or -1. */
export function clockTimeEnd(bytes: Buffer, at: number, end: number): number {
  if (end - at < 8 || bytes[at + 2] !== 0x3a || bytes[at + 5] !== 0x3a) return -1;
  if (!isDigit(bytes[at]) || !isDigit(bytes[at + 1]) || !isDigit(bytes[at + 4]) || !isDigit(bytes[at + 7])) return -1;
  let next = at + 8;
  if (next < end && bytes[next] === 0x2e) {
    next++;
    while (next < end && isDigit(bytes[next])) next++;
  }
  return next;
}

/** The time at the start of a line, in the form that origins have: seven digits of a second are more than a date has room for. */
export function isoTimeAt(bytes: Buffer, at: number): string | undefined {
  const end = isoTimeEnd(bytes, at, Math.min(bytes.length, at + 40));
  return end === -1 ? undefined : isoTime(bytes.toString('latin1', at, end));
}

/** A time as ISO 8601 with milliseconds; undefined when it is none. */
export function isoTime(text: string): string | undefined {
  const date = new Date(
    text
      .replace(' ', 'T')
      .replace(',', '.')
      .replace(/(\.\d{3})\d+/, '$1'),
  );
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}
