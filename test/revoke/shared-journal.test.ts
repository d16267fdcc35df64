import pg from 'pg';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { Ledger } from '../../src/ledger/store.ts';
import { problemAgainst } from '../../src/revoke/journal.ts';
import { openSharedJournal, readRows } from '../../src/revoke/shared-journal.ts';
import { freshPlace, newKeys, open, usePostgres } from '../ledger/ledgers.ts';

// The journal of those who share a PostgreSQL server, on the real engine.

usePostgres();

let ledger: Ledger;
let other: Ledger;
let sql: (text: string) => Promise<pg.QueryResult>;

beforeEach(async () => {
  const place = await freshPlace('postgres');
  const keys = await newKeys();
  ledger = await open(place, keys);
  other = await open(place, keys);
  const client = new pg.Client({ connectionString: place.kind === 'postgres' ? place.url : '', ssl: false });
  await client.connect();
  sql = (text) => client.query(text);
  onTestFinished(() => client.end());
});

const journalOf = ({ journal }: Ledger, actor = 'ann@here') => openSharedJournal(journal!, 'the server', { actor });

async function written(count: number): Promise<void> {
  const journal = await journalOf(ledger);
  for (let index = 0; index < count; index++) await journal.append({ action: 'verified', finding: `f${index}`, evidence: '—' });
}

/** What is wrong with what stands there, by what is anchored. */
async function verified(): Promise<string | undefined> {
  const anchored = await ledger.journalHead();
  return problemAgainst(readRows(await ledger.journal!.read(0)), anchored);
}

test('lines are chained and anchored, and another connection goes on from them', async () => {
  const first = await journalOf(ledger);
  const second = await journalOf(other, 'bob@there');
  await first.append({ action: 'begun', finding: 'a' }, { action: 'begun', finding: 'b' });
  await second.append({ action: 'verified', finding: 'c' });
  expect((await first.lines()).map(({ seq, actor, finding }) => [seq, actor, finding])).toEqual([
    [1, 'ann@here', 'a'],
    [2, 'ann@here', 'b'],
    [3, 'bob@there', 'c'],
  ]);
  expect(await ledger.journalHead()).toEqual(first.head());
  expect(await verified()).toBeUndefined();
});

test('a SQLite ledger has none: a file lies beside it', async () => {
  const beside = await open(await freshPlace('sqlite'), await newKeys());
  expect(beside.journal).toBeUndefined();
});

test('many who write at once make one chain, and each decides on all that stands before', async () => {
  const journals = await Promise.all([ledger, other, ledger, other].map((one, at) => journalOf(one, `r${at}@here`)));
  const seen: [before: number, seq: number][] = [];
  await Promise.all(
    journals.flatMap((journal) =>
      Array.from({ length: 15 }, async () => {
        let before = -1;
        const [line] = await journal.appendIf((lines) => {
          before = lines.length;
          return [{ action: 'verified' }];
        });
        seen.push([before, line!.seq]);
      }),
    ),
  );
  expect(seen.filter(([before, seq]) => seq !== before + 1)).toEqual([]);
  expect(await verified()).toBeUndefined();
  expect((await journals[0]!.lines()).length).toBe(60);
});

test('of two who want the same, one gets it', async () => {
  const journals = await Promise.all([journalOf(ledger), journalOf(other, 'bob@there')]);
  const got = await Promise.all(
    journals.map((journal) =>
      journal.appendIf((lines) =>
        lines.some(({ action }) => action === 'claimed') ? [] : [{ action: 'claimed', finding: 'a' }],
      ),
    ),
  );
  expect(got.map(({ length }) => length).sort()).toEqual([0, 1]);
});

describe('the table only grows', () => {
  test.each([
    "update quash.journal set line = 'x' where seq = 1",
    'delete from quash.journal where seq = 3',
    'truncate quash.journal',
  ])('%s', async (text) => {
    await written(3);
    await expect(sql(text)).rejects.toThrow(/the journal only grows/);
    expect(await verified()).toBeUndefined();
  });
});

describe('somebody who owns the database can switch that off, and is found out', () => {
  const tampered: Readonly<Record<string, string>> = {
    edited: `update quash.journal set line = replace(line, '"f2"', '"f9"') where seq = 3`,
    'edited at its end': `update quash.journal set line = replace(line, '"f4"', '"f9"') where seq = 5`,
    'given another hash': `update quash.journal set hash = repeat('0', 64) where seq = 3`,
    'made no JSON': `update quash.journal set line = 'x' || line where seq = 5`,
    removed: 'delete from quash.journal where seq = 3',
    'removed at its beginning': 'delete from quash.journal where seq = 1',
    reordered: `update quash.journal one set line = two.line, hash = two.hash from quash.journal two
      where one.seq in (2, 3) and two.seq = 5 - one.seq`,
    renumbered: 'delete from quash.journal where seq = 3; update quash.journal set seq = seq - 1 where seq > 3',
    doubled: `insert into quash.journal select 6, hash, line from quash.journal where seq = 5`,
    'put in with another': `update quash.journal set line = line || chr(10) || line where seq = 5`,
    'cut off': 'delete from quash.journal where seq > 3',
    emptied: 'truncate quash.journal',
  };

  test.each(Object.entries(tampered))('lines %s', async (name, text) => {
    await written(5);
    const watching = await journalOf(other);
    await sql('alter table quash.journal disable trigger all');
    await sql(text);
    expect(await verified()).toMatch(/^(?:line \d|it ends at number)/);
    // A journal that was open sees what is behind the last line it knew, and its being there.
    if (['cut off', 'emptied', 'doubled'].includes(name))
      await expect((async () => watching.append({ action: 'begun' }))()).rejects.toThrow(/tampered with/);
    const isCutOff = name === 'cut off' || name === 'emptied';
    if (!isCutOff) await expect(journalOf(ledger)).rejects.toThrow(/tampered with/);
  });

  test('and a journal written anew does not hold against a head that was exported', async () => {
    await written(3);
    const head = await ledger.journalHead();
    await sql('alter table quash.journal disable trigger all');
    await sql('truncate quash.journal');
    await sql(`delete from quash.meta where name = 'journal head'`);
    await written(4);
    expect(await verified()).toBeUndefined();
    expect(problemAgainst(readRows(await ledger.journal!.read(0)), head)).toMatch(/written anew/);
  });
});
