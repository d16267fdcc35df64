const maxLengthLookedAt = 256;
// One of the 7776 words of Diceware.
const bitsOfWord = 13;
const lettersOfWord = 8;

/**
 * How many bits of guessing a value is worth, on the low side: the lesser of its Shannon entropy and of what somebody would need who
 * guesses words and numbers. It decides whether a hash of the value under a public salt may be a fast one.
 */
export function guessBits(value: string): number {
  const text = value.slice(0, maxLengthLookedAt);
  return Math.min(shannonBits(text), wordBits(text));
}

function shannonBits(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (const count of counts.values()) bits -= count * Math.log2(count / total);
  return bits;
}

/** A run of letters in one case is taken for words, 13 bits each; digits for a number; a sign counts in full where it is first seen. */
function wordBits(text: string): number {
  const signs = new Set<string>();
  let bits = 0;
  for (const [run] of text.matchAll(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+|[^A-Za-z0-9]/gu)) {
    if (/^[0-9]/.test(run)) bits += run.length * Math.log2(10);
    else if (/^[A-Za-z]/.test(run)) bits += lettersBits(run.length);
    else bits += signs.has(run) ? 1 : 5;
    signs.add(run);
  }
  return bits;
}

function lettersBits(length: number): number {
  return Math.min(length * Math.log2(26), Math.max(bitsOfWord, (length * bitsOfWord) / lettersOfWord));
}
