import { expect, test } from 'vitest';
import { forSeeds, type Random } from '../../fixtures/random.ts';
import { buildDeltaForest } from '../../src/git/delta-tree.ts';
import type { PackEntries } from '../../src/git/pack.ts';

/** Entries of random bases: some before, some behind, some nowhere, some in circles. */
function randomEntries(random: Random, count: number): PackEntries {
  const base = Int32Array.from({ length: count }, (_, entry) => {
    const kind = random.int(10);
    if (kind < 3 || entry === 0) return -1;
    if (kind === 3) return -2;
    return kind === 4 ? random.int(count) : random.int(entry);
  });
  return {
    count,
    base,
    type: Uint8Array.from(base, (one) => (one === -1 ? random.int(5) : 0)),
    size: Float64Array.from(base, () => random.int(5000)),
    dataAt: new Float64Array(count),
    dataBytes: new Uint32Array(count),
    name: new Uint32Array(count),
  };
}

/** The entry that a chain of bases ends in, -1 where it ends nowhere. */
function rootOf({ base, count }: PackEntries, entry: number): number {
  let at = entry;
  for (let steps = 0; steps <= count; steps++) {
    if (base[at] === -1) return at;
    if (base[at] < 0) return -1;
    at = base[at];
  }
  return -1;
}

test('a forest holds what stands on the wanted roots, each once, with its root’s type and the heaviest child last', () => {
  let trees = 0;
  forSeeds(1, 300, (random) => {
    const entries = randomEntries(random, random.int(60));
    const types = Uint8Array.from(entries.type);
    const wanted = (type: number) => type !== 2;
    const forest = buildDeltaForest(entries, wanted);
    const isRoot = (entry: number) => entries.base[entry] === -1 && types[entry] !== 0 && wanted(types[entry]);
    expect([...forest.roots]).toEqual([...types.keys()].filter(isRoot));

    const reached: number[] = [];
    const weigh = (entry: number): number => {
      reached.push(entry);
      const children = [...forest.children.subarray(forest.firstChild[entry], forest.firstChild[entry + 1])];
      const weights = children.map(weigh);
      expect(Math.max(0, ...weights)).toBe(weights.at(-1) ?? 0);
      for (const child of children) expect(entries.base[child]).toBe(entry);
      const weight = weights.reduce((sum, one) => sum + one, entries.size[entry] + 200);
      expect(forest.weight[entry]).toBe(weight);
      return weight;
    };
    for (const root of forest.roots) weigh(root);
    const expected = [...types.keys()].filter((entry) => rootOf(entries, entry) >= 0 && isRoot(rootOf(entries, entry)));
    expect(reached.sort((a, b) => a - b)).toEqual(expected);
    for (const entry of reached) expect(entries.type[entry]).toBe(types[rootOf(entries, entry)]);
    trees += reached.length;
  });
  expect(trees).toBeGreaterThan(3000);
});
