import { describe, expect, test } from 'vitest';
import { alphabets, forSeeds } from '../../../fixtures/random.ts';
import { createKernel, type KernelLiteral, runLiteral, wordLiteral } from '../../../src/scan/kernel/kernel.ts';
import { scanReference, turnedDown, wrappedEndReference } from '../../../src/scan/kernel/reference.ts';
import { createRig, differenceOf, type KernelHit, same } from './rig.ts';
import { encoded, escaped, randomLiterals, randomText, setOf, wrapped } from './texts.ts';

function literalOf(text: string, more: Partial<KernelLiteral> = {}): KernelLiteral {
  return { text, caseSensitive: false, before: 0, after: text.length, ...more };
}

describe('generated texts', () => {
  test('give the hits of the reference, whole and in pieces, in order of position', () => {
    const counts = { literals: 0, runs: 0, words: 0, calls: 0 };
    forSeeds(1, 500, (random) => {
      const literals = randomLiterals(random);
      const runs = random.pick(['none', 'hiding', 'hiding', 'all'] as const);
      const rig = createRig(literals, runs);
      for (let round = 0; round < 3; round++) {
        const text = randomText(random, literals, random.int(random.pick([40, 400, 2000])));
        const hits = rig.scan(text) as KernelHit[];
        const expected = scanReference(text, literals, runs);
        expect(differenceOf(hits, expected)).toEqual(same);
        expect(hits.map(({ position }) => position)).toEqual(hits.map(({ position }) => position).sort((a, b) => a - b));
        expect(hits.every(({ result }) => result === undefined)).toBe(true);
        expect(differenceOf(rig.scanPieces(text, 1 + random.int(200)), expected)).toEqual(same);
        counts.literals += hits.filter(({ literal }) => literal < runLiteral).length;
        counts.runs += hits.filter(({ literal }) => literal === runLiteral).length;
        counts.words += hits.filter(({ literal }) => literal === wordLiteral).length;
      }
      counts.calls += rig.calls();
    });
    expect(counts.literals).toBeGreaterThan(10_000);
    expect(counts.runs).toBeGreaterThan(1000);
    expect(counts.words).toBeGreaterThan(500);
    expect(counts.calls).toBeGreaterThan(3000);
  });

  test('of nothing but literals, one after the other', () => {
    forSeeds(2000, 100, (random) => {
      const literals = randomLiterals(random);
      const text = Buffer.from(Array.from({ length: 60 }, () => random.pick(literals).text).join(''), 'latin1');
      expect(differenceOf(createRig(literals, 'none').scan(text) as KernelHit[], scanReference(text, literals, 'none'))).toEqual(
        same,
      );
    });
  });

  test('with hundreds of literals', () => {
    forSeeds(3000, 10, (random) => {
      const literals = Array.from({ length: 40 }, () => randomLiterals(random)).flat();
      const text = randomText(random, literals, 3000);
      expect(
        differenceOf(createRig(literals, 'hiding').scan(text) as KernelHit[], scanReference(text, literals, 'hiding')),
      ).toEqual(same);
    });
  });
});

test('hits are turned down as the reference does, and no others', () => {
  const counts = { kept: 0, turnedDown: 0, none: 0 };
  forSeeds(4000, 200, (random) => {
    const until = new Uint8Array(256);
    for (const char of 'abcdefgh0123-') until[char.charCodeAt(0)] = 1;
    until[0x3a] = 2;
    const literals = randomLiterals(random).map((literal) => (random.chance(0.7) ? { ...literal, until } : literal));
    const texts = literals.map(({ text }) => Buffer.from(text, 'latin1'));
    const pieces = [...texts, ':', 'abc', '/', 'x', 'a'.repeat(random.pick([3, 509, 511, 512, 513, 600]))].map((piece) =>
      Buffer.from(piece),
    );
    const text = Buffer.concat(Array.from({ length: 12 }, () => random.pick(pieces)));
    const all = scanReference(text, literals, 'none');
    const expected = all.filter(({ position, literal }) => !turnedDown(text, position, literals[literal]));
    const { hits, isLeft } = createRig(literals, 'none').turnDown(text);
    expect(differenceOf(hits, expected)).toEqual(same);
    expect(isLeft).toBe(expected.length > 0);
    counts.kept += expected.length;
    counts.turnedDown += all.length - expected.length;
    if (all.length > 0 && expected.length === 0) counts.none++;
  });
  expect(counts.kept).toBeGreaterThan(100);
  expect(counts.turnedDown).toBeGreaterThan(100);
  expect(counts.none).toBeGreaterThan(3);
});

test('a literal is found at every alignment, at both edges of a document, and nowhere beyond them', () => {
  const texts = [
    'abc',
    'a_b',
    'abcd',
    'AbCdE',
    'abcdefghijklmnopq',
    'x'.repeat(31),
    'secret_key_of_the_service_of_it!',
    'y'.repeat(40),
  ];
  for (const text of texts) {
    const rig = createRig([literalOf(text)], 'none');
    const own = text.slice(0, 32);
    for (let before = 0; before < 40; before++) {
      for (const after of [0, 1, 2, 15, 16, 17, 40]) {
        const document = Buffer.from('.'.repeat(before) + text.toUpperCase() + '.'.repeat(after));
        const expected = scanReference(document, [literalOf(text)], 'none');
        expect(expected[0]).toMatchObject({ position: before });
        expect(differenceOf(rig.scan(document) as KernelHit[], expected)).toEqual(same);
        if (text.length <= 32 && after === 0) {
          // The byte that is missing stands behind the document, where the rig repeats its start.
          const cut = Buffer.from(text.slice(-1) + '.'.repeat(before) + own.slice(0, -1));
          expect(differenceOf(rig.scan(cut) as KernelHit[], scanReference(cut, [literalOf(text)], 'none'))).toEqual(same);
        }
      }
    }
  }
});

test('what must follow a literal must stand in the document', () => {
  const literals = [literalOf('abc', { follow: setOf('01'), followCount: 4 })];
  const rig = createRig(literals, 'none');
  const positions = (text: string) => (rig.scan(Buffer.from(text)) as KernelHit[]).map(({ position }) => position);
  expect(positions('abc0101')).toEqual([0]);
  expect(positions('.abc010')).toEqual([]);
  expect(positions('0.abc010')).toEqual([]);
  expect(positions('abc010x abc0000')).toEqual([8]);
});

test('only letters have two cases', () => {
  const rig = createRig([literalOf('a_b-c@d[e'), literalOf('KEY', { caseSensitive: true })], 'none');
  const found = (text: string) => (rig.scan(Buffer.from(text, 'latin1')) as KernelHit[]).map(({ literal }) => literal);
  expect(found('A_B-C@D[E')).toEqual([0]);
  // Each differs from the literal in the bit that folds letters.
  for (const text of ['a\x7fb-c@d[e', 'a_b\x0dc@d[e', 'a_b-c`d[e', 'a_b-c@d{e']) expect(found(text)).toEqual([]);
  expect(found('KEY key Key KEY')).toEqual([1, 1]);
});

test('more hits than there is room for are told of, and leave what lies behind the room alone', () => {
  const literals = [literalOf('aaa'), literalOf('aaaa')];
  const rig = createRig(literals, 'none', 100);
  expect(rig.scan(Buffer.alloc(53, 'a'))).toBe('full');
  expect((rig.scan(Buffer.alloc(51, 'a')) as KernelHit[]).length).toBe(97);
});

describe('encoded runs', () => {
  const literals = [literalOf('tok_live_', { caseSensitive: true })];
  const rig = createRig(literals, 'hiding');
  const runsOf = (text: string) =>
    (rig.scan(Buffer.from(text, 'latin1')) as KernelHit[])
      .filter(({ literal }) => literal === runLiteral)
      .map(({ position }) => position);
  const secret = `value of the secret: tok_live_${'0123456789'.repeat(3)}`;

  test.each<[string, (text: string) => string]>([
    ['base64', (text) => Buffer.from(text).toString('base64')],
    ['base64 for URLs', (text) => Buffer.from(text).toString('base64url')],
    ['hex', (text) => Buffer.from(text).toString('hex')],
    ['hex in capitals', (text) => Buffer.from(text).toString('hex').toUpperCase()],
    ['base64 of UTF-16', (text) => Buffer.from(text, 'utf16le').toString('base64')],
    ['base64 of base64', (text) => Buffer.from(Buffer.from(text).toString('base64')).toString('base64')],
    [
      'hex of base64 of hex',
      (text) => Buffer.from(Buffer.from(Buffer.from(text).toString('hex')).toString('base64')).toString('hex'),
    ],
  ])('%s', (_, encode) => {
    const run = encode(secret);
    for (const place of ['', 'x = "', '\n\n']) {
      expect(runsOf(`${place}${run}`)).toEqual([place.length]);
      expect(runsOf(`${place}${run}";\n`)).toEqual([place.length]);
      expect(runsOf(`${place}${encode('nothing to see here at all, move along, please')}`)).toEqual([]);
    }
  });

  test('a literal that is cut by a line end of a wrapped run counts for the line that it starts in', () => {
    forSeeds(4000, 200, (random) => {
      const text = `${random.text(random.int(400), alphabets.letters)}${secret}${random.text(random.int(200), alphabets.letters)}`;
      const document = Buffer.from(`key:\n  ${wrapped(random, Buffer.from(text).toString('base64'))}\n`);
      const hits = rig.scan(document) as KernelHit[];
      expect(differenceOf(hits, scanReference(document, literals, 'hiding'))).toEqual(same);
    });
  });

  test('the end of a wrapped run', () => {
    let longest = 0;
    forSeeds(5000, 300, (random) => {
      const isEven = random.chance(0.5);
      const lines = Array.from({ length: 1 + random.int(random.pick([4, 200])) }, () =>
        random.text(isEven ? random.pick([60, 76]) : random.pick([0, 3, 58, 59, 60, 61, 76]), alphabets.token),
      );
      const document = Buffer.from(
        lines.join(random.pick(['\n', '\r\n', '\n   ', '\r', '\n\t ', '\n\n'])) + random.pick(['', '=', '\n']),
      );
      const end = lines[0].length;
      const ours = rig.wrappedEnd(document, 0, end);
      expect(ours).toBe(wrappedEndReference(document, 0, end));
      longest = Math.max(longest, ours - end);
    });
    expect(longest).toBeGreaterThan(8000);
    expect(longest).toBeLessThanOrEqual(8192);
  });

  test('runs of any length and depth end, and write only where they may', () => {
    const documents = [Buffer.alloc(900_000, 'YWFh'), Buffer.alloc(900_000, '61'), Buffer.alloc(900_000, 'a\n')];
    for (const document of documents) expect(rig.scan(document)).toEqual([]);
    let nested = secret;
    for (let depth = 0; depth < 8; depth++) {
      nested = Buffer.from(nested).toString('base64');
      // Four encodings are looked behind, and no more.
      expect(runsOf(nested)).toEqual(depth < 4 ? [0] : []);
    }
  });

  test('of a run that is longer than there is room to decode, the beginning is', () => {
    const kernel = createKernel();
    kernel.configure(literals, 'hiding');
    const behind = kernel.allocate(64);
    const document = Buffer.from(Buffer.from(secret.padEnd(7_000_000, ' more text')).toString('base64url'));
    const at = kernel.allocate(document.length);
    kernel.bytes().set(document, at);
    const hits = kernel.allocate(1600);
    kernel.exports.setHits(hits, 100);
    const before = Buffer.from(kernel.bytes().subarray(behind, behind + 64));
    kernel.exports.scanDocument(at, document.length);
    expect(kernel.exports.hitCount.value).toBe(1);
    expect([...kernel.words().subarray(hits / 4, hits / 4 + 3)]).toEqual([0, runLiteral, document.length]);
    // The next buffer behind the room for decoding.
    expect(
      kernel
        .bytes()
        .subarray(behind, behind + 64)
        .equals(before),
    ).toBe(true);
  });
});

describe('words with escapes', () => {
  const literals = [literalOf('tok_live_', { caseSensitive: true })];
  const rig = createRig(literals, 'hiding');

  test.each([
    ['url?x=tok%5Flive%5f0123456789'],
    ['"\\u0074ok\\x5flive_0123"'],
    ['<a&#32;b="&#116;ok_live&#x5F;0123"/>'],
    ['&quot;tok_live_0123&quot;'],
    [`data:,%7B${Buffer.from('{"token": "tok_live_0123456789"}').toString('base64')}%7D`],
  ])('%s', (word) => {
    const document = Buffer.from(`first ${word}\nlast`);
    const hits = rig.scan(document) as KernelHit[];
    expect(hits.filter(({ literal }) => literal === wordLiteral)).toMatchObject([{ position: 6, length: word.length }]);
    expect(differenceOf(hits, scanReference(document, literals, 'hiding'))).toEqual(same);
  });

  test('of every length around the longest that is looked at, wherever its escape stands', () => {
    for (let length = 4085; length < 4105; length++) {
      for (const at of [0, 1, 2000, length - 30]) {
        const word = `${'x'.repeat(at)}tok%5flive_${'y'.repeat(length - at - 11)}`;
        for (const place of ['', ' ', '\n'.repeat(20)]) {
          const document = Buffer.from(`${place}${word}${place}`);
          const expected = scanReference(document, literals, 'hiding');
          expect(expected.length).toBe(length > 4096 ? 0 : 1);
          expect(differenceOf(rig.scan(document) as KernelHit[], expected)).toEqual(same);
        }
      }
    }
  });

  test('of many escapes, encoded inside', () => {
    forSeeds(6000, 200, (random) => {
      const document = Buffer.from(
        Array.from({ length: 5 }, () => escaped(random, encoded(random, `${random.text(20, alphabets.text)}tok_live_`, 2))).join(
          ' ',
        ),
        'latin1',
      );
      expect(differenceOf(rig.scan(document) as KernelHit[], scanReference(document, literals, 'hiding'))).toEqual(same);
    });
  });
});
