import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { hostname, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { placeOf } from '../ledger/place.ts';
import type { Ledger } from '../ledger/store.ts';
import type { Plan } from '../model/plan.ts';
import { memoryStore } from '../revoke/claims.ts';
import { type Journal, openJournal, problemAgainst, readJournal } from '../revoke/journal.ts';
import { beganAt } from '../revoke/journal-lock.ts';
import { planText, readPlan } from '../revoke/plan-file.ts';
import type { RevocationStore } from '../revoke/store.ts';

/** Who runs this, as the operating system knows them: `ann@host`. */
export function actorOf(): string {
  return `${userName()}@${hostname()}`;
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // In a container a user may have a number alone.
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}

/** Where the journal is: beside the ledger, also where that is not used. */
export function journalFile(store: string | undefined, { env, cwd }: Context): string {
  const place = placeOf(store === 'none' ? undefined : store, env, cwd);
  const file = place?.kind === 'sqlite' ? place.file : (placeOf(undefined, env, cwd) as { readonly file: string }).file;
  return join(dirname(file), 'journal.jsonl');
}

export interface Records {
  readonly journal: Journal;
  readonly store: RevocationStore;
  /** Keeps a plan that is about to be run: what was switched off is made final by what was known then. */
  readonly keepPlan: (plan: Plan) => void;
  /** A plan that was kept; undefined when it is not there any more. */
  readonly keptPlan: (id: string) => Plan | undefined;
  readonly close: () => void;
}

/** Opens the journal, and what a run keeps besides it. Throws a QuashError when the journal was tampered with. */
export async function openRecords(file: string, ledger: Ledger | undefined): Promise<Records> {
  const journal = openJournal(file, { actor: actorOf() });
  const folder = join(dirname(file), 'plans');
  const planFile = (id: string) => join(folder, `${id}.json`);
  try {
    await checkAnchor(journal, ledger);
  } catch (error) {
    journal.close();
    throw error;
  }
  return {
    journal,
    store: ledger ? ledgerStore(ledger, journal) : memoryStore(journal, beganAt(process.pid)),
    keepPlan: (plan) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      writeFileSync(planFile(plan.id), planText(plan), { mode: 0o600 });
    },
    keptPlan: (id) => {
      const kept = planFile(id);
      return /^[0-9a-f]{12}$/.test(id) && existsSync(kept) ? readPlan(readFileSync(kept, 'utf8'), kept) : undefined;
    },
    close: () => journal.close(),
  };
}

/** Of a ledger that several machines share, the journal of each is its own: only one beside it is anchored. */
function isAnchored(ledger: Ledger | undefined): ledger is Ledger {
  return ledger?.kind === 'sqlite';
}

async function checkAnchor(journal: Journal, ledger: Ledger | undefined): Promise<void> {
  const head = isAnchored(ledger) ? await ledger.journalHead() : undefined;
  const problem = problemAgainst({ lines: journal.lines(), torn: '' }, head);
  if (problem !== undefined)
    throw new QuashError('source', `opening the journal: ${problem}; nothing is revoked on it: quash journal verify`);
}

function ledgerStore(ledger: Ledger, journal: Journal): RevocationStore {
  return {
    claim: async (ids, holder) =>
      (await ledger.claim(ids, holder)).map(({ id, heldBy }) => ({
        id,
        heldBy: heldBy && `${heldBy.actor}, process ${heldBy.pid} on ${heldBy.host} since ${heldBy.since},`,
      })),
    release: (ids, holder) => ledger.release(ids, holder),
    recordVerdict: async (id, verdict) => {
      await ledger.recordVerdict(id, verdict);
    },
    recordRevocation: (row) => ledger.recordRevocation(row),
    anchor: async (head) => {
      if (!isAnchored(ledger)) return;
      try {
        await ledger.anchor(head);
      } catch (error) {
        if (!(error instanceof QuashError)) throw error;
        // Another responder may have anchored a later line in the meantime, which stands in the same journal.
        const problem = problemAgainst({ lines: journal.lines(), torn: '' }, await ledger.journalHead());
        if (problem !== undefined) throw error;
      }
    },
  };
}

/** What is wrong with the journal in a file, its anchor in the ledger and a head that was exported; undefined when it holds. */
export function judgeJournal(file: string, heads: readonly ({ readonly seq: number; readonly hash: string } | undefined)[]) {
  const read = readJournal(readFileSync(file, 'latin1'));
  const problem = read.problem ?? heads.map((head) => problemAgainst(read, head)).find((one) => one !== undefined);
  return { lines: read.lines, problem, torn: read.torn };
}
