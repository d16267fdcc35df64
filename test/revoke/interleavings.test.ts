import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fault, faults } from '../../fixtures/providers/server.ts';
import type { RevocationResult } from '../../src/model/revocation.ts';
import { type ApplyTerms, applyPlan, confirmed } from '../../src/revoke/apply.ts';
import { memoryStore } from '../../src/revoke/claims.ts';
import { type Journal, openJournal, readJournal } from '../../src/revoke/journal.ts';
import { beganAt } from '../../src/revoke/journal-lock.ts';
import { standingsOf } from '../../src/revoke/standing.ts';
import { openRig, type Planted, type Rig } from './rig.ts';
import { Stopped, stoppingAt } from './stops.ts';

// Stops, restarts, faults of providers and a second responder, in an order that a seed decides. Whatever happens: nothing is
// taken back without a plan, nothing twice, nothing that lives is called dead, and every act stands in the journal before it.

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

const kinds = ['github-pat-classic', 'gitlab-access-token', 'anthropic-api-key', 'github-app-installation-token'];
// What never takes effect is told of as alive each time, and may be called for each time.
const passing = faults.filter((fault) => fault !== 'never-takes-effect' && fault !== 'rate-limited');

interface Responder {
  readonly terms: ApplyTerms;
  readonly journal: Journal;
}

function responder(name: string, pid: number): Responder {
  const journal = openJournal(rig.file, { actor: `${name}@here` });
  const holder = { actor: `${name}@here`, host: 'here', pid };
  return { journal, terms: { ...rig.terms, journal, holder, store: memoryStore(journal, beganAt(pid)), proofWindowMs: 400 } };
}

test.each(Array.from({ length: 12 }, (_, index) => index + 1))(
  'seed %d',
  async (seed) => {
    const random = randomOf(seed);
    const violations: string[] = [];
    const responders = [responder('ann', process.pid), responder('bob', process.ppid)];
    const planted: Planted[] = [];
    for (let count = 3 + random(5); count > 0; count--) {
      const fault: Fault | undefined = random(2) === 0 ? passing[random(passing.length)] : undefined;
      const kind = kinds[random(kinds.length)];
      planted.push(await rig.plant(rig.patterns.find(({ id }) => id === kind)!, fault && { fault }));
    }
    rig.server.onRequest = (line) => {
      if (line.startsWith('GET ')) return undefined;
      const { lines, problem } = readJournal(readFileSync(rig.file, 'latin1'));
      if (problem !== undefined) violations.push(problem);
      const begun = lines.findLast(({ action }) => action === 'begun');
      const isOpen = [...standingsOf(lines).values()].some(({ open }) => open !== undefined);
      if (!begun || !isOpen) violations.push(`${line} was sent, and no line says that it was begun`);
      else if (!lines.some(({ action, plan, seq }) => action === 'planned' && plan === begun.plan && seq < begun.seq))
        violations.push(`${line} was sent without a plan`);
      return undefined;
    };

    /** One responder's run, which may be stopped anywhere; a process that is gone holds nothing any more. */
    async function run({ terms, journal }: Responder, at: number): Promise<readonly RevocationResult[]> {
      const { plan, credentials } = await rig.plan(planted, { ...terms, graceMs: 0 });
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
        if ((state === 'revoked' || state === 'already-dead') && known.state !== 'dead' && known.state !== 'disabled')
          violations.push(`${finding} is called ${state} and is ${String(known.state)}`);
      }
    }

    for (let round = 0; round < 3; round++) {
      const isTogether = random(2) === 0;
      const points = [random(40), random(40)];
      if (isTogether)
        for (const results of await Promise.all(responders.map((one, index) => run(one, points[index]!)))) check(results);
      else check(await run(responders[random(2)]!, points[0]!));
    }
    // In the end somebody runs it undisturbed, as often as faults are left.
    let last: readonly RevocationResult[] = [];
    for (let round = 0; round < 4; round++) {
      last = await run(responders[0]!, Number.POSITIVE_INFINITY);
      check(last);
      if (last.every(({ state }) => confirmed.has(state))) break;
    }
    rig.server.onRequest = undefined;
    for (const { journal } of responders) journal.close();
    expect(violations).toEqual([]);
    expect(last.filter(({ state }) => !confirmed.has(state))).toEqual([]);
    for (const { known, credential } of planted) {
      expect(known.state, credential.id).toBe('dead');
      expect(known.revocations, `${credential.id}, a ${credential.pattern.id}`).toBe(1);
    }
    expect(readJournal(readFileSync(rig.file, 'latin1')).problem).toBeUndefined();
  },
  300_000,
);
