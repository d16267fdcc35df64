import { createHmac } from 'node:crypto';
import { QuashError } from '../errors.ts';
import type { Writer } from './database.ts';

/** What is kept of a fingerprint key to know it again; it tells nothing of the key. */
export function keyCheck(key: Uint8Array): string {
  return createHmac('sha256', key).update('quash ledger').digest('hex').slice(0, 32);
}

/** Refuses another fingerprint key than the one that a ledger was begun with: every finding would be in it twice. */
export async function checkKey(tx: Writer, check: string): Promise<void> {
  const row = await tx.selectFrom('meta').select('value').where('name', '=', 'fingerprint key').executeTakeFirst();
  if (row === undefined) {
    await tx.insertInto('meta').values({ name: 'fingerprint key', value: check }).execute();
    return;
  }
  if (row.value === check) return;
  throw new QuashError(
    'config',
    'writing to the ledger: it was begun with another fingerprint key; set QUASH_KEY to that one, or name another ledger with --store',
  );
}
