import { expect, test } from 'vitest';
import { forSeeds, type Random } from '../../fixtures/random.ts';
import { buildNameTable } from '../../src/git/name-table.ts';
import { buildObjectSet } from '../../src/git/object-set.ts';
import { createTreeCollector } from '../../src/git/tree-graph.ts';
import { createKernel } from '../../src/scan/kernel/kernel.ts';
import { startTreeReader } from '../../src/scan/tree-reader.ts';

const modes = ['40000', '040000', '100644', '100755', '120000', '160000', '0160000'];
const alphabet = ['a', 'b', 'src', '.', 'é', 'lib'];

/** Raw names, many of which begin alike: the caches keep them apart by their beginnings. */
function randomNames(random: Random, count: number, hashBytes: number): Buffer[] {
  return Array.from({ length: count }, () => {
    const name = Buffer.alloc(hashBytes, random.int(3));
    for (let i = random.pick([0, 4, 12]); i < hashBytes; i++) name[i] = random.int(random.pick([2, 256]));
    return name;
  });
}

function randomFileName(random: Random): string {
  const length = random.pick([1, 2, 3, 8, 20, 60]);
  return Array.from({ length: 1 + random.int(length) }, () => random.pick(alphabet)).join('');
}

test.each([20, 32])(
  'trees read in the kernel give what the collector gives that reads them outside: names of %i bytes',
  (hashBytes) => {
    const counts = { trees: 0, blobs: 0, submodules: 0, missing: 0, cut: 0 };
    forSeeds(1, 40, (random) => {
      const treeNames = randomNames(random, 30, hashBytes);
      const blobNames = randomNames(random, 30, hashBytes);
      // That an object is there is remembered by its first six bytes.
      const lost = Array.from({ length: 6 }, () => Buffer.from(Array.from({ length: hashBytes }, () => 3 + random.int(253))));
      const fileNames = Array.from({ length: 20 }, () => randomFileName(random));
      const trees = buildNameTable(Buffer.concat(treeNames), hashBytes);
      const blobs = buildNameTable(Buffer.concat(blobNames.slice(0, 10)), hashBytes);
      const there = [...treeNames, ...blobNames].map((name) => ({ name: name.toString('hex') }));
      const options = random.chance(0.8) ? { objects: buildObjectSet([], there, hashBytes), isPartial: random.chance(0.3) } : {};
      const contents = Array.from({ length: 200 }, () => {
        const entries = Array.from({ length: random.int(12) }, () =>
          Buffer.concat([
            Buffer.from(`${random.pick(modes)} ${random.pick(fileNames)}\0`),
            random.pick(random.chance(0.95) ? [...treeNames, ...blobNames] : lost),
          ]),
        );
        const whole = Buffer.concat(entries);
        if (!random.chance(0.1)) return whole;
        counts.cut++;
        return whole.subarray(0, random.int(whole.length + 1));
      });

      const expected = createTreeCollector(trees, blobs, options);
      contents.forEach((content, tree) => {
        expected.add(tree, content, 0, content.length);
      });

      const collector = createTreeCollector(trees, blobs, options);
      const kernel = createKernel();
      const reader = startTreeReader(kernel, collector, trees, blobs, options.objects);
      const at = kernel.allocate(1 << 16);
      contents.forEach((content, tree) => {
        // What stands behind a tree in memory must not matter.
        kernel.bytes().fill(random.pick([0, 0x20, 0x61]), at, at + content.length + 300);
        kernel.bytes().set(content, at);
        kernel.exports.readTree(tree, at, content.length);
      });
      reader.end();

      const [ours, theirs] = [collector.links(), expected.links()];
      const lines = (links: typeof ours, triples: Uint32Array) =>
        Array.from(
          { length: triples.length / 3 },
          (_, i) => `${triples[3 * i]} ${triples[3 * i + 1]} ${links.names[triples[3 * i + 2]]}`,
        );
      expect(lines(ours, ours.trees)).toEqual(lines(theirs, theirs.trees));
      expect(lines(ours, ours.blobs)).toEqual(lines(theirs, theirs.blobs));
      const submodules = (links: typeof ours) => [...links.submodules].map((value, i) => (i % 2 ? links.names[value] : value));
      expect(submodules(ours)).toEqual(submodules(theirs));
      const missing = (links: typeof ours) =>
        lines(links, links.missing.links).map((line) => line.replace(/^\d+/, (number) => links.missing.objects[Number(number)]));
      // Of a partial clone an object is noted once or a few times.
      if (!options.isPartial) expect(missing(ours)).toEqual(missing(theirs));
      expect(new Set(ours.missing.objects)).toEqual(new Set(theirs.missing.objects));
      counts.trees += ours.trees.length;
      counts.blobs += ours.blobs.length;
      counts.submodules += ours.submodules.length;
      counts.missing += ours.missing.links.length;
    });
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(100);
  },
);
