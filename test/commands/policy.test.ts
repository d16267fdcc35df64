import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Libsql from 'libsql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { approvePlan } from '../../src/revoke/approval.ts';
import { cleanEnvironment, type Ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { type Engine, engines, freshPlace, usePostgres } from '../ledger/ledgers.ts';
import { openRig, type Planted, type Rig } from '../revoke/rig.ts';

// A policy that the ledger holds binds everybody who uses it.

usePostgres();
let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

interface Desk {
  readonly home: string;
  readonly known: Planted['known'];
  readonly quash: (args: readonly string[], stdin?: string) => Promise<Ended>;
  readonly write: (name: string, text: string) => string;
  /** Changes the ledger past quash. */
  readonly sql: (text: string) => Promise<void>;
}

/** A ledger that knows one live token of octocat. */
async function desk(engine: Engine): Promise<Desk> {
  const home = temporaryFolder();
  const place = await freshPlace(engine);
  const store = place.kind === 'postgres' ? place.url : place.file;
  const env = cleanEnvironment({
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    QUASH_KEY: '0123456789abcdef'.repeat(4),
    QUASH_OFFLINE: '',
    QUASH_STORE: store,
  });
  const endpoints = rig.server.endpoints('github').flatMap((one) => ['--endpoint', one]);
  const quash = (args: readonly string[], stdin?: string) =>
    runQuash([...args, ...(args[0] === 'revoke' ? endpoints : [])], { env, ...(stdin !== undefined && { stdin }) });
  const { known } = await rig.plant(rig.patterns.find(({ id }) => id === 'github-pat-classic')!);
  mkdirSync(join(home, 'work'));
  writeFileSync(join(home, 'work', 'keys.env'), `KEY=${known.secret}\n`);
  expect(await quash(['keys', 'init'])).toMatchObject({ code: 0 });
  expect(await quash(['scan', join(home, 'work'), '--offline'])).toMatchObject({ code: 1 });
  return {
    home,
    known,
    quash,
    write: (name, text) => {
      writeFileSync(join(home, name), text);
      return join(home, name);
    },
    sql: async (text) => {
      if (place.kind === 'sqlite') {
        const database = new Libsql(place.file);
        database.exec(text);
        database.close();
        return;
      }
      const client = new pg.Client({ connectionString: place.url, options: '-c search_path=quash', ssl: false });
      await client.connect();
      await client.query(text);
      await client.end();
    },
  };
}

describe.each(engines)('in %s', (engine) => {
  test('it holds without any file of the responder, also for what comes from stdin, and is told of', async () => {
    const { home, known, quash, write } = await desk(engine);
    expect((await quash(['policy', 'show'])).stdout).toContain('has no policy');
    const policy = write('policy.yaml', 'owners: [somebody-else]\n');
    expect(await quash(['policy', 'set', policy])).toMatchObject({ code: 0 });
    rmSync(policy);
    const shown = await quash(['policy', 'show']);
    expect(shown.stdout).toMatch(/^# set by .+@.+ at 2.*\nowners: \[somebody-else\]\n$/);
    const planFile = join(home, 'plan.json');
    const plan = await quash(['revoke', '--where', 'provider=github', '--save', planFile]);
    expect(plan.stdout).toContain('refused: it is of octocat, GitHub');
    expect((await quash(['revoke', '-'], known.secret)).stdout).toContain('refused: it is of octocat, GitHub');
    const applied = await quash(['revoke', '--plan', planFile, '--apply', '--yes']);
    expect(applied).toMatchObject({ code: 5, stdout: expect.stringContaining('does not let be revoked') });
    expect(known.state).toBe('live');

    // The responder's own is no way around it, and may be stricter.
    const wide = write('wide.yaml', "owners: ['*']\nproviders: [gitlab]\n");
    const both = await quash(['revoke', '--where', 'provider=github', '--policy', wide]);
    expect(both.stdout).toContain('refused: it is of octocat, GitHub');
    expect(await quash(['policy', 'set', write('open.yaml', "owners: ['octo*']\n")])).toMatchObject({ code: 0 });
    const narrow = await quash(['revoke', '--where', 'provider=github', '--policy', wide]);
    expect(narrow.stdout).toContain('credentials of gitlab be revoked, and not of github');

    expect((await quash(['journal', 'show'])).stdout.match(/ policy +.*→set +SHA-256 [0-9a-f]{64}/g)).toHaveLength(2);
    expect(await quash(['policy', 'clear'])).toMatchObject({ code: 0 });
    const done = await quash(['revoke', '--plan', planFile, '--apply', '--yes']);
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(known.state).toBe('dead');
    expect(await quash(['journal', 'verify'])).toMatchObject({ code: 0 });
    // Whose it was is known still.
    const listed = await quash(['findings', 'list', '--where', 'owner=octocat verdict=dead', '--format', 'json']);
    expect(JSON.parse(listed.stdout)).toMatchObject({
      findings: [{ owner: 'octocat', lastTold: { identity: 'octocat', account: 'GitHub', scopes: ['repo', 'read:org'] } }],
    });
    const exported = await quash(['findings', 'export', '--format', 'csv']);
    expect(exported.stdout).toContain('octocat,GitHub,repo read:org');
  });

  test.each([
    ['loosened', `update meta set value = replace(value, 'somebody-else', 'octocat') where name = 'policy'`],
    ['taken away', `delete from meta where name = 'policy'`],
  ])('%s past quash, it stops every revocation until it is said again', async (_, change) => {
    const { known, quash, write, sql } = await desk(engine);
    const policy = write('policy.yaml', 'owners: [somebody-else]\n');
    await quash(['policy', 'set', policy]);
    await sql(change);
    const stopped = await quash(['revoke', '--where', 'provider=github']);
    expect(stopped).toMatchObject({ code: 2, stderr: expect.stringContaining('it was changed past quash') });
    expect(known.state).toBe('live');
    await quash(['policy', 'set', policy]);
    expect((await quash(['revoke', '--where', 'provider=github'])).stdout).toContain('refused: it is of octocat');
  });
});

test('put in past quash, one is not obeyed either', async () => {
  const { quash, sql } = await desk('sqlite');
  await sql(`insert into meta (name, value) values ('policy', '{"text":"{}","signers":null,"by":"x","at":"y"}')`);
  expect(await quash(['revoke', '--where', 'provider=github'])).toMatchObject({ code: 2 });
});

test('the signers that it names are kept with it', async () => {
  const { home, known, quash, write } = await desk('sqlite');
  const key = join(home, 'bob');
  spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'bob', '-f', key]);
  const signers = write('signers', `# \u001b[2J\nbob@example.com ${readFileSync(`${key}.pub`, 'utf8')}`);
  expect(await quash(['policy', 'set', write('policy.yaml', 'approval: { signers: signers }\n')])).toMatchObject({ code: 0 });
  // Whoever shares the ledger may have written them.
  const shown = await quash(['policy', 'show']);
  expect(shown.stdout).toMatch(/# signers\n# {3}# \\x1b\[2J\n# {3}bob@example\.com ssh-ed25519 \S+ bob\n$/);
  rmSync(signers);
  const planFile = join(home, 'plan.json');
  const plan = await quash(['revoke', '--where', 'provider=github', '--save', planFile]);
  expect(plan.stdout).toContain('refused: the policy asks for the approval of a second person');
  const apply = ['revoke', '--plan', planFile, '--apply', '--yes'];
  expect(await quash(apply)).toMatchObject({ code: 5 });
  expect(known.state).toBe('live');
  approvePlan((JSON.parse(readFileSync(planFile, 'utf8')) as { plan: Plan }).plan.hash, planFile, key);
  const done = await quash(apply);
  expect(done.code, done.stdout + done.stderr).toBe(0);
  expect(known.state).toBe('dead');
});

test('what is none is not kept, and who may not revoke by it may not change it', async () => {
  const { quash, write } = await desk('sqlite');
  expect(await quash(['policy', 'set', write('bad.yaml', 'owner: me\n')])).toMatchObject({ code: 2 });
  const unsigned = await quash(['policy', 'set', write('unsigned.yaml', 'approval: { signers: nowhere }\n')]);
  expect(unsigned).toMatchObject({ code: 2, stderr: expect.stringContaining('the signers of the policy') });
  expect((await quash(['policy', 'show', '--format', 'json'])).stdout).toBe('{\n  "policy": null\n}\n');
  expect(await quash(['policy', 'set', write('others.yaml', 'by: [nobody-here@*]\n')])).toMatchObject({ code: 0 });
  for (const args of [['clear'], ['set', write('mine.yaml', '{}\n')]])
    expect(await quash(['policy', ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining('may not revoke') });
});
