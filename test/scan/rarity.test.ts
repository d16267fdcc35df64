import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../src/patterns/generate.ts';
import { alphabetOf, isUuid, regularity, surprise, wordShare } from '../../src/scan/rarity.ts';
import { words } from '../../src/scan/rarity-words.ts';

const random = seededRandom('rarity');
const base62 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

function drawn(alphabet: string, length: number, count = 300): string[] {
  return Array.from({ length: count }, () =>
    Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join(''),
  );
}

/** The share of `values` of which `holds` is true. */
function share(values: readonly string[], holds: (value: string) => boolean): number {
  return values.filter(holds).length / values.length;
}

const identifiers = [
  'getElementById', 'AbstractAuthenticationProcessingFilter', 'MAX_BUFFER_SIZE_BYTES', 'user_account_settings', 'my-component-name',
  'com.company.service.TokenProvider', 'handleSubmitButtonClick', 'DEFAULT_CONNECTION_TIMEOUT', 'application/json', 'session.cookie.secure',
  'src/components/header.tsx', 'punctuation.definition.string', 'oauth2-client-credentials', 'kubernetes.io/service-account-token',
  'invalidateCacheEntries', 'x-forwarded-host', 'correct-horse-battery-staple', 'thisIsTheNameOfSomething', 'password_reset_request',
]; // biome-ignore format: a table

describe('surprise', () => {
  test.each([16, 24, 40])('tells %i random characters from names', (length) => {
    expect(share(drawn(base62, length), (value) => surprise(value) >= 5)).toBeGreaterThan(0.97);
    expect(share(identifiers, (value) => surprise(value) < 4.6)).toBe(1);
  });

  test('of nothing is nothing', () => {
    expect(surprise('')).toBe(0);
  });
});

describe('wordShare', () => {
  test('names are made of words, random letters are not', () => {
    expect(share(identifiers, (value) => wordShare(value) > 0.6)).toBe(1);
    expect(share(drawn(base62, 24), (value) => wordShare(value) < 0.45)).toBeGreaterThan(0.99);
  });

  test.each([
    ['somepasswordhere', 1],
    ['Settings_Configured', 1],
    ['xqzkvj', 0],
    ['1234', 1],
    ['', 1],
  ])('%s: %d', (value, expected) => {
    expect(wordShare(value)).toBeCloseTo(expected, 1);
  });

  test('allows for endings, but does not make words of them', () => {
    expect(wordShare('compiled')).toBe(1);
    expect(wordShare('inging')).toBeLessThan(1);
  });
});

describe('regularity', () => {
  test.each([
    'aaaaaaaa', '12345678', 'fedcba98', 'abcabcabcabc', 'qwertyuiop', 'zaq12wsxcde3', 'a1b2c3d4e5f6', 'abcdef123456', '0123456789abcdef', '1qaz2wsx3edc',
  ])('%s has an order', (value) => {
    expect(regularity(value)).toBeGreaterThanOrEqual(0.6);
  }); // biome-ignore format: a table

  test('random values have none', () => {
    expect(share(drawn(base62, 24), (value) => regularity(value) < 0.35)).toBe(1);
    expect(share(drawn('0123456789abcdef', 32), (value) => regularity(value) < 0.6)).toBe(1);
  });
});

describe('alphabetOf', () => {
  test.each([
    ['0123', 'digits'],
    ['00ff12ab', 'hex'],
    ['00FF12AB', 'hex'],
    ['00Ff12aB', 'alnum'],
    ['deadbeef', 'letters'],
    ['abcXYZ', 'letters'],
    ['abc123xyz', 'lower-alnum'],
    ['ABC123XYZ', 'upper-alnum'],
    ['Abc123xyz', 'alnum'],
    ['Abc+123/', 'base64'],
    ['Abc12w==', 'base64'],
    ['Abc-123_', 'base64url'],
    ['Abc-123/', 'printable'],
    ['a=bc', 'printable'],
    ['p@ss word', 'printable'],
  ])('%s: %s', (value, expected) => {
    expect(alphabetOf(value)).toBe(expected);
  });
});

test('isUuid', () => {
  const hex = (length: number) => drawn('0123456789abcdef', length, 1)[0];
  const uuid = `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
  expect(isUuid(uuid)).toBe(true);
  expect(isUuid(uuid.toUpperCase())).toBe(true);
  expect(isUuid(`${uuid}0`)).toBe(false);
  expect(isUuid(uuid.replaceAll('-', '0'))).toBe(false);
});

test('the word list is sorted, lower case, and without doubles', () => {
  const list = words.trim().split(/\s+/);
  expect(list).toEqual([...new Set(list)].sort());
  expect(list.filter((word) => !/^[a-z]{3,16}$/.test(word))).toEqual([]);
});
