import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { QuashError } from '../../src/errors.ts';
import { formatProblem, loadPatternFiles, parsePatternFile } from '../../src/patterns/load.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-load-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A pattern file with one pattern whose lines are `lines`, from line 4 on. */
function file(...lines: readonly string[]): string {
  return ['provider: acme', 'patterns:', '  - id: acme-key', '    name: Acme key', ...lines.map((line) => `    ${line}`)].join(
    '\n',
  );
}

function problems(text: string): string[] {
  const result = parsePatternFile({ file: 'acme.yaml', text });
  return 'problems' in result ? result.problems.map(formatProblem) : [];
}

describe('a pattern file', () => {
  test('is read with its defaults, and knows where its fields stand', () => {
    const result = parsePatternFile({ file: 'acme.yaml', text: file("regex: 'acm_[0-9]{20}'", 'literals: [acm_]') });
    if (!('definition' in result)) throw new Error('it has problems');
    expect(result.definition.patterns[0]).toMatchObject({
      boundary: 'token',
      severity: 'high',
      confidence: 1,
      parts: [],
      examples: [],
    });
    expect(result.place(['patterns', 0, 'regex'])).toEqual({ line: 5, column: 12 });
    // What is absent is told of where it would stand.
    expect(result.place(['patterns', 0, 'entropy'])).toEqual({ line: 3, column: 5 });
  });

  test.each([
    ['a misspelt key', file('regexp: x', 'literals: [acm_]'), 'acme.yaml:5:5: unknown key "regexp"; did you mean regex?'],
    [
      'an unknown key',
      file('colour: x', 'literals: [acm_]'),
      'acme.yaml:5:5: unknown key "colour"; known here: id, name, docs, ',
    ],
    [
      'a misspelt key of a part',
      file('literals: [acm_]', 'parts: [{ name: a, regex: x, within: 3, identify: true }]'),
      'did you mean identifies?',
    ],
    [
      'a wrong severity',
      file('literals: [acm_]', 'severity: hihg'),
      'acme.yaml:6:15: severity is "hihg"; did you mean high? Allowed: info, low, medium, high, critical',
    ],
    ['a literal that is no list', file('literals: acm_'), 'acme.yaml:5:15: literals must be a list, or none; write ["acm_"]'],
    ['a number among literals', file('literals: [123]'), 'acme.yaml:5:16: an entry of literals is 123; put it in quotes'],
    ['no literals', file('regex: x'), 'acme.yaml:3:5: literals is missing'],
    ['a lifetime without unit', file('literals: [acm_]', 'lifetime: 90'), 'acme.yaml:6:15: lifetime is 90; put it in quotes'],
    [
      'a wrong lifetime',
      file('literals: [acm_]', "lifetime: '90'"),
      'lifetime must be none, embedded, rotating, or a duration such as 90d',
    ],
    [
      'entropy in quotes',
      file('literals: [acm_]', "entropy: '3'"),
      'acme.yaml:6:14: entropy must be a number, not text; remove the quotes',
    ],
    ['entropy beyond 8', file('literals: [acm_]', 'entropy: 9'), 'entropy is too large; it takes at most 8'],
    ['a wrong boundary', file('literals: [acm_]', 'boundary: tokn'), 'boundary is "tokn"; did you mean token?'],
    [
      'a wrong side of a boundary',
      file('literals: [acm_]', 'boundary: { left: words }'),
      'acme.yaml:6:23: left is "words"; did you mean word?',
    ],
    [
      'an unquoted class',
      file('regex: [abc]', 'literals: [acm_]'),
      'acme.yaml:5:12: regex reads as a YAML list, since it begins with [',
    ],
    [
      'an unquoted regex with braces',
      file('regex: [a-z]{3}', 'literals: [acm_]'),
      'acme.yaml:5:17: unexpected flow-map-start at node end; characters such as [ ]',
    ],
    [
      'a regex in double quotes',
      file('regex: "a\\d"', 'literals: [acm_]'),
      'invalid escape sequence \\d; a backslash means something else in double quotes',
    ],
    [
      'a colon',
      file('regex: a: b', 'literals: [acm_]'),
      'a second ": " on one line reads as a nested map; put the value in single quotes',
    ],
    ['a backtick', file('regex: `a`', 'literals: [acm_]'), 'a value may not begin with `'],
    [
      'a comma in a flow map',
      file('literals: [acm_]', 'counterExamples: [{ text: x, why: short, too short }]'),
      '"too short" reads as a key of its own, since a comma ends a value',
    ],
    [
      'a key twice',
      file('literals: [acm_]', 'literals: [acm_]'),
      'acme.yaml:6:5: this key stands here a second time; remove one',
    ],
    ['a tab', 'provider: acme\n\tname: x', 'acme.yaml:2:1: a tab is used to indent'],
    ['two documents', 'provider: acme\n---\nprovider: b', 'several documents'],
    [
      'an id with capitals',
      'provider: acme\npatterns: [{ id: AcmeKey, name: x, literals: none }]',
      'acme.yaml:2:18: id must be kebab-case',
    ],
    ['docs that are no URL', file('docs: example.com', 'literals: [acm_]'), 'docs is no URL; it must begin with https://'],
    ['no patterns', 'provider: acme\npatterns: []', 'patterns is too small; it takes at least 1 entries'],
    ['nothing', '# only a comment\n', 'acme.yaml:1:1: the file is empty'],
    ['a scalar', 'just text', 'acme.yaml:1:1: the file is "just text"; it must be a map'],
    [
      'verify that is no request',
      file('literals: [acm_]', 'verify: { request: api.example.com }'),
      'request must be a method and a URL',
    ],
    [
      'a counter-example without reason',
      file('literals: [acm_]', 'counterExamples: [{ text: x }]'),
      'why is missing; it must be text',
    ],
    ['an example that is a number', file('literals: [acm_]', 'examples: [5]'), 'an example is 5; write a quoted text'],
  ])('%s is told of with its place and what to do', (_, text, expected) => {
    expect(problems(text).join('\n')).toContain(expected);
  });

  test('all its problems are told at once', () => {
    expect(problems(file('regexp: x', 'literals: acm_', 'severity: huge'))).toHaveLength(3);
  });

  test('keeps terminal sequences out of messages', () => {
    const [message] = problems(file('"\\e]0;owned\\a": x', 'literals: [acm_]'));
    expect(message).toContain('unknown key');
    expect(message).not.toMatch(/\p{Cc}/u);
  });
});

describe('a hostile file is refused', () => {
  const bomb = [
    'a: &a [x, x, x, x, x, x, x, x, x]',
    ...'bcdefghij'.split('').map((name, i) => `${name}: &${name} [${Array(9).fill(`*${'abcdefghij'[i]}`)}]`),
  ];

  test.each([
    ['aliases that multiply', bomb.join('\n'), /aliases expand too far/],
    ['an alias to nothing', 'provider: *nowhere', /aliases expand too far or lead nowhere/],
    ['deep flow nesting', `a: ${'['.repeat(100_000)}`, /nested more than 60 levels/],
    ['deep flow maps', 'a: {'.repeat(20_000), /nested more than 60 levels/],
    ['deep sequences', `${'- '.repeat(20_000)}x`, /nested more than 60 levels/],
    ['deep keys', `${'? '.repeat(20_000)}x`, /nested more than 60 levels/],
    ['deep indentation', Array.from({ length: 3000 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'), /nested more than 60 levels/],
    ['a regex of a million characters', file(`regex: ${'a'.repeat(900_000)}`, 'literals: [aaa]'), /regex is too large/],
    ['a prototype key', `${file('literals: [acm_]')}\n__proto__: { polluted: true }`, /unknown key "__proto__"/],
  ])('%s', (_, text, message) => {
    expect(problems(text).join('\n')).toMatch(message);
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  });

  test('a file beyond 1 MiB, one that is not UTF-8, a folder, and one that is not there', () => {
    const large = join(folder, 'large.yaml');
    writeFileSync(large, '#'.repeat(1024 * 1024 + 1));
    const latin = join(folder, 'latin.yaml');
    writeFileSync(latin, Buffer.from([0x61, 0x3a, 0x20, 0xe9]));
    const missing = join(folder, 'missing.yaml');
    let error: unknown;
    try {
      loadPatternFiles([large, latin, folder, missing]);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(QuashError);
    expect((error as QuashError).code).toBe('pattern');
    const { message } = error as QuashError;
    expect(message).toContain('reading patterns: 4 problems in 4 files');
    expect(message).toContain(`${large}:1:1: the file has 1048577 bytes`);
    expect(message).toContain(`${latin}:1:1: the file is not UTF-8`);
    expect(message).toContain(`${folder}:1:1: this is a folder`);
    expect(message).toContain(`${missing}:1:1: there is no such file`);
  });
});
