import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { adminOf } from '../../fixtures/providers/server.ts';
import { findingId } from '../../src/ledger/fingerprint.ts';
import { readKeys } from '../../src/ledger/keys.ts';
import { openLedger } from '../../src/ledger/open-ledger.ts';
import { placeOf } from '../../src/ledger/place.ts';
import { readJournal } from '../../src/revoke/journal.ts';
import { binary, cleanEnvironment, type Ended, ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { isProvable, overHttp, revokers } from '../revoke/kinds.ts';
import { openRig, type Rig } from '../revoke/rig.ts';
import { repeated } from '../revoke/stops.ts';

// The program itself with a credential of every kind in its ledger, killed again and again.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

test('kill -9 in the middle of calls of every revoker: the next run goes on, and takes nothing back twice', async () => {
  const home = temporaryFolder();
  const env = cleanEnvironment({
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    QUASH_OFFLINE: '',
    QUASH_STORE: '',
    ...Object.fromEntries(revokers.flatMap(({ admin, patterns: [id = ''] }) => (admin ? [[admin.env, adminOf(id)]] : []))),
  });
  expect(await runQuash(['keys', 'init'], { env })).toMatchObject({ code: 0 });
  const planted = new Map(
    await Promise.all(
      overHttp.map(async (kind) => {
        const { pattern } = kind;
        const one = await rig.plant(pattern);
        const fingerprint = createHash('sha256').update(one.credential.id).digest('hex');
        return [findingId(fingerprint), { ...one, fingerprint, kind }] as const;
      }),
    ),
  );
  await keepInLedger(
    env,
    [...planted.values()].map(({ credential, fingerprint }) => ({ ...credential, fingerprint })),
  );

  const planFile = join(home, 'plan.json');
  const providers = [...new Set(overHttp.map(({ pattern }) => pattern.provider))];
  const at = providers
    .flatMap((name) => rig.server.endpoints(name))
    .flatMap((one) => ['--endpoint', `${one}#concurrency=64&perSecond=10000`]);
  const saved = await runQuash(['revoke', '--where', 'state=open', '--grace', '0', '--save', planFile, ...at], { env });
  expect(saved.code, saved.stderr).toBe(0);
  const apply = ['revoke', '--plan', planFile, '--apply', '--yes', '--proof-window', '1s', '--format', 'json', ...at];

  /** Runs it, killed at its n-th call: with its effect, or without. */
  async function run(killAt: number, fate: 'drop' | undefined): Promise<Ended> {
    const child = spawn(process.execPath, [binary, ...apply], { env, stdio: 'pipe' });
    let calls = 0;
    rig.server.onAct = () => {
      if (++calls !== killAt) return undefined;
      child.kill('SIGKILL');
      return fate;
    };
    child.stdin.end();
    const end = await ended(child);
    rig.server.onAct = undefined;
    return end;
  }

  let killed = 0;
  let last: Ended;
  do {
    last = await run((killed % 5) + 1, killed % 8 === 7 ? 'drop' : undefined);
    killed += 1;
  } while (last.signal === 'SIGKILL');
  // Not only once or twice.
  expect(killed).toBeGreaterThan(overHttp.length / 6);
  const { results } = JSON.parse(last.stdout) as {
    readonly results: readonly { finding: string; state: string; evidence: string }[];
  };
  expect(results.length).toBe(planted.size);
  const { lines, problem } = readJournal(readFileSync(join(home, 'data/quash/journal.jsonl'), 'latin1'));
  expect(problem).toBeUndefined();
  for (const { finding, state, evidence } of results) {
    const { known, kind } = planted.get(finding)!;
    const why = `${kind.pattern.id}: ${state}, ${evidence}`;
    expect(known, why).toMatchObject({ state: 'dead', revocations: 1 });
    // Where nobody can be asked, a call that the kill left in doubt may stay so.
    const ends = isProvable(kind) ? ['revoked', 'already-dead'] : ['requested', 'failed'];
    expect(ends, why).toContain(state);
    const own = lines.filter((line) => line.finding === finding);
    expect(repeated(own), why).toEqual([]);
    expect(own.filter(({ action }) => action === 'begun').length, why).toBeGreaterThanOrEqual(known.calls ?? 0);
  }
  expect(await runQuash(['journal', 'verify'], { env })).toMatchObject({ code: 0 });
}, 600_000);

/** Keeps credentials as a scan that found them would. */
async function keepInLedger(
  env: Readonly<Record<string, string>>,
  credentials: readonly (Awaited<ReturnType<Rig['plant']>>['credential'] & { readonly fingerprint: string })[],
): Promise<void> {
  const ledger = await openLedger({ place: placeOf(undefined, env, '/')!, keys: await readKeys(env) });
  const now = new Date().toISOString();
  const root = env.HOME!;
  await ledger.recordScan(
    { startedAt: now, endedAt: now, actor: 'ann', host: 'here', version: '0', bytes: 0, objects: 1, root, targets: [] },
    credentials.map((one) => ({ ...one, id: findingId(one.fingerprint), entropy: 4, confidence: 1 })),
    [],
  );
  await ledger.close();
}
