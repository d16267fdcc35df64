import { alphabets, type Random } from '../../../fixtures/random.ts';
import type { KernelLiteral } from '../../../src/scan/kernel/kernel.ts';

/** A few literals of 3 to 40 bytes, in every mix of what the prefilter knows: case, what may not precede, what must follow. */
export function randomLiterals(random: Random): KernelLiteral[] {
  const alphabet = random.pick(['ab', 'abcAB_', alphabets.token, 'etaoin_-:=/+ ."']);
  return Array.from({ length: 1 + random.int(12) }, () => {
    const length = random.chance(0.3) ? 3 : random.chance(0.2) ? 30 + random.int(11) : 3 + random.int(10);
    const text = random.text(length, alphabet);
    return {
      text: random.chance(0.5) ? text : text.toLowerCase(),
      caseSensitive: random.chance(0.5),
      before: random.int(random.pick([1, 20, 300, 2000])),
      after: length + random.int(random.pick([1, 60, 800, 5000])),
      ...(random.chance(0.25) ? { notAfter: setOf(random.pick(['a', alphabets.token, '_- '])) } : {}),
      ...(random.chance(0.4) && length <= 32
        ? {
            follow: setOf(random.pick(['ab', alphabets.token, '0123456789', alphabets.letters])),
            followCount: 1 + random.int(12),
          }
        : {}),
    };
  });
}

export function setOf(characters: string): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (characters.includes(String.fromCharCode(byte)) ? 1 : 0));
}

function changedCase(random: Random, text: string): string {
  return [...text].map((letter) => (random.chance(0.5) ? letter.toUpperCase() : letter.toLowerCase())).join('');
}

/** A literal as it may stand in a text: as it is, in another case, with one byte wrong, cut short, followed by what must follow. */
export function aroundLiteral(random: Random, { text, follow, followCount = 0 }: KernelLiteral): string {
  const characters = follow ? [...follow.keys()].filter((byte) => follow[byte]).map((byte) => String.fromCharCode(byte)) : [];
  const followed =
    characters.length > 0 ? random.text(random.chance(0.8) ? followCount : random.int(followCount + 1), characters.join('')) : '';
  const kind = random.int(10);
  if (kind === 0) return changedCase(random, text) + followed;
  if (kind === 1) return text.slice(0, random.int(text.length)) + followed;
  if (kind === 2) {
    const at = random.int(text.length);
    // One bit away: what a folded comparison could take for the same.
    return (
      text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ random.pick([1, 32, 64, 128])) + text.slice(at + 1) + followed
    );
  }
  if (kind === 3) return text.slice(1) + followed;
  return text + followed;
}

/** Text dense with literals and near misses, plain and behind every encoding that the prefilter looks behind. */
export function randomText(random: Random, literals: readonly KernelLiteral[], length: number): Buffer {
  const pieces: Buffer[] = [];
  let have = 0;
  const alphabet = random.pick([alphabets.text, literals.map(({ text }) => text).join(''), alphabets.token]);
  while (have < length) {
    const piece = randomPiece(random, literals, alphabet);
    pieces.push(piece);
    have += piece.length;
  }
  return Buffer.concat(pieces).subarray(0, length);
}

function randomPiece(random: Random, literals: readonly KernelLiteral[], alphabet: string): Buffer {
  const kind = random.int(12);
  if (kind < 3) return Buffer.from(random.text(random.int(60), alphabet), 'latin1');
  if (kind < 7) return Buffer.from(aroundLiteral(random, random.pick(literals)), 'latin1');
  if (kind === 7) return random.bytes(random.int(20));
  if (kind === 8) return Buffer.from(random.pick(['\n', '\r\n', ' ', '\t', '="', '\\', '%', '&', ';']));
  if (kind === 9) return Buffer.from(escaped(random, hidden(random, literals)), 'latin1');
  return Buffer.from(
    `${random.pick(['', '\n', ' ', '"'])}${encoded(random, hidden(random, literals), 0)}${random.pick(['', '=', '\n', '\r\n', ' '])}`,
    'latin1',
  );
}

function hidden(random: Random, literals: readonly KernelLiteral[]): string {
  return Array.from({ length: 1 + random.int(4) }, () =>
    random.chance(0.5)
      ? aroundLiteral(random, random.pick(literals))
      : random.text(random.int(random.pick([10, 60])), alphabets.text),
  ).join('');
}

/** Text as base64 or hex, now and then of UTF-16, twice over, with the tail cut, or wrapped into lines. */
export function encoded(random: Random, text: string, depth: number): string {
  const bytes = Buffer.from(text, random.chance(0.2) ? 'utf16le' : 'latin1');
  let run = bytes.toString(random.pick(['base64', 'base64url', 'base64', 'hex'] as const));
  if (random.chance(0.1)) run = run.slice(0, run.length - random.int(5));
  if (depth < 4 && random.chance(0.25)) return encoded(random, random.chance(0.5) ? run : wrapped(random, run), depth + 1);
  return random.chance(0.4) ? wrapped(random, run) : run;
}

export function wrapped(random: Random, run: string): string {
  const columns = random.pick([59, 60, 64, 76, 76, 100]);
  const lineEnd = random.pick(['\n', '\r\n', '\n  ', '\n\t', '\r\n    ']);
  return (run.match(new RegExp(`.{1,${columns}}`, 'g')) ?? []).join(lineEnd);
}

/** Text with some of its characters spelled as escapes of URLs, strings or HTML. */
export function escaped(random: Random, text: string): string {
  const spell = random.pick<(code: number) => string>([
    (code) => `%${code.toString(16).padStart(2, '0')}`,
    (code) => `%${code.toString(16).padStart(2, '0').toUpperCase()}`,
    (code) => `\\u${code.toString(16).padStart(4, '0')}`,
    (code) => `\\x${code.toString(16).padStart(2, '0')}`,
    (code) => `&#${code};`,
    (code) => `&#x${code.toString(16)};`,
    (code) => ({ 34: '&quot;', 39: '&apos;', 38: '&amp;', 60: '&lt;', 62: '&gt;' })[code] ?? String.fromCharCode(code),
  ]);
  const share = random.pick([0.05, 0.3, 1]);
  return [...text].map((character) => (random.chance(share) ? spell(character.charCodeAt(0) & 255) : character)).join('');
}
