import { type RawBuilder, sql } from 'kysely';
import type { Pattern } from '../model/pattern.ts';
import type { RevocationState } from '../model/revocation.ts';
import type { Decision, ListedFinding, ListedLocation } from '../model/stored-finding.ts';
import type { Database } from './database.ts';
import { lastTold } from './last-told.ts';
import { type PatternCard, patternOfCard } from './pattern-card.ts';
import { type PatternOf, stateOf } from './read-findings.ts';
import { urgencyOf } from './urgency.ts';

/** Rows in one query: SQLite answers on this thread, where a key that is pressed waits for it. */
const pageRows = 200;

/**
 * What a list shows of every finding, in pages, the most urgent first, reckoned with the severity that its pattern had when it was
 * last seen. Between two pages other work has its turn. What is changed meanwhile may be missed, or come twice.
 */
export async function* listFindings(
  database: Database,
  patternOf: PatternOf,
  now: Date,
): AsyncGenerator<readonly ListedFinding[]> {
  const known = new Map<string, Pattern>();
  for (let urgency = await nextUrgency(database, -1); urgency !== undefined; urgency = await nextUrgency(database, urgency)) {
    let after: Row | undefined;
    do {
      const rows: readonly Row[] = await readPage(database, urgency, after);
      after = rows.length === pageRows ? rows.at(-1) : undefined;
      const cards = await cardsOf(
        database,
        rows.filter(({ pattern }) => !patternOf(pattern)).map(({ fingerprint }) => fingerprint),
      );
      if (rows.length > 0) yield rows.map((row) => listedFinding(row, patternOf(row.pattern) ?? fromCard(row), now));
      await new Promise((resolve) => setImmediate(resolve));

      function fromCard({ fingerprint }: Row): Pattern {
        const card = cards.get(fingerprint) ?? '';
        const pattern = known.get(card) ?? patternOfCard(JSON.parse(card) as PatternCard);
        known.set(card, pattern);
        return pattern;
      }
    } while (after);
  }
}

/** JSON is put together by the database: a cell that is handed over costs more than what is in it. */
interface Row {
  readonly fingerprint: string;
  readonly id: string;
  readonly pattern: string;
  readonly redacted: string;
  /** State, identity, account. */
  readonly said: string;
  /** Of each verdict before it that named an owner, where it is not live: identity, account, when. */
  readonly before: string | null;
  readonly first: string | null;
  readonly first_seen: string;
  readonly gone: string | null;
  readonly decision: string | null;
  readonly assigned_to: string | null;
  readonly revocation: string | null;
  /** Of each: place, gone, origin, line, column. */
  readonly places: string | null;
}

async function nextUrgency({ kind, read }: Database, after: number): Promise<number | undefined> {
  const urgency = urgencyOf(kind);
  const { rows } = await sql<{
    readonly next: number | null;
  }>`select min(${urgency}) as next from finding where ${urgency} > ${after}`.execute(read);
  return rows[0]?.next ?? undefined;
}

async function readPage({ kind, read }: Database, urgency: number, after: Row | undefined): Promise<readonly Row[]> {
  const { said, before, places } = made[kind];
  const { rows } = await sql<Row>`
    select fingerprint, id, pattern, redacted, ${said} as said, ${before} as before, first, first_seen, gone, decision, assigned_to, revocation, ${places} as places
    from finding
    where ${urgencyOf(kind)} = ${urgency} and (first_seen, fingerprint) > (${after?.first_seen ?? ''}, ${after?.fingerprint ?? ''})
    order by first_seen, fingerprint limit ${pageRows}`.execute(read);
  return rows;
}

interface Made {
  readonly said: RawBuilder<string>;
  readonly before: RawBuilder<string>;
  readonly places: RawBuilder<string>;
}

const made: Readonly<Record<Database['kind'], Made>> = {
  sqlite: {
    said: sql`json_extract(verdict, '$.state', '$.identity', '$.account')`,
    before: sql`case when json_extract(verdict, '$.state') <> 'live' then (
      select json_group_array(json_extract(kept, '$.identity', '$.account', '$.checkedAt'))
      from (select past.verdict as kept from verdict as past where past.finding = finding.fingerprint
        and (json_extract(past.verdict, '$.identity') is not null or json_extract(past.verdict, '$.account') is not null) order by seq)) end`,
    places: sql`(select json_group_array(json_array(place, gone, json_extract(location, '$.origin'), json_extract(location, '$.line'), json_extract(location, '$.column')))
      from (select place, gone, location from location where location.finding = finding.fingerprint order by key))`,
  },
  postgres: {
    said: sql`json_build_array(verdict::json -> 'state', verdict::json -> 'identity', verdict::json -> 'account')::text`,
    before: sql`case when verdict::json ->> 'state' <> 'live' then (
      select json_agg(json_build_array(past.verdict::json -> 'identity', past.verdict::json -> 'account', past.verdict::json -> 'checkedAt') order by seq)::text
      from verdict as past where past.finding = finding.fingerprint
        and (past.verdict::json ->> 'identity' is not null or past.verdict::json ->> 'account' is not null)) end`,
    places: sql`(select json_agg(json_build_array(place, location.gone, location::json -> 'origin', location::json -> 'line', location::json -> 'column') order by key)::text
      from location where location.finding = finding.fingerprint)`,
  },
};

/** What is kept of the patterns that are not known any more. */
async function cardsOf({ read }: Database, fingerprints: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (fingerprints.length === 0) return new Map();
  const rows = await read
    .selectFrom('finding')
    .select(['fingerprint', 'card'])
    .where('fingerprint', 'in', fingerprints)
    .execute();
  return new Map(rows.map(({ fingerprint, card }) => [fingerprint, card]));
}

function listedFinding(row: Row, pattern: Pattern, now: Date): ListedFinding {
  const [state, identity, account] = JSON.parse(row.said) as [ListedFinding['verdict']['state'], string | null, string | null];
  const decision = row.decision === null ? undefined : (JSON.parse(row.decision) as Decision);
  const told = row.before === null ? undefined : toldBefore(JSON.parse(row.before) as readonly ToldRow[], identity, account);
  const owner = row.assigned_to ?? identity ?? told?.identity ?? null;
  return {
    id: row.id,
    pattern,
    redacted: row.redacted,
    verdict: { state, ...(identity !== null && { identity }), ...(account !== null && { account }) },
    ...(row.first !== null && { first: JSON.parse(row.first) }),
    locations: row.places === null ? [] : (JSON.parse(row.places) as readonly PlaceRow[]).map(listedLocation),
    firstSeen: row.first_seen,
    state: stateOf(decision, row.gone, now),
    ...(owner !== null && { owner }),
    ...(told && { lastTold: told }),
    ...(row.revocation !== null && { revocation: row.revocation as RevocationState }),
  };
}

type ToldRow = readonly [string | null, string | null, string];

/** Whose it was by the last word of its provider, as `lastTold` has it of all verdicts: of these it asks no more than that. */
function toldBefore(before: readonly ToldRow[], identity: string | null, account: string | null): ListedFinding['lastTold'] {
  const telling = (said: string | null, of: string | null) => ({
    ...(said !== null && { identity: said }),
    ...(of !== null && { account: of }),
  });
  const verdicts = before.map(
    ([said, of, at]) => ({ state: 'dead', evidence: '', checkedAt: at, ...telling(said, of) }) as const,
  );
  const told = lastTold([...verdicts, { state: 'dead', evidence: '', checkedAt: '', ...telling(identity, account) }]);
  return told && telling(told.identity ?? null, told.account ?? null);
}

type PlaceRow = readonly [string, string | null, ListedLocation['origin'], number, number];

function listedLocation([place, gone, origin, line, column]: PlaceRow): ListedLocation {
  return { origin, line, column, place, ...(gone !== null && { gone }) };
}
