import { describe, expect, it } from 'vitest';
import { globMatcher, parseGlob } from '../../src/ledger/path-glob.ts';

function matches(glob: string, path: string): boolean {
  const parsed = parseGlob(glob);
  if ('problem' in parsed) throw new Error(parsed.problem);
  return globMatcher([parsed])(path).length > 0;
}

describe('parseGlob', () => {
  it.each([
    ['docs/', 'docs/a.md', true],
    ['docs/', 'site/docs/a.md', true],
    ['docs/', 'docs', false],
    ['/docs/', 'site/docs/a.md', false],
    ['docs', 'docs/deep/a.md', true],
    ['docs', 'mydocs/a.md', false],
    ['*.pem', 'a.pem', true],
    ['*.pem', 'deep/down/a.pem', true],
    ['*.pem', 'a.pem.txt', false],
    ['/*.pem', 'deep/a.pem', false],
    ['test/*.ts', 'test/a.ts', true],
    ['test/*.ts', 'test/deep/a.ts', false],
    ['test/**', 'test/deep/a.ts', true],
    ['test/**/*.ts', 'test/a.ts', true],
    ['test/**/*.ts', 'test/x/y/a.ts', true],
    ['test/**/*.ts', 'other/test/a.ts', false],
    ['**/fixtures/**', 'a/fixtures/b', true],
    ['**/fixtures/**', 'fixtures/b', true],
    ['a**b', 'axxb', true],
    ['a**b', 'ax/xb', false],
    ['file?.txt', 'file1.txt', true],
    ['file?.txt', 'file/.txt', false],
    ['file[0-9].txt', 'file7.txt', true],
    ['file[!0-9].txt', 'file7.txt', false],
    ['file[!0-9].txt', 'filex.txt', true],
    ['file[]x].txt', 'file].txt', true],
    ['*.{yml,yaml}', 'a/b.yaml', true],
    ['*.{yml,yaml}', 'a/b.yml', true],
    ['*.{yml,yaml}', 'a/b.yamls', false],
    ['{src,test}/{a,b{1,2}}.ts', 'test/b2.ts', true],
    ['a+(b).txt', 'a+(b).txt', true],
    ['a\\*b', 'a*b', true],
    ['a\\*b', 'axb', false],
    ['a.b', 'axb', false],
    ['./src/a.ts', 'src/a.ts', true],
    ['lib/a.ts', 'lib/a.ts', true],
    ['lib/a.ts', 'lib/a.ts/inside', true],
    ['lib/a.ts', 'x/lib/a.ts', false],
    ['archive.zip', 'archive.zip!/inner/key', false],
    ['archive.zip!/inner/', 'archive.zip!/inner/key', true],
    ['with\nbreak', 'deep/with\nbreak', true],
    ['ключ*', 'ключи/a', true],
  ])('%j on %j: %s', (glob, path, expected) => {
    expect(matches(glob, path)).toBe(expected);
  });

  it.each([
    ['', 0, 'empty'],
    ['/', 0, 'empty'],
    ['!a', 0, '!'],
    ['a/../b', 2, '..'],
    ['/x[ab', 2, ']'],
    ['a{b,c', 1, '}'],
    ['a\\', 1, 'backslash'],
    ['[z-a]', 0, 'backwards'],
    ['a'.repeat(1025), 1024, 'longer'],
  ])('refuses %j at %i', (glob, at, hint) => {
    expect(parseGlob(glob)).toMatchObject({ at, problem: expect.stringContaining(hint) });
  });

  it('is linear on globs that make a backtracking matcher hang', () => {
    const path = `${'a'.repeat(4000)}/${'a'.repeat(4000)}`;
    for (const glob of [
      `${'*a'.repeat(500)}b`,
      `${'**/'.repeat(300)}b`,
      `${'{a,aa}'.repeat(170)}b`,
      `${'[a-z]*'.repeat(170)}!`,
    ]) {
      expect(matches(glob, path)).toBe(false);
    }
  });
});

describe('globMatcher', () => {
  it('gives every glob that matches, exact ones and others, by index', () => {
    const globs = ['src/a.ts', '*.ts', 'other', '/src', 'src/b.ts'].map(parseGlob).filter((glob) => 'regex' in glob);
    const matcher = globMatcher(globs);
    expect([...matcher('src/a.ts')].sort()).toEqual([0, 1, 3]);
    expect([...matcher('src/a.ts')].sort()).toEqual([0, 1, 3]);
    expect(matcher('lib/c.js')).toEqual([]);
  });
});
