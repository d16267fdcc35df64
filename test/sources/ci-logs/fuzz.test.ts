import { describe, expect, test } from 'vitest';
import { positions } from '../../../fixtures/ci-logs/positions.ts';
import { runners, type WrittenLog } from '../../../fixtures/ci-logs/runners.ts';
import { damage, fuzzCases } from '../../../fixtures/damage.ts';
import { randomFrom } from '../../../fixtures/random.ts';
import { originAt } from '../../../src/model/view.ts';
import { ciLogFormats } from '../../../src/sources/ci-logs/formats.ts';
import { findIn, formatOf, set, viewsOf } from './read-log.ts';

// Damaged logs: nothing is thrown, nothing hangs, every place is in the log, and a plain secret behind the damage is found.

const all = positions(set.patterns, 'fuzz');
const echo = all.find(({ name }) => name === 'echo')!;
// Each log holds a few of the positions: what is short is read quickly, and all of them get their turn.
const groups = Array.from({ length: 8 }, (_, group) =>
  all
    .filter(({ name, lines }, index) => index % 8 === group && name !== 'echo' && lines.length < 12)
    .flatMap(({ lines }) => lines),
);
const quiet = Array.from({ length: 3 }, (_, line) => `quiet line ${line}`);

const pieces = [
  '\u001b[',
  '\u001b]8;;',
  '\u001b_bk;t=',
  '\u001bP',
  '***',
  '\r',
  '\n',
  '"',
  '\\',
  '\\u00',
  '##[',
  '|',
  '-----BEGIN RSA PRIVATE KEY-----',
  '-----END RSA PRIVATE KEY-----',
  'g h p _ ',
  '\0',
  '2024-05-22T12:43:46',
  'section_start:1:a\r',
  '[Pipeline] { (a)',
  '##teamcity[a ',
];

interface Base {
  readonly log: WrittenLog;
  /** What is damaged ends here, in front of the quiet lines. */
  readonly until: number;
}

function basesOf(write: (lines: readonly string[]) => WrittenLog): readonly Base[] {
  return groups.map((lines) => {
    const log = write([...lines, ...quiet, ...echo.lines, 'the end of it']);
    const other = write([...lines, ...quiet.map((line) => line.replace('quiet', 'noise')), ...echo.lines, 'the end of it']);
    const until = log.bytes.findIndex((byte, at) => byte !== other.bytes[at]);
    return { log, until };
  });
}

function check(views: Awaited<ReturnType<typeof viewsOf>>, isScanned: boolean): void {
  for (const { runs, slice } of views) {
    for (let run = 0; run < runs.count; run++)
      if (runs.from[run] + runs.size[run] > slice.bytes.length) throw new Error('a run leaves the log');
  }
  // What is told of a place is worked out only when it is asked for.
  for (const view of views) for (let part = 0; part < 4; part++) originAt(view, (view.bytes.length * part) >> 2);
  if (!views.some((view) => Buffer.from(view.bytes.buffer, view.bytes.byteOffset, view.bytes.length).includes(echo.secret)))
    throw new Error('the secret is not in the text');
  // To scan each takes longer than to read it: one in twenty shows that a scanner finds what is there.
  if (isScanned && !findIn(views).some(({ secret }) => secret === echo.secret)) throw new Error('the secret is lost');
}

const shapes = Object.entries(runners).map(([name, write]) => ({ name, write, format: formatOf(write(quiet))! }));

test('every format is damaged', () => {
  expect(new Set(shapes.map(({ format }) => format))).toEqual(new Set(ciLogFormats));
});

const cases = ciLogFormats.map((format) => {
  const own = shapes.filter((shape) => shape.format === format);
  return { title: own.map(({ name }) => name).join(', '), format, own };
});

describe.each(cases)('$title', ({ format, own }) => {
  test('damage', { timeout: 600_000 }, async () => {
    const bases = own.flatMap(({ write }) => basesOf(write));
    for (let seed = 1; seed <= fuzzCases; seed++) {
      const random = randomFrom(seed);
      const { log, until } = random.pick(bases);
      const bytes = damage(log.bytes, 0, until, random, pieces);
      try {
        check(await viewsOf({ path: log.path, bytes }, format), seed % 20 === 0);
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
    }
  });
});
