/** What ends a word at a mask: blanks, quotes, brackets and what stands between values. */
const delimiters = new Uint8Array(256);
for (let byte = 0; byte <= 0x20; byte++) delimiters[byte] = 1;
for (const character of '"\'`()<>[]{},;:=@&|') delimiters[character.charCodeAt(0)] = 1;
/** More of a word than this is no remainder of a value. */
const mostRemainder = 512;

/** Where the word begins that a mask at `at` cuts, not before `floor`. */
export function remainderBefore(bytes: Buffer, at: number, floor: number): number {
  const limit = Math.max(floor, at - mostRemainder);
  let start = at;
  while (start > limit && delimiters[bytes[start - 1]] === 0) start--;
  return start;
}

/** Where the word ends that a mask cuts which ends at `at`, not behind `ceiling`. */
export function remainderAfter(bytes: Buffer, at: number, ceiling: number): number {
  const limit = Math.min(ceiling, at + mostRemainder);
  let end = at;
  while (end < limit && delimiters[bytes[end]] === 0) end++;
  return end;
}
