import { randomUUID } from 'node:crypto';
import { concealing, mapStrings } from '../model/conceal.ts';
import type { Finding } from '../model/finding.ts';
import type { Gap } from '../model/gap.ts';
import type { Location } from '../model/location.ts';
import type { Verdict } from '../model/verdict.ts';
import type { Database, Writer } from './database.ts';
import { checkKey } from './key-check.ts';
import { type Side, spotOf } from './locations.ts';
import { markGone } from './mark-gone.ts';
import { cardOf } from './pattern-card.ts';
import type { FindingTable } from './schema.ts';
import { type Bundle, recipientsHash, seal } from './seal.ts';
import { chunks, locationsOf, mostRows, type Standing } from './standing.ts';
import type { ScanOutcome, ScanRecord } from './store.ts';
import { keepVerdict, mergeVerdict, withoutCause } from './verdicts.ts';

interface SeenLocation {
  readonly key: string;
  readonly place: string;
  readonly side: Side;
  readonly location: Location;
}

/** Keeps what a scan found, as one transaction, and says what is new against what was known. */
export async function recordScan(
  database: Database,
  recipients: readonly string[],
  scan: ScanRecord,
  findings: readonly Finding[],
  gaps: readonly Gap[],
): Promise<ScanOutcome> {
  const conceal = concealing(findings.flatMap(({ secret, parts }) => [secret, ...Object.values(parts)]));
  const safe = findings.map((finding) => ({
    finding,
    verdict: mapStrings(withoutCause(finding.verdict), conceal),
    first: finding.first ? mapStrings(finding.first, conceal) : undefined,
    locations: seenLocations(finding.locations, scan).map((one) => mapStrings(one, conceal)),
  }));
  const seen = new Set([
    ...safe.flatMap(({ finding, locations }) => locations.map(({ key }) => `${finding.fingerprint} ${key}`)),
    ...(scan.known ?? []).flatMap(({ fingerprint, locations }) =>
      seenLocations(locations, scan).map(({ key }) => `${fingerprint} ${conceal(key)}`),
    ),
  ]);
  const bundles = await sealNew(database, recipients, findings);
  return database.write(async (tx) => {
    if (scan.keyCheck !== undefined) await checkKey(tx, scan.keyCheck);
    const known = await knownFindings(
      tx,
      findings.map(({ fingerprint }) => fingerprint),
    );
    const before = await locationsOf(tx, [...known.keys()]);
    const outcome = { new: [] as string[], still: [] as string[], resurrected: [] as string[], releaked: [] as string[] };
    await insertBundles(tx, bundles);
    const sealedIn = new Map(bundles.flatMap(({ id, fingerprints }) => fingerprints.map((one) => [one, id] as const)));

    for (const { finding, verdict, first, locations } of safe) {
      const { id, fingerprint } = finding;
      const row = known.get(fingerprint);
      const sealed = sealedIn.get(fingerprint) ?? row?.sealed ?? null;
      if (!row) {
        outcome.new.push(id);
        await insertFinding(tx, { finding, verdict, first, sealed, at: scan.endedAt, importedFrom: scan.importedFrom });
        await keepVerdict(tx, fingerprint, verdict, scan.endedAt);
      } else {
        outcome.still.push(id);
        const change = await mergeVerdict(tx, row, verdict, scan.endedAt);
        if (change === 'resurrected') outcome.resurrected.push(id);
        if (isReleaked(before.get(fingerprint) ?? [], locations)) outcome.releaked.push(id);
        await tx
          .updateTable('finding')
          .set({
            last_seen: scan.endedAt,
            gone: null,
            sealed,
            card: JSON.stringify(cardOf(finding.pattern)),
            pattern: finding.pattern.id,
            redacted: String(finding.secret),
            redacted_parts: JSON.stringify(finding.parts),
            confidence: Math.max(row.confidence, finding.confidence),
            first: earlier(row.first, first),
          })
          .where('fingerprint', '=', fingerprint)
          .execute();
      }
    }
    await upsertLocations(
      tx,
      safe.flatMap(({ finding, locations }) => locations.map((one) => ({ finding: finding.fingerprint, ...one }))),
      scan.endedAt,
    );
    const gone = await markGone(tx, scan, seen, gaps);
    await dropUnusedBundles(tx);
    await insertScan(tx, scan, { new: outcome.new.length, still: outcome.still.length, gone: gone.length }, gaps, conceal);
    return { ...outcome, gone };
  });
}

/** Each with the how manieth it is at its spot: the lines of a file move, and it is the same secret in the same file. */
function seenLocations(locations: readonly Location[], scan: ScanRecord): readonly SeenLocation[] {
  const counts = new Map<string, number>();
  return locations.map((location) => {
    const { key, place, side } = spotOf(location, scan);
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    return { key: count === 0 ? key : `${key}#${count}`, place, side, location };
  });
}

/** Seals what is new, and what was sealed to others than the recipients of today; before the transaction, which then is short. */
async function sealNew(
  database: Database,
  recipients: readonly string[],
  findings: readonly Finding[],
): Promise<readonly Bundle[]> {
  const hash = recipientsHash(recipients);
  const sealed = new Set<string>();
  for (const some of chunks(findings, mostRows)) {
    const rows = await database.read
      .selectFrom('finding')
      .innerJoin('sealed', 'sealed.id', 'finding.sealed')
      .select('finding.fingerprint')
      .where('sealed.recipients', '=', hash)
      .where(
        'finding.fingerprint',
        'in',
        some.map(({ fingerprint }) => fingerprint),
      )
      .execute();
    for (const { fingerprint } of rows) sealed.add(fingerprint);
  }
  // Of what was imported as a hash there is no value.
  const unsealed = findings.filter(({ fingerprint, secret }) => secret.length > 0 && !sealed.has(fingerprint));
  return seal(new Map(unsealed.map((finding) => [finding.fingerprint, finding])), recipients);
}

/** Keeps sealed bundles. */
export async function insertBundles(tx: Writer, bundles: readonly Omit<Bundle, 'fingerprints'>[]): Promise<void> {
  for (const { id, recipients, age } of bundles) {
    await tx
      .insertInto('sealed')
      .values({ id, recipients, age })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .execute();
  }
}

/** Bundles that no finding is in any more, because all of it was sealed anew. */
async function dropUnusedBundles(tx: Writer): Promise<void> {
  await tx
    .deleteFrom('sealed')
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('finding').select('fingerprint').whereRef('finding.sealed', '=', 'sealed.id'))),
    )
    .execute();
}

async function knownFindings(tx: Writer, fingerprints: readonly string[]): Promise<ReadonlyMap<string, FindingTable>> {
  const known = new Map<string, FindingTable>();
  for (const some of chunks(fingerprints, mostRows)) {
    const rows = await tx.selectFrom('finding').selectAll().where('fingerprint', 'in', some).execute();
    for (const row of rows) known.set(row.fingerprint, row);
  }
  return known;
}

/** It had gone from everywhere and stands somewhere; or it had gone from all that is there now, and stands there again. */
function isReleaked(before: readonly Standing[], now: readonly SeenLocation[]): boolean {
  const wasGone = (some: readonly Standing[]) => some.length > 0 && some.every(({ gone }) => gone !== null);
  if (now.length > 0 && wasGone(before)) return true;
  const inTree = ({ side }: { readonly side: Side }) => side === 'tree';
  return wasGone(before.filter(inTree)) && now.some(inTree);
}

/** What a new finding is made of. */
export interface NewFinding {
  readonly finding: Finding;
  readonly verdict: Verdict;
  readonly first: Finding['first'] | undefined;
  readonly sealed: string | null;
  readonly at: string;
  readonly importedFrom: string | undefined;
}

/** Adds a finding that was not known. */
async function insertFinding(tx: Writer, { finding, verdict, first, sealed, at, importedFrom }: NewFinding): Promise<void> {
  await tx
    .insertInto('finding')
    .values({
      fingerprint: finding.fingerprint,
      id: finding.id,
      pattern: finding.pattern.id,
      card: JSON.stringify(cardOf(finding.pattern)),
      redacted: String(finding.secret),
      redacted_parts: JSON.stringify(finding.parts),
      entropy: finding.entropy,
      confidence: finding.confidence,
      sealed,
      first: first ? JSON.stringify(first) : null,
      verdict: JSON.stringify(verdict),
      last_word: verdict.state === 'live' || verdict.state === 'dead' ? verdict.state : null,
      first_seen: at,
      last_seen: at,
      gone: null,
      decision: null,
      assigned_to: null,
      revocation: null,
      imported_from: importedFrom ?? null,
    })
    .execute();
}

function earlier(known: string | null, first: Finding['first'] | undefined): string | null {
  if (!first) return known;
  const before = known === null ? undefined : (JSON.parse(known) as NonNullable<Finding['first']>);
  return before && !(Date.parse(first.date) < Date.parse(before.date)) ? known : JSON.stringify(first);
}

/** Adds places, and brings those that are known up to date. */
async function upsertLocations(
  tx: Writer,
  rows: readonly (SeenLocation & { readonly finding: string })[],
  at: string,
): Promise<void> {
  for (const some of chunks(rows, mostRows)) {
    await tx
      .insertInto('location')
      .values(
        some.map(({ finding, key, place, side, location }) => ({
          finding,
          key,
          place,
          side,
          location: JSON.stringify(location),
          first_seen: at,
          last_seen: at,
          gone: null,
        })),
      )
      .onConflict((conflict) =>
        conflict.columns(['finding', 'key']).doUpdateSet((row) => ({
          place: row.ref('excluded.place'),
          location: row.ref('excluded.location'),
          last_seen: row.ref('excluded.last_seen'),
          gone: null,
        })),
      )
      .execute();
  }
}

async function insertScan(
  tx: Writer,
  scan: ScanRecord,
  counts: Readonly<Record<string, number>>,
  gaps: readonly Gap[],
  conceal: (text: string) => string,
): Promise<void> {
  const id = randomUUID();
  const { startedAt, endedAt, actor, host, version, bytes, objects, root, targets, importedFrom } = scan;
  const told = {
    actor,
    importedFrom,
    host,
    version,
    bytes,
    objects,
    root,
    targets: targets.map(({ root: folder, repository, tree, history }) => ({
      root: folder,
      repository,
      tree: tree !== false,
      history: history !== false,
    })),
    counts,
    gaps: gaps.length,
  };
  await tx
    .insertInto('scan')
    .values({ id, started: startedAt, ended: endedAt, scan: JSON.stringify(mapStrings(told, conceal)) })
    .execute();
  const rows = gaps.map((gap, seq) => ({ scan: id, seq, gap: JSON.stringify(mapStrings(gap, conceal)) }));
  for (const some of chunks(rows, mostRows)) await tx.insertInto('gap').values(some).execute();
}
