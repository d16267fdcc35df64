import { type Kysely, type Migration, PostgresAdapter, sql } from 'kysely';
import { urgencyOf } from './urgency.ts';

/** The steps that bring a ledger of any age to the schema of today, by name, in order. One that was released is never edited. */
export function migrationsOf(kind: 'sqlite' | 'postgres'): Readonly<Record<string, Migration>> {
  return {
    '001-what-was-seen': { up: createTables },
    // Beside a SQLite file the journal is a file.
    ...(kind === 'postgres' && { '002-journal': { up: createJournal } }),
    '003-in-order-of-urgency': { up: indexUrgency },
  };
}

/** So that the most urgent page of tens of thousands is there as soon as that of ten. */
async function indexUrgency(db: Kysely<unknown>): Promise<void> {
  const kind = db.getExecutor().adapter instanceof PostgresAdapter ? 'postgres' : 'sqlite';
  await sql`create index finding_urgency on finding (${urgencyOf(kind)}, first_seen, fingerprint)`.execute(db);
}

async function createTables(db: Kysely<unknown>): Promise<void> {
  const { schema } = db;
  await schema
    .createTable('meta')
    .addColumn('name', 'text', (column) => column.primaryKey())
    .addColumn('value', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('sealed')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('recipients', 'text', (column) => column.notNull())
    .addColumn('age', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('finding')
    .addColumn('fingerprint', 'text', (column) => column.primaryKey())
    .addColumn('id', 'text', (column) => column.notNull())
    .addColumn('pattern', 'text', (column) => column.notNull())
    .addColumn('card', 'text', (column) => column.notNull())
    .addColumn('redacted', 'text', (column) => column.notNull())
    .addColumn('redacted_parts', 'text', (column) => column.notNull())
    .addColumn('entropy', 'double precision', (column) => column.notNull())
    .addColumn('confidence', 'double precision', (column) => column.notNull())
    .addColumn('sealed', 'text', (column) => column.references('sealed.id'))
    .addColumn('first', 'text')
    .addColumn('verdict', 'text', (column) => column.notNull())
    .addColumn('last_word', 'text')
    .addColumn('first_seen', 'text', (column) => column.notNull())
    .addColumn('last_seen', 'text', (column) => column.notNull())
    .addColumn('gone', 'text')
    .addColumn('decision', 'text')
    .addColumn('assigned_to', 'text')
    .addColumn('revocation', 'text')
    .addColumn('imported_from', 'text')
    .execute();
  await schema.createIndex('finding_id').on('finding').column('id').execute();
  await schema.createIndex('finding_sealed').on('finding').column('sealed').execute();
  const ofFinding = (name: string) =>
    schema
      .createTable(name)
      .addColumn('finding', 'text', (column) => column.notNull().references('finding.fingerprint').onDelete('cascade'));
  await ofFinding('location')
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('place', 'text', (column) => column.notNull())
    .addColumn('side', 'text', (column) => column.notNull())
    .addColumn('location', 'text', (column) => column.notNull())
    .addColumn('first_seen', 'text', (column) => column.notNull())
    .addColumn('last_seen', 'text', (column) => column.notNull())
    .addColumn('gone', 'text')
    .addPrimaryKeyConstraint('location_key', ['finding', 'key'])
    .execute();
  await schema.createIndex('location_place').on('location').columns(['place', 'side']).execute();
  for (const name of ['verdict', 'decision'] as const) {
    await ofFinding(name)
      .addColumn('seq', 'integer', (column) => column.notNull())
      .addColumn('at', 'text', (column) => column.notNull())
      .addColumn(name, 'text', (column) => column.notNull())
      .addPrimaryKeyConstraint(`${name}_key`, ['finding', 'seq'])
      .execute();
  }
  await ofFinding('revocation')
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('at', 'text', (column) => column.notNull())
    .addColumn('revocation', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('revocation_key', ['finding', 'seq'])
    .execute();
  await schema.createIndex('revocation_plan').on('revocation').column('plan').execute();
  await ofFinding('claim')
    .addColumn('actor', 'text', (column) => column.notNull())
    .addColumn('host', 'text', (column) => column.notNull())
    .addColumn('pid', 'integer', (column) => column.notNull())
    .addColumn('plan', 'text', (column) => column.notNull())
    .addColumn('since', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('claim_key', ['finding'])
    .execute();
  await schema
    .createTable('scan')
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('started', 'text', (column) => column.notNull())
    .addColumn('ended', 'text', (column) => column.notNull())
    .addColumn('scan', 'text', (column) => column.notNull())
    .execute();
  await schema
    .createTable('gap')
    .addColumn('scan', 'text', (column) => column.notNull().references('scan.id').onDelete('cascade'))
    .addColumn('seq', 'integer', (column) => column.notNull())
    .addColumn('gap', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('gap_key', ['scan', 'seq'])
    .execute();
}

/** https://www.postgresql.org/docs/current/plpgsql-trigger.html */
async function createJournal(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('journal')
    .addColumn('seq', 'integer', (column) => column.primaryKey())
    .addColumn('hash', 'text', (column) => column.notNull())
    .addColumn('line', 'text', (column) => column.notNull())
    .execute();
  await sql`
    create function journal_only_grows() returns trigger language plpgsql as $$
    begin
      raise exception 'the journal only grows: % is refused', tg_op;
    end
    $$`.execute(db);
  await sql`
    create trigger journal_keeps_lines before update or delete on journal
    for each row execute function journal_only_grows()`.execute(db);
  await sql`
    create trigger journal_keeps_all before truncate on journal
    for each statement execute function journal_only_grows()`.execute(db);
}
