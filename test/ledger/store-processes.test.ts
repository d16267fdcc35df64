import { once } from 'node:events';
import { hostname } from 'node:os';
import Libsql from 'libsql';
import { describe, expect, test } from 'vitest';
import type { Claimed } from '../../src/ledger/store.ts';
import { value } from './candidates.ts';
import { ledgerProcess } from './ledger-processes.ts';
import { engines, everything, finding, freshPlace, newKeys, open, scanOf, usePostgres } from './ledgers.ts';

usePostgres();

/** A finding as it crosses into another process: its secret in clear. */
function plain(name: string) {
  const one = finding(name);
  return { ...one, secret: value(name), parts: {} };
}

const { targets, ...scan } = scanOf();
const wholeTarget = { root: targets[0]!.root };

describe.each(engines)('processes that share a ledger in %s', (engine) => {
  test('two that open it for the first time at once make one', async () => {
    const place = await freshPlace(engine);
    const keys = await newKeys();
    const all = ['one', 'two', 'three'].map((name) =>
      ledgerProcess(place, keys, { scan, one: plain(name) }, async ({ ledger, input, Secret, tell }) => {
        const outcome = await ledger.recordScan(
          { ...input.scan, targets: [] },
          [{ ...input.one, secret: new Secret(input.one.secret) }],
          [],
        );
        tell(outcome.new);
      }),
    );
    for (const { ended } of all) expect(await ended).toEqual({ code: 0, signal: null, stderr: '' });
    const ledger = await open(place, keys);
    expect(await ledger.find(everything)).toHaveLength(3);
  });

  test('of two responders that take the same findings at once, each finding has one', async () => {
    const place = await freshPlace(engine);
    const keys = await newKeys();
    const findings = Array.from({ length: 8 }, (_, at) => finding(`claimed ${at}`));
    const ids = findings.map(({ id }) => id);
    const ledger = await open(place, keys);
    await ledger.recordScan(scanOf(), findings, []);
    const responders = ['ann', 'bob'].map((actor) =>
      ledgerProcess(place, keys, { actor, ids, host: hostname() }, async ({ ledger: own, input, tell, line }) => {
        const holder = { actor: input.actor, host: input.host, pid: process.pid, plan: `plan of ${input.actor}` };
        const order = input.actor === 'ann' ? input.ids : [...input.ids].reverse();
        const claimed = [];
        for (const id of order) claimed.push(...(await own.claim([id], holder)));
        tell(claimed);
        await line();
        await own.release(input.ids, holder);
        tell('released');
      }),
    );
    const [ann, bob] = responders as [(typeof responders)[0], (typeof responders)[0]];
    const claims = [(await ann.next()) as Claimed[], (await bob.next()) as Claimed[]];
    const heldBy = (some: Claimed[], other: number) =>
      some
        .filter((one) => one.heldBy !== undefined)
        .map(({ id, heldBy: holder }) => (holder?.pid === other ? id : 'nobody known'));
    const taken = (some: Claimed[]) => some.filter((one) => one.heldBy === undefined).map(({ id }) => id);
    expect([...taken(claims[0]!), ...taken(claims[1]!)].sort()).toEqual([...ids].sort());
    expect(heldBy(claims[0]!, bob.pid).sort()).toEqual(taken(claims[1]!).sort());
    expect(heldBy(claims[1]!, ann.pid).sort()).toEqual(taken(claims[0]!).sort());

    const third = { actor: 'carol', host: hostname(), pid: process.pid, plan: 'plan of carol' };
    expect((await ledger.claim(ids, third)).every((one) => one.heldBy !== undefined)).toBe(true);
    ann.child.stdin?.write('go on\n');
    expect(await ann.next()).toBe('released');
    await ann.ended;
    bob.child.kill('SIGKILL');
    await bob.ended;
    // What one gave back, and what the other held when it was killed.
    expect((await ledger.claim(ids, third)).filter((one) => one.heldBy !== undefined)).toEqual([]);
  });

  test('kill -9 at any statement of a scan leaves it whole, or never begun', async () => {
    const place = await freshPlace(engine);
    const keys = await newKeys();
    const before = [finding('stays'), finding('goes')];
    const ledger = await open(place, keys);
    await ledger.recordScan(scanOf(), before, []);
    const known = await ledger.find(everything);
    let killed = 0;
    for (let at = 1; ; at += 5) {
      const input = { at, scan, wholeTarget, findings: ['stays', 'new one', 'new two'].map(plain) };
      const child = ledgerProcess(place, keys, input, async ({ ledger: own, input: given, Secret, killAtStatement }) => {
        const found = given.findings.map((one: { secret: string }) => ({ ...one, secret: new Secret(one.secret) }));
        const target = { ...given.wholeTarget, tree: () => true, history: () => true };
        killAtStatement(given.at);
        await own.recordScan({ ...given.scan, targets: [target] }, found, []);
      });
      const { code, signal } = await child.ended;
      if (place.kind === 'sqlite') {
        const check = new Libsql(place.file);
        expect(check.pragma('integrity_check')).toEqual([{ integrity_check: 'ok' }]);
        check.close();
      }
      const after = await ledger.find(everything);
      if (after.length === known.length) {
        expect(signal).toBe('SIGKILL');
        expect(after).toEqual(known);
        killed++;
        continue;
      }
      // Past the commit: all of it is there, whether or not the process lived to say so.
      expect(after.map(({ id, state }) => [id, state]).sort()).toEqual(
        [
          [before[0]!.id, 'open'],
          [before[1]!.id, 'gone'],
          [finding('new one').id, 'open'],
          [finding('new two').id, 'open'],
        ].sort(),
      );
      expect([code, signal]).toContain(signal ?? 0);
      break;
    }
    expect(killed).toBeGreaterThan(3);
  }, 60_000);
});

test('a writer waits for another, and is not refused', async () => {
  const place = await freshPlace('sqlite');
  if (place.kind !== 'sqlite') throw new Error('not a file');
  const keys = await newKeys();
  await open(place, keys);
  const holder = new Libsql(place.file);
  holder.exec('begin immediate');
  const child = ledgerProcess(place, keys, { scan, one: plain('one') }, async ({ ledger, input, Secret, tell }) => {
    tell('opened');
    await ledger.recordScan({ ...input.scan, targets: [] }, [{ ...input.one, secret: new Secret(input.one.secret) }], []);
    tell('kept');
  });
  const first = child.next();
  // Opening looks for migrations, which takes no lock once they are there.
  await Promise.race([first, once(child.child, 'exit')]);
  holder.exec('commit');
  holder.close();
  await first;
  expect(await child.next()).toBe('kept');
  expect((await child.ended).code).toBe(0);
});
