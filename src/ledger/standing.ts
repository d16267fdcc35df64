import type { Writer } from './database.ts';
import type { Side } from './locations.ts';

/** Rows in one statement: SQLite takes 32,766 variables, PostgreSQL 65,535. */
export const mostRows = 500;

/** A place of a finding, and whether it is gone. */
export interface Standing {
  readonly finding: string;
  readonly key: string;
  readonly place: string;
  readonly side: Side;
  readonly gone: string | null;
}

/** All places of these findings, gone or not. */
export async function locationsOf(
  tx: Writer,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, readonly Standing[]>> {
  const all = new Map<string, Standing[]>();
  for (const some of chunks(fingerprints, mostRows)) {
    const rows = await tx
      .selectFrom('location')
      .select(['finding', 'key', 'place', 'side', 'gone'])
      .where('finding', 'in', some)
      .execute();
    for (const row of rows) all.set(row.finding, [...(all.get(row.finding) ?? []), row]);
  }
  return all;
}

/** A list in pieces. */
export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size));
}
