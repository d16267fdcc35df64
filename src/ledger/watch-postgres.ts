import { setTimeout as wait } from 'node:timers/promises';

/** Told by every transaction that writes, once it is committed: https://www.postgresql.org/docs/current/sql-notify.html */
export const changesChannel = 'quash_changes';

const againMs = 1000;
/** What is written in many transactions, as the verdicts of a list, is told of together. */
const togetherMs = 200;

/**
 * Calls back when somebody wrote to the ledger of a PostgreSQL database, until the signal is aborted; and whenever it begins to
 * listen, since nobody told of what was written before. A server that went away is asked again until it is back.
 */
export async function watchPostgres(url: string, onChange: () => void, signal: AbortSignal): Promise<void> {
  const { default: pg } = await import('pg');
  let isDue = false;
  const tell = () => {
    if (isDue) return;
    isDue = true;
    setTimeout(() => {
      isDue = false;
      if (!signal.aborted) onChange();
    }, togetherMs).unref();
  };
  while (!signal.aborted) {
    const client = new pg.Client({ connectionString: url, application_name: 'quash', connectionTimeoutMillis: 20_000 });
    client.on('notification', tell);
    const over = new Promise<void>((resolve) => {
      client.on('error', () => resolve());
      client.on('end', () => resolve());
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
    try {
      await client.connect();
      await client.query(`listen ${changesChannel}`);
      tell();
      await over;
    } catch {
      // It is away, which the ledger tells of as soon as something is asked of it.
    } finally {
      await client.end().catch(() => {});
    }
    await wait(againMs, undefined, { signal, ref: false }).catch(() => {});
  }
}
