import type { Verdict } from '../model/verdict.ts';
import type { Writer } from './database.ts';
import type { FindingTable } from './schema.ts';
import type { VerdictChange } from './store.ts';

/** A verdict as it is kept: the error behind it may hold anything. */
export function withoutCause(verdict: Verdict): Verdict {
  return verdict.state === 'unknown' ? { ...verdict, cause: undefined } : verdict;
}

/**
 * Puts a verdict in the place of the one before. That nobody was asked takes no other's place, and the same answer again is the
 * same verdict, checked later.
 */
export async function mergeVerdict(
  tx: Writer,
  row: Pick<FindingTable, 'fingerprint' | 'verdict' | 'last_word'>,
  verdict: Verdict,
  at: string,
): Promise<VerdictChange> {
  const before = JSON.parse(row.verdict) as Verdict;
  const isFirst = before.state === 'unasked';
  if (verdict.state === 'unasked' && (!isFirst || verdict.canary === undefined)) return 'same';
  const word = verdict.state === 'live' || verdict.state === 'dead' ? verdict.state : row.last_word;
  await tx
    .updateTable('finding')
    .set({ verdict: JSON.stringify(verdict), last_word: word })
    .where('fingerprint', '=', row.fingerprint)
    .execute();
  const isSame = timeless(before) === timeless(verdict);
  await keepVerdict(tx, row.fingerprint, verdict, at, isSame || isFirst);
  if (row.last_word === 'dead' && verdict.state === 'live') return 'resurrected';
  if (isFirst) return 'first';
  return isSame ? 'same' : 'changed';
}

/** Adds a verdict to a finding's history, or with `inPlace` puts it in the place of the last one. */
export async function keepVerdict(tx: Writer, finding: string, verdict: Verdict, at: string, inPlace = false): Promise<void> {
  const last = await tx
    .selectFrom('verdict')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .where('finding', '=', finding)
    .executeTakeFirst();
  const seq = Number(last?.seq ?? -1);
  const row = { at: 'checkedAt' in verdict ? verdict.checkedAt : at, verdict: JSON.stringify(verdict) };
  if (inPlace && seq >= 0) {
    await tx.updateTable('verdict').set(row).where('finding', '=', finding).where('seq', '=', seq).execute();
    return;
  }
  await tx
    .insertInto('verdict')
    .values({ finding, seq: seq + 1, ...row })
    .execute();
}

/** What a verdict says, whenever it was asked for. */
function timeless(verdict: Verdict): string {
  const { asked, checkedAt, lastUsed, ...said } = { asked: undefined, checkedAt: undefined, ...verdict };
  return JSON.stringify(Object.entries(said).sort(([a], [b]) => (a < b ? -1 : 1)));
}
