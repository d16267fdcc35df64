import { setTimeout as pause } from 'node:timers/promises';
import { BrokenCircuitError, ConsecutiveBreaker, circuitBreaker, handleWhenResult } from 'cockatiel';
import pLimit, { type LimitFunction } from 'p-limit';
import { type Failed, failed, isDown } from './failure.ts';
import type { Network } from './network.ts';
import { createPace } from './pace.ts';

export interface Limits {
  readonly concurrency?: number;
  readonly perSecond?: number;
}

export interface LaneTerms {
  readonly retryAfterMs: number;
  readonly downMs: number;
  readonly network: Network;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
}

const defaults = { concurrency: 16, perSecond: 50 };

/** So many failures in a row to connect, and the host is taken to be down. */
const failuresUntilDown = 5;
/** So many requests in a row that were told to come back later than we wait, and the others are not sent at all. */
const refusalsUntilSpared = 3;

/** What one host is asked through: so many at a time, so many a second, nobody while it asks for rest, nobody while it is down. */
export interface Lane {
  /** Runs `work` in its turn; a failure at once, without a turn, while the host is down or will not be asked. */
  run<T>(limits: Limits, work: () => Promise<T>): Promise<T | Failed>;
  /** Counts one attempt for the circuit breaker, with a turn of its own for the rate. */
  attempt<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T | Failed>;
  /** The host asks for rest: everyone is held back. False when that is longer than anyone waits. */
  rest(ms: number): boolean;
  /** The host answered something else than a request for rest. */
  answered(): void;
}

export function createLane(host: string, { retryAfterMs, downMs, network, signal }: LaneTerms): Lane {
  let concurrency = Number.POSITIVE_INFINITY;
  let perSecond = Number.POSITIVE_INFINITY;
  let slots: LimitFunction | undefined;
  const pace = createPace(signal);
  let restsUntil = 0;
  let restedMs = 0;
  let refusals = 0;
  let sparedUntil = 0;
  let lastFailure = '';

  const breaker = circuitBreaker(
    handleWhenResult((result) => {
      const failure = (result as Partial<Failed> | null | undefined)?.failure;
      if (!failure || !isDown(failure)) return false;
      lastFailure = failure.detail;
      return true;
    }),
    { halfOpenAfter: downMs, breaker: new ConsecutiveBreaker(failuresUntilDown) },
  );

  // Two patterns may name limits for one host: the stricter of each holds from then on, for both.
  function tighten(limits: Limits): LimitFunction {
    const stricter = {
      concurrency: Math.min(concurrency, limits.concurrency ?? defaults.concurrency),
      perSecond: Math.min(perSecond, limits.perSecond ?? defaults.perSecond),
    };
    if (stricter.perSecond < perSecond) pace.tighten(stricter.perSecond);
    slots ??= pLimit(stricter.concurrency);
    if (stricter.concurrency < concurrency) slots.concurrency = stricter.concurrency;
    ({ concurrency, perSecond } = stricter);
    return slots;
  }

  function refusal(): Failed | undefined {
    if (Date.now() >= sparedUntil) return undefined;
    const seconds = Math.ceil((sparedUntil - Date.now()) / 1000);
    return failed('rate-limited', `${host} asked ${refusals} times to be left alone, for ${seconds} s from now`);
  }

  async function turn(own: AbortSignal): Promise<void> {
    do {
      // Another answer may have made the rest longer in the meantime.
      while (restsUntil > Date.now()) await pause(restsUntil - Date.now(), undefined, { signal: own });
      await pace.turn();
      // Whoever has to rest after all gives the turn up: else all of them would go at once when it ends.
    } while (restsUntil > Date.now());
  }

  return {
    run: (limits, work) => tighten(limits)(async () => refusal() ?? (await work())),

    async attempt(own, work) {
      try {
        return await breaker.execute(async () => {
          const early = network.refusal(host);
          if (early) return early;
          await turn(own);
          // Again: while the turn was waited for, others may have found the network down.
          const refused = network.lastRefusal(host);
          if (refused) return refused;
          const result = await work();
          network.note(host, (result as Partial<Failed> | null | undefined)?.failure);
          return result;
        });
      } catch (error) {
        if (!(error instanceof BrokenCircuitError)) throw error;
        return failed('host-down', `${host} is down and is not asked for a while: ${lastFailure}`);
      }
    },

    rest(ms) {
      const now = Date.now();
      const longer = Math.max(0, now + ms - Math.max(now, restsUntil));
      if (restedMs + longer <= retryAfterMs) {
        restedMs += longer;
        restsUntil = Math.max(restsUntil, now + ms);
        return true;
      }
      // It may have meant one credential only, whose quota is used up: the others are still asked, until it says so again and again.
      refusals++;
      if (refusals >= refusalsUntilSpared) sparedUntil = Math.max(sparedUntil, now + ms);
      return false;
    },

    answered() {
      restedMs = 0;
      refusals = 0;
    },
  };
}
