import { describe, expect, test } from 'vitest';
import { generateMatch, seededRandom } from '../../src/patterns/generate.ts';
import { parseRegex } from '../../src/patterns/regex.ts';
import { awsAccount, checksums, passesChecksum, withChecksum } from '../../src/scan/checksums.ts';

// Public samples that are no credentials, in pieces, so that no scanner takes this file for a leak.
const samples: readonly (readonly [checksum: string, value: string, source: string])[] = [
  ['crc32-base62', ['npm', ['qkJaB6MffYVzZXWq', 'mcoF49yrUxP3wf0LsakP'].join('')].join('_'), 'a dummy in an issue of secretlint'],
  [
    'crc32-hex-little-endian',
    ['glsa', ['yscW25imSKJIuav8', 'zF37RZmnbiDvB05G'].join(''), 'fcaaf58a'].join('_'),
    "Grafana's API documentation",
  ],
  ['aws-key-id', ['AKIA', 'IOSFODNN7', 'EXAMPLE'].join(''), "AWS's documentation"],
  ['jwt', ['eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', 'eyJzdWIiOiIxMjM0NTY3ODkwIn0', 'c2lnbmF0dXJl'].join('.'), 'RFC 7519 in shape'],
];

// The shape of each check's values, from which values are generated.
const shapes: Readonly<Record<string, string>> = {
  'crc32-base62': 'exk_[0-9A-Za-z]{36}',
  'github-fine-grained': 'github_pat_[0-9A-Za-z]{22}_[0-9A-Za-z]{59}',
  'gitlab-routable': 'glpat-[0-9A-Za-z_-]{40}\\.[0-9a-z]{9}',
  'crc32-hex-little-endian': 'glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}',
  'aws-key-id': 'AKIA[2-7A-Z]{16}',
  jwt: 'eyJ[0-9A-Za-z_-]{20}\\.eyJ[0-9A-Za-z_-]{60}\\.[0-9A-Za-z_-]{43}',
  'base64-json': 'ops_eyJ[0-9A-Za-z_-]{80}',
  'pypi-macaroon': 'pypi-AgEIcHlwaS5vcmc[0-9A-Za-z_-]{120}',
};

function generated(name: string, seed: number): string {
  return generateMatch(parseRegex(shapes[name]!), seededRandom(`${name} ${seed}`)).text;
}

test.each(samples)('%s holds on a public sample (%#)', (name, value) => {
  expect(passesChecksum(name, value)).toBe(true);
});

test('every check has a shape here', () => {
  expect(Object.keys(shapes).sort()).toEqual(Object.keys(checksums).sort());
});

describe.each(Object.keys(shapes))('%s', (name) => {
  test('holds after repair, which changes nothing more the second time', () => {
    for (let seed = 0; seed < 50; seed++) {
      const repaired = withChecksum(name, generated(name, seed));
      expect(passesChecksum(name, repaired)).toBe(true);
      expect(withChecksum(name, repaired).length).toBe(repaired.length);
    }
  });

  test('does not throw on what is no such value', () => {
    for (const value of ['', '.', '..', '_', '-', 'a.b.c', 'é', 'x'.repeat(10_000), '\u0000']) {
      expect(typeof passesChecksum(name, value)).toBe('boolean');
    }
  });
});

test.each(['crc32-base62', 'github-fine-grained', 'gitlab-routable', 'crc32-hex-little-endian'])(
  '%s fails when any one character is another',
  (name) => {
    const value = withChecksum(name, generated(name, 1));
    const start = value.search(/[_-]/) + 1;
    // A fine-grained token's last eight characters are not covered.
    const end = name === 'github-fine-grained' ? 85 : value.length;
    for (let i = start; i < end; i++) {
      if (/[._-]/.test(value[i]!)) continue;
      // Neither is a digit of base 32, whose case does not count.
      const other = value[i] === '0' ? '1' : '0';
      expect(passesChecksum(name, value.slice(0, i) + other + value.slice(i + 1)), `character ${i}`).toBe(false);
    }
  },
);

test('a GitLab token without a dot has no check', () => {
  expect(passesChecksum('gitlab-routable', ['glpat', 'x'.repeat(20)].join('-'))).toBe(true);
});

test('random base64 is no JWT, no JSON, and no macaroon', () => {
  for (let seed = 0; seed < 20; seed++) {
    expect(passesChecksum('jwt', generated('jwt', seed))).toBe(false);
    expect(passesChecksum('base64-json', generated('base64-json', seed))).toBe(false);
  }
  expect(passesChecksum('pypi-macaroon', `pypi-${Buffer.from('\u0002\u0001\u0008evil.org\u0002').toString('base64url')}`)).toBe(
    false,
  );
});

test('an AWS key id tells its account', () => {
  // 123456789012 in bits 1 to 40 of the ten characters behind the prefix.
  const bits = (123_456_789_012n << 9n).toString(2).padStart(50, '0');
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const id = `AKIA${Array.from({ length: 10 }, (_, i) => digits[Number.parseInt(bits.slice(i * 5, i * 5 + 5), 2)]).join('')}ABCDEF`;
  expect(awsAccount(id)).toBe('123456789012');
  expect(awsAccount(['AKIA', 'IOSFODNN7', 'EXAMPLE'].join(''))).toBeUndefined();
  expect(awsAccount('AKIA')).toBeUndefined();
  // All bits set is beyond twelve digits.
  expect(awsAccount(`ASIA${'7'.repeat(16)}`)).toBeUndefined();
  expect(passesChecksum('aws-key-id', `ASIA${'7'.repeat(16)}`)).toBe(false);
});

test('a name that does not exist is a bug', () => {
  expect(() => passesChecksum('constructor', 'x')).toThrow(/no checksum constructor/);
});
