import { sql } from 'kysely';
import { describe, expect, onTestFinished, test } from 'vitest';
import { watchStore } from '../../src/commands/watch-store.ts';
import { openDatabase } from '../../src/ledger/database.ts';
import type { Place } from '../../src/ledger/place.ts';
import { changesChannel } from '../../src/ledger/watch-postgres.ts';
import { engines, finding, freshPlace, newKeys, open, scanOf, usePostgres } from '../ledger/ledgers.ts';

usePostgres();

/** Watches a place until the test is over. Each call of `next` waits for a change that nobody waited for yet. */
function watching(place: Place) {
  const over = new AbortController();
  let untaken = 0;
  let waiting = () => {};
  const ended = watchStore(
    place,
    () => {
      untaken++;
      waiting();
    },
    over.signal,
  );
  onTestFinished(async () => {
    over.abort();
    await ended;
  });
  return {
    async next() {
      while (untaken === 0) await new Promise<void>((resolve) => (waiting = resolve));
      untaken = 0;
    },
    async stop() {
      over.abort();
      await ended;
      return untaken;
    },
  };
}

describe.each(engines)('a ledger in %s that is watched', (engine) => {
  test('tells when another wrote to it, and again', async () => {
    const place = await freshPlace(engine);
    const other = await open(place, await newKeys());
    const watch = watching(place);
    // Whoever begins to listen to a server reads what was written before.
    if (engine === 'postgres') await watch.next();
    await other.recordScan(scanOf(), [finding('one')], []);
    await watch.next();
    await other.decide([finding('one').id], { kind: 'assign', to: 'ann@example.com' }, 'ann');
    await watch.next();
  });

  test('tells nothing more once it is no longer', async () => {
    const place = await freshPlace(engine);
    const other = await open(place, await newKeys());
    const watch = watching(place);
    if (engine === 'postgres') await watch.next();
    expect(await watch.stop()).toBe(0);
    await other.recordScan(scanOf(), [finding('one')], []);
    expect(await watch.stop()).toBe(0);
  });
});

test('a connection that was lost is made again, and what was written meanwhile is told of', async () => {
  const place = await freshPlace('postgres');
  const other = await open(place, await newKeys());
  const database = await openDatabase(place);
  onTestFinished(() => database.close());
  const watch = watching(place);
  await watch.next();
  const { rows } = await sql<{ ended: boolean }>`
    select pg_terminate_backend(pid) as ended from pg_stat_activity
    where datname = current_database() and query = ${`listen ${changesChannel}`}`.execute(database.read);
  expect(rows).toEqual([{ ended: true }]);
  await watch.next();
  await other.recordScan(scanOf(), [finding('one')], []);
  await watch.next();
});
