import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { generateX25519Identity, identityToRecipient } from 'age-encryption';
import { afterAll, beforeAll, onTestFinished } from 'vitest';
import { type PostgresServer, startPostgres } from '../../fixtures/servers/postgres.ts';
import { fingerprint, identifying } from '../../src/ledger/fingerprint.ts';
import type { Keys } from '../../src/ledger/keys.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { patternOfCard } from '../../src/ledger/pattern-card.ts';
import { type Place, placeOf } from '../../src/ledger/place.ts';
import type { Ledger, ScanRecord } from '../../src/ledger/store.ts';
import type { Finding } from '../../src/model/finding.ts';
import type { Origin } from '../../src/model/origin.ts';
import type { Severity } from '../../src/model/pattern.ts';
import { Secret } from '../../src/model/secret.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { location, temporaryFolder, value } from './candidates.ts';

export const engines = ['sqlite', 'postgres'] as const;
export type Engine = (typeof engines)[number];

let server: PostgresServer | undefined;

/** Starts the PostgreSQL that `freshPlace` makes databases in. */
export function usePostgres(): void {
  beforeAll(async () => {
    server = await startPostgres();
  }, 60_000);
  afterAll(() => server?.stop());
}

/** A place for a ledger that nothing is in yet. */
export async function freshPlace(engine: Engine): Promise<Place> {
  if (engine === 'sqlite') return placeOf(join(await temporaryFolder(), 'inner', 'ledger.db'), {}, '/')!;
  const name = `ledger_${randomUUID().replaceAll('-', '')}`;
  const { query, host, port, admin } = server!;
  await query(`create database ${name}`);
  return placeOf(`postgres://${admin.user}:${admin.password}@${host}:${port}/${name}`, {}, '/')!;
}

/** A new identity with its recipient. */
export async function newKeys(): Promise<Required<Keys>> {
  const identity = await generateX25519Identity();
  return { identity, recipients: [await identityToRecipient(identity)] };
}

/** A ledger, closed when the test is over. */
export async function open(place: Place, keys: Keys, now?: () => Date): Promise<Ledger> {
  const ledger = await openLedger({ place, keys, ...(now && { now }) });
  onTestFinished(() => ledger.close());
  return ledger;
}

/** A ledger that nothing is in, of an engine. */
export async function freshLedger(engine: Engine, now?: () => Date): Promise<Ledger> {
  return open(await freshPlace(engine), await newKeys(), now);
}

const key = Buffer.alloc(32, 7);

/** A finding of a made-up credential. */
export function finding(
  name: string,
  over: {
    readonly origins?: readonly Origin[];
    readonly verdict?: Verdict;
    readonly provider?: string;
    readonly severity?: Severity;
    readonly parts?: Readonly<Record<string, string>>;
    readonly date?: string;
  } = {},
): Finding {
  const provider = over.provider ?? 'example';
  const pattern = patternOfCard({
    id: `${provider}-api-key`,
    name: `${provider} API key`,
    provider,
    severity: over.severity ?? 'high',
    identity: 'service',
    generic: false,
    confidence: 1,
    parts: Object.keys(over.parts ?? {}).map((part) => ({ name: part, identifies: true })),
  });
  const secret = new Secret(value(name));
  const parts = Object.fromEntries(Object.entries(over.parts ?? {}).map(([part, text]) => [part, new Secret(text)]));
  const print = fingerprint(key, provider, identifying(pattern, secret, parts));
  return {
    id: print.slice(0, 12),
    fingerprint: print,
    pattern,
    secret,
    parts,
    entropy: 5,
    confidence: 1,
    verdict: over.verdict ?? { state: 'unasked' },
    ...(over.date && { first: { commit: 'c'.repeat(40), author: 'Ann', email: 'ann@example.com', date: over.date } }),
    locations: (over.origins ?? [{ kind: 'file', path: `src/${name}.ts` }]).map((origin, at) => location(origin, at + 1)),
  };
}

export function live(identity = 'ann@example.com', checkedAt = '2026-01-01T00:00:00.000Z'): Verdict {
  return { state: 'live', identity, checkedAt, evidence: 'it answered as documented' };
}

export function dead(checkedAt = '2026-01-02T00:00:00.000Z'): Verdict {
  return { state: 'dead', checkedAt, evidence: 'Bad credentials' };
}

/** A whole scan of `/repo`. */
export function scanOf(over: Partial<ScanRecord> = {}): ScanRecord {
  const all = () => true;
  return {
    startedAt: '2026-01-01T00:00:00.000Z',
    endedAt: '2026-01-01T00:00:05.000Z',
    actor: 'ann',
    host: hostname(),
    version: '0.0.0',
    bytes: 1000,
    objects: 10,
    root: '/repo',
    targets: [{ root: '/repo', repository: 'git.example.com/team/app', tree: all, history: all }],
    ...over,
  };
}

export const everything = () => true;
