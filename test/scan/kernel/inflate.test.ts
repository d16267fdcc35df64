import { constants, deflateRawSync, deflateSync, inflateRawSync, inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { forSeeds, type Random } from '../../../fixtures/random.ts';
import { createKernel, kernelErrors } from '../../../src/scan/kernel/kernel.ts';
import { adler32Reference, inflateReference, inflateStatus } from '../../../src/scan/kernel/reference-inflate.ts';

const kernel = createKernel();
const { exports } = kernel;

/** What the caller promises to leave writable behind the output; the kernel must not write a byte further. */
const promised = 320;
const guard = 0xa5;
const source = kernel.allocate(3 << 20);
const around = kernel.allocate((3 << 20) + 8192);
const output = around + 4096;
let calls = 0;

type Result = { readonly bytes: Buffer; readonly consumed: number } | { readonly status: number };

/** Inflates in WebAssembly, with bytes around the output that must stay as they are, and others behind the input that must not matter. */
function inflate(input: Uint8Array, length: number, behind = 0xff): Result {
  const bytes = kernel.bytes();
  bytes.fill(behind, source, source + input.length + 64);
  bytes.set(input, source);
  bytes.fill(guard, around, output + length + 4096);
  calls++;
  const status = exports.inflate(source, input.length, output, length);
  const isUntouched = (from: number, to: number) => bytes.subarray(from, to).every((byte) => byte === guard);
  if (!isUntouched(around, output)) throw new Error('wrote before the output');
  if (!isUntouched(output + length + promised, output + length + 4096)) throw new Error('wrote beyond the slack');
  if (status !== 0) {
    if (kernelErrors[status] === undefined) throw new Error(`unknown status ${status}`);
    return { status };
  }
  return { bytes: Buffer.from(bytes.subarray(output, output + length)), consumed: exports.consumed.value };
}

/** What zlib makes of a stream that is to give `length` bytes, or that it refuses it. */
function zlib(input: Uint8Array, length: number): Result {
  try {
    const { buffer, engine } = inflateSync(input, { info: true, maxOutputLength: length + 1 }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    return buffer.length === length ? { bytes: buffer, consumed: engine.bytesWritten } : { status: inflateStatus.output };
  } catch {
    return { status: -100 };
  }
}

function expectSame(input: Uint8Array, length: number, withReference: boolean): boolean {
  const ours = inflate(input, length);
  const theirs = zlib(input, length);
  if ('status' in theirs) {
    if (!('status' in ours)) throw new Error('the kernel accepts what zlib refuses');
    if (withReference && !('status' in inflateReference(input, length)))
      throw new Error('the reference accepts what zlib refuses');
    return false;
  }
  if ('status' in ours) throw new Error(`the kernel refuses what zlib accepts: ${kernelErrors[ours.status]}`);
  if (!ours.bytes.equals(theirs.bytes)) throw new Error('other bytes than zlib');
  if (ours.consumed !== theirs.consumed) throw new Error(`took ${ours.consumed} bytes of input, zlib ${theirs.consumed}`);
  if (withReference) {
    const plain = inflateReference(input, length);
    if ('status' in plain || !theirs.bytes.equals(plain.bytes) || plain.consumed !== theirs.consumed)
      throw new Error('the reference differs');
  }
  return true;
}

/** Bytes as different for a compressor as can be: noise, text, long and short repetitions at all distances. */
function content(random: Random, length: number): Buffer {
  const pieces: Buffer[] = [];
  let have = 0;
  const words = Array.from({ length: 40 }, () => random.text(1 + random.int(9), 'etaoinshrdlu_ (){};\n'));
  while (have < length) {
    const whole = Buffer.concat(pieces);
    const kind = random.int(6);
    const size = 1 + random.int(random.pick([8, 64, 1024, 20_000]));
    let piece: Buffer;
    if (kind === 0) piece = random.bytes(size);
    else if (kind === 1) piece = Buffer.alloc(size, random.int(256));
    else if (kind === 2 && whole.length > 0) piece = whole.subarray(random.int(whole.length)).subarray(0, size);
    else if (kind === 3) piece = Buffer.alloc(size, random.bytes(1 + random.int(20)));
    else piece = Buffer.from(Array.from({ length: Math.ceil(size / 5) }, () => random.pick(words)).join(''));
    pieces.push(piece);
    have += piece.length;
  }
  return Buffer.concat(pieces).subarray(0, length);
}

const strategies = [
  constants.Z_DEFAULT_STRATEGY,
  constants.Z_FILTERED,
  constants.Z_HUFFMAN_ONLY,
  constants.Z_RLE,
  constants.Z_FIXED,
];

/** A valid stream of random settings. */
function compressed(random: Random, bytes: Uint8Array): Buffer {
  return deflateSync(bytes, {
    level: random.int(10),
    strategy: random.pick(strategies),
    windowBits: 9 + random.int(7),
    memLevel: 1 + random.int(9),
  });
}

describe('streams of zlib', () => {
  test('come out as zlib and the reference give them, at every level and with every strategy', () => {
    const before = calls;
    forSeeds(1, 400, (random) => {
      const bytes = content(random, random.int(random.pick([4, 300, 3000, 40_000])));
      expect(expectSame(compressed(random, bytes), bytes.length, true)).toBe(true);
    });
    expect(calls - before).toBe(400);
  });

  test('of every small size', () => {
    forSeeds(1000, 330, (random, seed) => {
      const bytes = content(random, seed - 1000);
      for (const level of [0, 1, 9]) expectSame(deflateSync(bytes, { level }), bytes.length, true);
    });
  });

  test('of up to a megabyte, over the edges of the window', () => {
    forSeeds(2000, 24, (random, seed) => {
      // A repetition at each distance around the largest that deflate has.
      const distance = 32_768 - 262 + random.int(525);
      const once = content(random, distance);
      const bytes =
        seed % 2 ? Buffer.concat([once, once, once, random.bytes(300)]) : content(random, 200_000 + random.int(820_000));
      expect(expectSame(compressed(random, bytes), bytes.length, false)).toBe(true);
    });
  });

  test('of many flushed blocks of different kinds, empty stored ones among them', () => {
    forSeeds(3000, 100, (random) => {
      const pieces = Array.from({ length: 1 + random.int(12) }, () => content(random, random.int(random.pick([2, 50, 5000]))));
      const raw = pieces.map((piece) =>
        deflateRawSync(piece, { level: random.int(10), strategy: random.pick(strategies), finishFlush: constants.Z_SYNC_FLUSH }),
      );
      const bytes = Buffer.concat(pieces);
      const last = Buffer.from([1, 0, 0, 0xff, 0xff]);
      expect(expectSame(wrapped(Buffer.concat([...raw, last]), bytes), bytes.length, true)).toBe(true);
    });
  });

  test('whose end is followed by other bytes, as every entry of a pack is', () => {
    forSeeds(4000, 100, (random) => {
      const bytes = content(random, random.int(2000));
      const stream = compressed(random, bytes);
      const result = inflate(Buffer.concat([stream, random.bytes(random.int(40))]), bytes.length);
      expect(result).toEqual({ bytes, consumed: stream.length });
    });
  });
});

describe('streams that are wrong', () => {
  test('cut anywhere, they are refused, whatever stands behind the cut', () => {
    forSeeds(5000, 60, (random) => {
      const bytes = content(random, random.int(600));
      const stream = compressed(random, bytes);
      for (let cut = 0; cut < stream.length; cut += 1 + random.int(1 + stream.length / 60)) {
        for (const behind of [0, 0xff, 0x55])
          expect(inflate(stream.subarray(0, cut), bytes.length, behind)).toHaveProperty('status');
      }
    });
  });

  test('asked for another length than they have, they are refused', () => {
    forSeeds(6000, 200, (random) => {
      const bytes = content(random, 1 + random.int(3000));
      const stream = compressed(random, bytes);
      for (const length of [bytes.length - 1, bytes.length + 1, Math.max(0, bytes.length - 1 - random.int(300)), 0]) {
        expect(inflate(stream, length)).toHaveProperty('status');
      }
    });
  });

  test('with flipped bits, they are refused or come out as zlib gives them', () => {
    let accepted = 0;
    let refused = 0;
    forSeeds(7000, 300, (random) => {
      const bytes = content(random, 1 + random.int(random.pick([40, 400, 4000])));
      const stream = compressed(random, bytes);
      for (let round = 0; round < 20; round++) {
        const damaged = Buffer.from(stream);
        for (let flips = 1 + random.int(3); flips > 0; flips--)
          damaged[random.int(Math.min(damaged.length, random.pick([80, damaged.length])))] ^= 1 << random.int(8);
        // With a checksum that fits again, whatever the damaged codes say must come out as zlib reads it.
        if (expectSame(random.chance(0.5) ? repaired(damaged, bytes.length) : damaged, bytes.length, true)) accepted++;
        else refused++;
      }
    });
    expect(accepted).toBeGreaterThan(100);
    expect(refused).toBeGreaterThan(1000);
  });

  test('of noise, they never write beyond the output', () => {
    forSeeds(8000, 3000, (random) => {
      const noise = random.bytes(6 + random.int(300));
      noise[0] = 0x78;
      noise[1] = 0x9c;
      // The kind of the first block: stored, fixed, dynamic, unknown.
      noise[2] = (noise[2] & 0xf8) | random.int(8);
      expectSame(noise, random.int(2000), true);
    });
  });

  test.each<[string, number, () => Buffer, number]>([
    ['no bytes', inflateStatus.input, () => Buffer.alloc(0), 0],
    ['another method than deflate', inflateStatus.header, () => Buffer.from([0x79, 0x9c, 3, 0, 0, 0, 0, 1]), 0],
    ['a header whose check bits are wrong', inflateStatus.header, () => Buffer.from([0x78, 0x9d, 3, 0, 0, 0, 0, 1]), 0],
    ['a window larger than deflate has', inflateStatus.header, () => Buffer.from([0x88, 0x1c, 3, 0, 0, 0, 0, 1]), 0],
    ['a preset dictionary', inflateStatus.header, () => Buffer.from([0x78, 0xbb, 3, 0, 0, 0, 0, 1]), 0],
    ['a block of the fourth kind', inflateStatus.block, () => wrapped(Buffer.from([7, 0, 0, 0, 0]), Buffer.alloc(0)), 0],
    [
      'a stored block whose lengths disagree',
      inflateStatus.block,
      () => wrapped(Buffer.from([1, 1, 0, 0xff, 0xff, 0]), Buffer.alloc(1)),
      1,
    ],
    ['a stored block longer than the output', inflateStatus.output, () => deflateSync(Buffer.alloc(9), { level: 0 }), 8],
    ['fewer bytes than asked for', inflateStatus.output, () => deflateSync(Buffer.alloc(9)), 10],
    ['a wrong checksum', inflateStatus.adler, () => wrapped(deflateRawSync(Buffer.from('abc')), Buffer.from('abd')), 3],
    [
      'a distance before the start',
      inflateStatus.distance,
      () => wrapped(bitstream('1 10', fixedLength, '00001'), Buffer.alloc(0)),
      100,
    ],
    [
      'a distance of one byte where there is none',
      inflateStatus.distance,
      () => wrapped(bitstream('1 10', fixedLength, '00000'), Buffer.alloc(0)),
      100,
    ],
    [
      'a distance that ends one byte before the start',
      inflateStatus.distance,
      () => wrapped(bitstream('1 10', fixedLiteral, fixedLength, '00001'), Buffer.alloc(0)),
      100,
    ],
    [
      'a distance code without meaning',
      inflateStatus.distance,
      () => wrapped(bitstream('1 10', fixedLiteral, fixedLength, '11110'), Buffer.alloc(0)),
      100,
    ],
    ['a length code without meaning', inflateStatus.codes, () => wrapped(bitstream('1 10', '11000110'), Buffer.alloc(0)), 100],
  ])('%s', (_, status, stream, length) => {
    expect(inflate(stream(), length)).toEqual({ status });
    expect(inflateReference(stream(), length)).toEqual({ status });
    expect(zlib(stream(), length)).toHaveProperty('status');
  });
});

const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

// Codewords of the fixed code as RFC 1951 writes them, first bit first: the literal `0`, and a length of 3.
const fixedLiteral = '01100000';
const fixedLength = '0000001';

describe('headers of dynamic blocks', () => {
  test.each<[string, Buffer]>([
    ['287 literal and length codes', dynamic({ literals: [...new Array(285).fill(0), 2, 2], distances: [1] })],
    ['31 distance codes', dynamic({ literals: endOnly(2), distances: [4, ...new Array<number>(30).fill(5)] })],
    ['no end of block', dynamic({ literals: [1, 1, ...new Array(255).fill(0)], distances: [1] })],
    ['an over-subscribed literal code', dynamic({ literals: endOnly(1, 1, 1), distances: [1] })],
    ['an incomplete literal code', dynamic({ literals: endOnly(2, 2), distances: [1] })],
    ['an over-subscribed distance code', dynamic({ literals: endOnly(1, 1), distances: [1, 1, 1] })],
    ['an incomplete distance code', dynamic({ literals: endOnly(1, 1), distances: [2, 2] })],
    ['a code of code lengths with one codeword', dynamicOfOneLength()],
    [
      'a repetition of nothing',
      bitsToStream(['1', '01', number(0, 5), number(0, 5), number(0, 4), number(1, 3), number(1, 3), number(0, 6), '0', '00']),
    ],
    [
      'lengths repeated two beyond the last code',
      bitsToStream([
        '1',
        '01',
        number(0, 5),
        number(0, 5),
        number(14, 4),
        // Codewords: 0 for eighteen, 10 for one, 11 for seventeen.
        ...order.slice(0, 18).map((symbol) => number(symbol === 18 ? 1 : symbol === 1 || symbol === 17 ? 2 : 0, 3)),
        ...['0', number(127, 7), '0', number(107, 7), '10', '11', number(0, 3), '0'],
      ]),
    ],
    [
      'lengths repeated beyond the last code',
      bitsToStream([
        '1',
        '01',
        number(0, 5),
        number(0, 5),
        number(0, 4),
        number(0, 6),
        number(1, 3),
        number(1, 3),
        '1',
        number(127, 7),
        '1',
        number(127, 7),
      ]),
    ],
  ])('%s', (_, stream) => {
    expect(zlib(stream, 0)).toHaveProperty('status');
    expect(inflateReference(stream, 0)).toEqual({ status: inflateStatus.codes });
    expect(inflate(stream, 0)).toEqual({ status: inflateStatus.codes });
  });

  test.each<[string, Buffer, number]>([
    ['one literal codeword, for the end of the block', dynamic({ literals: endOnly(1), distances: [0], body: '0' }), 0],
    ['no distance code', dynamic({ literals: endOnly(1, 1), distances: [0], body: '0 1' }), 1],
    ['one distance codeword', dynamic({ literals: [...endOnly(2, 2, 0), 1], distances: [1], body: '10 0 0 11' }), 4],
    [
      'codewords of fifteen bits',
      dynamic({
        literals: endOnly(15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15),
        distances: [0],
        body: '0 10 110 1110 1111111111111 10 1111111111111 11',
      }),
      0,
    ],
  ])('%s', (_, stream, length) => {
    // The checksum of these streams is not theirs: all three must come as far as that.
    const ours = inflate(stream, length);
    const plain = inflateReference(stream, length);
    expect(ours).toEqual(plain);
  });

  test('of random code lengths, are read as zlib reads them', () => {
    let accepted = 0;
    forSeeds(9000, 2000, (random) => {
      const literals = randomLengths(random, 257 + random.int(30));
      literals[256] ||= 1 + random.int(15);
      const stream = dynamic({
        literals,
        distances: randomLengths(random, 1 + random.int(32)),
        body: random.text(random.int(600), '01'),
      });
      const length = rawLength(stream.subarray(2));
      if (expectSame(repaired(stream, length), length, true)) accepted++;
    });
    expect(accepted).toBeGreaterThan(100);
  });
});

test('the checksum is that of RFC 1950', () => {
  forSeeds(10_000, 150, (random, seed) => {
    // All bytes 255 bring its sums nearest to overflow.
    const bytes = seed % 3 ? random.bytes(random.int(20_000)) : Buffer.alloc(random.int(70_000), 255);
    kernel.bytes().set(bytes, source);
    expect(exports.adler32(source, bytes.length) >>> 0).toBe(adler32Reference(bytes));
  });
});

/** A raw deflate stream in zlib's wrapper, with the checksum of `bytes`. */
function wrapped(raw: Uint8Array, bytes: Uint8Array): Buffer {
  const checksum = Buffer.alloc(4);
  checksum.writeUInt32BE(adler32Reference(bytes));
  return Buffer.concat([Buffer.from([0x78, 0x9c]), raw, checksum]);
}

/** The stream with the checksum of what it gives, as far as the reference can read it; else as it was. */
function repaired(stream: Buffer, length: number): Buffer {
  const raw = stream.subarray(2);
  const padded = Buffer.concat([stream.subarray(0, 2), raw, Buffer.alloc(8)]);
  const result = inflateUnchecked(padded, length);
  if (!result) return stream;
  const fixed = Buffer.from(padded.subarray(0, result.end + 4));
  fixed.writeUInt32BE(adler32Reference(result.bytes), result.end);
  return fixed;
}

/** What the blocks give, and where their checksum begins. */
function inflateUnchecked(stream: Buffer, length: number): { readonly bytes: Uint8Array; readonly end: number } | undefined {
  let found: { bytes: Uint8Array; end: number } | undefined;
  inflateReference(stream, length, (bytes, end) => {
    found = { bytes, end };
  });
  return found;
}

/** How many bytes a raw deflate stream gives, or some number when it gives none. */
function rawLength(raw: Uint8Array): number {
  try {
    return inflateRawSync(raw).length;
  } catch {
    return 20;
  }
}

/** `count` bits of a number, the lowest first, as deflate stores all but codewords. */
function number(value: number, count: number): string {
  return [...value.toString(2).padStart(count, '0')].reverse().join('');
}

function bitstream(...bits: readonly string[]): Buffer {
  const all = bits.join('').replaceAll(' ', '');
  const bytes = Buffer.alloc(Math.ceil(all.length / 8) + 8);
  for (let i = 0; i < all.length; i++) if (all[i] === '1') bytes[i >> 3] |= 1 << (i & 7);
  return bytes;
}

function bitsToStream(bits: readonly string[]): Buffer {
  return wrapped(bitstream(...bits), Buffer.alloc(0));
}

/** Lengths of 257 literal codes that are all 0 but the last, for the end of the block, and the first few. */
function endOnly(end: number, ...first: readonly number[]): number[] {
  return [...first, ...new Array<number>(256 - first.length).fill(0), end];
}

/** A dynamic block whose code lengths are each spelled with four or five bits: those of 0 to 15, and 16 for nobody. */
function dynamic({
  literals,
  distances,
  body = '',
}: {
  readonly literals: readonly number[];
  readonly distances: readonly number[];
  readonly body?: string;
}): Buffer {
  // Sixteen codewords of four bits are a complete code.
  const codeLengths = order.map((symbol) => number(symbol < 16 ? 4 : 0, 3));
  const lengths = [...literals, ...distances].map((length) => length.toString(2).padStart(4, '0'));
  return bitsToStream([
    '1',
    '01',
    number(literals.length - 257, 5),
    number(distances.length - 1, 5),
    number(15, 4),
    ...codeLengths,
    ...lengths,
    body,
  ]);
}

/** A code of code lengths in which 8 alone has a codeword, which zlib refuses: 256 codes of eight bits by it, the rest by the missing one. */
function dynamicOfOneLength(): Buffer {
  const codeLengths = order.map((symbol) => number(symbol === 8 ? 1 : 0, 3));
  const lengths = `${'0'.repeat(255)}101`;
  return bitsToStream(['1', '01', number(0, 5), number(0, 5), number(15, 4), ...codeLengths, lengths, '11111111']);
}

/** Code lengths that are mostly a complete code, now and then broken. */
function randomLengths(random: Random, count: number): number[] {
  const lengths: number[] = [];
  // Splitting leaves of a tree keeps a code complete.
  let leaves = [0];
  const wanted = 1 + random.int(Math.min(count, 60));
  while (leaves.length < wanted) {
    const shallow = leaves.filter((depth) => depth < 15);
    if (shallow.length === 0) break;
    const depth = random.pick(shallow);
    leaves.splice(leaves.indexOf(depth), 1, depth + 1, depth + 1);
  }
  if (leaves.length === 1) leaves = [random.int(2)];
  if (random.chance(0.15)) leaves[random.int(leaves.length)] = random.int(16);
  while (lengths.length < count) lengths.push(0);
  for (const leaf of leaves) lengths[random.int(count)] = leaf;
  if (random.chance(0.7)) {
    // Put them all, the last at the end of the list where the end of the block is.
    lengths.fill(0);
    leaves.forEach((leaf, index) => {
      lengths[index === 0 ? Math.min(256, count - 1) : index] = leaf;
    });
  }
  return lengths.slice(0, count);
}
