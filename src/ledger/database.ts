import { chmodSync, closeSync, mkdirSync, openSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  Migrator,
  PostgresAdapter,
  PostgresDialect,
  SqliteAdapter,
  SqliteDialect,
  SqliteDriver,
  sql,
  type Transaction,
} from 'kysely';
import { QuashError } from '../errors.ts';
import { migrationsOf } from './migrations.ts';
import type { Place } from './place.ts';
import type { Tables } from './schema.ts';
import { changesChannel } from './watch-postgres.ts';

export type Reader = Kysely<Tables>;
export type Writer = Transaction<Tables>;

/** The ledger's database, at the schema of today. */
export interface Database {
  readonly kind: 'sqlite' | 'postgres';
  readonly place: string;
  readonly read: Reader;
  /**
   * Runs `work` as one transaction; writers wait for each other, so that what it reads holds until it has written. Those of the
   * journal wait for each other alone, not for a scan that is being kept.
   */
  write<T>(work: (tx: Writer) => Promise<T>, what?: 'journal'): Promise<T>;
  close(): Promise<void>;
}

/** How long a process waits for another that writes. */
const busyMs = 20_000;
/** Numbers of our own for PostgreSQL's advisory locks: the bytes of `quash`, and the next. */
const writeLock = 0x7175617368;
const journalLock = writeLock + 1;

/** Opens the database, which is made where there is none, and brings it to the schema of today. */
export async function openDatabase(place: Place): Promise<Database> {
  const shown = place.kind === 'sqlite' ? place.file : place.shown;
  const dialect = place.kind === 'sqlite' ? await sqlite(place.file) : await postgres(place.url);
  const db = new Kysely<Tables>({ dialect });
  try {
    if (place.kind === 'postgres') await sql`create schema if not exists quash`.execute(db).catch(toleratingRace);
    await migrate(db, migrationsOf(place.kind), shown);
  } catch (error) {
    await db.destroy().catch(() => {});
    throw explained(error, shown);
  }
  return {
    kind: place.kind,
    place: shown,
    read: db,
    async write(work, what) {
      try {
        return await db.transaction().execute(async (tx) => {
          if (place.kind === 'postgres')
            await sql`select pg_advisory_xact_lock(${what === 'journal' ? journalLock : writeLock})`.execute(tx);
          const done = await work(tx);
          if (place.kind === 'postgres') await sql`select pg_notify(${changesChannel}, '')`.execute(tx);
          return done;
        });
      } catch (error) {
        throw explained(error, shown);
      }
    },
    async close() {
      // So that the file alone is the ledger, for whoever copies it; another process that reads keeps the log where it is.
      if (place.kind === 'sqlite') await sql`pragma wal_checkpoint(truncate)`.execute(db);
      await db.destroy();
    },
  };
}

async function migrate(db: Kysely<Tables>, migrations: ReturnType<typeof migrationsOf>, shown: string): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => ({ ...migrations }) } });
  // Mostly there is nothing to do, and whoever only reads does not wait for another that writes.
  const steps = await migrator.getMigrations();
  if (steps.some(({ executedAt }) => executedAt === undefined)) {
    const { error } = await migrator.migrateToLatest();
    if (error && !(error instanceof Error && /corrupted migrations/.test(error.message))) throw error;
  }
  const { rows } = await sql<{ readonly name: string }>`select name from kysely_migration`.execute(db);
  if (rows.every(({ name }) => Object.hasOwn(migrations, name))) return;
  throw new QuashError('config', `opening the ledger ${shown}: a newer quash made it; use that version, or another --store`);
}

async function sqlite(file: string): Promise<Dialect> {
  const { default: Libsql } = await import('libsql');
  let database: InstanceType<typeof Libsql>;
  try {
    makeFile(file);
    database = new Libsql(file);
    database.pragma(`busy_timeout = ${busyMs}`);
    // Readers and a writer do not wait for each other, and a process that is killed leaves nothing half-written.
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
  } catch (cause) {
    throw explained(cause, file);
  }
  return {
    createAdapter: () => new TransactionalSqliteAdapter(),
    createDriver: () => new ImmediateSqliteDriver({ database }),
    createIntrospector: (db) => new SqliteDialect({ database }).createIntrospector(db),
    createQueryCompiler: () => new SqliteDialect({ database }).createQueryCompiler(),
  };
}

/** Makes the file before SQLite does, for its mode: SQLite gives the write-ahead log the mode of the file itself. */
function makeFile(file: string): void {
  const folder = dirname(file);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  closeSync(openSync(file, 'a', 0o600));
  // Windows has no such bits: what Node reports there is made up.
  if (process.platform === 'win32') return;
  const { mode } = statSync(file);
  if ((mode & 0o077) !== 0) chmodSync(file, 0o600);
}

/** SQLite takes the write lock only with the first write otherwise, and then refuses a transaction that has read before another wrote. */
class ImmediateSqliteDriver extends SqliteDriver {
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
}

/** Kysely does not count on it, but SQLite takes back DDL like everything else: of two processes that make a ledger, one waits. */
class TransactionalSqliteAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

async function postgres(url: string): Promise<Dialect> {
  const { default: pg } = await import('pg');
  const pool = new pg.Pool({
    connectionString: url,
    // A schema of our own, in whatever database we are given.
    options: '-c search_path=quash',
    max: 4,
    connectionTimeoutMillis: busyMs,
    application_name: 'quash',
  });
  // A server that ends an idle connection is no error: the next query opens another.
  pool.on('error', () => {});
  const dialect = new PostgresDialect({ pool });
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => dialect.createDriver(),
    createIntrospector: (db) => dialect.createIntrospector(db),
    createQueryCompiler: () => dialect.createQueryCompiler(),
  };
}

/** PostgreSQL may refuse one of two processes that make the same schema, although it was asked not to. */
function toleratingRace(error: unknown): void {
  if (!['23505', '42P06'].includes(codeOf(error))) throw error;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/** What goes wrong with a place that a user chose is theirs to know; everything else is a bug. */
function explained(error: unknown, shown: string): unknown {
  if (error instanceof QuashError || !(error instanceof Error)) return error;
  const code = codeOf(error);
  const hint = hints.find(([pattern]) => pattern.test(code) || pattern.test(error.message))?.[1];
  return hint === undefined ? error : new QuashError('config', `opening the ledger ${shown}: ${hint}`, { cause: error });
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/SQLITE_NOTADB/, 'the file is no ledger; name another with --store'],
  [/SQLITE_BUSY/, 'another process writes to it and does not end; try again'],
  [/SQLITE_CORRUPT/, 'the file is damaged; restore it from a backup, or name another with --store'],
  [/SQLITE_FULL|ENOSPC/, 'the disk is full; make room'],
  [
    /SQLITE_READONLY|SQLITE_CANTOPEN|Unable to open|EACCES|EPERM|EROFS|EISDIR|ENOTDIR|ENOENT/,
    'it cannot be written to; name a place of yours with --store, or none',
  ],
  [/ECONNREFUSED|ENOTFOUND|ETIMEDOUT|EHOSTUNREACH|timeout/, 'the server does not answer; check the URL of --store'],
  [/^28|SASL|password/, 'the server refused the login; check user and password in the URL of --store'],
  [/^3D000/, 'there is no such database; create it, or correct the URL of --store'],
  [/^42501/, 'the login may not create tables; give it a schema quash of its own'],
];
