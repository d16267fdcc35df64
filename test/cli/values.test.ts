import { expect, test } from 'vitest';
import type { ValueKind } from '../../src/flags/declaration.ts';
import { readText } from '../../src/flags/values.ts';

const good: readonly (readonly [ValueKind, string, unknown])[] = [
  ['size', '10', 10],
  ['size', '10B', 10],
  ['size', '10KB', 10_000],
  ['size', '10kb', 10_000],
  ['size', '1.5MB', 1_500_000],
  ['size', '10M', 10 * 1024 ** 2],
  ['size', '10 MiB', 10 * 1024 ** 2],
  ['size', '1GiB', 1024 ** 3],
  ['count', '8', 8],
  ['fraction', '0', 0],
  ['fraction', '.5', 0.5],
  ['fraction', '1', 1],
  ['switch', '1', true],
  ['switch', 'TRUE', true],
  ['switch', '0', false],
  ['date', '2025-01-31T12:00:00+01:00', new Date('2025-01-31T11:00:00Z')],
];

test.each(good)('%s %s', (kind, text, value) => {
  expect(readText(text, { kind })).toEqual({ value });
});

const bad: readonly (readonly [ValueKind, string])[] = [
  ['size', ''],
  ['size', '0'],
  ['size', '-1'],
  ['size', '10iB'],
  ['size', '10TB'],
  ['size', '1e3'],
  ['size', '999999999999G'],
  ['count', '1.5'],
  ['count', '2000'],
  ['fraction', '1.01'],
  ['fraction', 'NaN'],
  ['switch', 'maybe'],
  ['date', 'yesterday'],
  ['date', '2025-13-01'],
  ['date', '2025-01-31T25:00'],
  ['date', '3x'],
  ['file', ''],
  ['file', 'a\0b'],
];

test.each(bad)('%s %j is refused, and not repeated', (kind, text) => {
  const reading = readText(text, { kind });
  expect(reading).toEqual({ problem: expect.stringMatching(/^must /) });
});

test('an age is counted back from now', () => {
  const days = (text: string) =>
    (Date.now() - (readText(text, { kind: 'date' }) as { value: Date }).value.getTime()) / 86_400_000;
  expect(days('90d')).toBeCloseTo(90, 1);
  expect(days('2w')).toBeCloseTo(14, 1);
  expect(days('1y')).toBeGreaterThan(364);
});
