import { statSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import type { Place } from '../ledger/place.ts';

const everyMs = 1000;

/**
 * Calls back when the files of a ledger changed, until the signal is aborted. SQLite writes to the log beside the database. A
 * server would have to be asked each time: of PostgreSQL nothing is watched.
 */
export async function watchStore(place: Place | undefined, onChange: () => void, signal: AbortSignal): Promise<void> {
  if (place?.kind !== 'sqlite') return;
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
