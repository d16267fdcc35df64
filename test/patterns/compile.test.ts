import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decoders, type Pattern } from '../../src/model/pattern.ts';
import { compilePatterns, compileUserPatterns } from '../../src/patterns/compile.ts';
import { mergePatterns } from '../../src/patterns/pattern-set.ts';

let folder: string;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'quash-compile-')), 'patterns');
  mkdirSync(folder);
});
afterEach(() => rmSync(join(folder, '..'), { recursive: true }));

function write(name: string, ...patterns: readonly string[]): string {
  const path = join(folder, name);
  const provider = name.replace('.yaml', '');
  writeFileSync(
    path,
    `provider: ${provider}\ndocs: https://example.com/docs\npatterns:\n${patterns.map((pattern) => `  - ${pattern}\n`).join('')}`,
  );
  return path;
}

const good = (id: string, prefix: string) => `{ id: ${id}, name: Key, regex: '${prefix}[0-9]{20}', literals: [${prefix}] }`;

function problem(name: string, ...patterns: readonly string[]): string {
  write(name, ...patterns);
  try {
    compilePatterns(folder);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it compiled');
}

describe('compiling a folder', () => {
  test('gives all patterns in the order of the files, then as they stand, and the same version each time', () => {
    write('beta.yaml', good('beta-two', 'btw_'), good('beta-one', 'bon_'));
    write('acme.yaml', good('acme-key', 'acm_'));
    const set = compilePatterns(folder);
    expect(set.patterns.map(({ id }) => id)).toEqual(['acme-key', 'beta-two', 'beta-one']);
    expect(compilePatterns(folder).version).toBe(set.version);
    write('acme.yaml', good('acme-key', 'acn_'));
    expect(compilePatterns(folder).version).not.toBe(set.version);
  });

  test('fills in what the file says for all, and what the analysis found, and tells no path of the machine', () => {
    write(
      'acme.yaml',
      "{ id: acme-key, name: Key, regex: 'acm_[0-9]{20}', literals: [acm_], boundary: word, decoders: [hex, base64] }",
    );
    expect(compilePatterns(folder).patterns[0]).toMatchObject({
      provider: 'acme',
      docs: 'https://example.com/docs',
      boundary: { left: 'word', right: 'word' },
      decoders: ['base64', 'hex'],
      minLength: 24,
      maxLength: 24,
      generic: false,
      literals: [{ text: 'acm_', caseSensitive: true, minOffset: 0, maxOffset: 0, follow: { count: 20 } }],
      source: { file: 'patterns/acme.yaml', line: 4 },
    });
  });

  test('takes the reach of a detector as fixed, and its keywords in any case', () => {
    write('acme.yaml', '{ id: acme-generic, name: Generic, detector: assigned-value, literals: [secret], decoders: none }');
    expect(compilePatterns(folder).patterns[0]).toMatchObject({
      regex: '',
      detector: 'assigned-value',
      generic: true,
      reach: { before: 512, after: 768 },
      literals: [{ text: 'secret', caseSensitive: false }],
      decoders: [],
    });
  });

  test('by default looks behind every decoder', () => {
    write('acme.yaml', good('acme-key', 'acm_'));
    expect(compilePatterns(folder).patterns[0]!.decoders).toEqual(decoders);
  });

  test.each([
    [
      'a lookahead',
      "{ id: acme-key, name: Key, regex: 'acm_(?=x)', literals: [acm_] }",
      'lookahead is not part of RE2 at character 5, "(?=x)"',
    ],
    ['a broken class', "{ id: acme-key, name: Key, regex: 'acm_[z-a]', literals: [acm_] }", 'the regex is not valid RE2: '],
    [
      'too large a repetition',
      "{ id: acme-key, name: Key, regex: 'acm_a{2000}', literals: [acm_] }",
      'invalid repetition size: {2000} at character 6',
    ],
    [
      'a misspelt group',
      "{ id: acme-key, name: Key, regex: 'acm_(?<secert>a)', literals: [acm_] }",
      'a group is called secert; did you mean secret?',
    ],
    ['a foreign id', good('other-key', 'acm_'), 'the id other-key must begin with its provider; call it acme-other-key'],
    [
      'an unknown checksum',
      "{ id: acme-key, name: Key, regex: 'acm_x', literals: [acm_], checksum: crc32-base26 }",
      'there is no checksum crc32-base26; did you mean crc32-base62?',
    ],
    [
      'an allow entry that does not compile',
      "{ id: acme-key, name: Key, regex: 'acm_x', literals: [acm_], allow: ['re:('] }",
      'the regex is not valid RE2',
    ],
    ['neither regex nor detector', '{ id: acme-key, name: Key, literals: [acm_] }', 'acme-key has no regex; add one'],
    [
      'both',
      "{ id: acme-key, name: Key, detector: x, regex: 'acm_x', literals: [acm_] }",
      'regex and detector exclude each other',
    ],
    [
      'a short keyword',
      '{ id: acme-key, name: Key, detector: x, literals: [ab] }',
      'the keyword "ab" is shorter than three bytes',
    ],
    [
      'a literal that is not there',
      "{ id: acme-key, name: Key, regex: 'acm_x', literals: [abc] }",
      'acme-key: "acm_x" would be a match, yet holds none of the literals "abc"; the regex suggests literals: ["acm_x"]',
    ],
    [
      'two parts of one name',
      "{ id: acme-key, name: Key, regex: 'acm_x', literals: [acm_], parts: [{ name: a, regex: b, within: 9 }, { name: a, regex: c, within: 9 }] }",
      'a second part is called a',
    ],
    [
      'a part that does not compile',
      "{ id: acme-key, name: Key, regex: 'acm_x', literals: [acm_], parts: [{ name: a, regex: '(', within: 9 }] }",
      'unterminated group',
    ],
  ])('refuses %s, with its place', (_, pattern, message) => {
    const text = problem('acme.yaml', pattern);
    expect(text).toMatch(/acme\.yaml:4:\d+: /);
    expect(text).toContain(message);
  });

  test('refuses an id that is taken, and a file named otherwise than its provider', () => {
    write('beta.yaml', good('beta-key', 'bet_'));
    writeFileSync(join(folder, 'acme.yaml'), `provider: beta\npatterns: [${good('beta-key', 'bet_')}]\n`);
    expect(() => compilePatterns(folder)).toThrow(
      /2 problems in 2 files[\s\S]*name it acme as its file[\s\S]*the id beta-key is taken by patterns\/acme\.yaml:2/,
    );
  });

  test('tells of everything wrong in all files at once', () => {
    write('beta.yaml', "{ id: beta-key, name: Key, regex: '(', literals: [bet_] }");
    expect(problem('acme.yaml', good('other-key', 'acm_'), good('acme-key', 'a_'))).toMatch(/3 problems in 2 files/);
  });

  test('does not hang on a regex made to explode', () => {
    const text = problem(
      'acme.yaml',
      "{ id: acme-key, name: Key, regex: 'acm_(?:(?:(?:a{0,99}b?){0,99}c?){0,99}d?){0,99}', literals: [acm_] }",
    );
    expect(text).toContain('the regex is not valid RE2');
  });
});

describe("a user's own patterns", () => {
  test('may be in a file of any name, join the set, and replace by id what they say they replace', () => {
    write('acme.yaml', good('acme-key', 'acm_'), good('acme-token', 'act_'));
    const set = compilePatterns(folder);
    const own = join(folder, '..', 'ours.yaml');
    writeFileSync(own, `provider: acme\npatterns:\n  - ${good('acme-token', 'new_')}\n  - ${good('acme-other', 'oth_')}\n`);
    const merged = mergePatterns(set, compileUserPatterns([own]));
    expect(merged.set.patterns.map(({ id, literals }: Pattern) => [id, literals[0]!.text])).toEqual([
      ['acme-key', 'acm_'],
      ['acme-token', 'new_'],
      ['acme-other', 'oth_'],
    ]);
    expect(merged.notices).toEqual([`${own}:3: acme-token replaces the pattern of patterns/acme.yaml`]);
    expect(merged.set.version).not.toBe(set.version);
  });
});
