import { createRequire } from 'node:module';
import type { Gap } from '../../model/gap.ts';
import { gapIn, leafDocument, memoryDocument, placeIn, streamDocument } from '../archives/member-document.ts';
import type { Container, Document, FormatContext } from '../document.ts';

interface Statement {
  step(): boolean;
  get(): readonly (number | string | Uint8Array | null)[];
  free(): void;
}
interface Database {
  prepare(sql: string): Statement;
  run(sql: string): void;
  close(): void;
}

const magic = Buffer.from('SQLite format 3\0', 'latin1');
const chunkCharacters = 65_536;
const headerBytes = 100;

/**
 * The rows of an SQLite database, read by SQLite itself (sql.js, WebAssembly): of each table a member with a line for each
 * value, behind its column's name; each BLOB that is no text a member of its own; and the pages of deleted rows as they are.
 * Views, virtual tables and generated columns are not asked: their SQL is the file's, and could run for ever. A write-ahead
 * log beside the database is a file of its own and read as bytes. https://sqlite.org/fileformat2.html
 */
export const sqlite: Container = {
  name: 'sqlite',
  recognise: (head) => (magic.every((byte, at) => head[at] === byte) ? 1 : 0),
  members: readDatabase,
};

async function* readDatabase(document: Document, { limits }: FormatContext): AsyncGenerator<Document | Gap> {
  const bytes = await document.whole(limits.maxWholeBytes);
  if ('reason' in bytes) {
    yield bytes;
    return;
  }
  // Loaded here: most scans meet no database.
  const open = createRequire(import.meta.url)('sql.js') as () => Promise<{ Database: new (data: Uint8Array) => Database }>;
  const { Database } = await open();
  const problem: { error?: string } = {};
  let database: Database | undefined;
  try {
    database = new Database(readable(bytes));
    database.run('PRAGMA trusted_schema = OFF');
    for (const table of tablesOf(database, problem)) yield* readTable(document, database, table, problem);
    // Rows that damage hides are missed without an error: its own check counts pages and rows.
    const [verdict] = [...rows(database, 'PRAGMA quick_check(1)', problem)][0] ?? [];
    if (verdict !== 'ok') problem.error ??= String(verdict ?? 'its check tells nothing');
  } catch (error) {
    problem.error = (error as Error).message;
  } finally {
    closeQuietly(database);
  }
  const free = freePages(bytes);
  if (free.length > 0) yield leafDocument(placeIn(document, '(deleted rows)'), free);
  if (problem.error === undefined) return;
  yield leafDocument(placeIn(document, '(all pages)'), bytes);
  yield gapIn(
    document,
    'corrupt',
    `its rows cannot all be read (${problem.error.slice(0, 100)}); the rest was read as bytes, in which long values are in pieces; get an intact copy`,
  );
}

/** A database in write-ahead mode cannot be opened without shared memory; in its header the mode is two bytes. */
function readable(bytes: Uint8Array): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy.fill(1, 18, 20);
  return copy;
}

function closeQuietly(database: Database | undefined): void {
  try {
    database?.close();
  } catch {
    // What SQLite thinks of a damaged file when it closes it was told before.
  }
}

interface Table {
  readonly name: string;
  readonly columns: readonly string[];
}

function tablesOf(database: Database, problem: { error?: string }): readonly Table[] {
  const tables: Table[] = [];
  // Those that SQLite itself takes for tables, the ones behind virtual tables included, whatever the schema's text calls them.
  const names = rows(
    database,
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')",
    problem,
  );
  for (const [name] of [...names]) {
    if (typeof name !== 'string') continue;
    const columns = [...rows(database, `SELECT name FROM pragma_table_xinfo(${quoted(name, "'")}) WHERE hidden = 0`, problem)];
    tables.push({ name, columns: columns.map(([column]) => String(column)) });
  }
  return tables;
}

async function* readTable(
  document: Document,
  database: Database,
  { name, columns }: Table,
  problem: { error?: string },
): AsyncGenerator<Document | Gap> {
  if (columns.length === 0) return;
  // Behind the table's name, since a column that is not there would else be taken for a text.
  const table = quoted(name, '"');
  const select = `SELECT ${columns.map((column) => `${table}.${quoted(column, '"')}`).join(', ')} FROM ${table}`;
  yield streamDocument(placeIn(document, name), undefined, async function* () {
    let text = '';
    for (const row of rows(database, select, problem)) {
      for (const [index, value] of row.entries()) {
        const shown = textOf(value);
        if (shown !== undefined) text += `${columns[index]}: ${shown}\n`;
      }
      text += '\n';
      if (text.length < chunkCharacters) continue;
      yield Buffer.from(text);
      text = '';
    }
    if (text !== '') yield Buffer.from(text);
  });
  let number = 0;
  for (const row of rows(database, select, problem)) {
    number++;
    for (const [index, value] of row.entries())
      if (value instanceof Uint8Array && value.length > 0 && textOf(value) === undefined)
        yield memoryDocument(placeIn(document, `${name}/${number}/${columns[index]}`), Buffer.from(value));
  }
}

function* rows(database: Database, sql: string, problem: { error?: string }): Generator<ReturnType<Statement['get']>> {
  let statement: Statement | undefined;
  try {
    statement = database.prepare(sql);
    while (statement.step()) yield statement.get();
  } catch (error) {
    problem.error = (error as Error).message;
  } finally {
    statement?.free();
  }
}

function textOf(value: number | string | Uint8Array | null): string | undefined {
  if (value === null) return undefined;
  if (!(value instanceof Uint8Array)) return String(value);
  if (value.includes(0)) return undefined;
  const text = Buffer.from(value).toString();
  return text.includes('\ufffd') ? undefined : text;
}

function quoted(name: string, quote: '"' | "'"): string {
  return `${quote}${name.replaceAll(quote, quote + quote)}${quote}`;
}

/** The pages of the freelist: https://sqlite.org/fileformat2.html#the_freelist */
function freePages(bytes: Uint8Array): Uint8Array {
  if (bytes.length < headerBytes) return new Uint8Array(0);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const said = view.getUint16(16);
  const pageBytes = said === 1 ? 65_536 : said;
  if (pageBytes < 512) return new Uint8Array(0);
  const pages = new Set<number>();
  const start = (page: number) => (page - 1) * pageBytes;
  const isThere = (page: number) => page > 0 && start(page) + pageBytes <= bytes.length && !pages.has(page);
  for (let trunk = view.getUint32(32); isThere(trunk); ) {
    pages.add(trunk);
    const at = start(trunk);
    const count = Math.min(view.getUint32(at + 4), pageBytes / 4 - 2);
    for (let index = 0; index < count; index++) {
      const leaf = view.getUint32(at + 8 + index * 4);
      if (isThere(leaf)) pages.add(leaf);
    }
    trunk = view.getUint32(at);
  }
  return Buffer.concat([...pages].map((page) => bytes.subarray(start(page), start(page) + pageBytes)));
}
