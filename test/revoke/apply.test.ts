import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Secret } from '../../src/model/secret.ts';
import { type ApplyTerms, applyPlan } from '../../src/revoke/apply.ts';
import { memoryStore } from '../../src/revoke/claims.ts';
import { readJournal } from '../../src/revoke/journal.ts';
import { beganAt } from '../../src/revoke/journal-lock.ts';
import { openRig, type Planted, type Rig } from './rig.ts';
import { Stopped, stoppingAt } from './stops.ts';

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

const patternOf = (id: string) => rig.patterns.find((one) => one.id === id)!;

function plantMany(id: string, count: number): Promise<readonly Planted[]> {
  return Promise.all(Array.from({ length: count }, () => rig.plant(patternOf(id))));
}

function linesOf({ credential }: Planted, action: string) {
  return rig.journal.lines().filter((line) => line.finding === credential.id && line.action === action);
}

test('2,500 tokens go in three calls, each is proved, and the journal holds', async () => {
  const tokens = await plantMany('github-pat-classic', 2500);
  const before = rig.server.acted.length;
  const { results, planned } = await rig.revoke(tokens);
  expect(planned.plan.steps.map(({ findings }) => findings.length)).toEqual([1000, 1000, 500]);
  expect(rig.server.acted.length - before).toBe(3);
  expect(results.every(({ state }) => state === 'revoked')).toBe(true);
  expect(results).toHaveLength(2500);
  expect(tokens.every(({ known }) => known.state === 'dead' && known.revocations === 1)).toBe(true);
  expect(readJournal(readFileSync(rig.file, 'latin1')).problem).toBeUndefined();
}, 300_000);

describe('a batch of which not all are alike', () => {
  test('what is dead by now is left out of the call, and said to be', async () => {
    const tokens = await plantMany('github-pat-classic', 4);
    const { plan, credentials } = await rig.plan(tokens);
    tokens[1]!.known.state = 'dead';
    const results = await applyPlan(plan, credentials, rig.terms);
    expect(tokens.map(({ credential }) => results.find(({ finding }) => finding === credential.id)?.state)).toEqual([
      'revoked',
      'already-dead',
      'revoked',
      'revoked',
    ]);
    expect(tokens[1]!.known.revocations).toBeUndefined();
    expect(linesOf(tokens[1]!, 'begun')).toEqual([]);
  });

  test('after a call in doubt only what still lives is sent again', async () => {
    const tokens = await plantMany('github-pat-classic', 3);
    // The provider took one of them, and broke.
    tokens[0]!.known.fault = 'error-before';
    rig.server.onRequest = (line) => {
      if (line.startsWith('POST')) tokens[1]!.known.state = 'dead';
      return undefined;
    };
    const { results } = await rig.revoke(tokens, { proofWindowMs: 300 });
    rig.server.onRequest = undefined;
    expect(results.map(({ state }) => state)).toEqual(['revoked', 'revoked', 'revoked']);
    expect(tokens.map((one) => linesOf(one, 'begun').length)).toEqual([2, 1, 2]);
    expect(tokens.map(({ known }) => known.revocations ?? 0)).toEqual([1, 0, 1]);
  });

  test('what the provider does late is waited for, and what it never does is not called revoked', async () => {
    const tokens = await plantMany('github-pat-classic', 5);
    tokens[1]!.known.fault = 'never-takes-effect';
    tokens[3]!.known.fault = 'takes-effect-late';
    const before = rig.server.acted.length;
    const { results } = await rig.revoke(tokens, { proofWindowMs: 2000 });
    expect(results.map(({ state }) => state)).toEqual(['revoked', 'requested', 'revoked', 'revoked', 'revoked']);
    expect(results[1]).toMatchObject({ secondsToDead: null, evidence: expect.stringContaining('live still') });
    expect(rig.server.acted.length - before).toBe(1);
    // Mended, only the one that lives goes again.
    tokens[1]!.known.fault = undefined;
    const again = await rig.revoke(tokens);
    expect(again.planned.plan.steps.map(({ findings }) => findings)).toEqual([[tokens[1]!.credential.id]]);
    expect(again.results).toMatchObject([{ state: 'revoked' }]);
    expect(tokens.map(({ known }) => known.revocations)).toEqual([1, 1, 1, 1, 1]);
  });

  test('tokens of another server go in a call of their own', async () => {
    const [here, there] = await plantMany('github-pat-classic', 2);
    const other = { ...there!.credential, parts: { api: new Secret('https://ghe.example.com/api/v3') } };
    const { plan } = await rig.plan([here!, { ...there!, credential: other }]);
    expect(plan.steps.map(({ calls }) => calls[0]?.url)).toEqual([
      'https://api.github.com/credentials/revoke',
      'https://ghe.example.com/api/v3/credentials/revoke',
    ]);
    expect(JSON.stringify(plan)).not.toContain(here!.known.secret);
  });
});

test('a provider that asks for longer than is waited has done nothing, and the next run does it', async () => {
  const [token] = await plantMany('gitlab-access-token', 1);
  const { close, ...own } = rig.ownWire();
  rig.server.onAct = (_, [known]) => {
    known!.state = { misbehaves: 'rate-limited' };
    return undefined;
  };
  const first = await rig.revoke([token!], own);
  await close();
  rig.server.onAct = undefined;
  expect(first.results).toMatchObject([{ state: 'failed', evidence: expect.stringContaining('Retry-After: 3600') }]);
  expect(linesOf(token!, 'in-doubt')).toEqual([]);
  token!.known.state = 'live';
  expect((await rig.revoke([token!])).results).toMatchObject([{ state: 'revoked' }]);
  expect(token!.known).toMatchObject({ state: 'dead', revocations: 1, calls: 2 });
});

describe('two responders', () => {
  const others = (): ApplyTerms => ({
    ...rig.terms,
    store: memoryStore(rig.journal, beganAt(process.ppid)),
    holder: { actor: 'bob@here', host: 'here', pid: process.ppid },
  });

  test('one acts, the other is told who does', async () => {
    const [token] = await plantMany('gitlab-access-token', 1);
    const { plan, credentials } = await rig.plan([token!]);
    let told: unknown;
    rig.server.onRequest = (line) => {
      if (!line.startsWith('DELETE')) return undefined;
      rig.server.onRequest = undefined;
      told = rig.plan([token!]).then((second) => applyPlan(second.plan, second.credentials, others()));
      return undefined;
    };
    const results = await applyPlan(plan, credentials, rig.terms);
    const second = (await told) as typeof results;
    expect(results).toMatchObject([{ state: 'revoked' }]);
    // By then the first may have ended: it then finds it dead, and has nothing to plan.
    for (const { state, evidence } of second)
      expect([state, evidence]).toEqual(['refused', expect.stringContaining('is at it already')]);
    expect(token!.known.revocations).toBe(1);
  });

  test('what another one claimed and did not do is not done either', async () => {
    const [token] = await plantMany('gitlab-access-token', 1);
    const { plan, credentials } = await rig.plan([token!]);
    await others().store.claim([token!.credential.id], { ...others().holder, plan: 'of-bob' });
    const results = await applyPlan(plan, credentials, rig.terms);
    expect(results).toMatchObject([{ state: 'refused', evidence: expect.stringContaining(`process ${process.ppid}`) }]);
    expect(token!.known.revocations).toBeUndefined();
    await others().store.release([token!.credential.id], { ...others().holder, plan: 'of-bob' });
    expect(await applyPlan(plan, credentials, rig.terms)).toMatchObject([{ state: 'revoked' }]);
  });
});

describe('right before acting', () => {
  test('a credential that is another owner’s than in the plan is left alone', async () => {
    const [token] = await plantMany('github-pat-classic', 1);
    const { plan, credentials } = await rig.plan([token!]);
    const ask: ApplyTerms['ask'] = async (credential) => ({ ...(await rig.verdictOn(credential)), identity: 'hubot' });
    const results = await applyPlan(plan, credentials, { ...rig.terms, ask });
    expect(results).toMatchObject([{ state: 'refused', evidence: expect.stringMatching(/hubot and was octocat/) }]);
    expect(token!.known.revocations).toBeUndefined();
  });

  test('one whose provider does not tell is left alone', async () => {
    const [token] = await plantMany('github-pat-classic', 1);
    const { plan, credentials } = await rig.plan([token!]);
    token!.known.state = { misbehaves: 'out-of-order' };
    expect(await applyPlan(plan, credentials, rig.terms)).toMatchObject([{ state: 'failed' }]);
    expect(linesOf(token!, 'begun')).toEqual([]);
  });

  test('one that lives again after it was taken back is taken back again', async () => {
    const [token] = await plantMany('github-pat-classic', 1);
    await rig.revoke([token!]);
    token!.known.state = 'live';
    const { results } = await rig.revoke([token!]);
    expect(results).toMatchObject([{ state: 'revoked' }]);
    expect(token!.known.revocations).toBe(2);
  });

  test('without our own credential nothing is sent', async () => {
    const [key] = await plantMany('anthropic-api-key', 1);
    const { results } = await rig.revoke([key!], { adminOf: async () => undefined });
    expect(results).toMatchObject([{ state: 'failed', evidence: expect.stringContaining('ANTHROPIC_ADMIN_KEY') }]);
    expect(key!.known.state).toBe('live');
  });

  test('an admin key of another organization, or a list that is cut, stops it', async () => {
    const [key] = await plantMany('anthropic-api-key', 1);
    const ask: ApplyTerms['ask'] = async (credential) => ({ ...(await rig.verdictOn(credential)), account: 'another' });
    const { plan, credentials } = await rig.plan([key!], { told: { account: 'another' } });
    const relabelled = {
      ...plan,
      steps: plan.steps.map((step) => ({
        ...step,
        credentials: step.credentials.map((one) => ({ ...one, account: 'another' })),
      })),
    };
    const results = await applyPlan(relabelled, credentials, { ...rig.terms, ask });
    expect(results).toMatchObject([{ state: 'failed', evidence: expect.stringContaining('none of them is this one') }]);
    expect(key!.known.state).toBe('live');
  });
});

describe('a run that is stopped at any point is gone on with by the next', () => {
  test.each([
    ['github-pat-classic', 3, 'dead', 0],
    ['gitlab-access-token', 1, 'dead', 0],
    ['anthropic-api-key', 1, 'dead', 0],
    ['anthropic-api-key', 1, 'disabled', 7],
  ] as const)(
    '%s, %d, until %s',
    async (id, count, ending, graceDays) => {
      let points = Number.POSITIVE_INFINITY;
      for (let at = 0; at < points; at++) {
        const tokens = await plantMany(id, count);
        const terms = { graceMs: graceDays * 86_400_000, proofWindowMs: 150 };
        const first = await rig.plan(tokens, terms);
        const stopped = stoppingAt({ ...rig.terms, proofWindowMs: 150 }, at);
        const ended = await applyPlan(first.plan, first.credentials, stopped.terms).catch((error: unknown) => error);
        if (!(ended instanceof Stopped)) {
          points = stopped.points();
          expect(ended).toMatchObject(tokens.map(() => ({ state: ending === 'dead' ? 'revoked' : 'disabled' })));
          break;
        }
        // What it claimed is its own: this process is the one that was stopped.
        const again = await applyPlan(first.plan, first.credentials, { ...rig.terms, proofWindowMs: 150 });
        const states = again.map(({ state }) => state);
        const over = ending === 'dead' ? ['revoked', 'already-dead'] : ['disabled'];
        expect(
          states.every((state) => over.includes(state)),
          `stopped at ${at}: ${JSON.stringify(again)}`,
        ).toBe(true);
        for (const token of tokens) {
          expect(token.known.state).toBe(ending);
          if (ending === 'dead') expect(token.known.revocations, `stopped at ${at}`).toBe(1);
        }
      }
      expect(points).toBeGreaterThan(8);
      expect(readJournal(readFileSync(rig.file, 'latin1')).problem).toBeUndefined();
    },
    300_000,
  );
});
