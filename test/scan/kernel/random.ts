/** Numbers from a seed: the same seed gives the same case, so a failure is repeated by its seed alone. */
export interface Random {
  /** An integer of at least 0 and less than `below`. */
  int(below: number): number;
  /** Whether something with this probability happens. */
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  bytes(length: number): Buffer;
  /** Characters of an alphabet. */
  text(length: number, alphabet: string): string;
}

/** Mulberry32, by Tommy Ettinger, in the public domain. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  const int = (below: number) => Math.floor((next() / 2 ** 32) * below);
  return {
    int,
    chance: (probability) => next() / 2 ** 32 < probability,
    pick: (list) => list[int(list.length)],
    bytes: (length) => Buffer.from(Array.from({ length }, () => next() >>> 24)),
    text: (length, alphabet) => Array.from({ length }, () => alphabet[int(alphabet.length)]).join(''),
  };
}

/** Runs a check on `count` seeds; a failure names its seed and repeats with `first` set to it and `count` to 1. */
export function forSeeds(first: number, count: number, check: (random: Random, seed: number) => void): void {
  for (let seed = first; seed < first + count; seed++) {
    try {
      check(randomFrom(seed), seed);
    } catch (error) {
      if (error instanceof Error) error.message = `seed ${seed}: ${error.message}`;
      throw error;
    }
  }
}

export const alphabets = {
  letters: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz',
  token: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-',
  text: 'abcdefghijklmnopqrstuvwxyz      ABCDEFG0123456789_-="\'\n\n.,;(){}',
} as const;
