import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { alphabetOf, byteEntropy, expectedEntropy, normalisedEntropy, shannonEntropy } from '../../src/scan/entropy.ts';

/** The definition, term by term. */
function reference(text: string): number {
  const units = text.split('');
  return [...new Set(units)].reduce((sum, unit) => {
    const share = units.filter((other) => other === unit).length / units.length;
    return sum - share * Math.log2(share);
  }, 0);
}

describe('Shannon entropy', () => {
  test.each([
    ['', 0],
    ['a', 0],
    ['aaaa', 0],
    ['ab', 1],
    ['abcd', 2],
    ['aabb', 1],
    ['0123456789abcdef', 4],
    ['éé', 0],
    ['é€', 1],
  ])('of %j is %d', (text, bits) => {
    expect(shannonEntropy(text)).toBeCloseTo(bits, 12);
  });

  test('equals the definition on random texts', () => {
    for (let i = 1; i < 200; i++) {
      const text = randomBytes(i).toString(i % 2 === 0 ? 'base64' : 'latin1');
      expect(shannonEntropy(text)).toBeCloseTo(reference(text), 9);
      expect(byteEntropy(Buffer.from(text, 'latin1'))).toBeCloseTo(reference(text), 9);
    }
  });

  test('of no bytes is 0', () => {
    expect(byteEntropy(new Uint8Array())).toBe(0);
  });
});

test.each([
  ['0123456789', 'digits'],
  ['deadbeef', 'hex'],
  ['DEADBEEF', 'hex'],
  ['DeadBeef', 'alnum'],
  ['MZXW6YTB', 'base32'],
  ['abc+/==', 'base64'],
  ['abc-_1', 'base64url'],
  ['a.b:c', 'printable'],
  ['a b', 'other'],
] as const)('the alphabet of %s is %s', (text, name) => {
  expect(alphabetOf(text).name).toBe(name);
});

describe('normalised entropy', () => {
  test('of random text is near 1 in any alphabet and at any length', () => {
    const averages = (
      [
        ['hex', 16],
        ['hex', 64],
        ['base64url', 15],
        ['base64url', 30],
        ['base64url', 300],
      ] as const
    ).map(([encoding, bytes]) => {
      const draws = Array.from({ length: 200 }, () => normalisedEntropy(randomBytes(bytes).toString(encoding)));
      return draws.reduce((sum, draw) => sum + draw, 0) / draws.length;
    });
    // base64url without - and _ counts as alphanumeric, which is close enough.
    for (const average of averages) expect(Math.abs(average - 1)).toBeLessThan(0.02);
  });

  test('tells words and repetition from random text', () => {
    expect(normalisedEntropy('aaaaaaaaaaaaaaaaaaaa')).toBe(0);
    expect(normalisedEntropy('abababababababababab')).toBeLessThan(0.4);
    expect(normalisedEntropy('x')).toBe(0);
  });

  test('the expectation grows with length towards the alphabet, also where a double gives out', () => {
    expect(expectedEntropy(16, 2)).toBeLessThan(expectedEntropy(16, 20));
    expect(expectedEntropy(16, 4096)).toBeGreaterThan(3.99);
    for (const length of [10_000, 60_000]) {
      expect(expectedEntropy(16, length)).toBeGreaterThan(3.9);
      expect(expectedEntropy(16, length)).toBeLessThanOrEqual(4);
    }
  });
});
