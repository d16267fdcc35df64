/** Shannon entropy of a text, bits per character (UTF-16 unit). 0 for the empty text. */
export function shannonEntropy(text: string): number {
  const counts = new Map<number, number>();
  // Nearly all texts are ASCII: counting those in an array is several times faster than in the map.
  const ascii = asciiCounts.fill(0);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 128) ascii[unit]!++;
    else counts.set(unit, (counts.get(unit) ?? 0) + 1);
  }
  return entropyOfCounts([ascii, counts.values()], text.length);
}

/** Shannon entropy of bytes, bits per byte. 0 for none. */
export function byteEntropy(bytes: Uint8Array): number {
  const counts = byteCounts.fill(0);
  for (const byte of bytes) counts[byte]!++;
  return entropyOfCounts([counts], bytes.length);
}

const asciiCounts = new Uint32Array(128);
const byteCounts = new Uint32Array(256);

function entropyOfCounts(counts: readonly Iterable<number>[], total: number): number {
  if (total === 0) return 0;
  let weighted = 0;
  for (const list of counts) {
    for (const count of list) if (count > 1) weighted += count * Math.log2(count);
  }
  // The same as the sum of -p log2 p, with one logarithm for each character that is repeated.
  return Math.log2(total) - weighted / total;
}

export type Alphabet = 'digits' | 'hex' | 'base32' | 'alnum' | 'base64' | 'base64url' | 'printable' | 'other';

const alphabets: readonly { readonly name: Alphabet; readonly size: number; readonly test: RegExp }[] = [
  { name: 'digits', size: 10, test: /^[0-9]+$/ },
  { name: 'hex', size: 16, test: /^(?:[0-9a-f]+|[0-9A-F]+)$/ },
  { name: 'base32', size: 32, test: /^(?:[A-Z2-7]+|[a-z2-7]+)=*$/ },
  { name: 'alnum', size: 62, test: /^[0-9A-Za-z]+$/ },
  { name: 'base64', size: 64, test: /^[0-9A-Za-z+/]+=*$/ },
  { name: 'base64url', size: 64, test: /^[0-9A-Za-z_-]+=*$/ },
  { name: 'printable', size: 94, test: /^[!-~]+$/ },
];

/** The smallest alphabet that the text is written in, and how many characters it has. */
export function alphabetOf(text: string): { readonly name: Alphabet; readonly size: number } {
  return alphabets.find(({ test }) => test.test(text)) ?? { name: 'other', size: 256 };
}

/**
 * Entropy as a share of what random characters of the text's own alphabet would have at this length, 0 to about 1.
 * Short random texts repeat few characters, so the yardstick is what a random draw is expected to reach, not log2 of
 * the alphabet: a hex digest and a base64 key of any length both come out near 1.
 */
export function normalisedEntropy(text: string): number {
  if (text.length < 2) return 0;
  return shannonEntropy(text) / expectedEntropy(alphabetOf(text).size, text.length);
}

/** Bits per character that a uniformly random text has on average, for an alphabet size and a length. */
export function expectedEntropy(size: number, length: number): number {
  const key = size * 65_536 + Math.min(length, 65_535);
  const known = expected.get(key);
  if (known !== undefined) return known;
  // Each character occurs a binomial number of times: H = log2 n - (size / n) * E[c log2 c].
  let probability = (1 - 1 / size) ** length;
  let mean = 0;
  for (let count = 1; count <= Math.min(length, 4096); count++) {
    probability *= (length - count + 1) / count / (size - 1);
    mean += probability * count * Math.log2(count);
  }
  // Beyond the range of a double the draw is long enough to reach the alphabet's own entropy.
  const value = probability === 0 && mean === 0 ? Math.log2(Math.min(size, length)) : Math.log2(length) - (size / length) * mean;
  expected.set(key, value);
  return value;
}

const expected = new Map<number, number>();
