import RE2 from 're2';
import { describe, expect, test } from 'vitest';
import { byteLengths, suggestLiterals } from '../../src/patterns/analyse.ts';
import { generateMatch, seededRandom } from '../../src/patterns/generate.ts';
import { groupNames, parseRegex, RegexError } from '../../src/patterns/regex.ts';

// [regex, its shortest and longest match in bytes]
const lengths: readonly (readonly [string, number, number])[] = [
  ['exk_[0-9A-Za-z]{32}', 36, 36],
  ['(?P<secret>[[:alnum:]]{4})', 4, 4],
  ['[[:^alnum:]]', 1, 4],
  ['[^a]', 1, 4],
  ['[^\\x{80}-\\x{10FFFF}]', 1, 1],
  ['é?x', 1, 3],
  ['(?s:.)', 1, 4],
  ['\\Aab\\z', 2, 2],
  ['\\Qa.b*\\E', 4, 4],
  ['\\x{41}\\x42\\103', 3, 3],
  ['\\pL\\p{Greek}\\PN', 3, 12],
  ['a(?i)b|c', 1, 2],
  ['(?U)a+?b', 2, Number.POSITIVE_INFINITY],
  ['(?i-s:ab)', 2, 2],
  ['[\\w-.]{2}', 2, 2],
  ['[]a]', 1, 1],
  ['[a\\]\\-b]', 1, 1],
  ['a{,3}', 5, 5],
  ['x{2,}', 2, Number.POSITIVE_INFINITY],
  ['(?:|ab){3}', 0, 6],
  ['\\bfoo$', 3, 3],
  ['a}b]', 4, 4],
  ['\\"\\_\\-\\/\\@', 5, 5],
];

describe('reading RE2', () => {
  test.each(lengths)('%s is %i to %s bytes', (regex, min, max) => {
    // RE2 takes it too: the spellings above are RE2's own.
    expect(() => new RE2(regex, 'u')).not.toThrow();
    expect(byteLengths(parseRegex(regex))).toEqual({ min, max });
  });

  test.each([
    ['(?=x)a', /lookahead is not part of RE2/, 0],
    ['ab(?<!x)', /lookbehind is not part of RE2/, 2],
    ['(a)\\1', /backreferences are not part of RE2/, 3],
    ['ab(c', /unterminated group/, 4],
    ['abc)', /unmatched \)/, 3],
    ['ab[c', /missing \]/, 2],
    ['[[:nope:]]', /unknown character class \[:nope:\]/, 1],
    ['abc\\', /backslash ends/, 3],
    ['('.repeat(300), /nested more than 200 deep/, 200],
  ] as const)('refuses %s, and says where', (regex, message, index) => {
    let error: unknown;
    try {
      parseRegex(regex);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(RegexError);
    expect((error as RegexError).message).toMatch(message);
    expect((error as RegexError).index).toBe(index);
  });

  test('a flag in the middle holds for the rest of its group, later branches included', () => {
    // In lower case when both cases match, else as written.
    expect(suggestLiterals('ABC(?i)DEF')).toEqual(['ABCdef']);
    expect(suggestLiterals('(?:ABC(?i)DEF|GHI)JKL')).toEqual(['ABCdefJKL', 'ghiJKL']);
  });

  test('names its groups', () => {
    expect(groupNames(parseRegex('(?P<a>x)(?:(?<b>y)|(z))'))).toEqual(['a', 'b']);
  });

  // Generated from the analysis's own reading: were a class, a flag or a repetition read wrongly, RE2 would not match.
  test.each([
    'gh[pousr]_[0-9A-Za-z]{36}',
    '(?i)[\\w.-]{0,50}?(?:adobe)(?:[ \\t\\w.-]{0,20})[\\s\'"]{0,3}(?:=|>|:{1,3}=)[\\x60\'"\\s=]{0,5}([a-f0-9]{32})',
    '-----BEGIN (?:RSA |EC )?KEY-----[\\s0-9A-Za-z+/=]{64,}?-----END',
    '(?P<x>[[:alnum:]-.]{3})\\Qa.b\\E(?i)Foo|bar',
    '[^0-9A-Za-z_-](?<secret>[!-~]{16})',
    '(?:[MNO][DTjz][AEIMQUYcgk][w-z0-5]){5,6}\\.[\\w-]{6,7}',
    '\\S\\W\\D[[:punct:]][[:^space:]]\\x{1F600}?',
  ])('what is generated from %s is a match', (regex) => {
    const whole = new RE2(`^(?:${regex})$`, 'u');
    for (let seed = 0; seed < 50; seed++) {
      const { text } = generateMatch(parseRegex(regex), seededRandom(String(seed)));
      expect(whole.test(text), JSON.stringify(text)).toBe(true);
    }
  });
});
