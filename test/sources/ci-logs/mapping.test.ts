import { describe, expect, test } from 'vitest';
import { positions } from '../../../fixtures/ci-logs/positions.ts';
import { runners, type WrittenLog } from '../../../fixtures/ci-logs/runners.ts';
import { originAt, spanInSlice, type View } from '../../../src/model/view.ts';
import { findIn, set, viewsOf } from './read-log.ts';

// Every byte of a view has a place in the log, and the places say the same.

const all = positions(set.patterns, 'mapping');
const encoded = new Set(['docker auth', 'kubectl secret', 'base64 echo']);
/** What was on several lines, which JSON tells apart in its own way. */
const joined = new Set([
  'wrapped at 80',
  'wrapped at 120',
  'a letter a line',
  'key',
  'key with prefixes',
  'key of a diff',
  'key with the time',
]);
/** What a terminal puts between the characters of a value. */
const between = /\u001b\[[\d;]*[A-Za-z]|\\u001b\[[\d;]*[A-Za-z]/g;

function checkRuns({ slice, bytes, runs, pieces }: View, log: WrittenLog): void {
  expect(Buffer.compare(slice.bytes, log.bytes.subarray(slice.start, slice.start + slice.bytes.length))).toBe(0);
  const before = log.bytes.toString('utf8', 0, slice.start);
  expect(slice.line).toBe(before.split('\n').length);
  expect(slice.column).toBe(before.length - before.lastIndexOf('\n'));
  for (let run = 0; run < runs.count; run++) {
    const given = (run + 1 < runs.count ? runs.at[run + 1] : bytes.length) - runs.at[run];
    expect(given).toBeGreaterThan(0);
    expect(runs.from[run] + runs.size[run]).toBeLessThanOrEqual(slice.bytes.length);
    if (given !== runs.size[run]) continue;
    const copied = bytes.subarray(runs.at[run], runs.at[run] + given);
    expect(Buffer.compare(copied, slice.bytes.subarray(runs.from[run], runs.from[run] + given))).toBe(0);
  }
  expect(pieces[0]?.at).toBe(0);
}

describe.each(Object.entries(runners))('%s', (_name, write) => {
  test('copied bytes are those of the log, and lines and columns count', async () => {
    const log = write(all.flatMap(({ lines }) => [...lines, '']));
    for (const view of await viewsOf(log)) checkRuns(view, log);
  });

  test('each value stands where it is said to', async () => {
    const log = write(all.flatMap(({ lines }) => [...lines, '']));
    const found = findIn(await viewsOf(log));
    for (const { name, secret, pattern } of all) {
      const match = found.find(
        (candidate) => candidate.pattern === pattern && candidate.secret.replaceAll('\\n', '\n') === secret,
      );
      expect(match, name).toBeDefined();
      const { view, start, end } = match!;
      expect(originAt(view, start)).toMatchObject({ system: log.system });
      const span = spanInSlice(view, start, end);
      expect(span.end).toBeGreaterThan(span.start);
      if (encoded.has(name) || log.system === 'woodpecker') continue;
      const original = view.slice.bytes.subarray(span.start, span.end).toString('latin1');
      const isBackwards = name.startsWith('backwards');
      const [first, last] = isBackwards ? [secret.at(-1), secret[0]] : [secret[0], secret.at(-1)];
      expect(original[0], name).toBe(first);
      expect(original.at(-1), name).toBe(last);
      // Where the runner or JSON cuts through the value, its ends are all that is the same.
      if (original.includes('\n') || log.system === 'circleci' || joined.has(name)) continue;
      const text = isBackwards ? [...original].reverse().join('') : original.replace(between, '');
      expect(name === 'letters apart' ? text.replaceAll(' ', '') : text.replaceAll(/\\+n/g, '\n'), name).toBe(secret);
    }
  });
});
