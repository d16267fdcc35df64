import { describe, expect, it } from 'vitest';
import { guessBits } from '../../src/ledger/guess-bits.ts';
import { value } from './candidates.ts';

describe('guessBits', () => {
  it.each([
    [['hunter', '2'].join('')],
    ['Password123!'],
    ['correct horse battery staple'],
    ['admin_admin_admin_admin'],
    ['aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'],
    ['1234567890'],
    ['2024-01-31'],
    [''],
  ])('%j is in reach of guessing', (text) => {
    expect(guessBits(text)).toBeLessThan(60);
  });

  it('puts made-up values of usual lengths out of reach', () => {
    for (let index = 0; index < 200; index += 1) {
      expect(guessBits(value(`value ${index}`, 36))).toBeGreaterThan(80);
      expect(guessBits(Buffer.from(value(`hex ${index}`, 16)).toString('hex'))).toBeGreaterThan(60);
    }
  });

  it('reads a huge value in no more than its beginning', () => {
    expect(guessBits('ab1'.repeat(10_000_000))).toBe(guessBits('ab1'.repeat(200)));
  });
});
