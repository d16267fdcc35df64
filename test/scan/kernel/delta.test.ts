import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alphabets, forSeeds } from '../../../fixtures/random.ts';
import { buildRepository } from '../../../fixtures/repositories/builder.ts';
import { buildDeltaForest } from '../../../src/git/delta-tree.ts';
import { readPackEntries } from '../../../src/git/pack.ts';
import { readPackIndex } from '../../../src/git/pack-index.ts';
import { createKernel } from '../../../src/scan/kernel/kernel.ts';
import { applyDeltaReference, type CopiedRun } from '../../../src/scan/kernel/reference-delta.ts';
import { encodeDelta, encodeSize, randomEdit } from './deltas.ts';

const kernel = createKernel();
const { exports } = kernel;
const baseAt = kernel.allocate(1 << 20);
const deltaAt = kernel.allocate(1 << 20);
const around = kernel.allocate((4 << 20) + 8192);
const outAt = around + 4096;
const copiedAt = kernel.allocate(1 << 20);
const guard = 0xa5;
const promised = 32;
const badDelta = -8;

/** Applies a delta in WebAssembly as the walk does: the result's size comes from the delta's head. */
function apply(
  base: Uint8Array,
  delta: Uint8Array,
  room = 80_000,
): { readonly result: Buffer; readonly copied: readonly CopiedRun[] } | { readonly status: number } {
  const bytes = kernel.bytes();
  bytes.set(base, baseAt);
  bytes.fill(0x81, deltaAt, deltaAt + delta.length + 64);
  bytes.set(delta, deltaAt);
  exports.readDeltaSizes(deltaAt, delta.length);
  const length = exports.deltaResultSize.value >>> 0;
  if (length > 4 << 20) return { status: badDelta };
  bytes.fill(guard, around, outAt + length + 4096);
  const status = exports.applyDelta(baseAt, base.length, deltaAt, delta.length, outAt, length, copiedAt, room);
  const isUntouched = (from: number, to: number) => bytes.subarray(from, to).every((byte) => byte === guard);
  if (!isUntouched(around, outAt)) throw new Error('wrote before the output');
  if (!isUntouched(outAt + length + promised, outAt + length + 4096)) throw new Error('wrote beyond the slack');
  if (status !== 0) return { status };
  const words = kernel.words();
  const copied = Array.from({ length: exports.segmentCount.value }, (_, index) => {
    const [start, source, run] = words.subarray(copiedAt / 4 + 3 * index, copiedAt / 4 + 3 * index + 3);
    return { start, source, length: run };
  });
  return { result: Buffer.from(bytes.subarray(outAt, outAt + length)), copied };
}

function expectSame(base: Uint8Array, delta: Uint8Array): boolean {
  const plain = applyDeltaReference(base, delta);
  const ours = apply(base, delta);
  if (!plain) {
    expect(ours).toEqual({ status: badDelta });
    return false;
  }
  expect('result' in ours && ours.result.equals(plain.result)).toBe(true);
  expect('copied' in ours && ours.copied).toEqual(plain.copied);
  return true;
}

test('generated deltas give what the reference gives, with the same copied runs', () => {
  let runs = 0;
  forSeeds(1, 1000, (random) => {
    const base = random.bytes(random.int(random.pick([4, 200, 5000, 200_000])));
    const ops = randomEdit(random, base.length, () => random.bytes(random.int(random.pick([3, 40, 400]))));
    const spellsZeros = () => random.chance(0.3);
    const delta = encodeDelta(base.length, ops, { spellsZeros });
    expect(expectSame(base, delta)).toBe(true);
    runs += exports.segmentCount.value;
  });
  expect(runs).toBeGreaterThan(1500);
});

test('copied runs that touch in base and result are one', () => {
  const base = Buffer.alloc(300_000, 'abc');
  const delta = encodeDelta(base.length, [
    { copy: 0, length: 65_536 },
    { copy: 65_536, length: 65_536 },
    { copy: 131_072, length: 100 },
    { copy: 131_173, length: 100 },
    { insert: Buffer.from('x') },
    { copy: 131_273, length: 100 },
  ]);
  expect(apply(base, delta)).toMatchObject({
    copied: [
      { start: 0, source: 0, length: 131_172 },
      { start: 131_172, source: 131_173, length: 100 },
      { start: 131_273, source: 131_273, length: 100 },
    ],
  });
  expect(expectSame(base, delta)).toBe(true);
});

test('a delta of more copied runs than there is room for is refused', () => {
  const base = Buffer.alloc(100);
  const delta = encodeDelta(
    base.length,
    Array.from({ length: 50 }, (_, index) => ({ copy: (index * 37) % 90, length: 2 })),
  );
  expect(apply(base, delta, 49)).toEqual({ status: -9 });
  expect(apply(base, delta, 50)).toHaveProperty('result');
});

describe('hostile deltas', () => {
  const base = Buffer.from('0123456789');
  const head = (result: number) => [...encodeSize(10), ...encodeSize(result)];

  test.each<[string, readonly number[]]>([
    ['no bytes', []],
    ['half a head', [10]],
    ['a size that does not end', [0x8a, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80]],
    ['a base of another size', [9, 1, 1, 65]],
    ['a base size that is right in its low 32 bits alone', [0x8a, 0x80, 0x80, 0x80, 0x10, 1, 1, 65]],
    ['a result size that is right in its low 32 bits alone', [10, 0x81, 0x80, 0x80, 0x80, 0x10, 1, 65]],
    ['the reserved operation', [...head(1), 0, 65]],
    ['an insert that ends too early', [...head(5), 5, 65, 65]],
    ['a copy whose operands are cut', [...head(5), 0x91, 0]],
    ['a copy from behind the base', [...head(5), 0x91, 6, 5]],
    ['a copy from far behind the base', [...head(5), 0x9f, 0xff, 0xff, 0xff, 0xff, 5]],
    ['a copy of 64 KiB from a short base', [...head(65_536), 0x80]],
    ['a copy that makes the result too long', [...head(4), 0x90, 5]],
    ['an insert that makes the result too long', [...head(1), 2, 65, 65]],
    ['a result that is too short', [...head(6), 0x90, 5]],
  ])('%s', (_, delta) => {
    expect(applyDeltaReference(base, Uint8Array.from(delta))).toBeUndefined();
    expect(apply(base, Uint8Array.from(delta))).toEqual({ status: badDelta });
  });

  test('deltas with flipped bits, cut or lengthened, are refused or give what the reference gives', () => {
    let accepted = 0;
    let refused = 0;
    forSeeds(2000, 400, (random) => {
      const bytes = random.bytes(1 + random.int(3000));
      const delta = encodeDelta(
        bytes.length,
        randomEdit(random, bytes.length, () => random.bytes(random.int(30))),
      );
      for (let round = 0; round < 20; round++) {
        let damaged = Buffer.from(delta);
        for (let flips = random.int(3); flips > 0; flips--) damaged[random.int(damaged.length)] ^= 1 << random.int(8);
        if (random.chance(0.2)) damaged = damaged.subarray(0, random.int(damaged.length + 1));
        if (random.chance(0.1)) damaged = Buffer.concat([damaged, random.bytes(3)]);
        if (expectSame(bytes, damaged)) accepted++;
        else refused++;
      }
    });
    expect(accepted).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(1000);
  });
});

describe('deltas that git made', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('give the objects that git gives, and the reference', () => {
    const repository = buildRepository(folder);
    forSeeds(3000, 1, (random) => {
      const lines = Array.from({ length: 400 }, () => random.text(random.int(90), alphabets.text.replaceAll('\n', '')));
      for (let version = 0; version < 60; version++) {
        for (let edits = random.int(4); edits >= 0; edits--) {
          lines.splice(
            random.int(lines.length),
            random.int(3),
            ...Array.from({ length: random.int(3) }, () => random.text(40, alphabets.token)),
          );
        }
        if (random.chance(0.1)) lines.push(...lines.splice(random.int(lines.length), random.int(100)));
        repository.write('file', lines.join('\n'));
        repository.commit(`version ${version}`);
      }
    });
    repository.git('repack', '-adfq', '--depth=50', '--window=100');
    const packs = join(repository.gitDir, 'objects/pack');
    const index = readPackIndex(join(packs, readdirSync(packs).find((name) => name.endsWith('.idx'))!), 20);
    const { entries } = readPackEntries(index);
    const pack = readFileSync(index.packPath);
    const objects = new Map<number, Buffer>();
    const deltas: number[] = [];
    const read = (entry: number): Buffer => {
      const known = objects.get(entry);
      if (known) return known;
      const bytes = inflateSync(pack.subarray(entries.dataAt[entry], entries.dataAt[entry] + entries.dataBytes[entry]));
      if (entries.base[entry] < 0) return bytes;
      const base = read(entries.base[entry]);
      expect(expectSame(base, bytes)).toBe(true);
      deltas.push(entry);
      const { result } = applyDeltaReference(base, bytes)!;
      objects.set(entry, Buffer.from(result));
      return objects.get(entry)!;
    };
    buildDeltaForest(entries, () => true);
    for (let entry = 0; entry < entries.count; entry++) {
      const bytes = read(entry);
      const head = `${['', 'commit', 'tree', 'blob', 'tag'][entries.type[entry]]} ${bytes.length}\0`;
      const name = index.names.toString('hex', entries.name[entry] * 20, entries.name[entry] * 20 + 20);
      expect(createHash('sha1').update(head).update(bytes).digest('hex')).toBe(name);
    }
    expect(deltas.length).toBeGreaterThan(50);
  });
});
