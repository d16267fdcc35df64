/** Bytes that follow a literal in every match: the first `count` are all in the set (256 bits in hex, each byte's low bit first). */
export interface Follow {
  readonly bytes: string;
  readonly count: number;
}

const behindKeyword = bitsOf('ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-skt"\'`=:><]}([?,|\\\n\r\t ');
const inToken = bitsOf('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/=: ');

/**
 * What must stand right behind a literal for a detector to find anything there, so that the prefilter can turn most hits down (`token.`,
 * `tokenizer`, `secret;`). Undefined when any byte may.
 */
export function followOfDetector(detector: string, literal: string): Follow | undefined {
  switch (detector) {
    case 'assigned-value':
      // A literal such as `pass=` already ends behind its keyword.
      return /[a-z]$/i.test(literal) ? { bytes: behindKeyword, count: 1 } : undefined;
    case 'authorization':
      return { bytes: inToken, count: 1 };
    default:
      return undefined;
  }
}

function bitsOf(characters: string): string {
  const bits = new Uint8Array(32);
  for (let i = 0; i < characters.length; i++) {
    const code = characters.charCodeAt(i);
    bits[code >> 3]! |= 1 << (code & 7);
  }
  return Buffer.from(bits).toString('hex');
}
