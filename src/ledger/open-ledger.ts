import { QuashError } from '../errors.ts';
import type { RevocationRow } from '../model/revocation.ts';
import { claim, release } from './claims.ts';
import { type Database, openDatabase } from './database.ts';
import { decide } from './decide.ts';
import { journalRows } from './journal-rows.ts';
import type { Keys } from './keys.ts';
import { listFindings } from './list-findings.ts';
import type { Place } from './place.ts';
import { findFindings, fingerprintOf, getFinding, historyOf, type PatternOf } from './read-findings.ts';
import { recordScan } from './record-scan.ts';
import { openBundle, type Values } from './seal.ts';
import type { JournalHead, KeptPolicy, Ledger } from './store.ts';
import { mergeVerdict, withoutCause } from './verdicts.ts';

export interface LedgerOptions {
  readonly place: Place;
  readonly keys: Keys;
  /** The patterns that are known today. */
  readonly patternOf?: PatternOf;
  readonly now?: () => Date;
}

/** Opens a ledger, which is made where there is none. */
export async function openLedger({
  place,
  keys,
  patternOf = () => undefined,
  now = () => new Date(),
}: LedgerOptions): Promise<Ledger> {
  const database = await openDatabase(place);
  return ledgerOn(database, { keys, patternOf, now });
}

function ledgerOn(database: Database, { keys, patternOf, now }: Required<Omit<LedgerOptions, 'place'>>): Ledger {
  const { read } = database;
  // Of a bundle that was opened, all values are wanted soon: a re-verification takes thousands.
  const opened = new Map<string, Promise<ReadonlyMap<string, Values>>>();
  const open = (id: string) => {
    const known = opened.get(id) ?? openStored(database, id, keys.identity);
    opened.set(id, known);
    return known;
  };
  return {
    kind: database.kind,
    place: database.place,
    recordScan: (scan, findings, gaps) => recordScan(database, keys.recipients, scan, findings, gaps),
    find: (filter) => findFindings(read, filter, patternOf, now()),
    list: () => listFindings(database, patternOf, now()),
    get: (prefix) => getFinding(read, prefix, patternOf, now()),
    async unseal({ id, fingerprint, sealed }) {
      if (sealed === undefined) {
        throw new QuashError(
          'usage',
          `opening the finding ${id}: only a hash of its value is known; scan where it stands to keep the value`,
        );
      }
      const values = (await open(sealed)).get(fingerprint);
      if (values) return values;
      throw new QuashError('config', `opening the finding ${id}: the ledger holds no value of it; scan again where it stands`);
    },
    recordVerdict: (id, verdict) =>
      database.write(async (tx) => {
        const fingerprint = await fingerprintOf(tx, id);
        const row = await tx
          .selectFrom('finding')
          .select(['fingerprint', 'verdict', 'last_word'])
          .where('fingerprint', '=', fingerprint)
          .executeTakeFirstOrThrow();
        return mergeVerdict(tx, row, withoutCause(verdict), now().toISOString());
      }),
    history: (id) => historyOf(read, id),
    decide: (ids, decision, actor) => decide(database, ids, decision, actor, now()),
    claim: (ids, holder) => claim(database, ids, holder, now()),
    release: (ids, holder) => release(database, ids, holder),
    recordRevocation: (row) => recordRevocation(database, row),
    async revocations({ finding, plan, state } = {}) {
      let query = read.selectFrom('revocation').select('revocation as json').orderBy('at').orderBy('seq');
      if (finding !== undefined) query = query.where('finding', '=', await fingerprintOf(read, finding));
      if (plan !== undefined) query = query.where('plan', '=', plan);
      if (state !== undefined) query = query.where('state', '=', state);
      return (await query.execute()).map(({ json }) => JSON.parse(json) as RevocationRow);
    },
    async journalHead() {
      const row = await read.selectFrom('meta').select('value').where('name', '=', 'journal head').executeTakeFirst();
      return row && (JSON.parse(row.value) as JournalHead);
    },
    async policy() {
      const row = await read.selectFrom('meta').select('value').where('name', '=', 'policy').executeTakeFirst();
      return row && (JSON.parse(row.value) as KeptPolicy);
    },
    setPolicy: (policy) => setPolicy(database, policy),
    anchor: ({ seq, hash }) => anchor(database, { seq, hash }),
    ...(database.kind === 'postgres' && { journal: journalRows(database) }),
    async *exportSealed(findings) {
      const { exportSealed } = await import('./transfer.ts');
      yield* exportSealed(database, findings);
    },
    async importSealed(lines) {
      const { importSealed } = await import('./transfer.ts');
      return importSealed(database, lines);
    },
    close: () => database.close(),
  };
}

async function openStored({ read }: Database, id: string, identity: string | undefined): Promise<ReadonlyMap<string, Values>> {
  const { age } = await read.selectFrom('sealed').select('age').where('id', '=', id).executeTakeFirstOrThrow();
  return openBundle(age, identity);
}

async function recordRevocation(database: Database, row: RevocationRow): Promise<void> {
  await database.write(async (tx) => {
    const finding = await fingerprintOf(tx, row.finding);
    const last = await tx
      .selectFrom('revocation')
      .select(({ fn }) => fn.max('seq').as('seq'))
      .where('finding', '=', finding)
      .executeTakeFirst();
    const { plan, state, at } = row;
    await tx
      .insertInto('revocation')
      .values({ finding, seq: Number(last?.seq ?? -1) + 1, plan, state, at, revocation: JSON.stringify(row) })
      .execute();
    await tx.updateTable('finding').set({ revocation: state }).where('fingerprint', '=', finding).execute();
  });
}

async function anchor(database: Database, head: JournalHead): Promise<void> {
  await database.write(async (tx) => {
    const row = await tx.selectFrom('meta').select('value').where('name', '=', 'journal head').executeTakeFirst();
    const known = row && (JSON.parse(row.value) as JournalHead);
    if (known && (known.seq > head.seq || (known.seq === head.seq && known.hash !== head.hash))) {
      throw new QuashError(
        'config',
        `anchoring the journal: the ledger knows line ${known.seq}, and this would be ${head.seq === known.seq ? 'another one' : `line ${head.seq}`}; run quash journal verify`,
      );
    }
    const value = JSON.stringify(head);
    await tx
      .insertInto('meta')
      .values({ name: 'journal head', value })
      .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
      .execute();
  });
}

async function setPolicy(database: Database, policy: KeptPolicy | undefined): Promise<void> {
  await database.write(async (tx) => {
    await tx.deleteFrom('meta').where('name', '=', 'policy').execute();
    if (!policy) return;
    const { text, signers, by, at } = policy;
    await tx
      .insertInto('meta')
      .values({ name: 'policy', value: JSON.stringify({ text, signers, by, at }) })
      .execute();
  });
}
