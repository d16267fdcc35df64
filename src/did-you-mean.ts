/** The candidate that `word` was most likely meant to be, or undefined when none is near. Case and dashes do not count. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  // A longer word is no typing mistake, and may be a pasted secret: not worth the quadratic comparison.
  if (word.length > 40) return undefined;
  const plain = simplify(word);
  let nearest: string | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const other = simplify(candidate);
    // A third of the longer word may be wrong; of two letters none.
    const most = Math.max(plain.length > 2 ? 1 : 0, Math.floor(Math.max(plain.length, other.length) / 3));
    const distance = editDistance(plain, other);
    if (distance > most || distance >= least) continue;
    least = distance;
    nearest = candidate;
  }
  return nearest;
}

function simplify(word: string): string {
  return word.toLowerCase().replace(/[-_ ]/g, '');
}

/** Edits between two words: insertions, deletions, substitutions, and swaps of neighbours (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substituted = last[column - 1]! + (a[row - 1] === b[column - 1] ? 0 : 1);
      let edits = Math.min(last[column]! + 1, current[column - 1]! + 1, substituted);
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        edits = Math.min(edits, beforeLast[column - 2]! + 1);
      }
      current.push(edits);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
