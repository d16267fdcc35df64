import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RevocationRow } from '../../src/model/revocation.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { isMortal } from '../../src/model/verification.ts';
import { planText } from '../../src/report/plan-text.ts';
import { lintRevoker } from '../../src/revoke/lint-revoker.ts';
import { loadRevokers, revokerNames, revokerOf } from '../../src/revoke/load-revokers.ts';
import type { ReadyRevoker } from '../../src/revoke/revoker-schema.ts';
import type { RevocationStore } from '../../src/revoke/store.ts';
import { createWire } from '../../src/wire/wire.ts';
import { openRig, type Planted, type Rig } from './rig.ts';
import { Stopped, stoppingAt } from './stops.ts';

// What cannot be asked whether it is dead: proved by its provider's own records where they tell, and else never called revoked.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const patternOf = (id: string) => rig.patterns.find((one) => one.id === id)!;
const unprovable = ['github-app-refresh-token', 'google-oauth-refresh-token', 'salesforce-refresh-token'];
const confirmed = ['confluent-api-secret', 'digitalocean-spaces-key'];

/** A store that tells what it was told. */
function watching(): { readonly store: RevocationStore; readonly rows: RevocationRow[]; readonly verdicts: Verdict[] } {
  const rows: RevocationRow[] = [];
  const verdicts: Verdict[] = [];
  return {
    rows,
    verdicts,
    store: {
      ...rig.terms.store,
      recordRevocation: async (row) => {
        rows.push(row);
      },
      recordVerdict: async (_, verdict) => {
        verdicts.push(verdict);
      },
    },
  };
}

const linesOf = ({ credential }: Planted) => rig.journal.lines().filter(({ finding }) => finding === credential.id);

test('every revoker whose credentials nothing proves dead is one of these, or says so', async () => {
  const all = (await Promise.all(revokerNames().map((name) => loadRevokers(name)))).flat();
  expect(
    all
      .filter(({ confirm }) => confirm)
      .flatMap(({ patterns }) => patterns)
      .sort(),
  ).toEqual(confirmed);
  for (const pattern of rig.patterns.filter(({ revoker, verify }) => revoker !== undefined && !isMortal(verify))) {
    const planted = await rig.plant(pattern);
    const { plan } = await rig.plan([planted]);
    const [step] = plan.steps;
    const isConfirmed = confirmed.includes(pattern.id);
    expect([step?.isProvable, (step?.confirms.length ?? 0) > 0], pattern.id).toEqual([isConfirmed, isConfirmed]);
    expect(planText(plan, { color: false }), pattern.id).toContain(
      isConfirmed ? 'what its provider keeps' : 'it stays requested',
    );
  }
});

describe.each(unprovable)('%s', (id) => {
  test('is requested, in the results, the ledger and the journal, and never revoked', async () => {
    const planted = await rig.plant(patternOf(id));
    const { store, rows } = watching();
    const { results } = await rig.revoke([planted], { store });
    expect(results).toMatchObject([{ state: 'requested', secondsToDead: null }]);
    expect(rows).toMatchObject([{ state: 'requested' }]);
    expect(linesOf(planted).map(({ action }) => action)).not.toContain('proved');
    expect(linesOf(planted).at(-2)).toMatchObject({ action: 'unproved' });
  });
});

describe.each(confirmed)('%s', (id) => {
  test('is proved by what its provider keeps, and that is told', async () => {
    const planted = await rig.plant(patternOf(id));
    const { store, rows, verdicts } = watching();
    const { results, planned } = await rig.revoke([planted], { store });
    const evidence = expect.stringContaining('does not know it any more');
    expect(results, JSON.stringify(results)).toMatchObject([{ state: 'revoked', evidence, secondsToDead: expect.any(Number) }]);
    expect(planted.known).toMatchObject({ state: 'dead', revocations: 1 });
    expect(rows).toMatchObject([{ state: 'revoked' }]);
    expect(verdicts.at(-1)).toMatchObject({ state: 'dead', evidence });
    expect(linesOf(planted)).toContainEqual(expect.objectContaining({ action: 'proved', after: 'dead', evidence }));
    expect(JSON.stringify([results, planned.plan, linesOf(planted)])).not.toContain(planted.known.secret);
    expect(planned.plan.steps[0]?.confirms.at(-1)).toMatchObject({ kind: 'look-up', method: 'GET' });
  });

  test('that is there still stays requested: a call that was taken proves nothing', async () => {
    const planted = await rig.plant(patternOf(id), { fault: 'never-takes-effect' });
    const { results } = await rig.revoke([planted], { proofWindowMs: 300 });
    expect(results).toMatchObject([{ state: 'requested', evidence: expect.stringMatching(/it is live still/) }]);
    expect(linesOf(planted).map(({ action }) => action)).not.toContain('proved');
    planted.known.state = 'dead';
  });

  test('that is gone before we did anything is nothing that we took back', async () => {
    const planted = await rig.plant(patternOf(id), { state: 'dead' });
    const { results } = await rig.revoke([planted]);
    expect(results).toMatchObject([{ state: 'failed' }]);
    expect(planted.known.revocations).toBeUndefined();
  });

  test('stopped anywhere, the next run ends it, and it is done once', async () => {
    for (let at = 0; ; at++) {
      const planted = await rig.plant(patternOf(id));
      const { plan, credentials } = await rig.plan([planted]);
      const { applyPlan } = await import('../../src/revoke/apply.ts');
      const terms = { ...rig.terms, proofWindowMs: 300 };
      const stopped = stoppingAt(terms, at);
      const isOver = await applyPlan(plan, credentials, stopped.terms).then(
        () => true,
        (error: unknown) => {
          if (!(error instanceof Stopped)) throw error;
          return false;
        },
      );
      const again = await applyPlan(plan, credentials, terms);
      expect(['revoked', 'already-dead'], `stopped at ${at}: ${JSON.stringify(again)}`).toContain(again[0]?.state);
      expect(planted.known, `stopped at ${at}`).toMatchObject({ state: 'dead', revocations: 1 });
      if (isOver) break;
    }
  });
});

test('records that never showed it prove nothing: a credential of another team finds nothing, and a call in doubt did nothing', async () => {
  const planted = await rig.plant(patternOf('digitalocean-spaces-key'));
  const methods: string[] = [];
  const elsewhere = createServer(({ method = '' }, response) => {
    methods.push(method);
    response.writeHead(method === 'GET' ? 404 : 500, { 'content-type': 'application/json' });
    response.end('{"id":"not_found"}');
  });
  await new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve));
  const { port } = elsewhere.address() as AddressInfo;
  const wire = createWire({
    allowHosts: [],
    endpoints: [`digitalocean@api.digitalocean.com=http://127.0.0.1:${port}`],
    env: {},
    signal: new AbortController().signal,
  });
  try {
    const { results } = await rig.revoke([planted], { wire, proofWindowMs: 300 });
    expect(results).toMatchObject([{ state: 'failed', evidence: expect.stringContaining('nothing was sent') }]);
    expect(methods).toEqual(['GET']);
    expect(planted.known.state).toBe('live');
  } finally {
    await wire.close();
    elsewhere.close();
  }
});

describe('what a revoker may not say of it', () => {
  const problemsOf = async (more: (revoker: ReadyRevoker) => Partial<ReadyRevoker>, id = 'digitalocean-spaces-key') => {
    const revoker = (await revokerOf(patternOf(id)))!;
    return lintRevoker({ ...revoker, ...more(revoker) }, rig.patterns).join('\n');
  };

  test.each<[string, (revoker: ReadyRevoker) => Partial<ReadyRevoker>, RegExp]>([
    ['an act', ({ tasks }) => ({ confirm: tasks.revoke }), /it only looks/],
    [
      'nothing that tells death',
      ({ confirm }) => ({ confirm: confirm?.map((step) => ('request' in step ? { ...step, gone: [] } : step)) ?? [] }),
      /says by gone or find what tells death/,
    ],
    [
      'no credential of ours',
      ({ confirm }) => ({
        confirm:
          confirm?.map((step) => ('request' in step ? { ...step, request: { ...step.request, headers: {} } } : step)) ?? [],
      }),
      /takes \{\{admin\}\}/,
    ],
  ])('%s', async (_, more, problem) => {
    expect(await problemsOf(() => ({}))).toBe('');
    expect(await problemsOf(more)).toMatch(problem);
  });

  test('of what can be asked itself', async () => {
    const { confirm } = (await revokerOf(patternOf('digitalocean-spaces-key')))!;
    expect(await problemsOf(() => ({ confirm: confirm! }), 'sendgrid-api-key')).toMatch(/is asked about itself/);
  });
});
