import type { Aside } from './log-asides.ts';

const space = 0x20;
/** Letters that stand apart are a word from this many on. */
const fewestLetters = 16;
/** Of so many letters, with a blank behind each, one in this many bytes is sure to be looked at. */
const stride = 16;

/** Words whose letters have a blank between them: `g h p _ …`, which no runner's mask finds. */
export function findSpaced(text: Buffer, asides: Aside[]): void {
  const last = text.length - 6;
  for (let at = 0; at < last; at += stride) {
    // Every other byte is a blank, and those between are none.
    const blank = text[at] === space ? at : text[at + 1] === space ? at + 1 : -1;
    if (
      blank === -1 ||
      text[blank + 2] !== space ||
      text[blank + 1] <= space ||
      text[blank + 3] <= space ||
      text[blank + 4] !== space
    ) {
      continue;
    }
    let start = blank + 1;
    while (start >= 2 && text[start - 1] === space && text[start - 2] > space && (start < 3 || text[start - 3] <= space))
      start -= 2;
    let end = blank + 4;
    while (
      end + 1 < text.length &&
      text[end] === space &&
      text[end + 1] > space &&
      (end + 2 >= text.length || text[end + 2] <= space)
    ) {
      end += 2;
    }
    if (end - start >= 2 * fewestLetters - 1) asides.push({ start, end, step: 2, joins: false });
    if (end > at + stride) at = end - (end % stride);
  }
}
