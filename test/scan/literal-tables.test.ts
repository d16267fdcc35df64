import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { builtTables } from '../../src/commands/collect-candidates.ts';
import { compilePatterns, patternsFolder } from '../../src/patterns/compile.ts';
import { mergePatterns } from '../../src/patterns/pattern-set.ts';
import { literalTables, readTables, usesOf, writeTables } from '../../src/scan/literal-tables.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-tables-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const set = compilePatterns(patternsFolder);

test('the tables that the build keeps are those of its patterns', () => {
  expect(readTables(set.version)).toEqual(literalTables(set.patterns));
  expect(builtTables(set, set.patterns).tables).toBeDefined();
});

test('every literal leads to every pattern that names it', () => {
  const { uses } = literalTables(set.patterns);
  const named = new Map<string, number[]>();
  for (const [index, { literals }] of set.patterns.entries()) {
    for (const { text } of literals) {
      const folded = text.slice(0, 32).toLowerCase();
      named.set(folded, [...(named.get(folded) ?? []), index]);
    }
  }
  expect([...named.keys()].map((_, literal) => usesOf(uses, literal).map(({ pattern }) => pattern))).toEqual([...named.values()]);
});

test('tables of other patterns are not taken: of some, of more, and of as many with one replaced', () => {
  expect(builtTables(set, set.patterns.slice(1)).tables).toBeUndefined();
  for (const id of ['of-my-own', set.patterns[0]!.id]) {
    const merged = mergePatterns(set, [{ ...set.patterns[0]!, id }]).set;
    expect(builtTables(merged, merged.patterns).tables).toBeUndefined();
  }
});

test('tables are read back as they were written, and missing ones are none', () => {
  const file = join(folder, 'tables.bin');
  const few = { version: 'few', patterns: set.patterns.slice(0, 7) };
  writeFileSync(file, writeTables(few));
  expect(readTables('few', pathToFileURL(file))).toEqual(literalTables(few.patterns));
  expect(readTables('others', pathToFileURL(file))).toBeUndefined();
  expect(readTables('few', pathToFileURL(`${file}.gone`))).toBeUndefined();
});
