import { expect, test } from 'vitest';
import { forSeeds } from '../../../fixtures/random.ts';
import { isoTime } from '../../../src/sources/chat/told.ts';

test('times are written as Date writes them', () => {
  forSeeds(1, 2000, (random) => {
    const ms = random.int(2 ** 32) * 400 + random.int(1000);
    expect(isoTime(String(ms + 1e12))).toBe(new Date(ms + 1e12).toISOString());
    const seconds = random.int(2 ** 31);
    expect(isoTime(`${seconds}.000100`)).toBe(new Date(seconds * 1000).toISOString());
  });
});

test.each([
  ['2024-01-02T10:00:00Z', '2024-01-02T10:00:00.000Z'],
  ['2024-01-02T10:00:00+01:00', '2024-01-02T09:00:00.000Z'],
  ['2024-01-02T10:00:00', '2024-01-02T10:00:00'],
  ['Tue, 02 Jan 2024 10:00:00 +0000 (UTC)', '2024-01-02T10:00:00.000Z'],
  ['Tuesday, January 2, 2024 at 10:00:00\u202fAM UTC', '2024-01-02T10:00:00.000Z'],
  ['1/2/2024 10:00 AM', undefined],
  ['-1', '1969-12-31T23:59:59.000Z'],
  ['1e300', undefined],
  ['soon', undefined],
  ['', undefined],
  [undefined, undefined],
])('%s is %s', (written, time) => {
  expect(isoTime(written)).toBe(time);
});
