import { expect, test } from 'vitest';
import { forSeeds } from '../../fixtures/random.ts';
import { buildNameTable, findInTable } from '../../src/git/name-table.ts';

test('every name is found at its first place, and no other is', () => {
  forSeeds(1, 100, (random) => {
    const hashBytes = random.pick([20, 32]);
    const names = Array.from({ length: random.int(random.pick([3, 50, 1000])) }, () => random.bytes(hashBytes));
    // Names that begin alike share a slot; equal ones come from several packs.
    for (const name of names) {
      if (random.chance(0.3)) name.fill(7, 0, 4);
      if (random.chance(0.1)) name.set(random.pick(names));
    }
    const table = buildNameTable(Buffer.concat(names), hashBytes);
    for (const name of names) {
      const behind = random.int(5);
      expect(findInTable(table, Buffer.concat([Buffer.alloc(behind, 7), name, Buffer.alloc(3)]), behind)).toBe(
        names.findIndex((other) => other.equals(name)),
      );
    }
    for (let round = 0; round < 50; round++) {
      const other = random.bytes(hashBytes);
      if (random.chance(0.5)) other.fill(7, 0, 4);
      expect(findInTable(table, other, 0)).toBe(names.findIndex((name) => name.equals(other)));
    }
  });
});

test('a table of no names has none', () => {
  expect(findInTable(buildNameTable(Buffer.alloc(0), 20), Buffer.alloc(20), 0)).toBe(-1);
});
