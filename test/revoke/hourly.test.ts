import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { memoryStore } from '../../src/revoke/claims.ts';
import { type FileJournal, openJournal } from '../../src/revoke/journal.ts';
import { beganAt } from '../../src/revoke/journal-lock.ts';
import { revokerOf } from '../../src/revoke/load-revokers.ts';
import { temporaryFolder } from '../cli/binary.ts';
import { openRig, type Planted, type Rig } from './rig.ts';

// GitHub takes 60 calls an hour, whoever makes them and in however many runs.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const call = 'POST https://api.github.com/credentials/revoke';
const start = Date.parse('2026-03-02T10:00:00.000Z');

/** A journal with calls of an earlier run, one a minute, each of a batch of three. */
function journalAfter(calls: number): { readonly journal: FileJournal; readonly clock: { now: number } } {
  const clock = { now: start };
  const journal = openJournal(join(temporaryFolder(), 'journal.jsonl'), { actor: 'bob@here', now: () => new Date(clock.now) });
  for (let index = 0; index < calls; index++) {
    const batch = ['a', 'b', 'c'].map((one) => ({
      plan: 'earlier',
      finding: `${one}${index}`,
      task: 'revoke' as const,
      step: 0,
      call,
    }));
    journal.append(...batch.map((one) => ({ action: 'begun' as const, ...one })));
    journal.append(...batch.map((one) => ({ action: 'answered' as const, after: 'accepted', ...one })));
    clock.now += 60_000;
  }
  return { journal, clock };
}

async function planted(id = 'github-pat-classic'): Promise<Planted> {
  return rig.plant(rig.patterns.find((one) => one.id === id)!);
}

const termsOf = (journal: FileJournal, clock: { readonly now: number }) => ({
  journal,
  revokerOf,
  now: () => new Date(clock.now),
  store: memoryStore(journal, beganAt(process.pid)),
});

test('calls of an earlier run count: the hour is waited for, and told of', async () => {
  const { journal, clock } = journalAfter(60);
  clock.now = start + 59 * 60_000 + 30_000;
  const token = await planted();
  const acted = rig.server.acted.length;
  const { results } = await rig.revoke([token], termsOf(journal, clock));
  expect(results).toMatchObject([
    { state: 'failed', evidence: expect.stringContaining('nothing was sent; run this again after 2026-03-02T11:00:00.000Z') },
  ]);
  expect(rig.server.acted.length).toBe(acted);
  expect(token.known.state).toBe('live');
  // A provider without such a limit is not held up.
  const other = await planted('gitlab-access-token');
  expect((await rig.revoke([other], termsOf(journal, clock))).results).toMatchObject([{ state: 'revoked' }]);

  clock.now = start + 60 * 60_000;
  expect((await rig.revoke([token], termsOf(journal, clock))).results).toMatchObject([{ state: 'revoked' }]);
  journal.close();
});

test('the last call of an hour is made once, also by two who would make it at the same time', async () => {
  const { journal, clock } = journalAfter(59);
  const tokens = [await planted(), await planted()];
  const runs = await Promise.all(tokens.map((token) => rig.revoke([token], termsOf(journal, clock))));
  expect(runs.flatMap(({ results }) => results.map(({ state }) => state)).sort()).toEqual(['failed', 'revoked']);
  expect(tokens.filter(({ known }) => known.state === 'live')).toHaveLength(1);
  journal.close();
});
