import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isProvable, overHttp } from './kinds.ts';
import { openRig, type Rig } from './rig.ts';
import { stopEverywhere } from './stops.ts';

// Every revoker, stopped at every line that it writes, every request that it sends and every answer that it waits for.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

describe.concurrent.each(overHttp.map((one) => [one.pattern.id, one] as const))(
  '%s',
  (_, { pattern, revoker }) => {
    const canProve = isProvable({ pattern, revoker });
    const isReversible = revoker.tasks.disable !== undefined;

    test('taken back: stopped anywhere, the next run ends it, and nothing is done twice', async () => {
      const points = await stopEverywhere(rig, {
        plant: async () => ({ planted: await rig.plant(pattern) }),
        mayBeInDoubt: !canProve,
        check: ({ state }, { known }, when, wasInDoubt) => {
          // What nobody can be asked about, and no list tells of, may be refused the second time: then nobody knows.
          const ends = canProve ? ['revoked', 'already-dead'] : wasInDoubt ? ['requested', 'failed'] : ['requested'];
          expect(ends, when).toContain(state);
          expect(known, when).toMatchObject({ state: 'dead', revocations: 1 });
        },
      });
      expect(points).toBeGreaterThan(8);
    });

    test.runIf(isReversible && canProve)('switched off, and on again: stopped anywhere, the next run ends it', async () => {
      await stopEverywhere(rig, {
        graceMs: 86_400_000,
        plant: async () => ({ planted: await rig.plant(pattern) }),
        check: ({ state }, { known }, when) => {
          expect(state, when).toBe('disabled');
          expect(known.state, when).toBe('disabled');
          expect(known.revocations, when).toBeUndefined();
          // What stays in the lists would look like the next.
          known.state = 'dead';
        },
      });
      await stopEverywhere(rig, {
        purpose: 'undo',
        plant: async (own) => {
          const planted = await rig.plant(pattern);
          const off = await rig.revoke([planted], own);
          expect(off.results).toMatchObject([{ state: 'disabled' }]);
          return { planted, told: off.planned };
        },
        check: ({ state }, { known }, when) => {
          expect(state, when).toBe('enabled');
          expect(known.state, when).toBe('live');
          known.state = 'dead';
        },
      });
    });
  },
  300_000,
);
