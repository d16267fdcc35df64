import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { expandExample } from '../../src/patterns/recipes.ts';
import { detectors } from '../../src/scan/generic.ts';
import { followOfDetector } from '../../src/scan/generic-follow.ts';
import { type GenericHit, genericHits, genericPatterns } from './generic-hits.ts';

const threshold = 0.5;
const seeds = ['1', '2', '3'];

interface Positives {
  readonly recipes: Readonly<Record<string, string>>;
  readonly rows: readonly { readonly text: string; readonly value?: string }[];
}

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
}

function expand(text: string, seed: string): string {
  return expandExample(genericPatterns[0]!, text, seed).text;
}

function reported(source: string): GenericHit[] {
  return genericHits(source).filter(({ confidence }) => confidence >= threshold);
}

const positives: Positives = parse(read('fixtures/generic/positives.yaml'));
const negatives: Record<string, string[]> = parse(read('fixtures/generic/negatives.yaml'));

/** Each row with each seed: the text, and the value in it. */
const planted = positives.rows.flatMap((row, index) =>
  seeds.map((seed) => {
    const value = expand(positives.recipes[row.value ?? 'default']!, `${index} ${seed}`);
    return { row: row.text, value, text: row.text.replace('§', value) };
  }),
);

describe('values that are secrets', () => {
  test('the table is as long as it says', () => {
    expect(positives.rows.length).toBeGreaterThan(200);
    expect(positives.rows.filter(({ text }) => !text.includes('§'))).toEqual([]);
  });

  test.each(positives.rows.map(({ text, value }) => [text, value ?? 'default']))('%s (%s)', (row) => {
    const mine = planted.filter((candidate) => candidate.row === row);
    const found = mine.map(({ text }) => [...new Set(reported(text).map(({ value }) => value))]);
    // One value in a thousand happens to look like words; the rows' seeds are fixed, so a row that fails is a row that regressed.
    expect(found).toEqual(mine.map(({ value }) => [value]));
  });

  test('every keyword of one key leads to the same span and confidence', () => {
    const rows = ['secret_token = "§"', 'DB_SECRET_ACCESS_KEY_PASSWORD=§', 'client-secret-token: §', '"apiKeySecretToken": "§"'];
    for (const row of rows) {
      const text = row.replace('§', expand('{{chars:0-9A-Za-z:30}}', row));
      const hits = genericHits(text).filter(({ detector }) => detector === 'assigned-value');
      expect(hits.length).toBeGreaterThan(1);
      expect(new Set(hits.map(({ start, end, confidence, kind }) => `${start} ${end} ${confidence} ${kind}`)).size).toBe(1);
    }
  });

  test('a connection string is one pattern’s, not two', () => {
    const value = expand('{{chars:0-9A-Za-z:24}}', 'connection');
    const hits = reported(`Server=db;User Id=app;Password=${value};`);
    expect(new Set(hits.map(({ pattern }) => pattern))).toEqual(new Set(['generic-connection-string']));
  });
});

describe('values that are none', () => {
  test('the table is as long as it says', () => {
    expect(Object.values(negatives).flat().length).toBeGreaterThan(400);
  });

  test.each(Object.entries(negatives).flatMap(([why, rows]) => rows.map((row) => [why, row])))('%s: %s', (_why, row) => {
    for (const seed of seeds) expect(reported(expand(row, seed))).toEqual([]);
  });

  test.each([
    ['password = "$2b$12$', 'hash'],
    ['password_hash = "', 'name'],
  ])('%s… (%s) is turned down outright, not only scored low', (front) => {
    expect(genericHits(`${front}${expand('{{chars:0-9A-Za-z:53}}', front)}"`)).toEqual([]);
  });
});

describe('confidence', () => {
  const score = (text: string) => Math.max(0, ...genericHits(text).map(({ confidence }) => confidence));
  const random = expand('{{chars:0-9A-Za-z:24}}', 'confidence');
  const uuid = expand(positives.recipes.uuid!, 'confidence');

  test('a UUID counts under the name of a key, and not under a plain token', () => {
    expect(score(`api_key = "${uuid}"`)).toBeGreaterThanOrEqual(threshold);
    expect(score(`token = "${uuid}"`)).toBeGreaterThan(0);
    expect(score(`token = "${uuid}"`)).toBeLessThan(threshold);
  });

  test('a name that says it is made up, and a comparison, lower it', () => {
    expect(score(`fake_api_key = "${random}"`)).toBeLessThan(score(`api_key = "${random}"`));
    expect(score(`if (apiKey === "${random}")`)).toBeLessThan(score(`apiKey = "${random}"`));
  });

  test('a plain word is scored, under the threshold', () => {
    const human = score(`password = "${['Butter', 'fly'].join('')}"`);
    expect(human).toBeGreaterThan(0);
    expect(human).toBeLessThan(threshold);
  });

  test('a high-entropy string without a keyword is found, under the threshold', () => {
    const hits = genericHits(`value = "${expand('{{chars:0-9A-Za-z:40}}', 'entropy')}"`);
    expect(hits.map(({ pattern }) => pattern)).toEqual(['generic-high-entropy']);
    expect(hits[0]!.confidence).toBeGreaterThanOrEqual(0.3);
    expect(hits[0]!.confidence).toBeLessThan(threshold);
  });
});

describe('the window', () => {
  const filler = `${'const counter = compute(index, "left") + 1;\n'.repeat(30)}\n`;

  test('bytes out of reach change nothing', () => {
    const differing = planted
      .map(({ text }) => `${filler}${text}\n${filler}`)
      .filter((text) => JSON.stringify(genericHits(text)) !== JSON.stringify(genericHits(text, 2000)));
    expect(differing).toEqual([]);
  });

  test('a value too long for its window is turned down from wherever it is seen', () => {
    for (const length of [257, 300, 480, 520, 900]) {
      const value = expand(`{{chars:0-9A-Za-z:${length}}}`, 'long');
      expect(genericHits(`secret_token = "${value}"\n`)).toEqual([]);
      expect(genericHits(`SECRET_TOKEN=${value}\n`)).toEqual([]);
    }
  });

  test('no detector throws on, or points out of, what it is given', () => {
    const alphabet = 'pasword=:"\'`\\ \n<>{}[]()$-_,;|?.x9Z/';
    let state = 7;
    const next = (below: number) => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return Math.floor((state / 2147483648) * below);
    };
    for (let round = 0; round < 4000; round++) {
      const keyword = ['password', 'token', 'api_key', 'pass=', 'bearer ', 'curl ', 'pwd='][next(7)]!;
      const before = Array.from({ length: next(40) }, () => alphabet[next(alphabet.length)]).join('');
      const after = Array.from({ length: next(80) }, () => alphabet[next(alphabet.length)]).join('');
      const text = before + keyword + after;
      for (const detector of Object.values(detectors)) {
        const match = detector(text, before.length, before.length + keyword.length);
        if (!match) continue;
        expect(match.start).toBeGreaterThanOrEqual(0);
        expect(match.end).toBeGreaterThan(match.start);
        expect(match.end).toBeLessThanOrEqual(text.length);
        expect(match.confidence).toBeGreaterThan(0);
        expect(match.confidence).toBeLessThanOrEqual(1);
      }
    }
  });
});

test('what the prefilter turns down by the byte behind a literal would not have been found', () => {
  const hits = planted.flatMap(({ text }) => genericHits(text));
  const lost = hits.filter(({ detector, literal, next }) => {
    const follow = followOfDetector(detector, literal);
    if (!follow) return false;
    const byte = next.charCodeAt(0);
    return (Buffer.from(follow.bytes, 'hex')[byte >> 3]! & (1 << (byte & 7))) === 0;
  });
  expect(lost).toEqual([]);
  expect(hits.some(({ detector, literal }) => followOfDetector(detector, literal) !== undefined)).toBe(true);
});

describe('patterns/generic.yaml', () => {
  for (const pattern of genericPatterns) {
    const own = (text: string) => genericHits(text).filter((hit) => hit.pattern === pattern.id);

    test(`${pattern.id} finds its examples`, () => {
      for (const example of pattern.examples) {
        const { text, secret } = expandExample(pattern, example, example);
        const found = own(text);
        expect(found, example).not.toEqual([]);
        if (secret) expect(found.map(({ value }) => value)).toContain(secret);
        if (pattern.detector !== 'high-entropy')
          expect(Math.max(...found.map(({ confidence }) => confidence)), example).toBeGreaterThanOrEqual(threshold);
      }
    });

    test(`${pattern.id} finds no counter-example`, () => {
      for (const { text } of pattern.counterExamples)
        expect(
          own(expandExample(pattern, text, text).text).filter(({ confidence }) => confidence >= threshold),
          text,
        ).toEqual([]);
    });
  }
});

test('the tables themselves hold nothing to report', () => {
  for (const path of [
    'fixtures/generic/positives.yaml',
    'fixtures/generic/negatives.yaml',
    'patterns/generic.yaml',
    'test/scan/generic.test.ts',
  ])
    expect(reported(read(path)), path).toEqual([]);
});
