import { QuashError } from '../errors.ts';
import type { Pattern } from '../model/pattern.ts';
import type { RevocationRow, RevocationState } from '../model/revocation.ts';
import type { Decision, FindingHistory, FindingState, StoredFinding, StoredLocation } from '../model/stored-finding.ts';
import type { Verdict } from '../model/verdict.ts';
import { byUrgency } from './by-urgency.ts';
import type { Reader } from './database.ts';
import { lastTold } from './last-told.ts';
import { type PatternCard, patternOfCard } from './pattern-card.ts';
import type { FindingTable } from './schema.ts';
import { chunks, mostRows } from './standing.ts';

/** The pattern of an id, where it is known today. */
export type PatternOf = (id: string) => Pattern | undefined;

const leastPrefix = 4;

/** The findings that match, live ones first, then the gravest, then those known longest. */
export async function findFindings(
  read: Reader,
  filter: (finding: StoredFinding, now: Date) => boolean,
  patternOf: PatternOf,
  now: Date,
): Promise<readonly StoredFinding[]> {
  const rows = await read.selectFrom('finding').selectAll().execute();
  const findings = await assemble(read, rows, patternOf, now);
  return findings.filter((finding) => filter(finding, now)).sort(byUrgency);
}

/** The one finding whose id begins so. */
export async function getFinding(read: Reader, prefix: string, patternOf: PatternOf, now: Date): Promise<StoredFinding> {
  const row = await rowOf(read, prefix);
  const [finding] = await assemble(read, [row], patternOf, now);
  return finding!;
}

/** The fingerprint that an id, or its beginning, stands for. */
export async function fingerprintOf(read: Reader, prefix: string): Promise<string> {
  return (await rowOf(read, prefix)).fingerprint;
}

async function rowOf(read: Reader, prefix: string): Promise<FindingTable> {
  const typed = prefix.toLowerCase();
  // What is no id may be a secret that missed its place: it is not repeated.
  if (!/^[0-9a-f]{1,64}$/.test(typed)) {
    throw new QuashError(
      'usage',
      'looking for a finding: an id is made of the digits 0-9 and a-f; quash findings list shows them',
    );
  }
  if (typed.length < leastPrefix) {
    throw new QuashError(
      'usage',
      `looking for the finding ${typed}: an id can be shortened to ${leastPrefix} characters, not further`,
    );
  }
  const rows = await read.selectFrom('finding').selectAll().where('fingerprint', 'like', `${typed}%`).limit(12).execute();
  const [row, ...others] = rows;
  if (!row) {
    throw new QuashError('usage', `looking for the finding ${typed}: there is none of that id; quash findings list shows them`);
  }
  if (others.length === 0) return row;
  throw new QuashError(
    'usage',
    `looking for the finding ${typed}: several begin so (${rows.map(({ id }) => id).join(', ')}${rows.length === 12 ? ', …' : ''}); type more of it`,
  );
}

/** What happened to a finding. */
export async function historyOf(read: Reader, prefix: string): Promise<FindingHistory> {
  const { fingerprint } = await rowOf(read, prefix);
  const ofFinding = <T extends 'verdict' | 'decision' | 'revocation'>(table: T) =>
    read
      .selectFrom(table as 'verdict')
      .where('finding', '=', fingerprint)
      .orderBy('seq');
  const verdicts = await ofFinding('verdict').select('verdict as json').execute();
  const decisions = await read
    .selectFrom('decision')
    .select('decision as json')
    .where('finding', '=', fingerprint)
    .orderBy('seq')
    .execute();
  const revocations = await read
    .selectFrom('revocation')
    .select('revocation as json')
    .where('finding', '=', fingerprint)
    .orderBy('seq')
    .execute();
  const locations = (await locationsByFinding(read, [fingerprint])).get(fingerprint) ?? [];
  const parsed = <T>(rows: readonly { readonly json: string }[]) => rows.map(({ json }) => JSON.parse(json) as T);
  return {
    verdicts: parsed<Verdict>(verdicts),
    decisions: parsed<Decision>(decisions),
    revocations: parsed<RevocationRow>(revocations),
    locations: [...locations].sort((a, b) => (writtenAt(a) < writtenAt(b) ? -1 : writtenAt(a) > writtenAt(b) ? 1 : 0)),
  };
}

function writtenAt({ origin, firstSeen }: StoredLocation): string {
  const told = 'date' in origin ? origin.date : 'timestamp' in origin ? origin.timestamp : undefined;
  const time = Date.parse(told ?? '');
  return Number.isNaN(time) ? firstSeen : new Date(time).toISOString();
}

async function assemble(read: Reader, rows: readonly FindingTable[], patternOf: PatternOf, now: Date): Promise<StoredFinding[]> {
  const locations = await locationsByFinding(
    read,
    rows.map(({ fingerprint }) => fingerprint),
  );
  const verdicts = await earlierVerdicts(read, rows);
  return rows.map((row) =>
    storedFinding(
      row,
      { locations: locations.get(row.fingerprint) ?? [], earlier: verdicts.get(row.fingerprint) ?? [] },
      patternOf,
      now,
    ),
  );
}

/** The verdicts of those that were alive once and are not now, the oldest first: of the others the last one tells what there is. */
async function earlierVerdicts(read: Reader, rows: readonly FindingTable[]): Promise<ReadonlyMap<string, readonly Verdict[]>> {
  const all = new Map<string, Verdict[]>();
  const dead = rows
    .filter(({ verdict }) => (JSON.parse(verdict) as Verdict).state !== 'live')
    .map(({ fingerprint }) => fingerprint);
  for (const some of chunks(dead, mostRows)) {
    const found = await read
      .selectFrom('verdict')
      .select(['finding', 'verdict'])
      .where('finding', 'in', some)
      .orderBy('finding')
      .orderBy('seq')
      .execute();
    for (const { finding, verdict } of found) {
      const known = all.get(finding) ?? [];
      all.set(finding, known);
      known.push(JSON.parse(verdict) as Verdict);
    }
  }
  return all;
}

async function locationsByFinding(
  read: Reader,
  fingerprints: readonly string[],
): Promise<ReadonlyMap<string, readonly StoredLocation[]>> {
  const all = new Map<string, StoredLocation[]>();
  for (const some of chunks(fingerprints, mostRows)) {
    const rows = await read.selectFrom('location').selectAll().where('finding', 'in', some).orderBy('key').execute();
    for (const { finding, place, location, first_seen, last_seen, gone } of rows) {
      const known = all.get(finding) ?? [];
      all.set(finding, known);
      known.push({
        ...JSON.parse(location),
        place,
        firstSeen: first_seen,
        lastSeen: last_seen,
        ...(gone !== null && { gone }),
      });
    }
  }
  return all;
}

function storedFinding(
  row: FindingTable,
  { locations, earlier }: { readonly locations: readonly StoredLocation[]; readonly earlier: readonly Verdict[] },
  patternOf: PatternOf,
  now: Date,
): StoredFinding {
  const card = JSON.parse(row.card) as PatternCard;
  const verdict = JSON.parse(row.verdict) as Verdict;
  const decision = row.decision === null ? undefined : (JSON.parse(row.decision) as Decision);
  const told = lastTold([...earlier, verdict]);
  const owner = row.assigned_to ?? verdict.identity ?? told?.identity;
  return {
    id: row.id,
    fingerprint: row.fingerprint,
    pattern: patternOf(row.pattern) ?? patternOfCard(card),
    redacted: row.redacted,
    redactedParts: JSON.parse(row.redacted_parts),
    ...(row.sealed !== null && { sealed: row.sealed }),
    entropy: row.entropy,
    confidence: row.confidence,
    verdict,
    ...(row.first !== null && { first: JSON.parse(row.first) }),
    locations,
    firstSeen: row.first_seen,
    lastSeen: row.last_seen,
    state: stateOf(decision, row.gone, now),
    ...(decision && { decision }),
    ...(owner !== undefined && { owner }),
    ...(row.assigned_to !== null && { assignedTo: row.assigned_to }),
    ...(told && { lastTold: told }),
    ...(row.revocation !== null && { revocation: row.revocation as RevocationState }),
    ...(row.imported_from !== null && { importedFrom: row.imported_from }),
  };
}

/** A risk is borne until its day, and is open again after. */
export function stateOf(decision: Decision | undefined, gone: string | null, now: Date): FindingState {
  if (decision?.kind === 'ignore') return 'ignored';
  if (decision?.kind === 'accept' && Date.parse(decision.until) > now.getTime()) return 'accepted';
  return gone === null ? 'open' : 'gone';
}
