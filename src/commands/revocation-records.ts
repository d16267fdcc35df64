import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { type Place, placeOf } from '../ledger/place.ts';
import type { Ledger } from '../ledger/store.ts';
import type { Plan } from '../model/plan.ts';
import { memoryStore } from '../revoke/claims.ts';
import { type Head, type Journal, openJournal, problemAgainst, type ReadJournal, readJournal } from '../revoke/journal.ts';
import { beganAt } from '../revoke/journal-lock.ts';
import { planText, readPlan } from '../revoke/plan-file.ts';
import { type PolicyRules, parsePolicy } from '../revoke/policy.ts';
import { openSharedJournal, readRows } from '../revoke/shared-journal.ts';
import { checkSharedPolicy } from '../revoke/shared-policy.ts';
import type { RevocationStore } from '../revoke/store.ts';
import { openStore, type StoreOptions } from './open-store.ts';

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

/** Where the journal is: in a database that is shared, else beside the ledger, also where that is not used. */
export function journalPlace(store: string | undefined, { env, cwd }: Context): JournalPlace {
  const place = placeOf(store, env, cwd);
  const own = placeOf(undefined, env, cwd) as Extract<Place, { readonly kind: 'sqlite' }>;
  if (place?.kind === 'postgres') return { kind: 'table', name: place.shown, folder: dirname(own.file) };
  const folder = dirname((place ?? own).file);
  const name = join(folder, 'journal.jsonl');
  return { kind: 'file', name, folder };
}

export interface JournalPlace {
  readonly kind: 'file' | 'table';
  /** The path, or the URL without its password. */
  readonly name: string;
  /** Where this machine keeps what it ran. */
  readonly folder: string;
}

export interface Records {
  readonly journal: Journal;
  readonly store: RevocationStore;
  /** What everybody who shares the ledger is held to; undefined when it has none. */
  readonly policy: PolicyRules | undefined;
  /** Keeps a plan that is about to be run: what was switched off is made final by what was known then. */
  readonly keepPlan: (plan: Plan) => void;
  /** A plan that was kept; undefined when it is not there any more. */
  readonly keptPlan: (id: string) => Plan | undefined;
  readonly close: () => Promise<void>;
}

/**
 * Opens the journal, and what a run keeps besides it. The ledger is the one that the credentials are of, if they are of one.
 * Throws a QuashError when the journal was tampered with.
 */
export async function openRecords(options: StoreOptions, context: Context, ledger: Ledger | undefined): Promise<Records> {
  const { folder } = journalPlace(options.store, context);
  // What came from stdin is kept nowhere; the journal and the policy of a ledger that is there are its own all the same.
  const opened = ledger ? undefined : await openIfThere(options, context);
  const plans = join(folder, 'plans');
  const planFile = (id: string) => join(plans, `${id}.json`);
  let journal: Journal | undefined;
  let binding: Binding | undefined;
  try {
    journal = await openJournalOf(ledger ?? opened, options.store, context);
    await checkAnchor(journal, ledger ?? opened);
    binding = await policyOfLedger(ledger ?? opened, journal);
  } catch (error) {
    journal?.close();
    await opened?.close();
    throw error;
  }
  const open = journal;
  return {
    journal: open,
    policy: binding?.rules,
    store: ledger ? ledgerStore(ledger, open) : memoryStore(open, beganAt(process.pid)),
    keepPlan: (plan) => {
      mkdirSync(plans, { recursive: true, mode: 0o700 });
      writeFileSync(planFile(plan.id), planText(plan), { mode: 0o600 });
    },
    keptPlan: (id) => {
      const kept = planFile(id);
      return /^[0-9a-f]{12}$/.test(id) && existsSync(kept) ? readPlan(readFileSync(kept, 'utf8'), kept) : undefined;
    },
    close: async () => {
      open.close();
      binding?.close();
      await opened?.close();
    },
  };
}

/** Opens the journal that belongs to a ledger, or lies where one would be. */
export async function openJournalOf(ledger: Ledger | undefined, store: string | undefined, context: Context): Promise<Journal> {
  const { name } = journalPlace(store, context);
  const writing = { actor: actorOf() };
  return ledger?.journal ? openSharedJournal(ledger.journal, name, writing) : openJournal(name, writing);
}

interface Binding {
  readonly rules: PolicyRules;
  readonly close: () => void;
}

async function policyOfLedger(ledger: Ledger | undefined, journal: Journal): Promise<Binding | undefined> {
  // The policy first: who sets one writes to the journal before.
  const kept = await ledger?.policy();
  checkSharedPolicy(kept, await journal.lines());
  if (!kept) return undefined;
  const rules = parsePolicy(kept.text, 'of the ledger');
  if (!rules.approval) return { rules, close: () => {} };
  // ssh-keygen reads signers from a file.
  const folder = mkdtempSync(join(tmpdir(), 'quash-signers-'));
  const signers = join(folder, 'signers');
  writeFileSync(signers, kept.signers ?? '', { mode: 0o600 });
  return {
    rules: { ...rules, approval: { ...rules.approval, signers } },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function openIfThere(options: StoreOptions, context: Context): Promise<Ledger | undefined> {
  const place = placeOf(options.store, context.env, context.cwd);
  const isThere = place?.kind === 'postgres' || (place?.kind === 'sqlite' && existsSync(place.file));
  return isThere ? openStore(options, context) : undefined;
}

async function checkAnchor(journal: Journal, ledger: Ledger | undefined): Promise<void> {
  // The head first: what others write in between stands behind it.
  const head = await ledger?.journalHead();
  const problem = problemAgainst({ lines: await journal.lines(), torn: '' }, head);
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
      // Lines in a table are anchored as they are written.
      if (ledger.journal) return;
      try {
        await ledger.anchor(head);
      } catch (error) {
        if (!(error instanceof QuashError)) throw error;
        // Another responder may have anchored a later line in the meantime, which stands in the same journal.
        const problem = problemAgainst({ lines: await journal.lines(), torn: '' }, await ledger.journalHead());
        if (problem !== undefined) throw error;
      }
    },
  };
}

/** The journal as it stands, read without writing to it; undefined when there is none yet. */
export async function readRecords(store: string | undefined, context: Context): Promise<ReadJournal | undefined> {
  const { kind, name } = journalPlace(store, context);
  if (kind === 'file') return existsSync(name) ? readJournal(readFileSync(name, 'latin1')) : undefined;
  const ledger = await openStore({ store, patterns: [] }, context);
  try {
    const rows = (await ledger.journal?.read(0)) ?? [];
    return rows.length > 0 ? readRows(rows) : undefined;
  } finally {
    await ledger.close();
  }
}

/** The last line that the ledger knows of; a ledger that is not there is not made for it. */
export async function anchoredHead(store: string | undefined, context: Context): Promise<Head | undefined> {
  const ledger = await openIfThere({ store, patterns: [] }, context);
  try {
    return await ledger?.journalHead();
  } finally {
    await ledger?.close();
  }
}
