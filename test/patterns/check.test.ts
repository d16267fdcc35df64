import { describe, expect, test } from 'vitest';
import type { PatternSet } from '../../src/model/pattern.ts';
import { checkPatterns } from '../../src/patterns/check.ts';
import { compilePattern } from '../../src/patterns/compile.ts';
import { patternSchema } from '../../src/patterns/schema.ts';
import { scanPlainly } from './scan-plainly.ts';

function setOf(...definitions: readonly { readonly id: string; readonly [field: string]: unknown }[]): PatternSet {
  const patterns = definitions.map((definition, index) =>
    compilePattern(
      patternSchema.parse({
        name: 'Key',
        regex: 'acm_[0-9A-Za-z]{36}',
        literals: ['acm_'],
        examples: ['KEY={{secret}}'],
        ...definition,
      }),
      {
        provider: definition.id.split('-')[0]!,
        docs: undefined,
        source: { file: 'patterns/test.yaml', line: index + 1 },
      },
    ),
  );
  return { version: 'test', patterns };
}

async function problems(...definitions: Parameters<typeof setOf>): Promise<string[]> {
  const result = await checkPatterns(setOf(...definitions), scanPlainly);
  return result.problems.map(({ level, pattern, line, message }) => `${line} ${level} ${pattern}: ${message}`);
}

describe('checking patterns', () => {
  test('one that holds what it says has no problem, and is counted', async () => {
    const set = setOf({
      id: 'acme-key',
      checksum: 'crc32-base62',
      counterExamples: [{ text: 'acm_{{"x" * 36}}', why: 'placeholder' }],
    });
    expect(await checkPatterns(set, scanPlainly)).toEqual({ patterns: 1, examples: 1, counterExamples: 1, problems: [] });
  });

  test('an example that is not found, with what may be in the way', async () => {
    expect(await problems({ id: 'acme-key', entropy: 1, examples: ['x{{secret}}'] })).toEqual([
      '1 error acme-key: example 1: it is not found; look at what stands before and after it (boundary), its entropy (at least 1)',
    ]);
  });

  test('an example in which another value is found', async () => {
    const regex = 'acm_[0-9A-Za-z]{30,90}';
    expect(await problems({ id: 'acme-key', regex, boundary: 'none', examples: ['{{secret}}0'] })).toEqual([
      expect.stringContaining('what is found is not its value'),
    ]);
  });

  test('an example whose part is not found, or is another value', async () => {
    const parts = [{ name: 'id', regex: 'id=(?<secret>[a-z]{5})', within: 20, required: false }];
    const examples = ['{{secret}} id is {{part:id}}', 'id=abcde {{secret}}                   id={{part:id}}'];
    expect(await problems({ id: 'acme-key', parts, examples })).toEqual([
      expect.stringContaining('its part id is not found'),
      expect.stringContaining('its part id is another value'),
    ]);
  });

  test('an example that fires the pattern of another provider, unless one of the two is generic', async () => {
    const other = { id: 'other-key', regex: '[a-z]{3}_[0-9A-Za-z]{36}', literals: 'none', examples: ['oth_{{chars:0-9:36}}'] };
    const firing = expect.stringContaining('example 1: other-key finds something in it as well');
    expect(await problems({ id: 'acme-key' }, { ...other })).toContainEqual(firing);
    expect(await problems({ id: 'acme-key' }, { ...other, generic: true })).not.toContainEqual(firing);
    expect(await problems({ id: 'acme-key' }, { ...other, id: 'acme-other' })).not.toContainEqual(firing);
  });

  test('a counter-example that is found', async () => {
    expect(await problems({ id: 'acme-key', counterExamples: [{ text: 'acm_{{"x" * 36}}', why: 'placeholder' }] })).toEqual([
      '1 error acme-key: counter-example 1 (placeholder) is found; narrow the regex, raise entropy, or add it to allow',
    ]);
  });

  test('a recipe that does not exist, and no example at all', async () => {
    expect(await problems({ id: 'acme-key', examples: ['{{secrt}}'] })).toEqual([
      expect.stringContaining('did you mean {{secret…}}?'),
    ]);
    expect(await problems({ id: 'acme-key', examples: [] })).toEqual([expect.stringContaining('it has no example')]);
  });

  test('warns of what literals: none costs, and of groups that nobody reads', async () => {
    const found = await problems({ id: 'acme-key', regex: '(acm)_[0-9A-Za-z]{36}', literals: 'none' });
    expect(found).toEqual([expect.stringMatching(/warning .*literals: none/), expect.stringMatching(/warning .*\(\?:…\)/)]);
  });

  test("a user's own patterns alone are held to their word, and to leave the others' examples alone", async () => {
    const set = setOf(
      { id: 'acme-key', examples: ['{{secrt}}', 'K={{secret}}'] },
      { id: 'own-key', regex: '[a-z]{3}_[0-9A-Za-z]{36}', literals: 'none', examples: ['own_{{chars:0-9:36}}'] },
    );
    const result = await checkPatterns(set, scanPlainly, { only: ({ provider }) => provider === 'own' });
    expect(result).toMatchObject({ patterns: 1, examples: 1 });
    expect(result.problems.map(({ pattern, line, message }) => [pattern, line, message])).toEqual([
      ['own-key', 2, 'it finds something in example 2 of acme-key; make it narrower'],
      ['own-key', 2, expect.stringContaining('literals: none')],
    ]);
  });
});
