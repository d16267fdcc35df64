import { words } from './rarity-words.ts';

/** The narrowest alphabet that holds a value; it says how much entropy a random value of its length would show. */
export type Alphabet =
  | 'digits'
  | 'hex'
  | 'letters'
  | 'lower-alnum'
  | 'upper-alnum'
  | 'alnum'
  | 'base64'
  | 'base64url'
  | 'printable';

const longestWord = 16;
/** What may follow a listed word and still be that word. */
const endings = ['s', 'es', 'ed', 'd', 'ing', 'er', 'ers', 'r', 'rs', 'ly', 'ion', 'ions', 'or', 'ors', 'able', 'ment', 'ness'];

let wordSet: ReadonlySet<string> | undefined;
let trigramBits: Float32Array | undefined;

/** Tells which alphabet a value is written in. */
export function alphabetOf(value: string): Alphabet {
  let digits = 0;
  let lowerHex = 0;
  let upperHex = 0;
  let lower = 0;
  let upper = 0;
  let standard = 0;
  let url = 0;
  let padding = 0;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    if (c >= 48 && c <= 57) digits++;
    else if (c >= 97 && c <= 122) {
      lower++;
      if (c <= 102) lowerHex++;
    } else if (c >= 65 && c <= 90) {
      upper++;
      if (c <= 70) upperHex++;
    } else if (c === 43 || c === 47) standard++;
    else if (c === 45 || c === 95) url++;
    else if (c === 61 && i >= value.length - 2) padding++;
    else return 'printable';
  }
  if (standard > 0) return url > 0 ? 'printable' : 'base64';
  if (url > 0) return 'base64url';
  if (padding > 0) return 'base64';
  if (lower + upper === 0) return 'digits';
  if (lower === lowerHex && upper === upperHex && (lower === 0 || upper === 0) && digits > 0) return 'hex';
  if (digits === 0) return 'letters';
  if (upper === 0) return 'lower-alnum';
  return lower === 0 ? 'upper-alnum' : 'alnum';
}

/**
 * The share of a value's letters that belong to common words, 0 to 1 (1 for a value without letters).
 * Words are found anywhere in a run of letters, so `mypasswordhere` counts as wholly made of them.
 */
export function wordShare(value: string): number {
  const text = value.toLowerCase();
  let letters = 0;
  let covered = 0;
  let i = 0;
  while (i < text.length) {
    if (!isLower(text.charCodeAt(i))) {
      i++;
      continue;
    }
    let end = i + 1;
    while (end < text.length && isLower(text.charCodeAt(end))) end++;
    letters += end - i;
    covered += coveredLetters(text.slice(i, end));
    i = end;
  }
  return letters === 0 ? 1 : covered / letters;
}

/**
 * The bits per character that a reader of words and identifiers needs to spell a value: about 2.5 to 3.5 for names and prose,
 * 5 and more for random base62. The model is letter trigrams counted over the word list, with fixed prices for digits, symbols,
 * and changes between them. It separates short values better than their own entropy, which cannot exceed log2 of their length.
 */
export function surprise(value: string): number {
  if (value.length === 0) return 0;
  const bits = trigrams();
  let total = 0;
  let a = 0;
  let b = 0;
  // What came before: 0 separator or start, 1 lower case, 2 upper case, 3 digit, 4 symbol.
  let kind = 0;
  for (let i = 0; i < value.length; i++) {
    const c = value.charCodeAt(i);
    const lower = isLower(c);
    if (lower || (c >= 65 && c <= 90)) {
      const letter = lower ? c - 96 : c - 64;
      const now = lower ? 1 : 2;
      if (kind === 1 && now === 2) {
        total += 2;
        a = 0;
        b = 0;
      } else if (kind === 3 || kind === 4) {
        total += 2;
        a = 0;
        b = 0;
      }
      total += bits[(a * 27 + b) * 27 + letter]!;
      a = b;
      b = letter;
      kind = now;
    } else if (c >= 48 && c <= 57) {
      total += kind === 3 ? 3.3 : 5;
      kind = 3;
    } else if (c === 95 || c === 45 || c === 46 || c === 47 || c === 58 || c === 32) {
      total += 2;
      kind = 0;
      a = 0;
      b = 0;
    } else {
      total += 5.5;
      kind = 4;
    }
  }
  return total / value.length;
}

/**
 * How much of a value is steps of a known order, 0 to 1: one character again and again (`aaaa`), counting (`1234`, `fedc`),
 * two such orders in turn (`a1b2c3d4`), neighbours on a keyboard (`qwerty`, `zaq12wsx`), or a short unit repeated (`abcabcabc`).
 */
export function regularity(value: string): number {
  const text = value.toLowerCase();
  if (text.length < 4) return 0;
  let steps = 0;
  let run = 0;
  let delta = 99;
  for (let i = 1; i < text.length; i++) {
    const step = text.charCodeAt(i) - text.charCodeAt(i - 1);
    const near = step >= -1 && step <= 1;
    if (near && (step === delta || run === 0)) {
      run++;
      delta = step;
    } else {
      if (run >= 2) steps += run + 1;
      run = near ? 1 : 0;
      delta = near ? step : 99;
    }
  }
  if (run >= 2) steps += run + 1;
  return Math.min(1, Math.max(steps, interleaved(text), walked(text), repeated(text)) / text.length);
}

/** Tells whether a value is a UUID. */
export function isUuid(value: string): boolean {
  return value.length === 36 && value[8] === '-' && /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value);
}

/** How many different characters a value holds. */
export function distinctCharacters(value: string): number {
  return new Set(value).size;
}

const keyboardRows = [
  '`1234567890-=',
  'qwertyuiop[]',
  'asdfghjkl;',
  'zxcvbnm,./',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  'zaq12wsxcde34rfvbgt56yhnmju78ik',
  '!@#$%^&*()_+',
];

function interleaved(text: string): number {
  let steps = 0;
  for (let i = 2; i < text.length; i++) {
    const step = text.charCodeAt(i) - text.charCodeAt(i - 2);
    if (step === 1 || step === -1) steps++;
  }
  return steps >= 0.7 * (text.length - 2) ? steps + 2 : 0;
}

function walked(text: string): number {
  let total = 0;
  for (let i = 0; i + 4 <= text.length; ) {
    let longest = 0;
    for (const row of keyboardRows) {
      for (let at = row.indexOf(text.slice(i, i + 4)); at !== -1; at = -1) {
        let length = 4;
        while (i + length < text.length && text[i + length] === row[at + length]) length++;
        if (length > longest) longest = length;
      }
    }
    total += longest;
    i += longest || 1;
  }
  return total;
}

function repeated(text: string): number {
  for (let unit = 1; unit <= 8 && unit * 2 <= text.length; unit++) {
    let same = 0;
    for (let i = unit; i < text.length; i++) if (text.charCodeAt(i) === text.charCodeAt(i - unit)) same++;
    if (same >= 0.8 * (text.length - unit) && text.length >= unit * 2) return same + unit;
  }
  return 0;
}

function coveredLetters(run: string): number {
  const set = commonWords();
  const best = new Uint8Array(run.length + 1);
  // 1 where the best cover ends a word exactly there, so that an ending may follow.
  const ended = new Uint8Array(run.length + 1);
  for (let end = 1; end <= run.length; end++) {
    best[end] = best[end - 1]!;
    for (let start = Math.max(0, end - longestWord); start <= end - 3; start++) {
      const cover = best[start]! + end - start;
      if (cover > best[end]! && set.has(run.slice(start, end))) {
        best[end] = cover;
        ended[end] = 1;
      }
    }
    for (const ending of endings) {
      const start = end - ending.length;
      if (start < 3 || ended[start] === 0 || best[start]! + ending.length <= best[end]!) continue;
      if (run.startsWith(ending, start)) {
        best[end] = best[start]! + ending.length;
        ended[end] = 1;
      }
    }
  }
  return best[run.length]!;
}

function commonWords(): ReadonlySet<string> {
  wordSet ??= new Set(words.trim().split(/\s+/));
  return wordSet;
}

/** -log2 of the chance of each letter after each pair; 0 stands for the start of a word. Interpolated with bigrams and single letters. */
function trigrams(): Float32Array {
  if (trigramBits) return trigramBits;
  const three = new Uint16Array(27 * 27 * 27);
  const two = new Uint16Array(27 * 27);
  const one = new Uint32Array(27);
  let letters = 0;
  for (const word of commonWords()) {
    let a = 0;
    let b = 0;
    for (let i = 0; i < word.length; i++) {
      const c = word.charCodeAt(i) - 96;
      three[(a * 27 + b) * 27 + c]!++;
      two[b * 27 + c]!++;
      one[c]!++;
      letters++;
      a = b;
      b = c;
    }
  }
  const bits = new Float32Array(27 * 27 * 27);
  for (let pair = 0; pair < 27 * 27; pair++) {
    const b = pair % 27;
    let seenThree = 0;
    let seenTwo = 0;
    for (let c = 1; c < 27; c++) {
      seenThree += three[pair * 27 + c]!;
      seenTwo += two[b * 27 + c]!;
    }
    for (let c = 1; c < 27; c++) {
      const p3 = seenThree === 0 ? 0 : three[pair * 27 + c]! / seenThree;
      const p2 = seenTwo === 0 ? 0 : two[b * 27 + c]! / seenTwo;
      bits[pair * 27 + c] = -Math.log2(0.6 * p3 + 0.3 * p2 + 0.08 * (one[c]! / letters) + 0.02 / 26);
    }
  }
  trigramBits = bits;
  return bits;
}

function isLower(code: number): boolean {
  return code >= 97 && code <= 122;
}
