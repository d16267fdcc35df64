import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Place } from '../ledger/place.ts';

const everyMs = 1000;

/**
 * Calls back when a ledger changed, until the signal is aborted. SQLite writes to the log beside the database, PostgreSQL tells of
 * it.
 */
export async function watchStore(place: Place | undefined, onChange: () => void, signal: AbortSignal): Promise<void> {
  if (place === undefined) return;
  if (place.kind === 'postgres') {
    const { watchPostgres } = await import('../ledger/watch-postgres.ts');
    return watchPostgres(place.url, onChange, signal);
  }
  let known = stampOf(place.file);
  while (!signal.aborted) {
    await wait(everyMs, undefined, { signal, ref: false }).catch(() => {});
    const stamp = stampOf(place.file);
    if (!signal.aborted && stamp !== known) onChange();
    known = stamp;
  }
}

function stampOf(file: string): string {
  return [file, `${file}-wal`]
    .map((one) => statSync(one, { throwIfNoEntry: false }))
    .map((stat) => (stat ? `${stat.mtimeMs} ${stat.size}` : ''))
    .join(' ');
}
