import { sql } from 'kysely';
import type { Database, Reader } from './database.ts';
import { chunks, mostRows } from './standing.ts';
import type { JournalRow, JournalRows } from './store.ts';

/** The journal in a PostgreSQL database: one chain, which every responder of every machine writes to in turn. */
export function journalRows(database: Database): JournalRows {
  return {
    read: (from) => rowsFrom(database.read, from),
    append: (from, decide) =>
      database.write(async (tx) => {
        // A server may be set to answer before the disk has it; a call must not leave before its line is kept.
        await sql`set local synchronous_commit = on`.execute(tx);
        const rows = decide(await rowsFrom(tx, from));
        const last = rows.at(-1);
        if (!last) return;
        for (const some of chunks(rows, mostRows)) {
          await tx
            .insertInto('journal')
            .values(some.map(({ seq, hash, line }) => ({ seq, hash, line })))
            .execute();
        }
        // With the lines themselves: what is cut off the end is missed at once.
        const value = JSON.stringify({ seq: last.seq, hash: last.hash });
        await tx
          .insertInto('meta')
          .values({ name: 'journal head', value })
          .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
          .execute();
      }, 'journal'),
  };
}

async function rowsFrom(read: Reader, from: number): Promise<readonly JournalRow[]> {
  return read.selectFrom('journal').selectAll().where('seq', '>=', from).orderBy('seq').execute();
}
