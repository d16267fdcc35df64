import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/ledger/database.ts';
import { urgencyOf } from '../../src/ledger/urgency.ts';
import { severities } from '../../src/model/pattern.ts';
import type { ListedFinding, StoredFinding } from '../../src/model/stored-finding.ts';
import {
  dead,
  engines,
  everything,
  finding,
  freshLedger,
  freshPlace,
  live,
  newKeys,
  open,
  scanOf,
  usePostgres,
} from './ledgers.ts';

usePostgres();

async function read(pages: AsyncIterable<readonly ListedFinding[]>): Promise<readonly (readonly ListedFinding[])[]> {
  const all: (readonly ListedFinding[])[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

/** What a list shows of a finding that was read whole. */
function listed(finding: StoredFinding) {
  const { id, pattern, redacted, verdict, first, locations, firstSeen, state, owner, lastTold, revocation } = finding;
  const { identity, account } = { identity: undefined, account: undefined, ...verdict };
  return {
    id,
    pattern,
    redacted,
    verdict: { state: verdict.state, ...(identity !== undefined && { identity }), ...(account !== undefined && { account }) },
    ...(first !== undefined && { first }),
    locations: locations.map(({ origin, line, column, place, gone }) => ({
      origin,
      line,
      column,
      place,
      ...(gone !== undefined && { gone }),
    })),
    firstSeen,
    state,
    ...(owner !== undefined && { owner }),
    ...((lastTold?.identity ?? lastTold?.account) !== undefined && {
      lastTold: {
        ...(lastTold?.identity !== undefined && { identity: lastTold.identity }),
        ...(lastTold?.account !== undefined && { account: lastTold.account }),
      },
    }),
    ...(revocation !== undefined && { revocation }),
  };
}

describe.each(engines)('the list of a ledger in %s', (engine) => {
  test('says of each finding what the whole of it says, in the same order', async () => {
    const ledger = await freshLedger(engine, () => new Date('2026-03-01T00:00:00.000Z'));
    const verdicts = [live('octo@example.com'), dead(), { state: 'unasked' }] as const;
    const findings = verdicts.flatMap((verdict, at) =>
      severities.map((severity) => finding(`${at}-${severity}`, { verdict, severity, provider: `p-${severity}` })),
    );
    const spread = finding('spread', {
      origins: [1, 2, 3].map((copy) => ({ kind: 'file', path: `b/${copy}.ts` }) as const),
      date: '2025-01-01T10:00:00+02:00',
    });
    await ledger.recordScan(scanOf({ endedAt: '2026-01-05T00:00:00.000Z' }), [spread, ...findings.slice(0, 7)], []);
    await ledger.recordScan(scanOf({ endedAt: '2026-01-02T00:00:00.000Z' }), findings.slice(5), []);
    const [one, two, three, four] = findings.map(({ id }) => id) as [string, string, string, string];
    await ledger.decide([one], { kind: 'ignore', reason: 'an example' }, 'ann');
    await ledger.decide([two], { kind: 'accept', reason: 'soon over', until: '2026-04-01T00:00:00.000Z' }, 'ann');
    await ledger.decide([three], { kind: 'accept', reason: 'is over', until: '2026-02-01T00:00:00.000Z' }, 'ann');
    await ledger.decide([four], { kind: 'assign', to: 'ben@example.com' }, 'ann');
    await ledger.recordRevocation({ finding: four, plan: 'p1', state: 'revoked', at: '2026-02-01T00:00:00.000Z' });

    // Its provider says whose it is as long as it lives.
    await ledger.recordVerdict(findings[0]!.id, live('ben@example.com', '2026-01-06T00:00:00.000Z'));
    await ledger.recordVerdict(findings[0]!.id, { ...live('ben@example.com', '2026-01-07T00:00:00.000Z'), account: 'acme' });
    await ledger.recordVerdict(findings[0]!.id, dead('2026-01-08T00:00:00.000Z'));

    const whole = await ledger.find(everything);
    const pages = await read(ledger.list());
    expect(pages.flat()).toEqual(whole.map(listed));
    const states = new Set(pages.flat().map(({ state }) => state));
    expect([...states].sort()).toEqual(['accepted', 'gone', 'ignored', 'open']);
    expect(pages.flat().find(({ id }) => id === one)).toMatchObject({
      owner: 'ben@example.com',
      lastTold: { identity: 'ben@example.com', account: 'acme' },
    });
    expect(pages.flat().find(({ id }) => id === four)).toMatchObject({ owner: 'ben@example.com', revocation: 'revoked' });
  });

  test('of hundreds that are equally urgent and equally old each comes once', async () => {
    const ledger = await freshLedger(engine);
    const findings = Array.from({ length: 450 }, (_, at) => finding(`many-${at}`));
    await ledger.recordScan(scanOf(), findings, []);
    const pages = await read(ledger.list());
    expect(pages.length).toBeGreaterThan(2);
    expect(pages.flat().map(({ id }) => id)).toEqual(findings.map(({ id }) => id).sort());
  });

  test('of none there is no page', async () => {
    const ledger = await freshLedger(engine);
    expect(await read(ledger.list())).toEqual([]);
  });

  test('gives other work its turn between two pages', async () => {
    const ledger = await freshLedger(engine);
    await ledger.recordScan(
      scanOf(),
      Array.from({ length: 450 }, (_, at) => finding(`many-${at}`)),
      [],
    );
    const order: string[] = [];
    for await (const page of ledger.list()) {
      order.push('page');
      if (page.length > 0) setImmediate(() => order.push('key'));
    }
    expect(order.slice(0, 3)).toEqual(['page', 'key', 'page']);
  });

  test('a ledger that was made before lists as quickly, by its index', async () => {
    const place = await freshPlace(engine);
    const keys = await newKeys();
    const first = await open(place, keys);
    await first.recordScan(scanOf(), [finding('old')], []);
    const before = await openDatabase(place);
    await sql`drop index finding_urgency`.execute(before.read);
    await sql`delete from kysely_migration where name = '003-in-order-of-urgency'`.execute(before.read);
    await before.close();

    const later = await open(place, keys);
    expect((await read(later.list())).flat()).toHaveLength(1);
    const database = await openDatabase(place);
    if (engine === 'postgres') await sql`set enable_seqscan = off`.execute(database.read);
    const { rows } = await sql`
      ${sql.raw(engine === 'sqlite' ? 'explain query plan' : 'explain')} select id from finding
      where ${urgencyOf(engine)} = 3 and (first_seen, fingerprint) > ('', '') order by first_seen, fingerprint limit 9`.execute(
      database.read,
    );
    const plan = JSON.stringify(rows);
    expect(plan).toMatch(/finding_urgency/);
    // Neither sorted, nor looked through from its beginning.
    expect(plan).not.toMatch(/sort|b-tree/i);
    expect(plan).toMatch(
      engine === 'sqlite' ? /SEARCH .*<expr>=\? AND \(first_seen,fingerprint\)>/ : /Index Cond.*ROW\(first_seen/i,
    );
    await database.close();
  });
});
