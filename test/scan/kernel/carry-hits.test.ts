import { describe, expect, test } from 'vitest';
import { alphabets, forSeeds, type Random } from '../../../fixtures/random.ts';
import { type KernelLiteral, runLiteral, wordLiteral } from '../../../src/scan/kernel/kernel.ts';
import { carryHitsReference, type Runs, reachOf, scanReference } from '../../../src/scan/kernel/reference.ts';
import { applyDeltaReference, type CopiedRun } from '../../../src/scan/kernel/reference-delta.ts';
import { type DeltaOp, encodeDelta, randomEdit } from './deltas.ts';
import { createRig, differenceOf, type KernelHit, type Rig, same } from './rig.ts';
import { randomLiterals, randomText, wrapped } from './texts.ts';

interface Counts {
  hits: number;
  /** Hits whose result was kept, and those that the definition allows to keep. */
  kept: number;
  keepable: number;
}

/** Numbers a base's hits, each its own, so that a result tells which hit it was kept from. */
function numbered(hits: readonly KernelHit[]): KernelHit[] {
  return hits.map((hit, index) => ({ ...hit, result: index + 1 }));
}

/** Checks one edit, with the definition; returns the hits, for an edit on top of it. */
function check(
  rig: Rig,
  literals: readonly KernelLiteral[],
  runs: Runs,
  base: Uint8Array,
  baseHits: readonly KernelHit[],
  ops: readonly DeltaOp[],
  counts: Counts,
) {
  const { result, copied } = applyDeltaReference(base, encodeDelta(base.length, ops))!;
  const known = numbered(baseHits);
  const hits = rig.carry(result, copied, base.length, known);
  const expected = carryHitsReference(result, copied, base.length, literals, runs);
  expect(differenceOf(hits, expected)).toEqual(same);
  for (const hit of hits) {
    counts.hits++;
    const definition = expected.find(({ position, literal }) => position === hit.position && literal === hit.literal)!;
    if (definition.from !== undefined) counts.keepable++;
    if (hit.result === undefined) continue;
    counts.kept++;
    // A kept result is that of the base's hit of which all that decides it was copied: there may be several such copies.
    const from = known[hit.result - 1];
    expect(from).toMatchObject({ literal: hit.literal, length: hit.length });
    expect(isWholly(copied, hit, from.position, result.length, base.length, literals)).toBe(true);
  }
  return { result, hits };
}

function isWholly(
  copied: readonly CopiedRun[],
  hit: KernelHit,
  from: number,
  resultLength: number,
  baseLength: number,
  literals: readonly KernelLiteral[],
): boolean {
  const { before, after } = reachOf(hit, literals);
  return copied.some(
    ({ start, source, length }) =>
      hit.position - start === from - source &&
      hit.position >= start &&
      hit.position < start + length &&
      (hit.position - before >= start || (start === 0 && source === 0)) &&
      (hit.position + after <= start + length || (start + length === resultLength && source + length === baseLength)),
  );
}

describe('generated edits', () => {
  test('give the hits of a whole scan, and keep a result only where all that decides it was copied', () => {
    const counts: Counts = { hits: 0, kept: 0, keepable: 0 };
    let calls = 0;
    forSeeds(1, 700, (random) => {
      const literals = randomLiterals(random);
      const runs = random.pick(['none', 'hiding', 'hiding', 'all'] as const);
      const rig = createRig(literals, runs);
      let base: Uint8Array = randomText(random, literals, random.int(random.pick([200, 1500, 4000])));
      let hits = rig.scan(base) as KernelHit[];
      for (let round = 0; round < 4; round++) {
        const ops = randomEdit(random, base.length, () => randomText(random, literals, random.int(random.pick([2, 20, 300]))));
        ({ result: base, hits } = check(rig, literals, runs, base, hits, ops, counts));
      }
      calls += rig.calls();
    });
    expect(calls).toBe(700 * 5);
    expect(counts.hits).toBeGreaterThan(20_000);
    expect(counts.kept).toBeGreaterThan(5000);
    // A copied run of a few dozen bytes is looked at anew, since two seams cost more: what is lost by that is little.
    expect(counts.kept / counts.keepable).toBeGreaterThan(0.9);
  });

  test('of wrapped runs, at any place of them', () => {
    const counts: Counts = { hits: 0, kept: 0, keepable: 0 };
    forSeeds(2000, 500, (random) => {
      const literals: KernelLiteral[] = [
        { text: 'tok_live_', caseSensitive: true, before: 20, after: 60 },
        { text: 'secretkey', caseSensitive: false, before: 300, after: 300 },
      ];
      const rig = createRig(literals, 'hiding');
      const base = wrappedDocument(random);
      const hits = rig.scan(base) as KernelHit[];
      check(rig, literals, 'hiding', base, hits, wrappedEdit(random, base), counts);
    });
    expect(counts.kept).toBeGreaterThan(100);
  });

  test('of long wrapped runs whose text is encoded twice', () => {
    const counts: Counts = { hits: 0, kept: 0, keepable: 0 };
    forSeeds(3000, 120, (random) => {
      const literals: KernelLiteral[] = [{ text: 'tok_live_', caseSensitive: true, before: 20, after: 60 }];
      const rig = createRig(literals, 'hiding');
      const lines = 20 + random.int(120);
      const inner = Buffer.from(
        `${random.text(lines * 40, 'abc ')}${random.chance(0.5) ? 'tok_live_' : ''}${random.text(200, 'abc ')}`,
      ).toString('base64');
      const base = Buffer.from(`x: |\n${wrapped(random, Buffer.from(inner).toString('base64'))}\n`);
      const hits = rig.scan(base) as KernelHit[];
      // Another text at the same place, so that the run hides the literal where it did not, or no longer does.
      const other = Buffer.from(
        Buffer.from(`${random.text(60, 'abc ')}tok_live_${random.text(60, 'abc ')}`).toString('base64'),
      ).toString('base64');
      const at = random.int(base.length);
      const ops: DeltaOp[] = [
        { copy: 0, length: at },
        { insert: Buffer.from(other.slice(0, random.int(other.length))) },
        { copy: at, length: base.length - at },
      ];
      check(
        rig,
        literals,
        'hiding',
        base,
        hits,
        ops.filter((op) => !('copy' in op) || op.length > 0),
        counts,
      );
    });
    expect(counts.hits).toBeGreaterThan(100);
  });
});

/** Lines of text, then base64 wrapped at 60 to 76 columns, with line ends of both kinds. */
function wrappedDocument(random: Random): Buffer {
  const parts = Array.from({ length: 1 + random.int(3) }, () => {
    const text = Array.from({ length: 3 + random.int(12) }, () =>
      random.chance(0.4)
        ? random.pick(['tok_live_0123456789abcdef', 'SecretKey = 0123456789'])
        : random.text(random.int(120), alphabets.text),
    ).join('');
    return `${random.text(random.int(300), alphabets.text)}\n${random.pick(['', '  '])}${wrapped(random, Buffer.from(text).toString('base64'))}${random.pick(['\n', '\r\n', '"\n', ''])}`;
  });
  return Buffer.from(parts.join(''));
}

/** Edits at line ends, where runs begin, end and go on. */
function wrappedEdit(random: Random, base: Buffer): DeltaOp[] {
  const places = [...base.keys()].filter((at) => base[at] === 10 || base[at] === 13);
  const ops: DeltaOp[] = [];
  let at = 0;
  for (let edits = 1 + random.int(3); edits > 0; edits--) {
    const place = Math.min(
      base.length,
      Math.max(at, (random.chance(0.8) && places.length > 0 ? random.pick(places) : random.int(base.length)) + random.int(4)),
    );
    if (place > at) ops.push({ copy: at, length: place - at });
    const line = Buffer.from(random.pick(['tok_live_0123456789', 'the secretkey of it', alphabets.text])).toString('base64');
    const insert = random.pick(['', '', '\n', '\r\n', ' ', 'A', line, `${line}\n`, random.text(76, alphabets.token)]);
    if (insert) ops.push({ insert: Buffer.from(insert) });
    at = Math.min(base.length, place + random.int(random.pick([1, 3, 90])));
  }
  if (at < base.length) ops.push({ copy: at, length: base.length - at });
  return ops;
}

test('an edit in the middle of a large document keeps nearly all results', () => {
  forSeeds(4000, 10, (random) => {
    const literals: KernelLiteral[] = ['api_key', 'password', 'tok_', 'BEGIN '].map((text) => ({
      text,
      caseSensitive: false,
      before: 256,
      after: 512,
    }));
    const rig = createRig(literals, 'hiding');
    const base = Buffer.from(
      Array.from({ length: 6000 }, () =>
        random.chance(0.3)
          ? `${random.pick(literals).text} = ${random.text(30, alphabets.token)}`
          : random.text(60, alphabets.text),
      ).join('\n'),
    );
    const hits = numbered(rig.scan(base) as KernelHit[]);
    const ops: DeltaOp[] = [
      { copy: 0, length: base.length >> 1 },
      { insert: Buffer.from('password = one more\n') },
      { copy: base.length >> 1, length: base.length - (base.length >> 1) },
    ];
    const { result, copied } = applyDeltaReference(base, encodeDelta(base.length, ops))!;
    const carried = rig.carry(result, copied, base.length, hits);
    expect(differenceOf(carried, rig.scan(result) as KernelHit[])).toEqual(same);
    const open = carried.filter(({ result: known }) => known === undefined);
    expect(carried.length).toBeGreaterThan(1500);
    expect(open.length).toBeGreaterThan(0);
    expect(open.length).toBeLessThan(30);
    // What is open lies around the edit.
    for (const { position, length } of open) expect(Math.abs(position - (base.length >> 1))).toBeLessThan(8192 + 512 + length);
  });
});

describe('edges', () => {
  const literals: KernelLiteral[] = [{ text: 'tok_', caseSensitive: true, before: 100, after: 100 }];
  const rig = createRig(literals, 'none');
  const text = 'x'.repeat(150);
  const base = Buffer.from(`tok_${text}tok_${text}tok_`);
  const hits = numbered(rig.scan(base) as KernelHit[]);
  const carry = (ops: readonly DeltaOp[]) => {
    const { result, copied } = applyDeltaReference(base, encodeDelta(base.length, ops))!;
    return rig.carry(result, copied, base.length, hits).map(({ position, result: known }) => [position, known]);
  };

  test('a document that is copied whole keeps all, its edges included', () => {
    expect(carry([{ copy: 0, length: base.length }])).toEqual([
      [0, 1],
      [154, 2],
      [308, 3],
    ]);
  });

  test('an edge that another text now touches opens what it cuts', () => {
    expect(carry([{ copy: 0, length: base.length }, { insert: Buffer.from('y') }])).toEqual([
      [0, 1],
      [154, 2],
      [308, undefined],
    ]);
    expect(carry([{ insert: Buffer.from('y') }, { copy: 0, length: base.length }])).toEqual([
      [1, undefined],
      [155, 2],
      [309, 3],
    ]);
  });

  test('an edge where text went on opens what it cuts', () => {
    expect(carry([{ copy: 0, length: 230 }])).toEqual([
      [0, 1],
      [154, undefined],
    ]);
    expect(carry([{ copy: 90, length: base.length - 90 }])).toEqual([
      [64, undefined],
      [218, 3],
    ]);
  });

  test('a literal that a seam cuts is no hit, and one that a seam makes is', () => {
    expect(carry([{ copy: 0, length: 156 }, { insert: Buffer.from('z') }, { copy: 156, length: base.length - 156 }])).toEqual([
      [0, 1],
      [309, 3],
    ]);
    expect(carry([{ copy: 0, length: 99 }, { insert: Buffer.from('to') }, { copy: 156, length: base.length - 156 }])).toEqual([
      [0, undefined],
      [99, undefined],
      [253, 3],
    ]);
  });

  test('an empty result has no hits', () => {
    const { result, copied } = applyDeltaReference(base, encodeDelta(base.length, []))!;
    expect(rig.carry(result, copied, base.length, hits)).toEqual([]);
  });
});

test.each<[string, string, number, number]>([
  ['a word', 'tok%5flive_0123456789abcdef', wordLiteral, 256],
  ['a run', Buffer.from('tok_live_0123456789abcdef and more').toString('base64url'), runLiteral, 8192],
])('%s keeps its result exactly when all that decides it was copied', (_, text, literal, after) => {
  const rig = createRig([{ text: 'tok_live_', caseSensitive: true, before: 0, after: 40 }], 'hiding');
  const base = Buffer.from(`${' '.repeat(400)}${text}${' '.repeat(9000)}`);
  const hits = numbered(rig.scan(base) as KernelHit[]);
  expect(hits).toMatchObject([{ position: 400, literal, length: text.length }]);
  const results = (from: number, to: number) => {
    const ops: DeltaOp[] = [{ insert: Buffer.from('~ ') }, { copy: from, length: to - from }, { insert: Buffer.from(' ~') }];
    const { result, copied } = applyDeltaReference(base, encodeDelta(base.length, ops))!;
    return rig.carry(result, copied, base.length, hits).map(({ result: known }) => known);
  };
  const start = 400 - 256;
  const end = 400 + text.length + after;
  expect(results(start, end)).toEqual([1]);
  expect(results(start + 1, end)).toEqual([undefined]);
  expect(results(start, end - 1)).toEqual([undefined]);
});

test('a run is looked at again when the line feed of its line end stays and the line behind it goes', () => {
  // The literal lies across the end of the first line, whose carriage return and line feed are the last bytes copied.
  const literals: KernelLiteral[] = [{ text: 'tok_live_', caseSensitive: true, before: 0, after: 40 }];
  const rig = createRig(literals, 'hiding');
  const encodedText = Buffer.from(`${'plain text '.repeat(5).slice(0, 53)}tok_live_0123456789abcdef, and more text`).toString(
    'base64',
  );
  const lines = [encodedText.slice(0, 76), encodedText.slice(76)];
  const head = `${'#'.repeat(200)}\n${lines[0]}\r\n`;
  const base = Buffer.from(`${head}${'A'.repeat(lines[1].length)}\r\n`);
  const baseHits = rig.scan(base) as KernelHit[];
  expect(baseHits).toEqual([]);
  const { result, copied } = applyDeltaReference(
    base,
    encodeDelta(base.length, [{ copy: 0, length: head.length }, { insert: Buffer.from(`${lines[1]}\r\n`) }]),
  )!;
  expect(scanReference(result, literals, 'hiding')).toMatchObject([{ position: 201, literal: runLiteral }]);
  expect(differenceOf(rig.carry(result, copied, base.length, baseHits), scanReference(result, literals, 'hiding'))).toEqual(same);
});

test('words around the longest that is looked at, edited anywhere', () => {
  const counts: Counts = { hits: 0, kept: 0, keepable: 0 };
  const literals: KernelLiteral[] = [{ text: 'tok_live_', caseSensitive: true, before: 20, after: 60 }];
  const rig = createRig(literals, 'hiding');
  forSeeds(6000, 400, (random) => {
    const word = () => {
      const length = random.pick([200, 3000, 4090, 4096, 4097, 4100, 8300]);
      const at = random.int(length - 20);
      return `${'x'.repeat(at)}${random.pick(['tok%5flive_', 'tok\\x5flive_', 'tok_live%5F', 'nothing%20'])}${'y'.repeat(length - at - 11)}`;
    };
    const base = Buffer.from(Array.from({ length: 1 + random.int(5) }, word).join(random.pick([' ', '\n', '\t\n'])));
    const insert = () => Buffer.from(random.pick([' ', 'z', '%41', '\n', 'zz zz', 'tok%5flive_', 'z'.repeat(random.int(100))]));
    check(rig, literals, 'hiding', base, rig.scan(base) as KernelHit[], randomEdit(random, base.length, insert), counts);
  });
  expect(counts.hits).toBeGreaterThan(300);
  expect(counts.kept).toBeGreaterThan(50);
});
