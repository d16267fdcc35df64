import { z } from 'zod';
import { QuashError } from '../errors.ts';
import type { StoredFinding } from '../model/stored-finding.ts';
import type { Database } from './database.ts';
import { checkKey } from './key-check.ts';
import { insertBundles } from './record-scan.ts';
import { chunks, mostRows } from './standing.ts';
import type { Imported } from './store.ts';

const text = z.string();
const maybe = z.string().nullable();
const json = z.string().refine(isJson);
const maybeJson = json.nullable();

const findingRow = z.object({
  fingerprint: z.string().regex(/^[0-9a-f]{64}$/),
  id: z.string().regex(/^[0-9a-f]{12}$/),
  pattern: text,
  card: json,
  redacted: text,
  redacted_parts: json,
  entropy: z.number(),
  confidence: z.number(),
  sealed: maybe,
  first: maybeJson,
  verdict: json,
  last_word: maybe,
  first_seen: text,
  last_seen: text,
  gone: maybe,
  decision: maybeJson,
  assigned_to: maybe,
  revocation: maybe,
  imported_from: maybe,
});

const line = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ledger'), version: z.literal(1), fingerprintKey: maybe }),
  z.object({ type: z.literal('sealed'), id: text, recipients: text, age: text }),
  z.object({
    type: z.literal('kept'),
    finding: findingRow,
    locations: z.array(
      z.object({
        key: text,
        place: text,
        side: z.enum(['tree', 'history']),
        location: json,
        first_seen: text,
        last_seen: text,
        gone: maybe,
      }),
    ),
    verdicts: z.array(z.object({ seq: z.number(), at: text, verdict: json })),
    decisions: z.array(z.object({ seq: z.number(), at: text, decision: json })),
    revocations: z.array(z.object({ seq: z.number(), plan: text, state: text, at: text, revocation: json })),
  }),
]);

function isJson(value: string): boolean {
  try {
    return typeof JSON.parse(value) === 'object';
  } catch {
    return false;
  }
}

/** A line of an export for another ledger. */
export type SealedLine = z.infer<typeof line>;

/** Reads lines of an export; undefined for one that is none, as the reports that stand between them. */
export function readSealedLine(value: unknown): SealedLine | undefined {
  const { success, data, error } = line.safeParse(value);
  if (success) return data;
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined;
  if (type !== 'ledger' && type !== 'sealed' && type !== 'kept') return undefined;
  throw new QuashError('config', 'importing an export of quash: a line of it is damaged, or a newer quash wrote it', {
    cause: error,
  });
}

/** What another ledger needs of these findings. */
export async function* exportSealed({ read }: Database, findings: readonly StoredFinding[]): AsyncGenerator<SealedLine> {
  const key = await read.selectFrom('meta').select('value').where('name', '=', 'fingerprint key').executeTakeFirst();
  yield { type: 'ledger', version: 1, fingerprintKey: key?.value ?? null };
  const bundles = new Set<string>();
  for (const some of chunks(findings, mostRows)) {
    const fingerprints = some.map(({ fingerprint }) => fingerprint);
    const rows = await read.selectFrom('finding').selectAll().where('fingerprint', 'in', fingerprints).execute();
    for (const finding of rows) {
      if (finding.sealed !== null && !bundles.has(finding.sealed)) {
        bundles.add(finding.sealed);
        const bundle = await read.selectFrom('sealed').selectAll().where('id', '=', finding.sealed).executeTakeFirstOrThrow();
        yield { type: 'sealed', ...bundle };
      }
      const of = finding.fingerprint;
      yield {
        type: 'kept',
        finding,
        locations: await read
          .selectFrom('location')
          .select(['key', 'place', 'side', 'location', 'first_seen', 'last_seen', 'gone'])
          .where('finding', '=', of)
          .execute(),
        verdicts: await read.selectFrom('verdict').select(['seq', 'at', 'verdict']).where('finding', '=', of).execute(),
        decisions: await read.selectFrom('decision').select(['seq', 'at', 'decision']).where('finding', '=', of).execute(),
        revocations: await read
          .selectFrom('revocation')
          .select(['seq', 'plan', 'state', 'at', 'revocation'])
          .where('finding', '=', of)
          .execute(),
      };
    }
  }
}

/** Takes over what another ledger exported, whole or not at all. */
export async function importSealed(database: Database, lines: readonly SealedLine[]): Promise<Imported> {
  return database.write(async (tx) => {
    let added = 0;
    let known = 0;
    const bundles = new Set(lines.flatMap((one) => (one.type === 'sealed' ? [one.id] : [])));
    for (const one of lines) {
      switch (one.type) {
        case 'ledger':
          if (one.fingerprintKey !== null) await checkKey(tx, one.fingerprintKey);
          break;
        case 'sealed':
          await insertBundles(tx, [one]);
          break;
        case 'kept': {
          const { finding, locations, verdicts, decisions, revocations } = one;
          const of = finding.fingerprint;
          const inserted = await tx
            .insertInto('finding')
            .values({ ...finding, sealed: finding.sealed !== null && bundles.has(finding.sealed) ? finding.sealed : null })
            .onConflict((conflict) => conflict.column('fingerprint').doNothing())
            .executeTakeFirst();
          for (const some of chunks(locations, mostRows)) {
            await tx
              .insertInto('location')
              .values(some.map((location) => ({ finding: of, ...location })))
              .onConflict((conflict) => conflict.columns(['finding', 'key']).doNothing())
              .execute();
          }
          if (Number(inserted.numInsertedOrUpdatedRows ?? 0) === 0) {
            known++;
            break;
          }
          added++;
          if (verdicts.length > 0)
            await tx
              .insertInto('verdict')
              .values(verdicts.map((row) => ({ finding: of, ...row })))
              .execute();
          if (decisions.length > 0)
            await tx
              .insertInto('decision')
              .values(decisions.map((row) => ({ finding: of, ...row })))
              .execute();
          if (revocations.length > 0)
            await tx
              .insertInto('revocation')
              .values(revocations.map((row) => ({ finding: of, ...row })))
              .execute();
          break;
        }
        default:
          one satisfies never;
      }
    }
    return { new: added, known };
  });
}
