import type { JournalLine } from './journal.ts';
import type { ReadyRevoker } from './revoker-schema.ts';
import { callOf } from './steps.ts';

const hourMs = 60 * 60_000;

/**
 * Why a revoker makes no call now: what its provider takes in an hour has left already, in this run, in earlier ones, or in those
 * of others that write to the journal. Undefined while there is room.
 */
export function whyFull(revoker: ReadyRevoker, lines: readonly JournalLine[], now: Date): string | undefined {
  const { provider, limits, tasks } = revoker;
  const perHour = limits?.perHour;
  if (perHour === undefined) return undefined;
  const own = new Set(
    Object.values(tasks)
      .flat()
      .map((step) => callOf(step, revoker)),
  );
  const calls = new Set<string>();
  for (const { action, call, at, plan, actor } of lines) {
    // Those of a batch are begun at once: lines of one time are one call.
    const isRecent = now.getTime() - Date.parse(at) < hourMs;
    if (action === 'begun' && call !== null && own.has(call) && isRecent) calls.add([at, plan, actor, call].join(' '));
  }
  if (calls.size < perHour) return undefined;
  const [first = ''] = [...calls].sort().slice(-perHour);
  const next = new Date(Date.parse(first.slice(0, first.indexOf(' '))) + hourMs);
  return `${provider} takes ${perHour} calls an hour, and ${calls.size} were made within one: nothing was sent; run this again after ${next.toISOString()}`;
}
