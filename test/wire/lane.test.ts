import { expect, test } from 'vitest';
import { failed } from '../../src/wire/failure.ts';
import { createLane } from '../../src/wire/lane.ts';
import { watchNetwork } from '../../src/wire/network.ts';

const signal = new AbortController().signal;

function lane(terms: { readonly retryAfterMs?: number; readonly downMs?: number } = {}) {
  return createLane('api.test', { retryAfterMs: 30_000, downMs: 30_000, network: watchNetwork(30_000), signal, ...terms });
}

test('while a host rests nobody is let through, and whoever waits goes when the run ends', async () => {
  const { rest, attempt } = lane();
  expect(rest(20_000)).toBe(true);
  const own = new AbortController();
  const asked: string[] = [];
  const waiting = attempt(own.signal, async () => asked.push('asked'));
  own.abort();
  await expect(waiting).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  expect(asked).toEqual([]);
});

test('rests add up to what is waited for at most, until the host answers', () => {
  const { rest, answered } = lane();
  expect(rest(20_000)).toBe(true);
  // Requests that were in the air together are told the same: it is one rest.
  expect(rest(20_000)).toBe(true);
  expect(rest(31_000)).toBe(false);
  answered();
  expect(rest(30_000)).toBe(true);
});

test('a host that says three times in a row to come back later is not asked until then', async () => {
  const { rest, run, answered } = lane();
  rest(60_000);
  rest(60_000);
  answered();
  rest(60_000);
  rest(60_000);
  expect(await run({}, async () => 'asked')).toBe('asked');
  rest(60_000);
  expect(await run({}, async () => 'asked')).toMatchObject({ failure: { kind: 'rate-limited' } });
});

test('five failures to connect in a row take a host to be down; one that answers in between does not', async () => {
  const { attempt } = lane();
  const down = async () => failed('connection', 'broke');
  for (let count = 0; count < 4; count++) await attempt(signal, down);
  expect(await attempt(signal, async () => failed('cut-off', 'an answer, in a way'))).toMatchObject({
    failure: { kind: 'cut-off' },
  });
  for (let count = 0; count < 5; count++) expect(await attempt(signal, down)).toMatchObject({ failure: { kind: 'connection' } });
  const asked: string[] = [];
  const sent = await attempt(signal, async () => asked.push('asked'));
  expect(sent).toMatchObject({ failure: { kind: 'host-down', detail: expect.stringContaining('broke') } });
  expect(asked).toEqual([]);
});

test('a host that was down is tried again, and is up when that answers', async () => {
  const { attempt } = lane({ downMs: 0 });
  for (let count = 0; count < 5; count++) await attempt(signal, async () => failed('timeout', 'late'));
  expect(await attempt(signal, async () => 'up')).toBe('up');
  for (let count = 0; count < 4; count++) await attempt(signal, async () => failed('timeout', 'late'));
  expect(await attempt(signal, async () => 'up')).toBe('up');
});

test('the stricter of two limits holds for a host, from then on', async () => {
  const { run } = lane();
  let inAir = 0;
  let peak = 0;
  const work = async () => {
    peak = Math.max(peak, ++inAir);
    await new Promise(setImmediate);
    inAir--;
  };
  await Promise.all(Array.from({ length: 20 }, () => run({ concurrency: 8 }, work)));
  expect(peak).toBe(8);
  await run({ concurrency: 2 }, work);
  peak = 0;
  await Promise.all(Array.from({ length: 20 }, () => run({ concurrency: 8 }, work)));
  expect(peak).toBe(2);
});
