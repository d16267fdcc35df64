import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../src/ledger/filter.ts';
import { lastTold } from '../../src/ledger/last-told.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { findingPage } from '../../src/report/finding-page.ts';
import { storedRecord } from '../../src/report/stored-record.ts';
import { detailLines } from '../../src/triage/detail-lines.ts';
import { dead, engines, finding, freshLedger, live, scanOf, usePostgres } from './ledgers.ts';

usePostgres();

const alive: Verdict = { ...live('ann@example.com'), account: 'team', scopes: ['repo'], expires: '2027-01-01T00:00:00.000Z' };

describe('whose a credential was, once its provider does not tell any more', () => {
  test.each<[string, readonly Verdict[], ReturnType<typeof lastTold>]>([
    ['nothing was ever told', [{ state: 'unasked' }, dead()], undefined],
    ['the last verdict tells all of it', [alive], undefined],
    [
      'dead after it was alive',
      [alive, dead()],
      {
        identity: 'ann@example.com',
        account: 'team',
        scopes: ['repo'],
        expires: '2027-01-01T00:00:00.000Z',
        at: '2026-01-01T00:00:00.000Z',
      },
    ],
    [
      'what is dead tells one thing itself',
      [alive, { ...dead(), created: '2020-01-01T00:00:00.000Z' }],
      {
        identity: 'ann@example.com',
        account: 'team',
        scopes: ['repo'],
        created: '2020-01-01T00:00:00.000Z',
        expires: '2027-01-01T00:00:00.000Z',
        at: '2026-01-01T00:00:00.000Z',
      },
    ],
    [
      'it changed hands: nothing of the owner before',
      [alive, live('bob@example.com', '2026-01-02T00:00:00.000Z'), dead('2026-01-03T00:00:00.000Z')],
      { identity: 'bob@example.com', at: '2026-01-02T00:00:00.000Z' },
    ],
  ])('%s', (_, verdicts, told) => {
    expect(lastTold(verdicts)).toEqual(told);
  });
});

describe.each(engines)('in %s', (engine) => {
  test('a dead finding keeps its owner: in lists, filters, exports, its page and triage', async () => {
    const ledger = await freshLedger(engine);
    await ledger.recordScan(scanOf(), [finding('one'), finding('two')], []);
    const one = finding('one');
    await ledger.recordVerdict(one.id, alive);
    expect((await ledger.get(one.id)).lastTold).toBeUndefined();
    await ledger.recordVerdict(one.id, dead());
    await ledger.recordVerdict(finding('two').id, dead());

    for (const filter of ['owner=ann@example.com', 'owner=team', 'owner~ann verdict=dead', 'owner!=bob verdict=dead owner~team'])
      expect((await ledger.find(parseFilter(filter))).map(({ id }) => id)).toEqual([one.id]);
    const stored = await ledger.get(one.id);
    expect(stored).toMatchObject({ verdict: { state: 'dead' }, owner: 'ann@example.com' });
    const told = {
      at: '2026-01-01T00:00:00.000Z',
      identity: 'ann@example.com',
      account: 'team',
      scopes: ['repo'],
      created: null,
      expires: '2027-01-01T00:00:00.000Z',
      lastUsed: null,
    };
    expect(storedRecord(stored)).toMatchObject({ owner: 'ann@example.com', lastTold: told });
    expect(storedRecord(await ledger.get(finding('two').id)).lastTold).toBeNull();
    const history = await ledger.history(one.id);
    const page = findingPage(stored, history, (text) => text);
    expect(page).toMatch(/told before +at 2026-01-01T00:00:00.000Z\n +identity ann@example.com\n +account team\n +scopes repo/);
    const lines = detailLines(stored, history, { all: [stored], columns: 200, now: new Date() });
    const screen = lines.map((line) => line.map(({ text }) => text).join('')).join('\n');
    expect(screen).toMatch(/^identity +ann@example.com, account team, as of 2026-01-01 00:00$/m);
    expect(screen).toMatch(/^scopes +repo$/m);

    // Whom it is assigned to goes before, and whose it was is still found.
    await ledger.decide([one.id], { kind: 'assign', to: 'carol' }, 'ann');
    expect((await ledger.find(parseFilter('owner=carol owner~ann'))).map(({ owner }) => owner)).toEqual(['carol']);
    await ledger.recordVerdict(one.id, live('bob@example.com', '2026-01-03T00:00:00.000Z'));
    expect(await ledger.find(parseFilter('owner~ann'))).toEqual([]);
  });
});
