import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { binary, cleanEnvironment, type Ended, ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { freshPlace, usePostgres } from '../ledger/ledgers.ts';
import { openRig, type Planted, type Rig } from '../revoke/rig.ts';

// Responders on several machines, who share a ledger in PostgreSQL.

usePostgres();
let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

interface Desk {
  readonly home: string;
  readonly env: Record<string, string>;
  readonly quash: (args: readonly string[], stdin?: string) => Promise<Ended>;
}

let url: string;
beforeEach(async () => {
  const place = await freshPlace('postgres');
  url = place.kind === 'postgres' ? place.url : '';
});

/** A machine of its own; of whoever comes later the keys are those of the first. */
function desk(first?: Desk): Desk {
  const home = temporaryFolder();
  if (first) cpSync(join(first.home, 'config'), join(home, 'config'), { recursive: true });
  const env = cleanEnvironment({
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    QUASH_KEY: '0123456789abcdef'.repeat(4),
    QUASH_OFFLINE: '',
    QUASH_STORE: url,
  });
  return {
    home,
    env,
    quash: (args, stdin) =>
      runQuash([...args, ...(args[0] === 'revoke' && args[1] !== 'status' ? endpoints() : [])], {
        env,
        ...(stdin !== undefined && { stdin }),
      }),
  };
}

function endpoints(): readonly string[] {
  return rig.server.endpoints('gitlab').flatMap((one) => ['--endpoint', one]);
}

async function query(text: string): Promise<pg.QueryResult> {
  const client = new pg.Client({ connectionString: url, ssl: false });
  await client.connect();
  try {
    return await client.query(text);
  } finally {
    await client.end();
  }
}

/** Two machines with a finding that both know, and a plan that both hold. */
async function twoDesks(): Promise<{ ann: Desk; bob: Desk; known: Planted['known']; apply: readonly string[] }> {
  const ann = desk();
  const { known } = await rig.plant(rig.patterns.find(({ id }) => id === 'gitlab-access-token')!);
  const folder = join(ann.home, 'work');
  mkdirSync(folder);
  writeFileSync(join(folder, 'keys.env'), `KEY=${known.secret}\n`);
  expect(await ann.quash(['keys', 'init'])).toMatchObject({ code: 0 });
  expect(await runQuash(['scan', folder, '--offline'], { env: ann.env })).toMatchObject({ code: 1 });
  const bob = desk(ann);
  const planFile = join(ann.home, 'plan.json');
  const saved = await ann.quash(['revoke', '--where', 'provider=gitlab', '--save', planFile]);
  expect(saved, saved.stderr).toMatchObject({ code: 0 });
  return { ann, bob, known, apply: ['revoke', '--plan', planFile, '--apply', '--yes', '--proof-window', '60s'] };
}

test('one acts, the other is told; the journal is one, and stands in the server', async () => {
  const { ann, bob, known, apply } = await twoDesks();
  known.fault = 'never-takes-effect';
  const child = spawn(process.execPath, [binary, ...apply, ...endpoints()], { env: ann.env, stdio: 'pipe' });
  const late = new Promise<Ended>((resolve, reject) => {
    rig.server.onRequest = (line) => {
      if (!line.startsWith('DELETE ')) return undefined;
      rig.server.onRequest = undefined;
      bob.quash(apply).then(resolve, reject);
      return undefined;
    };
  });
  onTestFinished(() => {
    rig.server.onRequest = undefined;
  });
  const told = await late;
  expect(told).toMatchObject({ code: 5, stdout: expect.stringMatching(/refused .* is at it already/) });
  known.state = 'dead';
  const acted = await ended(child);
  expect(acted.code, acted.stdout + acted.stderr).toBe(0);

  expect(existsSync(join(ann.home, 'data', 'quash', 'journal.jsonl'))).toBe(false);
  for (const { quash } of [ann, bob]) {
    const status = await quash(['revoke', 'status', '--format', 'json']);
    expect(JSON.parse(status.stdout)).toMatchObject({ revocations: [{ state: 'revoked' }] });
    const shown = await quash(['journal', 'show']);
    expect(shown.stdout).toMatch(/begun .*DELETE https:\/\/gitlab\.com[\s\S]*refused[\s\S]*proved/);
    expect(shown.stdout).not.toContain(known.secret);
    const holds = await quash(['journal', 'verify']);
    expect(holds).toMatchObject({ code: 0, stdout: expect.stringContaining('which the ledger knows') });
    expect(holds.stdout).not.toContain(new URL(url).password);
  }
});

test('killed on one machine, it is gone on with on another, and nothing is taken back twice', async () => {
  const { ann, bob, known, apply } = await twoDesks();
  const child = spawn(process.execPath, [binary, ...apply, ...endpoints()], { env: ann.env, stdio: 'pipe' });
  rig.server.onRequest = (line) => {
    if (line.startsWith('DELETE ')) child.kill('SIGKILL');
    return undefined;
  };
  await ended(child);
  rig.server.onRequest = undefined;
  expect(known).toMatchObject({ revocations: 1 });
  const second = await bob.quash(apply);
  expect(second.code, second.stdout + second.stderr).toBe(0);
  expect(known).toMatchObject({ state: 'dead', revocations: 1 });
  expect(await bob.quash(['journal', 'verify'])).toMatchObject({ code: 0 });
});

test('what is cut off or changed there is told of on every machine, and nothing is revoked on it', async () => {
  const { ann, bob, apply } = await twoDesks();
  expect(await ann.quash(apply)).toMatchObject({ code: 0 });
  const head = join(ann.home, 'head.json');
  writeFileSync(head, (await ann.quash(['journal', 'export-head'])).stdout);
  expect(await bob.quash(['journal', 'verify', '--head', head])).toMatchObject({ code: 0 });
  await query('alter table quash.journal disable trigger all');
  await query('delete from quash.journal where seq > 2');
  expect(await bob.quash(['journal', 'verify'])).toMatchObject({ code: 5, stdout: expect.stringContaining('cut off its end') });
  expect(await bob.quash(apply)).toMatchObject({ code: 2, stderr: expect.stringContaining('cut off its end') });
  await query(`delete from quash.meta where name = 'journal head'`);
  expect(await bob.quash(['journal', 'verify', '--head', head])).toMatchObject({ code: 5 });
  await query(`update quash.journal set line = replace(line, 'planned', 'refused')`);
  expect(await bob.quash(['journal', 'verify'])).toMatchObject({ code: 5, stdout: expect.stringContaining('was changed') });
});

test('what comes from stdin is kept nowhere, but what is done to it stands in the journal of all', async () => {
  const { ann, bob } = await twoDesks();
  const { known } = await rig.plant(rig.patterns.find(({ id }) => id === 'gitlab-access-token')!);
  const planFile = join(ann.home, 'stdin-plan.json');
  const saved = await ann.quash(['revoke', '-', '--save', planFile], known.secret);
  expect(saved.code, saved.stderr).toBe(0);
  const applied = await ann.quash(['revoke', '-', '--plan', planFile, '--apply', '--yes'], known.secret);
  expect(applied.code, applied.stderr).toBe(0);
  const status = await bob.quash(['revoke', 'status', '--format', 'json']);
  expect(JSON.parse(status.stdout)).toMatchObject({ revocations: [{ state: 'revoked' }] });
});
