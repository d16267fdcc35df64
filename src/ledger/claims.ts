import { hostname } from 'node:os';
import type { Database, Writer } from './database.ts';
import { fingerprintOf } from './read-findings.ts';
import type { Claimed, Holder } from './store.ts';

/** A holder on another machine, whose process cannot be looked at, keeps what it claimed for this long; claiming again renews it. */
const leaseMs = 60 * 60_000;

/** Takes findings for a holder, as far as nobody else has them. */
export async function claim(database: Database, ids: readonly string[], holder: Holder, now: Date): Promise<readonly Claimed[]> {
  return database.write(async (tx) => {
    const claimed: Claimed[] = [];
    for (const id of ids) {
      const finding = await fingerprintOf(tx, id);
      const held = await tx.selectFrom('claim').selectAll().where('finding', '=', finding).executeTakeFirst();
      if (held && !isSame(held, holder) && isHeld(held, now)) {
        const { actor, host, pid, plan, since } = held;
        claimed.push({ id, heldBy: { actor, host, pid, plan, since } });
        continue;
      }
      const { actor, host, pid, plan } = holder;
      await drop(tx, finding);
      await tx.insertInto('claim').values({ finding, actor, host, pid, plan, since: now.toISOString() }).execute();
      claimed.push({ id });
    }
    return claimed;
  });
}

/** Gives findings back; what another holds stays theirs. */
export async function release(database: Database, ids: readonly string[], holder: Holder): Promise<void> {
  await database.write(async (tx) => {
    for (const id of ids) {
      const finding = await fingerprintOf(tx, id);
      const held = await tx.selectFrom('claim').selectAll().where('finding', '=', finding).executeTakeFirst();
      if (held && isSame(held, holder)) await drop(tx, finding);
    }
  });
}

async function drop(tx: Writer, finding: string): Promise<void> {
  await tx.deleteFrom('claim').where('finding', '=', finding).execute();
}

function isSame(held: Holder, holder: Holder): boolean {
  return held.host === holder.host && held.pid === holder.pid && held.plan === holder.plan;
}

function isHeld({ host, pid, since }: Holder & { readonly since: string }, now: Date): boolean {
  if (host !== hostname()) return now.getTime() - Date.parse(since) < leaseMs;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
