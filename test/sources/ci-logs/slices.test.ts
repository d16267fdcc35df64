import { expect, test } from 'vitest';
import { positions } from '../../../fixtures/ci-logs/positions.ts';
import { runners } from '../../../fixtures/ci-logs/runners.ts';
import { originAt, spanInSlice } from '../../../src/model/view.ts';
import { overlapBytes, sliceBytes } from '../../../src/sources/ci-logs/log-slices.ts';
import { findIn, set, viewsOf } from './read-log.ts';

// Logs longer than a slice: what crosses from one into the next is whole in one of them.

const all = positions(set.patterns, 'slices');
const echo = all.find(({ name }) => name === 'echo')!;
const key = all.find(({ name }) => name === 'key')!;

function filler(bytes: number): string[] {
  return Array.from(
    { length: Math.max(0, Math.ceil(bytes / 100)) },
    (_, index) => `${String(index).padStart(9, '0')} ${'compiled '.repeat(8)}`,
  );
}

const lineBased = ['github-actions job', 'github-actions gh run view', 'gitlab with timestamps', 'buildkite', 'plain with times'];

test.each([...lineBased, 'circleci json', 'drone lines', 'woodpecker'])('%s', async (runner) => {
  const write = runners[runner];
  const perLine = write([...filler(100_000)]).bytes.length / 1000;
  // The key is moved over the border, a part of its length at a time.
  for (const early of [0, 700, 1500]) {
    const lines = filler(((sliceBytes - early) / perLine) * 100);
    const log = write([...lines, ...key.lines, ...echo.lines, ...filler(50_000)]);
    expect(log.bytes.length).toBeGreaterThan(sliceBytes);
    const views = await viewsOf(log);
    const found = findIn(views);
    expect(found.map(({ secret }) => secret)).toContain(key.secret);
    const match = found.find(({ secret }) => secret === echo.secret)!;
    expect(originAt(match.view, match.start)).toMatchObject({ system: log.system, ...(log.step && { step: log.step }) });
    const starts = [...new Set(views.map(({ slice }) => slice.start))];
    expect(starts.length).toBeGreaterThan(1);
    for (const [index, start] of starts.entries()) {
      if (index === 0) continue;
      const before = views.find(({ slice }) => slice.start === starts[index - 1])!.slice;
      expect(before.start + before.bytes.length - start).toBeGreaterThanOrEqual(overlapBytes);
    }
  }
});

test('a line without an end is read in slices, with its columns', async () => {
  const { secret } = echo;
  const text = `\u001b[1mstart\u001b[0m\n\u001b[32mgreen\u001b[0m\n${'é-'.repeat(sliceBytes)} ${secret} ${'x'.repeat(100)}\nend ${secret}\n`;
  const bytes = Buffer.from(text);
  const views = await viewsOf({ path: 'long.log', bytes });
  const found = findIn(views).filter((match) => match.secret === secret);
  expect(new Set(found.map(({ view, start, end }) => view.slice.start + spanInSlice(view, start, end).start)).size).toBe(2);
  for (const { slice } of views) {
    const before = bytes.toString('utf8', 0, slice.start);
    expect(slice.line).toBe(before.split('\n').length);
    expect(slice.column).toBe(before.length - before.lastIndexOf('\n'));
  }
});

test('one message of a log of JSON may be longer than a slice', async () => {
  const { secret } = echo;
  const message = `${'word "quoted" \n'.repeat(300_000)}the token ${secret} is last\n`;
  const bytes = Buffer.from(
    JSON.stringify([
      { message: `first\n`, time: '2024-05-22T12:43:46Z', type: 'out' },
      { message, time: '2024-05-22T12:44:46Z', type: 'out' },
    ]),
  );
  expect(bytes.length).toBeGreaterThan(2 * sliceBytes);
  const found = findIn(await viewsOf({ path: 'action.json', bytes }));
  expect(found.map((match) => match.secret)).toContain(secret);
  const { view, start } = found.find((match) => match.secret === secret)!;
  expect(originAt(view, start)).toMatchObject({ system: 'circleci', timestamp: '2024-05-22T12:44:46.000Z' });
});
