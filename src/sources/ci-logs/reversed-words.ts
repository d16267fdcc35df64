import type { Aside } from './log-asides.ts';

/** Shorter words are no tokens. */
export const fewestReversed = 20;
const mostCharacters = 400;
/** How far from its end the prefix of a token's kind is told from the rest: `github_pat_`, `sk-ant-api03-`. */
const mostPrefix = 16;
const mostName = 64;

/** Classes of bytes: 1 letters, 2 digits, 4 what joins the parts of a token. */
const classes = new Uint8Array(256);
for (let byte = 0; byte < 128; byte++) {
  const character = String.fromCharCode(byte);
  if (/[A-Za-z]/.test(character)) classes[byte] = 1;
  else if (/\d/.test(character)) classes[byte] = 2;
  else if (/[-_.]/.test(character)) classes[byte] = 4;
}

/** Adds the word at the end of a line where it is a token when read backwards, as `rev` prints it: `…x3Rf_phg`, `…AIKA`. */
export function addReversed(text: Buffer, lineStart: number, lineEnd: number, asides: Aside[]): void {
  let end = lineEnd;
  // A closing quote does not count.
  if (text[end - 1] === 0x22 || text[end - 1] === 0x27) end--;
  if (classes[text[end - 1]] === 1 || text[end - 1] === 0x5f) lookBack(text, lineStart, end, asides);
}

function lookBack(text: Buffer, lineStart: number, lineEnd: number, asides: Aside[]): void {
  let end = lineEnd;
  // `TOKEN=` reversed is `=NEKOT`: the name of a variable may be last.
  while (end > lineStart && lineEnd - end < mostName && (isUpper(text[end - 1]) || text[end - 1] === 0x5f)) end--;
  end = end > lineStart && end < lineEnd && text[end - 1] === 0x3d ? end - 1 : lineEnd;
  if (!endsBackwards(text, lineStart, end)) return;
  let start = end;
  let digits = 0;
  let letters = 0;
  while (start > lineStart && end - start < mostCharacters && classes[text[start - 1]] !== 0) {
    start--;
    if (classes[text[start]] === 2) digits++;
    else if (classes[text[start]] === 1) letters++;
  }
  if (end - start >= fewestReversed && digits > 0 && letters >= 8) asides.push({ start, end: lineEnd, step: -1, joins: false });
}

/** Whether the word that ends at `end` has, read backwards, the beginning of a token: letters and what joins them to the rest. */
function endsBackwards(text: Buffer, floor: number, end: number): boolean {
  if (end - floor < fewestReversed) return false;
  if (classes[text[end - 1]] !== 1) return false;
  const tail = (text[end - 4] << 24) | (text[end - 3] << 16) | (text[end - 2] << 8) | text[end - 1];
  // AKIA, ASIA, AIza, and eyJ behind whatever.
  if (tail === 0x41494b41 || tail === 0x41495341 || tail === 0x617a4941 || (tail & 0xffffff) === 0x4a7965) return true;
  let at = end - 1;
  const limit = Math.max(floor, end - mostPrefix);
  while (at > limit && classes[text[at - 1]] === 1) at--;
  const letters = end - at;
  return letters >= 2 && letters <= 10 && at > limit && classes[text[at - 1]] === 4 && at - floor >= fewestReversed - letters - 1;
}

function isUpper(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x5a;
}
