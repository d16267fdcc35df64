import RE2 from 're2';
import { describe, expect, test } from 'vitest';
import type { Pattern } from '../../src/model/pattern.ts';
import { compilePattern } from '../../src/patterns/compile.ts';
import { allowTest, expandExample, RecipeError } from '../../src/patterns/recipes.ts';
import { patternSchema } from '../../src/patterns/schema.ts';
import { passesChecksum } from '../../src/scan/checksums.ts';
import { shannonEntropy } from '../../src/scan/entropy.ts';

function pattern(more: object = {}): Pattern {
  const definition = patternSchema.parse({
    id: 'acme-key',
    name: 'Key',
    regex: 'acm_[0-9A-Za-z]{36}',
    literals: ['acm_'],
    ...more,
  });
  return compilePattern(definition, { provider: 'acme', docs: undefined, source: { file: 'acme.yaml', line: 1 } });
}

function expand(text: string, more: object = {}, seed = 'example 1') {
  return expandExample(pattern(more), text, seed);
}

describe('a recipe', () => {
  test('gives the same text for the same pattern and seed, and another for another', () => {
    expect(expand('{{secret}}')).toEqual(expand('{{secret}}'));
    expect(expand('{{secret}}').text).not.toBe(expand('{{secret}}', {}, 'example 2').text);
    expect(expand('{{secret}}').text).not.toBe(expand('{{secret}}', { id: 'acme-other' }).text);
  });

  test('gives one value, wherever it stands in the example', () => {
    const { text, secret } = expand('a={{secret}} b={{base64:x:{{secret}}}}');
    expect(text).toBe(`a=${secret} b=${Buffer.from(`x:${secret}`).toString('base64')}`);
  });

  test('{{match}} holds {{secret}}, with its checksum, entropy and without what is allowed', () => {
    const more = {
      regex: '(?i:acm_)key[:=] ?(?<secret>[0-9A-Za-z]{36})',
      literals: ['acm_key'],
      checksum: 'crc32-base62',
      entropy: 4,
      allow: ['re:^[0-9]'],
    };
    for (let seed = 0; seed < 20; seed++) {
      const { text, secret } = expand('{{match}}', more, String(seed));
      expect(new RE2(`^(?:${more.regex})$`, 'u').exec(text)?.groups?.secret).toBe(secret);
      expect(passesChecksum('crc32-base62', secret!)).toBe(true);
      expect(shannonEntropy(secret!)).toBeGreaterThanOrEqual(4);
      expect(secret).not.toMatch(/^[0-9]/);
    }
  });

  test('{{part:…}} gives the value of a part', () => {
    const { text, parts } = expand('{{part:host}}', { parts: [{ name: 'host', regex: 'host=(?<secret>[a-z]{8})', within: 50 }] });
    expect(text).toMatch(/^[a-z]{8}$/);
    expect(parts).toEqual({ host: text });
  });

  test.each([
    ['{{"x" * 5}}', /^xxxxx$/],
    ["{{'ab' * 2}}", /^abab$/],
    ['{{chars:0-9a-f:40}}', /^[0-9a-f]{40}$/],
    ['{{chars:A-Z_-:9}}', /^[A-Z_-]{9}$/],
    ['{{chars:]^\\:200}}', /^[\]^\\]{200}$/],
    ['{{hex:ab}}', /^6162$/],
    ['{{percent:a/b}}', /^%61%2F%62$/],
    ['{{base64url:{"a":{"b":"??>"}}}}', /^eyJhIjp7ImIiOiI_Pz4ifX0$/],
    ['{{base64:{{base64:a}}}}', /^WVE9PQ==$/],
    // What other tools' templates look like is text.
    ['{{ secrets.TOKEN }}', /^\{\{ secrets\.TOKEN \}\}$/],
    ['{"a":{"b":1}}', /^\{"a":\{"b":1\}\}$/],
  ])('%s is %s', (recipe, expected) => {
    expect(expand(recipe).text).toMatch(expected);
  });

  test.each([
    ['{{secrt}}', 'did you mean {{secret…}}?'],
    ['{{char:a:3}}', 'did you mean {{chars:…}}?'],
    ['{{nothing}}', 'is no recipe; recipes: secret, match'],
    ['{{secret', 'a recipe is not closed'],
    ['{{chars:abc}}', 'needs a class and a count'],
    ['{{part:host}}', 'there is no part host; it has no parts'],
  ])('%s is refused: %s', (recipe, message) => {
    expect(() => expand(recipe)).toThrow(RecipeError);
    expect(() => expand(recipe)).toThrow(message);
  });

  test('a value that cannot be had is told of, with what stood in the way', () => {
    expect(() => expand('{{secret}}', { entropy: 7 })).toThrow(/its entropy would be [0-9.]+, below 7/);
    expect(() => expand('{{secret}}', { allow: ['re:.'] })).toThrow(/on the allow list/);
    expect(() => expand('{{secret}}', { checksum: 'pypi-macaroon' })).toThrow(/it would not match the regex/);
  });

  test('a detector without a regex gets a plain random value', () => {
    const generic = compilePattern(
      patternSchema.parse({ id: 'g', name: 'G', detector: 'assigned-value', literals: ['secret'] }),
      {
        provider: 'g',
        docs: undefined,
        source: { file: 'g.yaml', line: 1 },
      },
    );
    expect(expandExample(generic, '{{secret}}', '1').text).toMatch(/^[0-9A-Za-z]{32}$/);
  });
});

test('allow lists hold exact values, and RE2 behind re:', () => {
  const isAllowed = allowTest(['exact', 're:^exk_0+$']);
  expect(['exact', 'exact2', 'exk_000', 'xexk_0'].map(isAllowed)).toEqual([true, false, true, false]);
});
