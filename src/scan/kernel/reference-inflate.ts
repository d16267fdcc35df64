/** What `inflateReference` gives: the bytes and how many of the input they took, or the kernel's status for what is wrong. */
export type Inflated = { readonly bytes: Uint8Array; readonly consumed: number } | { readonly status: number };

/** The statuses of assembly/inflate.ts. */
export const inflateStatus = { header: -1, block: -2, codes: -3, distance: -4, output: -5, input: -6, adler: -7 } as const;

class Fault extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`status ${status}`);
    this.status = status;
  }
}

// RFC 1951, 3.2.5 and 3.2.7.
const lengthBase = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const lengthExtra = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const distanceBase = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289,
  16385, 24577,
];
const distanceExtra = [0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13];
const codeLengthOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/**
 * Inflates a zlib stream (RFC 1950) into exactly `length` bytes, a bit at a time: what assembly/inflate.ts must do.
 * It refuses what zlib refuses, over-subscribed and incomplete codes among it, so that a hostile stream cannot be read
 * one way by git and another way here. `ended` is told of the bytes before their checksum is looked at, and where that stands.
 */
export function inflateReference(
  input: Uint8Array,
  length: number,
  ended: (bytes: Uint8Array, checksumAt: number) => void = () => {},
): Inflated {
  try {
    return inflate(input, length, ended);
  } catch (error) {
    if (error instanceof Fault) return { status: error.status };
    throw error;
  }
}

function inflate(input: Uint8Array, length: number, ended: (bytes: Uint8Array, checksumAt: number) => void): Inflated {
  if (input.length < 6) throw new Fault(inflateStatus.input);
  const isZlib = (input[0] & 15) === 8 && input[0] >> 4 <= 7 && (input[0] * 256 + input[1]) % 31 === 0;
  // A preset dictionary (bit 5 of the second byte) is none that git would use.
  if (!isZlib || input[1] & 32) throw new Fault(inflateStatus.header);

  let at = 16;
  const bytes = new Uint8Array(length);
  let written = 0;

  function bits(count: number): number {
    if (at + count > 8 * input.length) throw new Fault(inflateStatus.input);
    let value = 0;
    for (let i = 0; i < count; i++, at++) value |= ((input[at >> 3] >> (at & 7)) & 1) << i;
    return value;
  }

  function put(byte: number): void {
    if (written === length) throw new Fault(inflateStatus.output);
    bytes[written++] = byte;
  }

  function stored(): void {
    at = (at + 7) & ~7;
    const count = bits(16);
    if ((bits(16) ^ 0xffff) !== count) throw new Fault(inflateStatus.block);
    if (at + 8 * count > 8 * input.length) throw new Fault(inflateStatus.input);
    for (let i = 0; i < count; i++) put(bits(8));
  }

  function compressed({ literals, distances }: Codes): void {
    for (;;) {
      const symbol = literals.read(bits, inflateStatus.codes);
      if (symbol === 256) return;
      if (symbol < 256) {
        put(symbol);
        continue;
      }
      // 286 and 287 have codewords in the fixed code and no meaning.
      if (symbol > 285) throw new Fault(inflateStatus.codes);
      const count = lengthBase[symbol - 257] + bits(lengthExtra[symbol - 257]);
      const code = distances.read(bits, inflateStatus.distance);
      if (code > 29) throw new Fault(inflateStatus.distance);
      const distance = distanceBase[code] + bits(distanceExtra[code]);
      if (distance > written) throw new Fault(inflateStatus.distance);
      for (let i = 0; i < count; i++) put(bytes[written - distance]);
    }
  }

  let isLast = false;
  while (!isLast) {
    isLast = bits(1) === 1;
    const kind = bits(2);
    if (kind === 0) stored();
    else if (kind === 1) compressed(fixedCodes());
    else if (kind === 2) compressed(dynamicCodes(bits));
    else throw new Fault(inflateStatus.block);
  }
  if (written !== length) throw new Fault(inflateStatus.output);
  at = (at + 7) & ~7;
  ended(bytes, at >> 3);
  let expected = 0;
  for (let i = 0; i < 4; i++) expected = expected * 256 + bits(8);
  if (adler32Reference(bytes) !== expected) throw new Fault(inflateStatus.adler);
  return { bytes, consumed: at >> 3 };
}

interface Code {
  read(bits: (count: number) => number, status: number): number;
}

interface Codes {
  readonly literals: Code;
  readonly distances: Code;
}

/**
 * A prefix code from its codeword lengths (RFC 1951, 3.2.2). A code must be complete, with zlib's one exception:
 * a single codeword of one bit, or none at all, for literals or distances. Reading a codeword that no symbol has is an error.
 */
function codeOf(lengths: readonly number[], mayBeIncomplete: boolean): Code {
  const used = lengths.filter((length) => length > 0);
  const space = used.reduce((sum, length) => sum + 2 ** -length, 0);
  if (space > 1) throw new Fault(inflateStatus.codes);
  if (space < 1 && !(mayBeIncomplete && (used.length === 0 || (used.length === 1 && used[0] === 1))))
    throw new Fault(inflateStatus.codes);
  const symbols = new Map<string, number>();
  let codeword = 0;
  for (let length = 1; length <= 15; length++) {
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      symbols.set(codeword.toString(2).padStart(length, '0'), symbol);
      codeword++;
    }
    codeword *= 2;
  }
  return {
    read(bits, status) {
      let word = '';
      for (;;) {
        word += bits(1);
        const symbol = symbols.get(word);
        if (symbol !== undefined) return symbol;
        if (word.length === 15 || used.length < 2) throw new Fault(status);
      }
    },
  };
}

function fixedCodes(): Codes {
  const lengths = Array.from({ length: 288 }, (_, symbol) => (symbol < 144 ? 8 : symbol < 256 ? 9 : symbol < 280 ? 7 : 8));
  return { literals: codeOf(lengths, false), distances: codeOf(new Array<number>(32).fill(5), false) };
}

function dynamicCodes(bits: (count: number) => number): Codes {
  const literalCount = bits(5) + 257;
  const distanceCount = bits(5) + 1;
  const codeLengthCount = bits(4) + 4;
  if (literalCount > 286 || distanceCount > 30) throw new Fault(inflateStatus.codes);
  const codeLengths = new Array<number>(19).fill(0);
  for (let i = 0; i < codeLengthCount; i++) codeLengths[codeLengthOrder[i]] = bits(3);
  const code = codeOf(codeLengths, false);
  const lengths: number[] = [];
  while (lengths.length < literalCount + distanceCount) {
    const symbol = code.read(bits, inflateStatus.codes);
    if (symbol < 16) {
      lengths.push(symbol);
      continue;
    }
    if (symbol === 16 && lengths.length === 0) throw new Fault(inflateStatus.codes);
    const value = symbol === 16 ? lengths[lengths.length - 1] : 0;
    const repeat = symbol === 16 ? 3 + bits(2) : symbol === 17 ? 3 + bits(3) : 11 + bits(7);
    for (let i = 0; i < repeat; i++) lengths.push(value);
  }
  // A repetition may run from the literals' lengths into the distances', and not beyond them.
  if (lengths.length > literalCount + distanceCount || lengths[256] === 0) throw new Fault(inflateStatus.codes);
  return { literals: codeOf(lengths.slice(0, literalCount), true), distances: codeOf(lengths.slice(literalCount), true) };
}

/** Adler-32 as RFC 1950 defines it. */
export function adler32Reference(bytes: Uint8Array): number {
  let a = 1;
  let b = 0;
  for (const byte of bytes) {
    a = (a + byte) % 65521;
    b = (b + a) % 65521;
  }
  return b * 65536 + a;
}
