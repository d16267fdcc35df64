import { expect, test } from 'vitest';
import { type Clock, createPace } from '../../src/wire/pace.ts';

const signal = new AbortController().signal;

/** A clock that stands still but for who waits; a pause ends late by what `late` says, or early where that is negative. */
function waitingClock(late: (ms: number) => number = () => 0): Clock & { go(ms: number): void } {
  let now = 0;
  return {
    now: () => now,
    async pause(ms) {
      now += Math.max(0.1, ms + late(ms));
    },
    go(ms) {
      now += ms;
    },
  };
}

function mostInOneSecond(starts: readonly number[]): number {
  return Math.max(...starts.map((from) => starts.filter((start) => start >= from && start < from + 1000).length));
}

async function startsOf(perSecond: number, count: number, clock: Clock): Promise<readonly number[]> {
  const pace = createPace(signal, clock);
  pace.tighten(perSecond);
  return Promise.all(Array.from({ length: count }, () => pace.turn().then(() => clock.now())));
}

/** The same each time: up to `most` milliseconds. */
function jitter(most: number): () => number {
  let seed = 7;
  return () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return (seed / 2_147_483_647) * most;
  };
}

test.each([1, 2, 7, 9, 10, 15, 50, 100, 999])('no second holds more than %i starts, and none is wasted', async (perSecond) => {
  const starts = await startsOf(perSecond, perSecond * 3, waitingClock());
  expect(mostInOneSecond(starts)).toBe(perSecond);
  expect(starts.at(-1)).toBeLessThanOrEqual(3000);
});

test.each([
  ['late', jitter(12)],
  ['early', () => -0.4],
])('nor when timers are %s', async (_, late) => {
  const starts = await startsOf(100, 500, waitingClock(late));
  expect(mostInOneSecond(starts)).toBeLessThanOrEqual(100);
});

test('after a silence a second does not begin with all of them at once', async () => {
  const clock = waitingClock();
  const pace = createPace(signal, clock);
  pace.tighten(100);
  await pace.turn();
  clock.go(60_000);
  const starts: number[] = [];
  for (let count = 0; count < 100; count++) {
    await pace.turn();
    starts.push(clock.now());
  }
  expect(starts.filter((start) => start < 60_100)).toHaveLength(10);
  expect(mostInOneSecond(starts)).toBeLessThanOrEqual(100);
});

test.each([
  [0.5, 2000],
  [0.001, 1_000_000],
])('%d a second is one in %i ms', async (perSecond, ms) => {
  expect(await startsOf(perSecond, 3, waitingClock())).toEqual([0, ms, 2 * ms]);
});

test('of two and a half a second the half is not used', async () => {
  expect(mostInOneSecond(await startsOf(2.5, 20, waitingClock()))).toBe(2);
});

test('what was started before a limit was tightened counts', async () => {
  const clock = waitingClock();
  const pace = createPace(signal, clock);
  pace.tighten(50);
  for (let count = 0; count < 5; count++) await pace.turn();
  pace.tighten(2);
  await pace.turn();
  expect(clock.now()).toBeGreaterThanOrEqual(1000);
});

test('without a limit nobody waits', async () => {
  const pace = createPace(signal, { now: () => 0, pause: () => Promise.reject(new Error('waited')) });
  for (let count = 0; count < 1000; count++) await pace.turn();
});

test('whoever waits goes when the run ends', async () => {
  const ending = new AbortController();
  const pace = createPace(ending.signal);
  pace.tighten(0.001);
  await pace.turn();
  const waiting = [pace.turn(), pace.turn()];
  ending.abort();
  const ended = await Promise.allSettled(waiting);
  expect(ended.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});
