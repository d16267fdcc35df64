import pRetry from 'p-retry';
import type { Secret } from '../model/secret.ts';
import { printable } from './conceal.ts';
import { failed } from './failure.ts';
import type { HttpAnswer, Sent } from './http.ts';
import type { Lane } from './lane.ts';

/** What makes p-retry try again. */
class TryAgain extends Error {}

const retries = 2;

/**
 * Sends until there is an answer: again after the rest that a 429 or 503 asks for, twice at most, and once more after a connection
 * that broke, where the verb changes nothing. A 503 that asks for no rest is an answer like any other.
 */
export async function inAttempts(
  lane: Lane,
  {
    method,
    host,
    hide,
    signal,
  }: { readonly method: string; readonly host: string; readonly hide: readonly Secret[]; readonly signal: AbortSignal },
  send: () => Promise<Sent>,
): Promise<Sent> {
  let broke = 0;
  return pRetry(
    async (attempt) => {
      const isLast = attempt > retries;
      const sent = await lane.attempt(signal, send);
      if ('failure' in sent) {
        const isRepeatable = sent.failure.kind === 'connection' && ['GET', 'HEAD', 'OPTIONS'].includes(method);
        if (isRepeatable && broke++ === 0 && !isLast) throw new TryAgain();
        return sent;
      }
      const { answer } = sent;
      const restMs = restOf(answer, attempt);
      if (restMs === undefined) {
        lane.answered();
        return sent;
      }
      if (lane.rest(restMs) && !isLast) throw new TryAgain();
      const after = answer.headers['retry-after'];
      const said = after === undefined ? '' : `, Retry-After: ${printable(after, 40)}`;
      return failed('rate-limited', `${host} answered ${answer.status}${said}, ${timesOf(attempt)}`, hide, answer);
    },
    { retries, minTimeout: 0, signal, shouldRetry: ({ error }) => error instanceof TryAgain },
  );
}

function timesOf(attempts: number): string {
  return attempts === 1 ? 'which is longer than is waited' : `after ${attempts} attempts`;
}

/** How long a host asks to be left alone, in milliseconds; undefined when it does not. */
function restOf({ status, headers }: HttpAnswer, attempt: number): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  const asked = retryAfter(headers['retry-after'] ?? '', Date.now());
  return asked ?? (status === 429 ? attempt * 1000 : undefined);
}

/** Reads Retry-After, seconds or a date (https://www.rfc-editor.org/rfc/rfc9110#field.retry-after), as milliseconds from `now`. */
export function retryAfter(text: string, now: number): number | undefined {
  if (/^[0-9]+$/.test(text)) return Number(text) * 1000;
  // A date of HTTP ends in GMT; anything else that Date.parse would make sense of is not one.
  const time = / GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(time) ? undefined : Math.max(0, time - now);
}
