import { afterAll, describe, expect, test } from 'vitest';
import { decoys, positions } from '../../fixtures/ci-logs/positions.ts';
import { runners } from '../../fixtures/ci-logs/runners.ts';
import { spanInSlice } from '../../src/model/view.ts';
import { set } from './ci-logs/read-log.ts';
import { chats, find, logs } from './kinds.ts';

const kinds = { ...logs, ...chats };

// Every kind of log and of export, with a secret in each position that they leak in. The table of what is found is printed by
// `npm run table`.

/** What is not asked for, and why. */
const reasons: Readonly<Record<string, string>> = {
  'partly masked': 'what a mask leaves of a value is evidence, not a secret, and nothing may be found; messages have no masks',
};

const all = positions(set.patterns, 'table');
const [masked] = decoys(set.patterns, 'table');
const maskedPosition = { name: 'partly masked', lines: [masked.line], secret: masked.value };

const table = new Map<string, Map<string, string>>();

describe.each(Object.keys(kinds))('%s', (kind) => {
  const row = new Map<string, string>();
  table.set(kind, row);

  test.each(all)('$name', async ({ name, lines, secret }) => {
    row.set(name, '-');
    const found = await find(kinds[kind](lines), secret);
    expect(found.length).toBeGreaterThan(0);
    for (const { view, start, end } of found) {
      const span = spanInSlice(view, start, end);
      expect(span.end).toBeGreaterThan(span.start);
    }
    row.set(name, 'x');
  });

  // In a message nobody masks: there three stars are what was typed, and what stands beside them is read.
  test.runIf(kind in runners)(maskedPosition.name, async () => {
    expect(await find(kinds[kind](maskedPosition.lines), maskedPosition.secret)).toEqual([]);
    row.set(maskedPosition.name, 'o');
  });
});

afterAll(() => {
  if (process.env.QUASH_TABLE !== '1') return;
  const columns = [...all.map(({ name }) => name), maskedPosition.name];
  const width = Math.max(...[...table.keys()].map((kind) => kind.length));
  const height = Math.max(...columns.map((name) => name.length));
  const heads = Array.from(
    { length: height },
    (_, line) => `${' '.repeat(width)} ${columns.map((name) => name.padStart(height)[line]).join(' ')}`,
  );
  const rows = [...table].map(([kind, row]) => `${kind.padEnd(width)} ${columns.map((name) => row.get(name) ?? '.').join(' ')}`);
  const notes = [
    'x found, o left out, - missed, . not asked for',
    ...Object.entries(reasons).map(([name, why]) => `${name}: ${why}`),
  ];
  process.stdout.write(`${['', ...heads, ...rows, '', ...notes, ''].join('\n')}\n`);
});
