// DEFLATE (RFC 1951) inside a zlib wrapper (RFC 1950), one call for one whole stream of known output size.
//
// Decoding tables hold one u32 an entry:
//   bits 0-7    bits to drop: the codeword, and for lengths and distances their extra bits too
//   bits 8-11   bits of the codeword alone (for a subtable pointer: the subtable's width)
//   bit 13      end of block       bit 14  pointer to a subtable       bit 15  either of the two
//   bits 16-30  literal byte, length base, distance base, or subtable start
//   bit 31      literal
//
// Tables are as wide as the block is worth: most objects in a pack are short, and filling 2,048 entries for a block
// of 300 bytes costs more than the block.

const LITERAL: u32 = 0x80000000;
const EXCEPTIONAL: u32 = 0x8000;
const SUBTABLE: u32 = 0x4000;
const END_OF_BLOCK: u32 = 0x2000;

const LITLEN_MAX_BITS: u32 = 11;
const DIST_MAX_BITS: u32 = 8;

export const OK: i32 = 0;
export const ERR_HEADER: i32 = -1;
export const ERR_BLOCK: i32 = -2;
export const ERR_CODES: i32 = -3;
export const ERR_DISTANCE: i32 = -4;
export const ERR_OUTPUT: i32 = -5;
export const ERR_INPUT: i32 = -6;
export const ERR_ADLER: i32 = -7;

// Room for the primary table and every subtable that a complete code can need (zlib's ENOUGH for these widths is below).
const litlenTable: usize = memory.data(4 * 4096, 16);
const distTable: usize = memory.data(4 * 1024, 16);
const precodeTable: usize = memory.data(4 * 128, 16);
const fixedLitlenTable: usize = memory.data(4 * 1024, 16);
const fixedDistTable: usize = memory.data(4 * 64, 16);
const litlenResults: usize = memory.data(4 * 288, 16);
const distResults: usize = memory.data(4 * 32, 16);
const precodeResults: usize = memory.data(4 * 19, 16);
// 286 and 30 lengths, and what a run that ends there may write behind them in whole words.
const lengths: usize = memory.data(352, 16);
const sorted: usize = memory.data(2 * 320, 16);
const lengthCounts: usize = memory.data(4 * 17, 16);
const lengthOffsets: usize = memory.data(4 * 17, 16);
const precodeOrder: usize = memory.data<u8>([16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]);
const lengthBase: usize = memory.data<u16>([3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258]);
const lengthExtra: usize = memory.data<u8>([0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0]);
const distBase: usize = memory.data<u16>([1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577]);
const distExtra: usize = memory.data<u8>([0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13, 13]);

let ready: bool = false;
let fixedLitlenBits: u32 = 0;
let fixedDistBits: u32 = 0;
let builtBits: u32 = 0;

function prepare(): void {
  for (let i: u32 = 0; i < 256; i++) store<u32>(litlenResults + 4 * i, LITERAL | (i << 16));
  store<u32>(litlenResults + 4 * 256, EXCEPTIONAL | END_OF_BLOCK);
  for (let i: u32 = 0; i < 29; i++) {
    store<u32>(litlenResults + 4 * (257 + i), (<u32>load<u16>(lengthBase + 2 * i) << 16) | load<u8>(lengthExtra + i));
  }
  // Symbols 286 and 287 take part in the fixed code and must never be used: a base of 0 marks them.
  store<u32>(litlenResults + 4 * 286, 0);
  store<u32>(litlenResults + 4 * 287, 0);
  for (let i: u32 = 0; i < 30; i++) {
    store<u32>(distResults + 4 * i, (<u32>load<u16>(distBase + 2 * i) << 16) | load<u8>(distExtra + i));
  }
  store<u32>(distResults + 4 * 30, 0);
  store<u32>(distResults + 4 * 31, 0);
  for (let i: u32 = 0; i < 19; i++) store<u32>(precodeResults + 4 * i, i << 16);

  for (let i: u32 = 0; i < 144; i++) store<u8>(lengths + i, 8);
  for (let i: u32 = 144; i < 256; i++) store<u8>(lengths + i, 9);
  for (let i: u32 = 256; i < 280; i++) store<u8>(lengths + i, 7);
  for (let i: u32 = 280; i < 288; i++) store<u8>(lengths + i, 8);
  buildTable(lengths, 288, fixedLitlenTable, 9, litlenResults);
  fixedLitlenBits = builtBits;
  for (let i: u32 = 0; i < 32; i++) store<u8>(lengths + i, 5);
  buildTable(lengths, 32, fixedDistTable, 5, distResults);
  fixedDistBits = builtBits;
  ready = true;
}

// @ts-ignore: decorator
@inline
function entryOf(results: usize, symbol: u32, codeBits: u32): u32 {
  const result = load<u32>(results + 4 * symbol);
  return result + (codeBits << 8) + codeBits;
}

// @ts-ignore: decorator
@inline
function nextCodeword(codeword: u32, lastCodeword: u32): u32 {
  // Codewords are kept bit-reversed, as the stream delivers them: adding one carries from the top bit downwards.
  const bit: u32 = 1 << (31 - clz<u32>(codeword ^ lastCodeword));
  return (codeword & (bit - 1)) | bit;
}

/** Builds a decoding table of at most `wantedBits` (the width used goes to `builtBits`); false when the lengths are no complete prefix code. */
function buildTable(lens: usize, count: u32, table: usize, wantedBits: u32, results: usize): bool {
  memory.fill(lengthCounts, 0, 4 * 17);
  for (let i: u32 = 0; i < count; i++) {
    const slot = lengthCounts + 4 * <usize>load<u8>(lens + i);
    store<u32>(slot, load<u32>(slot) + 1);
  }
  let maxLength: u32 = 15;
  while (maxLength > 0 && load<u32>(lengthCounts + 4 * maxLength) == 0) maxLength--;
  const bits: u32 = maxLength == 0 ? 1 : min(wantedBits, maxLength);
  builtBits = bits;

  let space: i32 = 1;
  let offset: u32 = 0;
  for (let length: u32 = 1; length <= maxLength; length++) {
    store<u32>(lengthOffsets + 4 * length, offset);
    const here = load<u32>(lengthCounts + 4 * length);
    offset += here;
    space = (space << 1) - <i32>here;
    if (space < 0) return false;
  }
  for (let i: u32 = 0; i < count; i++) {
    const length = load<u8>(lens + i);
    if (length == 0) continue;
    const slot = lengthOffsets + 4 * <usize>length;
    const at = load<u32>(slot);
    store<u32>(slot, at + 1);
    store<u16>(sorted + 2 * at, <u16>i);
  }
  if (space > 0) {
    // As for zlib, a code of one symbol may leave its second codeword unused, and one of none both; not the precode.
    if (maxLength > 1 || offset > 1 || results == precodeResults) return false;
    const entry: u32 = offset == 0 ? 0x101 : entryOf(results, load<u16>(sorted), 1);
    store<u32>(table, entry);
    store<u32>(table + 4, 0x101);
    return true;
  }

  let next: usize = sorted;
  let codeword: u32 = 0;
  let length: u32 = 1;
  let left: u32 = load<u32>(lengthCounts + 4);
  let filled: u32 = 2;
  while (left == 0) {
    length++;
    left = load<u32>(lengthCounts + 4 * length);
    filled <<= 1;
  }
  while (length <= bits) {
    do {
      store<u32>(table + 4 * codeword, entryOf(results, load<u16>(next), length));
      next += 2;
      if (codeword == filled - 1) {
        while (filled < <u32>1 << bits) {
          memory.copy(table + 4 * filled, table, 4 * filled);
          filled <<= 1;
        }
        return true;
      }
      codeword = nextCodeword(codeword, filled - 1);
      left--;
    } while (left != 0);
    do {
      length++;
      if (length <= bits) {
        memory.copy(table + 4 * filled, table, 4 * filled);
        filled <<= 1;
      }
      left = load<u32>(lengthCounts + 4 * length);
    } while (left == 0);
  }

  const mask: u32 = (1 << bits) - 1;
  let end: u32 = 1 << bits;
  let prefix: u32 = 0xffffffff;
  let start: u32 = 0;
  while (true) {
    if ((codeword & mask) != prefix) {
      prefix = codeword & mask;
      start = end;
      let width: u32 = length - bits;
      let used: u32 = left;
      while (used < <u32>1 << width) {
        width++;
        used = (used << 1) + load<u32>(lengthCounts + 4 * (bits + width));
      }
      end = start + (1 << width);
      store<u32>(table + 4 * prefix, (start << 16) | EXCEPTIONAL | SUBTABLE | (width << 8) | bits);
    }
    const entry = entryOf(results, load<u16>(next), length - bits);
    next += 2;
    const stride: u32 = 1 << (length - bits);
    for (let i: u32 = start + (codeword >> bits); i < end; i += stride) store<u32>(table + 4 * i, entry);
    const last: u32 = (1 << length) - 1;
    if (codeword == last) return true;
    codeword = nextCodeword(codeword, last);
    left--;
    while (left == 0) {
      length++;
      left = load<u32>(lengthCounts + 4 * length);
    }
  }
}

/** Bytes of input that the last `inflate` read, the zlib header and checksum included. */
export let consumed: u32 = 0;

/**
 * Inflates the zlib stream at `src` into exactly `dstLength` bytes at `dst`.
 * The caller leaves 16 readable bytes behind the input and 320 writable bytes behind the output.
 */
export function inflate(src: usize, srcLength: u32, dst: usize, dstLength: u32): i32 {
  if (!ready) prepare();
  if (srcLength < 6) return ERR_INPUT;
  const cmf: u32 = load<u8>(src);
  const flg: u32 = load<u8>(src + 1);
  if ((cmf & 15) != 8 || cmf >> 4 > 7 || (flg & 32) != 0 || ((cmf << 8) | flg) % 31 != 0) return ERR_HEADER;

  let input: usize = src + 2;
  const inputEnd: usize = src + srcLength;
  let out: usize = dst;
  const outEnd: usize = dst + dstLength;
  let buffer: u64 = 0;
  let have: u32 = 0;
  let isLast: bool = false;

  do {
    buffer |= load<u64>(input) << have;
    input += (63 - have) >> 3;
    have |= 56;
    if (input > inputEnd + 8) return ERR_INPUT;
    isLast = <bool>(buffer & 1);
    const kind: u32 = <u32>(buffer >> 1) & 3;
    buffer >>= 3;
    have -= 3;

    if (kind == 0) {
      const drop: u32 = have & 7;
      buffer >>= drop;
      have -= drop;
      input -= have >> 3;
      buffer = 0;
      have = 0;
      if (input + 4 > inputEnd) return ERR_INPUT;
      const length: u32 = load<u16>(input);
      if (<u32>load<u16>(input + 2) != (length ^ 0xffff)) return ERR_BLOCK;
      input += 4;
      if (input + length > inputEnd) return ERR_INPUT;
      if (out + length > outEnd) return ERR_OUTPUT;
      memory.copy(out, input, length);
      input += length;
      out += length;
      continue;
    }

    let litlen: usize = fixedLitlenTable;
    let litlenBits: u32 = fixedLitlenBits;
    let dist: usize = fixedDistTable;
    let distBits: u32 = fixedDistBits;
    if (kind == 2) {
      const litlenCount: u32 = (<u32>buffer & 31) + 257;
      const distCount: u32 = (<u32>(buffer >> 5) & 31) + 1;
      const precodeCount: u32 = (<u32>(buffer >> 10) & 15) + 4;
      buffer >>= 14;
      have -= 14;
      if (litlenCount > 286 || distCount > 30) return ERR_CODES;
      memory.fill(lengths, 0, 19);
      for (let i: u32 = 0; i < precodeCount; i++) {
        if (have < 3) {
          buffer |= load<u64>(input) << have;
          input += (63 - have) >> 3;
          have |= 56;
        }
        store<u8>(lengths + load<u8>(precodeOrder + i), <u8>(buffer & 7));
        buffer >>= 3;
        have -= 3;
      }
      if (!buildTable(lengths, 19, precodeTable, 7, precodeResults)) return ERR_CODES;
      const precodeMask: u64 = (1 << builtBits) - 1;
      const total: u32 = litlenCount + distCount;
      let i: u32 = 0;
      while (i < total) {
        if (have < 16) {
          buffer |= load<u64>(input) << have;
          input += (63 - have) >> 3;
          have |= 56;
          if (input > inputEnd + 8) return ERR_INPUT;
        }
        const entry = load<u32>(precodeTable + 4 * <usize>(buffer & precodeMask));
        buffer >>= entry & 0xff;
        have -= entry & 0xff;
        const symbol = entry >> 16;
        if (symbol < 16) {
          store<u8>(lengths + i, <u8>symbol);
          i++;
          continue;
        }
        let value: u8 = 0;
        let repeat: u32;
        if (symbol == 16) {
          if (i == 0) return ERR_CODES;
          value = load<u8>(lengths + i - 1);
          repeat = 3 + (<u32>buffer & 3);
          buffer >>= 2;
          have -= 2;
        } else if (symbol == 17) {
          repeat = 3 + (<u32>buffer & 7);
          buffer >>= 3;
          have -= 3;
        } else {
          repeat = 11 + (<u32>buffer & 127);
          buffer >>= 7;
          have -= 7;
        }
        if (i + repeat > total) return ERR_CODES;
        const run = i8x16.splat(value);
        for (let j: u32 = 0; j < repeat; j += 16) v128.store(lengths + i + j, run);
        i += repeat;
      }
      if (load<u8>(lengths + 256) == 0) return ERR_CODES;
      const room: u32 = <u32>(outEnd - out);
      const wanted: u32 = room < 512 ? 8 : room < 8192 ? 9 : LITLEN_MAX_BITS;
      if (!buildTable(lengths, litlenCount, litlenTable, wanted, litlenResults)) return ERR_CODES;
      litlen = litlenTable;
      litlenBits = builtBits;
      if (!buildTable(lengths + litlenCount, distCount, distTable, room < 2048 ? 6 : DIST_MAX_BITS, distResults)) return ERR_CODES;
      dist = distTable;
      distBits = builtBits;
    } else if (kind == 3) {
      return ERR_BLOCK;
    }

    const litlenMask: u64 = (<u64>1 << litlenBits) - 1;
    const distMask: u64 = (<u64>1 << distBits) - 1;
    // Each turn begins with the buffer full and the next entry looked up, so that neither waits for what the turn does.
    if (input > inputEnd + 8) return ERR_INPUT;
    buffer |= load<u64>(input) << have;
    input += (63 - have) >> 3;
    have |= 56;
    let entry = load<u32>(litlen + 4 * <usize>(buffer & litlenMask));
    while (true) {
      let saved = buffer;
      if (entry & LITERAL) {
        if (out >= outEnd) return ERR_OUTPUT;
        buffer >>= entry & 0xff;
        have -= entry & 0xff;
        store<u8>(out, <u8>(entry >> 16));
        out++;
        entry = load<u32>(litlen + 4 * <usize>(buffer & litlenMask));
        saved = buffer;
        if (entry & LITERAL) {
          buffer >>= entry & 0xff;
          have -= entry & 0xff;
          store<u8>(out, <u8>(entry >> 16));
          out++;
          entry = load<u32>(litlen + 4 * <usize>(buffer & litlenMask));
          saved = buffer;
          if (entry & LITERAL) {
            buffer >>= entry & 0xff;
            have -= entry & 0xff;
            store<u8>(out, <u8>(entry >> 16));
            out++;
            // Three codewords took 33 bits at most: there are enough for the next.
            entry = load<u32>(litlen + 4 * <usize>(buffer & litlenMask));
            if (input > inputEnd + 8) return ERR_INPUT;
            buffer |= load<u64>(input) << have;
            input += (63 - have) >> 3;
            have |= 56;
            continue;
          }
        }
      }
      if (entry & EXCEPTIONAL) {
        if (entry & SUBTABLE) {
          buffer >>= entry & 0xff;
          have -= entry & 0xff;
          const width: u64 = (entry >> 8) & 15;
          entry = load<u32>(litlen + 4 * <usize>(((entry >> 16) & 0x7fff) + <u32>(buffer & ((<u64>1 << width) - 1))));
          saved = buffer;
          if (entry & LITERAL) {
            if (out >= outEnd) return ERR_OUTPUT;
            buffer >>= entry & 0xff;
            have -= entry & 0xff;
            store<u8>(out, <u8>(entry >> 16));
            out++;
            if (input > inputEnd + 8) return ERR_INPUT;
            buffer |= load<u64>(input) << have;
            input += (63 - have) >> 3;
            have |= 56;
            entry = load<u32>(litlen + 4 * <usize>(buffer & litlenMask));
            continue;
          }
        }
        if (entry & END_OF_BLOCK) {
          buffer >>= entry & 0xff;
          have -= entry & 0xff;
          break;
        }
      }
      buffer >>= entry & 0xff;
      have -= entry & 0xff;
      const base: u32 = entry >> 16;
      if (base == 0) return ERR_CODES;
      const length: u32 = base + <u32>((saved & ((<u64>1 << (entry & 0xff)) - 1)) >> ((entry >> 8) & 15));

      buffer |= load<u64>(input) << have;
      input += (63 - have) >> 3;
      have |= 56;
      entry = load<u32>(dist + 4 * <usize>(buffer & distMask));
      if (entry & SUBTABLE) {
        buffer >>= entry & 0xff;
        have -= entry & 0xff;
        const width: u64 = (entry >> 8) & 15;
        entry = load<u32>(dist + 4 * <usize>(((entry >> 16) & 0x7fff) + <u32>(buffer & ((<u64>1 << width) - 1))));
      }
      saved = buffer;
      buffer >>= entry & 0xff;
      have -= entry & 0xff;
      const distance: u32 = (entry >> 16) + <u32>((saved & ((<u64>1 << (entry & 0xff)) - 1)) >> ((entry >> 8) & 15));
      if (entry >> 16 == 0 || distance > <u32>(out - dst)) return ERR_DISTANCE;
      if (out + length > outEnd) return ERR_OUTPUT;
      // A distance took 28 bits at most.
      entry = load<u32>(litlen + 4 * <usize>(buffer & litlenMask));
      if (input > inputEnd + 8) return ERR_INPUT;
      buffer |= load<u64>(input) << have;
      input += (63 - have) >> 3;
      have |= 56;

      let from: usize = out - distance;
      const stop: usize = out + length;
      if (distance >= 16) {
        // Copies whole 16-byte words; what it writes past the match is overwritten later or lies in the slack.
        do {
          v128.store(out, v128.load(from));
          out += 16;
          from += 16;
        } while (out < stop);
      } else if (distance == 1) {
        const splat = i8x16.splat(load<i8>(from));
        do {
          v128.store(out, splat);
          out += 16;
        } while (out < stop);
      } else if (distance >= 8) {
        do {
          store<u64>(out, load<u64>(from));
          out += 8;
          from += 8;
        } while (out < stop);
      } else {
        do {
          store<u8>(out, load<u8>(from));
          out++;
          from++;
        } while (out < stop);
      }
      out = stop;
    }
  } while (!isLast);

  if (out != outEnd) return ERR_OUTPUT;
  input -= have >> 3;
  if (input + 4 > inputEnd) return ERR_INPUT;
  consumed = <u32>(input + 4 - src);
  const expected = bswap<u32>(load<u32>(input));
  return adler32(dst, dstLength) == expected ? OK : ERR_ADLER;
}

/** Adler-32 (RFC 1950), 32 bytes a step. */
export function adler32(start: usize, length: u32): u32 {
  let a: u32 = 1;
  let b: u32 = 0;
  let p: usize = start;
  let left: u32 = length;
  const weightsHigh = i8x16(32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18, 17);
  const weightsLow = i8x16(16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1);
  const wh0 = i16x8.extend_low_i8x16_s(weightsHigh);
  const wh1 = i16x8.extend_high_i8x16_s(weightsHigh);
  const wl0 = i16x8.extend_low_i8x16_s(weightsLow);
  const wl1 = i16x8.extend_high_i8x16_s(weightsLow);
  while (left >= 32) {
    // 5,552 is the most bytes whose sums stay within 32 bits (RFC 1950's reference code); 5,536 is the multiple of 32 below it.
    const step: u32 = min<u32>(left & ~31, 5536);
    let sum = i32x4.splat(0);
    let weighted = i32x4.splat(0);
    let prefix = i32x4.splat(0);
    for (let i: u32 = 0; i < step; i += 32) {
      const x = v128.load(p);
      const y = v128.load(p, 16);
      prefix = i32x4.add(prefix, sum);
      sum = i32x4.add(sum, i32x4.extadd_pairwise_i16x8_u(i16x8.add(i16x8.extadd_pairwise_i8x16_u(x), i16x8.extadd_pairwise_i8x16_u(y))));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(x), wh0));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(x), wh1));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(y), wl0));
      weighted = i32x4.add(weighted, i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(y), wl1));
      p += 32;
    }
    const sumAll: u32 = <u32>(i32x4.extract_lane(sum, 0) + i32x4.extract_lane(sum, 1) + i32x4.extract_lane(sum, 2) + i32x4.extract_lane(sum, 3));
    const prefixAll: u64 =
      <u64><u32>i32x4.extract_lane(prefix, 0) + <u64><u32>i32x4.extract_lane(prefix, 1) + <u64><u32>i32x4.extract_lane(prefix, 2) + <u64><u32>i32x4.extract_lane(prefix, 3);
    const weightedAll: u64 =
      <u64><u32>i32x4.extract_lane(weighted, 0) + <u64><u32>i32x4.extract_lane(weighted, 1) + <u64><u32>i32x4.extract_lane(weighted, 2) + <u64><u32>i32x4.extract_lane(weighted, 3);
    b = <u32>((<u64>b + <u64>a * step + prefixAll * 32 + weightedAll) % 65521);
    a = (a + sumAll) % 65521;
    left -= step;
  }
  while (left > 0) {
    a += load<u8>(p);
    b += a;
    p++;
    left--;
  }
  a %= 65521;
  b %= 65521;
  return (b << 16) | a;
}
