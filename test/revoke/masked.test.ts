import { expect, test } from 'vitest';
import { hasEndsOf } from '../../src/revoke/masked.ts';

const secret = `sk-proj-${'a1B2'.repeat(8)}-wxyz`;

test.each([
  ['sk-pro...xyz', true],
  ['sk-proj-...wxyz', true],
  [`sk-proj-${'*'.repeat(32)}wxyz`, true],
  ['sk-proj-••••wxyz', true],
  ['***wxyz', true],
  ['sk-proj-...wxyZ', false],
  ['sk-none-...wxyz', false],
  // Too little to tell one from another.
  ['sk-proj-...yz', false],
  ['sk-proj-...', false],
  // Nothing is masked.
  ['sk-proj-wxyz', false],
  [secret, false],
  ['', false],
])('%s', (shown, expected) => {
  expect(hasEndsOf(shown, secret)).toBe(expected);
});

test('ends that overlap are not those of a masked value', () => {
  expect(hasEndsOf('abcdef...defghi', 'abcdefghi')).toBe(false);
  expect(hasEndsOf('abc...ghi', 'abcdefghi')).toBe(true);
});
