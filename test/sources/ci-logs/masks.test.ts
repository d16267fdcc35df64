import { expect, test } from 'vitest';
import { decoys } from '../../../fixtures/ci-logs/positions.ts';
import { runners } from '../../../fixtures/ci-logs/runners.ts';
import { findIn, set, viewsOf } from './read-log.ts';

test.each(Object.entries(runners))('%s: what masks cut is no secret', async (name, write) => {
  for (const { name: position, line } of decoys(set.patterns, name)) {
    expect(findIn(await viewsOf(write(['ready', line, 'done']))), position).toEqual([]);
  }
});

test.each([
  ['gitlab', '[MASKED]'],
  ['buildkite', '[REDACTED]'],
  ['travis', '[secure]'],
])('%s: its own mask cuts likewise', async (runner, mask) => {
  const [{ value }] = decoys(set.patterns, runner);
  for (const line of [`${mask}${value}`, `${value}${mask}`])
    expect(findIn(await viewsOf(runners[runner](['ready', line])))).toEqual([]);
});

test('a value beside a mask, with something between them, is a secret', async () => {
  const [{ value }] = decoys(set.patterns, 'beside');
  for (const line of [
    `*** ${value}`,
    `https://***@github.com/?token=${value}`,
    `a=***,b=${value}`,
    `https://acme:${value}@***`,
  ]) {
    expect(findIn(await viewsOf(runners['github-actions job']([line]))).map(({ secret }) => secret)).toEqual([value]);
  }
});

test.each(Object.entries(runners))('%s: a log without secrets has none', async (_name, write) => {
  expect(findIn(await viewsOf(write(['compiling 120 modules', 'all 4711 tests passed'])))).toEqual([]);
});
