import { setTimeout as pause } from 'node:timers/promises';

/** What time it is, in milliseconds that only go up, and how to wait. */
export interface Clock {
  now(): number;
  /** Rejects when the signal ends. */
  pause(ms: number, signal: AbortSignal): Promise<unknown>;
}

const systemClock: Clock = {
  now: () => performance.now(),
  pause: (ms, signal) => pause(Math.ceil(ms), undefined, { signal }),
};

/** So many starts at most in any stretch of that length, wherever it begins. */
interface Window {
  readonly starts: number;
  readonly ms: number;
}

/** Who wants to be sent waits for a turn; turns are given in the order in which they are asked for. */
export interface Pace {
  turn(): Promise<void>;
  /** From now on so many a second; what was started before counts. */
  tighten(perSecond: number): void;
}

/**
 * Gives turns so that no second, wherever it begins, holds more than `perSecond` of them: each start is remembered, and the next
 * waits until the one that many places before it is a second old. Windows that follow one another would let twice as many through
 * where two of them meet. Within a second they are spread by tenths, so that none begins with all of them at once.
 */
export function createPace(signal: AbortSignal, clock: Clock = systemClock): Pace {
  let windows: readonly Window[] = [];
  const started: number[] = [];
  let last: Promise<void> = Promise.resolve();

  function waitMs(): number {
    const now = clock.now();
    const waits = windows.map(({ starts, ms }) => {
      const before = started.at(-starts);
      return before === undefined ? 0 : before + ms - now;
    });
    return Math.max(0, ...waits);
  }

  async function take(): Promise<void> {
    // A timer may come early, and a limit may be tightened while its end is waited for.
    for (let ms = waitMs(); ms > 0; ms = waitMs()) await clock.pause(ms, signal);
    if (windows.length === 0) return;
    const most = Math.max(...windows.map(({ starts }) => starts));
    started.push(clock.now());
    // Seldom, since what is left is moved.
    if (started.length > 2 * most) started.splice(0, started.length - most);
  }

  return {
    turn() {
      last = last.then(take, take);
      return last;
    },
    tighten(perSecond) {
      windows = windowsOf(perSecond);
    },
  };
}

/** Less than one a second is one in so many seconds; a part of one above that is not used. */
function windowsOf(perSecond: number): readonly Window[] {
  if (perSecond < 1) return [{ starts: 1, ms: 1000 / perSecond }];
  const starts = Math.floor(perSecond);
  const slice = Math.max(1, Math.floor(starts / 10));
  return [
    { starts, ms: 1000 },
    { starts: slice, ms: (slice / starts) * 1000 },
  ];
}
