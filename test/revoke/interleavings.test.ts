import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fault, faults } from '../../fixtures/providers/server.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { RevocationResult } from '../../src/model/revocation.ts';
import { type ApplyTerms, applyPlan, confirmed } from '../../src/revoke/apply.ts';
import { memoryStore } from '../../src/revoke/claims.ts';
import { type Journal, openJournal, readJournal } from '../../src/revoke/journal.ts';
import { beganAt } from '../../src/revoke/journal-lock.ts';
import { standingsOf } from '../../src/revoke/standing.ts';
import { isProvable, overHttp } from './kinds.ts';
import { openRig, type Planted, type Rig } from './rig.ts';
import { Stopped, stoppingAt } from './stops.ts';

// Stops, restarts, faults of providers, a second responder, and people who act elsewhere, in an order that a seed decides.
// Whatever happens: nothing is taken back without a plan, nothing twice, nothing that lives is called dead, and every act stands
// in the journal before it.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

/** https://en.wikipedia.org/wiki/Permuted_congruential_generator would do as well: it only has to be the same everywhere. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** What can be asked about: of the rest nobody may call anything dead. */
const kinds = overHttp.filter(isProvable);
// A 429 is waited out by the clock; each kind is tested with it elsewhere.
const passing = faults.filter((fault) => fault !== 'rate-limited');

interface Responder {
  readonly terms: ApplyTerms;
  readonly journal: Journal;
}

function responder(name: string, pid: number): Responder {
  const journal = openJournal(rig.file, { actor: `${name}@here` });
  const holder = { actor: `${name}@here`, host: 'here', pid };
  return { journal, terms: { ...rig.terms, journal, holder, store: memoryStore(journal, beganAt(pid)), proofWindowMs: 400 } };
}

test.each(Array.from({ length: 24 }, (_, index) => index + 1))(
  'seed %d',
  async (seed) => {
    const random = randomOf(seed);
    const violations: string[] = [];
    const responders = [responder('ann', process.pid), responder('bob', process.ppid)];
    const planted: Planted[] = [];
    const bystanders: Planted[] = [];
    const plans = new Map<string, Plan>();
    for (let count = 3 + random(5); count > 0; count--) {
      const fault: Fault | undefined = random(2) === 0 ? passing[random(passing.length)] : undefined;
      const { pattern } = kinds[random(kinds.length)]!;
      planted.push(await rig.plant(pattern, fault && { fault }));
      // Another of its kind, which nobody plans for.
      bystanders.push(await rig.plant(pattern));
    }
    rig.server.onAct = (line, meant) => {
      const { lines, problem } = readJournal(readFileSync(rig.file, 'latin1'));
      if (problem !== undefined) violations.push(problem);
      const standings = standingsOf(lines);
      for (const known of meant) {
        const own = planted.find((one) => one.known === known);
        const id = own?.credential.id ?? '';
        const begun = lines.findLast(({ action, finding }) => action === 'begun' && finding === id);
        if (!begun || standings.get(id)?.open === undefined)
          violations.push(`${line} was sent for a ${known.pattern}, and no line says that it was begun`);
        else if (!plans.get(begun.plan ?? '')?.steps.some(({ findings }) => findings.includes(id)))
          violations.push(`${line} was sent for ${id}, which is not in its plan`);
        else if (!lines.some(({ action, plan, seq }) => action === 'planned' && plan === begun.plan && seq < begun.seq))
          violations.push(`${line} was sent for ${id} before its plan was in the journal`);
      }
      return undefined;
    };

    /** One responder's run, which may be stopped anywhere; a process that is gone holds nothing any more. */
    async function run({ terms, journal }: Responder, at: number): Promise<readonly RevocationResult[]> {
      const { plan, credentials } = await rig.plan(planted, { ...terms, graceMs: 0 });
      plans.set(plan.id, plan);
      const stopped = stoppingAt(terms, at);
      try {
        return await applyPlan(plan, credentials, stopped.terms);
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        // Steps that were in the air end with the process: here, one after the other.
        await new Promise((resolve) => setImmediate(resolve));
        return [];
      } finally {
        const held = plan.steps.flatMap(({ findings }) => findings);
        await memoryStore(journal, beganAt(terms.holder.pid)).release(held, { ...terms.holder, plan: plan.id });
      }
    }

    function check(results: readonly RevocationResult[]): void {
      for (const { finding, state } of results) {
        const { known } = planted.find(({ credential }) => credential.id === finding)!;
        const isRightly =
          state === 'revoked'
            ? known.state === 'dead'
            : state !== 'already-dead' || ['dead', 'disabled'].includes(String(known.state));
        if (!isRightly) violations.push(`${finding} is called ${state} and is ${String(known.state)}`);
      }
    }

    const gone = new Set<Planted>();
    for (let round = 0; round < 3; round++) {
      // Somebody takes one back at the provider's own page.
      const elsewhere = planted[random(planted.length)]!;
      if (random(4) === 0 && elsewhere.known.state === 'live' && elsewhere.known.revocations === undefined) {
        elsewhere.known.state = 'dead';
        gone.add(elsewhere);
      }
      const isTogether = random(2) === 0;
      const points = [random(40), random(40)];
      if (isTogether)
        for (const results of await Promise.all(responders.map((one, index) => run(one, points[index]!)))) check(results);
      else check(await run(responders[random(2)]!, points[0]!));
    }
    // What never takes effect is mended in the end, and somebody runs it undisturbed, as often as faults are left.
    for (const { known } of planted) if (known.fault === 'never-takes-effect') known.fault = undefined;
    let last: readonly RevocationResult[] = [];
    for (let round = 0; round < 4; round++) {
      last = await run(responders[0]!, Number.POSITIVE_INFINITY);
      check(last);
      if (last.every(({ state }) => confirmed.has(state))) break;
    }
    rig.server.onAct = undefined;
    for (const { journal } of responders) journal.close();
    expect(violations).toEqual([]);
    expect(last.filter(({ state }) => !confirmed.has(state))).toEqual([]);
    const lines = rig.journal.lines();
    for (const one of planted) {
      const { known, credential } = one;
      const what = `${credential.id}, a ${credential.pattern.id}`;
      expect(known.state, what).toBe('dead');
      expect(known.revocations ?? 0, what).toBe(gone.has(one) ? 0 : 1);
      const begun = lines.filter(({ action, finding }) => action === 'begun' && finding === credential.id);
      expect(known.calls ?? 0, what).toBeLessThanOrEqual(begun.length);
    }
    expect(bystanders.filter(({ known }) => known.state !== 'live' || known.calls !== undefined)).toEqual([]);
    expect(readJournal(readFileSync(rig.file, 'latin1')).problem).toBeUndefined();
  },
  300_000,
);
