import type { Decision, DecisionInput } from '../model/stored-finding.ts';
import type { Database } from './database.ts';
import { fingerprintOf } from './read-findings.ts';

/** Writes down what somebody decided of findings, and makes it hold: all of them or, when one is not there, none. */
export async function decide(
  database: Database,
  ids: readonly string[],
  input: DecisionInput,
  actor: string,
  now: Date,
): Promise<void> {
  const decision: Decision = { ...input, actor, at: now.toISOString() };
  await database.write(async (tx) => {
    for (const id of ids) {
      const finding = await fingerprintOf(tx, id);
      const last = await tx
        .selectFrom('decision')
        .select(({ fn }) => fn.max('seq').as('seq'))
        .where('finding', '=', finding)
        .executeTakeFirst();
      const json = JSON.stringify(decision);
      await tx
        .insertInto('decision')
        .values({ finding, seq: Number(last?.seq ?? -1) + 1, at: decision.at, decision: json })
        .execute();
      const change =
        decision.kind === 'assign' ? { assigned_to: decision.to } : { decision: decision.kind === 'reopen' ? null : json };
      await tx.updateTable('finding').set(change).where('fingerprint', '=', finding).execute();
    }
  });
}
