import { describe, expect, test } from 'vitest';
import { positions } from '../../../fixtures/ci-logs/positions.ts';
import { runners } from '../../../fixtures/ci-logs/runners.ts';
import { forSeeds, type Random } from '../../../fixtures/random.ts';
import { findIn, formatOf, set, viewsOf } from './read-log.ts';

// Damaged logs: nothing is thrown, every place is in the log, and a plain secret behind the damage is found.

const all = positions(set.patterns, 'fuzz');
const echo = all.find(({ name }) => name === 'echo')!;
const before = all.flatMap(({ name, lines }) => (name === 'echo' || name.startsWith('key') ? [] : lines));

function damage(bytes: Buffer, until: number, random: Random): Buffer {
  const damaged = Buffer.from(bytes);
  for (let changes = 1 + random.int(8); changes > 0; changes--) damaged[random.int(until)] = random.int(256);
  const cut = random.int(until);
  const [head, tail] = [damaged.subarray(0, cut), damaged.subarray(cut)];
  switch (random.int(4)) {
    case 0:
      return Buffer.concat([head, damaged.subarray(Math.min(until, cut + random.int(40)))]);
    case 1:
      return Buffer.concat([head, random.bytes(random.int(40)), tail]);
    case 2:
      return Buffer.concat([head, Buffer.from(random.pick(pieces)), tail]);
    default:
      return damaged;
  }
}

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
  'g h p _ ',
  '\0',
  '2024-05-22T12:43:46',
];
// Over all runners, about 10,000 logs.
const rounds = Math.ceil(10_000 / Object.keys(runners).length);

describe.each(Object.entries(runners))('%s', (_name, write) => {
  const head = write(before);
  const log = write([...before, ...Array.from({ length: 6 }, (_, line) => `quiet line ${line}`), ...echo.lines, 'the end of it']);
  const format = formatOf(log)!;
  // What is damaged ends before the quiet lines.
  const until = Math.min(head.bytes.length, log.bytes.length) - 900;

  test('damage', { timeout: 300_000 }, async () => {
    const batch: Promise<void>[] = [];
    forSeeds(1, rounds, (random, seed) => {
      const bytes = damage(log.bytes, until, random);
      batch.push(
        viewsOf({ path: log.path, bytes }, format).then((views) => {
          for (const { runs, slice } of views) {
            for (let run = 0; run < runs.count; run++)
              if (runs.from[run] + runs.size[run] > slice.bytes.length) throw new Error(`seed ${seed}: a run leaves the log`);
          }
          // To scan each takes longer than to read it: one in ten shows whether the secret is still there.
          if (seed % 10 === 0 && !findIn(views).some(({ secret }) => secret === echo.secret))
            throw new Error(`seed ${seed}: the secret is lost`);
          if (!views.some((view) => Buffer.from(view.bytes).includes(echo.secret)))
            throw new Error(`seed ${seed}: the secret is not in the text`);
        }),
      );
    });
    await Promise.all(batch);
    expect(batch.length).toBe(rounds);
  });
});
