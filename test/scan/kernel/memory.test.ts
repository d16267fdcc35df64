import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forSeeds } from '../../../fixtures/random.ts';
import { buildDeltaForest } from '../../../src/git/delta-tree.ts';
import { packTypes, readPackEntries } from '../../../src/git/pack.ts';
import { readPackIndex } from '../../../src/git/pack-index.ts';
import { createDocumentScanner, type DocumentScanner } from '../../../src/scan/documents.ts';
import { createKernel, type Kernel, KernelFullError, slackBytes } from '../../../src/scan/kernel/kernel.ts';
import { walkDeltaTrees } from '../../../src/scan/walk.ts';
import { type HandEntry, writePack } from '../../git/packs.ts';
import { encodeDelta } from './deltas.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A buffer, or undefined when there is no room for it. */
function tryToAllocate(kernel: Kernel, size: number): number | undefined {
  try {
    return kernel.allocate(size);
  } catch (error) {
    expect(error).toBeInstanceOf(KernelFullError);
    return undefined;
  }
}

test('buffers stay apart and below two gigabytes until there is no room, and there is room again when they are free', () => {
  forSeeds(1, 20, (random) => {
    const kernel = createKernel();
    let held: { readonly address: number; readonly end: number }[] = [];
    let refusals = 0;
    for (let step = 0; step < 400; step++) {
      const size = random.int(random.pick([1000, 1e6, 100e6, 700e6, 3e9]));
      const address = tryToAllocate(kernel, size);
      if (address === undefined) {
        refusals++;
        held = held.filter((one) => {
          const isKept = random.chance(0.3);
          if (!isKept) kernel.free(one.address);
          return isKept;
        });
        continue;
      }
      const end = address + size + slackBytes;
      expect(address).toBeGreaterThan(0);
      expect(end).toBeLessThanOrEqual(kernel.allocatedBytes());
      expect(held.filter((one) => address < one.end && one.address < end)).toEqual([]);
      held.push({ address, end });
    }
    expect(refusals).toBeGreaterThan(3);
    for (const { address } of held) kernel.free(address);
    expect(tryToAllocate(kernel, 1e9)).toBeGreaterThan(0);
  });
});

test('files of ever larger sizes, one after the other, need no more room than the largest', () => {
  const kernel = createKernel();
  for (let size = 100e6; size < 1.7e9; size *= 1.1) kernel.free(kernel.allocate(size));
  expect(() => kernel.allocate(2 ** 31)).toThrow('lower --max-size');
  expect(() => kernel.allocate(2 ** 33)).toThrow(KernelFullError);
});

/** Walks a pack; `prepare` has the kernel first. */
function walk(name: string, handEntries: readonly HandEntry[], prepare: (scanner: DocumentScanner) => void = () => {}) {
  const { indexPath } = writePack(join(folder, name), handEntries);
  const index = readPackIndex(indexPath, 20);
  const { entries } = readPackEntries(index);
  const forest = buildDeltaForest(entries, () => true);
  const scanner = createDocumentScanner([], { minConfidence: 0.5 });
  prepare(scanner);
  const objects = new Map<number, Buffer>();
  const faults: string[] = [];
  const orphans: number[] = [];
  walkDeltaTrees(scanner, index.packPath, entries, forest, forest.roots, 256e6, {
    match: () => {},
    object: (entry, address, length) =>
      objects.set(entry, Buffer.from(scanner.kernel.bytes().subarray(address, address + length))),
    fault: (entry, reason, detail) => faults.push(`${entry} ${reason}: ${detail}`),
    orphan: (entry) => orphans.push(entry),
  });
  return { objects, faults, orphans };
}

const large = Buffer.alloc(5e6, 'large ');
const name = (byte: number) => Buffer.alloc(20, byte);
const all = (base: Uint8Array, more: string) =>
  encodeDelta(base.length, [{ copy: 0, length: base.length }, { insert: Buffer.from(more) }]);

test('objects that there is no memory for are told of, and the rest is read', () => {
  const small = Buffer.from('small');
  const entries: HandEntry[] = [
    { type: packTypes.blob, data: small, name: name(1) },
    { type: packTypes.blob, data: large, name: name(2) },
    { type: packTypes.refDelta, base: name(2), data: all(large, 'more'), name: name(3) },
    {
      type: packTypes.refDelta,
      base: name(1),
      data: encodeDelta(
        5,
        Array.from({ length: 900_000 }, () => ({ copy: 0, length: 5 })),
      ),
      name: name(4),
    },
    { type: packTypes.refDelta, base: name(1), data: all(small, ' more'), name: name(5) },
    { type: packTypes.refDelta, base: name(4), data: all(Buffer.alloc(4_500_000), 'more'), name: name(6) },
  ];
  const roomy = walk('pack-roomy', entries);
  expect(roomy).toMatchObject({ faults: [], orphans: [] });
  expect(roomy.objects.size).toBe(6);

  const tight = walk('pack-tight', entries, ({ kernel }) => {
    for (let size = 1e9; size > 1e6; size /= 1.3) while (tryToAllocate(kernel, size) !== undefined);
  });
  const reason = 'too-large: more than there is memory for, with what it stands on';
  expect(tight.faults.sort()).toEqual([`1 ${reason}`, `3 ${reason}`]);
  expect(tight.orphans.sort()).toEqual([2, 5]);
  expect([...tight.objects].map(([entry, bytes]) => [entry, bytes.toString()])).toEqual([
    [0, 'small'],
    [4, 'small more'],
  ]);
});

test('a delta of very many copied runs is read, without room for as many as it has bytes', () => {
  const base = Buffer.from('0123456789'.repeat(20));
  const ops = Array.from({ length: 30_000 }, (_, index) => ({ copy: (index * 7) % 200, length: 1 }));
  const expected = Buffer.from(ops.map(({ copy }) => base[copy]));
  const { objects, faults } = walk('pack-runs', [
    { type: packTypes.blob, data: base, name: name(1) },
    { type: packTypes.refDelta, base: name(1), data: encodeDelta(base.length, ops), name: name(2) },
  ]);
  expect(faults).toEqual([]);
  expect(objects.get(1)!.equals(expected)).toBe(true);

  let peak = 0;
  const text = Buffer.alloc(12e6, 'inserted ');
  walk(
    'pack-inserts',
    [
      { type: packTypes.blob, data: base, name: name(1) },
      { type: packTypes.refDelta, base: name(1), data: encodeDelta(base.length, [{ insert: text }]), name: name(2) },
    ],
    ({ kernel }) => {
      const { allocate } = kernel;
      Object.assign(kernel, {
        allocate(size: number) {
          peak = Math.max(peak, size);
          return allocate(size);
        },
      });
    },
  );
  expect(peak).toBeGreaterThanOrEqual(12e6);
  expect(peak).toBeLessThan(30e6);
});
