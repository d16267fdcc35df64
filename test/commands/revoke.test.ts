import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readJournal } from '../../src/revoke/journal.ts';
import { binary, cleanEnvironment, type Ended, ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { openRig, type Planted, type Rig } from '../revoke/rig.ts';

// The program itself, against providers on loopback.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

/** A machine of somebody who revokes, with its own journal. */
interface Desk {
  readonly env: Record<string, string>;
  readonly data: string;
  readonly planFile: string;
  readonly quash: (args: readonly string[], stdin?: string) => Promise<Ended>;
}

function desk(): Desk {
  const home = temporaryFolder();
  const env = cleanEnvironment({
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    QUASH_KEY: '0123456789abcdef'.repeat(4),
    ANTHROPIC_ADMIN_KEY: 'admin-of-anthropic',
    QUASH_OFFLINE: '',
    QUASH_STORE: '',
  });
  return {
    env,
    data: join(home, 'data', 'quash'),
    planFile: join(home, 'plan.json'),
    quash: (args, stdin) =>
      runQuash([...args, ...(args[0] === 'revoke' && args[1] !== 'status' ? endpoints() : [])], {
        env,
        ...(stdin !== undefined && { stdin }),
      }),
  };
}

function endpoints(): readonly string[] {
  return ['github', 'gitlab', 'anthropic'].flatMap((name) => rig.server.endpoints(name)).flatMap((one) => ['--endpoint', one]);
}

async function plantOf(...ids: readonly string[]): Promise<{ readonly planted: readonly Planted[]; readonly text: string }> {
  const planted = await Promise.all(ids.map((id) => rig.plant(rig.patterns.find((one) => one.id === id)!)));
  return { planted, text: planted.map(({ known }, index) => `KEY_${index}=${known.secret}\n`).join('') };
}

/** Everything that a machine keeps, as text. */
function everythingIn(folder: string): string {
  if (!existsSync(folder)) return '';
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

test('a plan is printed, and nothing is done', async () => {
  const { quash, data } = desk();
  const { planted, text } = await plantOf('github-pat-classic', 'gitlab-access-token', 'anthropic-api-key');
  const acted = rig.server.acted.length;
  const { code, stdout, stderr } = await quash(['revoke', '-', '--format', 'json'], text);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const { plan } = JSON.parse(stdout) as { plan: { steps: { provider: string; calls: unknown[]; undoUntil: string | null }[] } };
  expect(plan.steps.map(({ provider }) => provider).sort()).toEqual(['anthropic', 'github', 'gitlab']);
  expect(plan.steps.find(({ provider }) => provider === 'github')).toMatchObject({
    authority: 'none',
    reversible: false,
    calls: [{ method: 'POST', url: 'https://api.github.com/credentials/revoke', body: '{"credentials":["{secret}"]}' }],
    credentials: [{ identity: 'octocat', scopes: ['repo', 'read:org'], verdict: 'live' }],
  });
  expect(plan.steps.find(({ provider }) => provider === 'anthropic')).toMatchObject({
    authority: 'admin',
    needs: { from: 'the environment: ANTHROPIC_ADMIN_KEY', isThere: true },
    reversible: true,
    undoUntil: expect.stringMatching(/^\d{4}-/),
  });
  expect(rig.server.acted.length).toBe(acted);
  const page = await quash(['revoke', '-'], text);
  expect(page.stdout).toContain('Nothing was done');
  for (const { known } of planted) expect(stdout + page.stdout + everythingIn(data)).not.toContain(known.secret);
});

describe('without somebody at a terminal', () => {
  test('--apply needs a plan that was looked at', async () => {
    const { quash } = desk();
    const { planted, text } = await plantOf('gitlab-access-token');
    const alone = await quash(['revoke', '-', '--apply'], text);
    expect(alone).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('no terminal') });
    const eager = await quash(['revoke', '-', '--apply', '--yes'], text);
    expect(eager).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes is only for a plan') });
    expect(planted[0]!.known.state).toBe('live');
  });

  test('a saved plan is applied, proved, and told of; a second time it finds everything dead', async () => {
    const { quash, planFile, data } = desk();
    const { planted, text } = await plantOf('github-pat-classic', 'github-pat-classic', 'gitlab-access-token');
    await quash(['revoke', '-', '--save', planFile], text);
    const apply = ['revoke', '-', '--plan', planFile, '--apply', '--yes', '--format', 'json'];
    const { code, stdout, stderr } = await quash(apply, text);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { results } = JSON.parse(stdout) as { results: { state: string; secondsToDead: number }[] };
    expect(results.map(({ state }) => state)).toEqual(['revoked', 'revoked', 'revoked']);
    expect(results.every(({ secondsToDead }) => secondsToDead >= 0)).toBe(true);
    const again = await quash(apply, text);
    expect(again.code).toBe(0);
    expect((JSON.parse(again.stdout) as { results: { state: string }[] }).results.map(({ state }) => state)).toEqual(
      Array(3).fill('already-dead'),
    );
    expect(planted.map(({ known }) => known.revocations)).toEqual([1, 1, 1]);
    const status = await quash(['revoke', 'status', '--format', 'json']);
    expect((JSON.parse(status.stdout) as { revocations: { state: string }[] }).revocations.map(({ state }) => state)).toEqual(
      Array(3).fill('revoked'),
    );
    for (const { known } of planted) expect(stdout + status.stdout + everythingIn(data)).not.toContain(known.secret);
  });

  test('a plan that was changed, or is another’s by now, is not run', async () => {
    const { quash, planFile } = desk();
    const { planted, text } = await plantOf('gitlab-access-token');
    await quash(['revoke', '-', '--save', planFile], text);
    const saved = readFileSync(planFile, 'utf8');
    const apply = ['revoke', '-', '--plan', planFile, '--apply', '--yes'];
    writeFileSync(planFile, saved.replace('personal_access_tokens', 'projects'));
    expect(await quash(apply, text)).toMatchObject({ code: 2, stderr: expect.stringContaining('was changed after it was made') });
    const { plan } = JSON.parse(saved) as { plan: object };
    const { sealPlan } = await import('../../src/revoke/plan.ts');
    writeFileSync(
      planFile,
      JSON.stringify({ plan: sealPlan({ ...(plan as Parameters<typeof sealPlan>[0]), createdAt: '2026-01-01T00:00:00.000Z' }) }),
    );
    expect(await quash(apply, text)).toMatchObject({ code: 2, stderr: expect.stringContaining('holds for 24 hours') });
    const forged = JSON.parse(saved.replace('personal_access_tokens/self', 'projects/1')) as {
      plan: Parameters<typeof sealPlan>[0];
    };
    writeFileSync(planFile, JSON.stringify({ plan: sealPlan(forged.plan) }));
    expect(await quash(apply, text)).toMatchObject({ code: 2, stderr: expect.stringContaining('what would be sent in step 1') });
    writeFileSync(planFile, saved);
    const { text: other } = await plantOf('gitlab-access-token');
    expect(await quash(apply, other)).toMatchObject({ code: 2, stderr: expect.stringContaining('not all there any more') });
    expect(planted[0]!.known.state).toBe('live');
  });
});

test('what is alive still when the time is up is exit 5, and says what to do', async () => {
  const { quash, planFile } = desk();
  const { planted, text } = await plantOf('gitlab-access-token');
  planted[0]!.known.fault = 'never-takes-effect';
  await quash(['revoke', '-', '--save', planFile], text);
  const { code, stdout } = await quash(['revoke', '-', '--plan', planFile, '--apply', '--yes', '--proof-window', '1s'], text);
  expect(code).toBe(5);
  expect(stdout).toMatch(/requested .*live still/);
  expect(stdout).toContain('requested is not revoked');
});

test('switched off, on again, off and made final', async () => {
  const { quash, planFile } = desk();
  const { planted, text } = await plantOf('anthropic-api-key');
  const [{ known }] = planted as [Planted];
  for (const [words, state] of [
    [['revoke'], 'disabled'],
    [['revoke', 'undo'], 'live'],
    [['revoke'], 'disabled'],
    [['revoke', 'finalise'], 'dead'],
  ] as const) {
    const saved = await quash([...words, '-', '--save', planFile], text);
    expect(saved.code, saved.stderr).toBe(0);
    // A plan to take back is not run by who asks for something to be switched on again, nor the other way round.
    const others = await quash(
      ['revoke', ...(words.length === 1 ? ['undo'] : []), '-', '--plan', planFile, '--apply', '--yes'],
      text,
    );
    expect(others).toMatchObject({ code: 2, stderr: expect.stringContaining(`one of quash ${words.join(' ')}`) });
    const { code, stdout, stderr } = await quash([...words, '-', '--plan', planFile, '--apply', '--yes'], text);
    expect(code, stdout + stderr).toBe(0);
    expect(known.state).toBe(state);
  }
  const late = await quash(['revoke', 'undo', '-', '--save', planFile], text);
  expect(late.stdout).toContain('not switched off by quash');
});

test('a policy keeps it from another owner, by name', async () => {
  const { quash, planFile, env } = desk();
  const { planted, text } = await plantOf('github-pat-classic');
  const policy = join(env.HOME!, 'policy.yaml');
  writeFileSync(policy, 'owners: [somebody-else]\n');
  const plan = await quash(['revoke', '-', '--save', planFile, '--policy', policy], text);
  expect(plan.stdout).toContain('refused: it is of octocat, GitHub');
  const { code, stdout } = await quash(['revoke', '-', '--plan', planFile, '--policy', policy, '--apply', '--yes'], text);
  expect(code).toBe(5);
  expect(stdout).toContain('whose credentials the policy does not let be revoked');
  expect(planted[0]!.known.state).toBe('live');
  const missing = await quash(['revoke', '-', '--policy', join(env.HOME!, 'nowhere.yaml')], text);
  expect(missing).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no such file') });
});

describe('kill -9 at every request', () => {
  test.each([
    ['github-pat-classic', []],
    ['gitlab-access-token', []],
    ['anthropic-api-key', ['--grace', '0']],
  ] as const)(
    '%s: a re-run goes on, and takes nothing back twice',
    async (id, flags) => {
      /** Runs it, killed at a request, and then to its end; tells what the request was. */
      const runKilled = async (at: number, fate: 'drop' | undefined) => {
        const { quash, planFile, env, data } = desk();
        const { planted, text } = await plantOf(id);
        const [{ known }] = planted as [Planted];
        await quash(['revoke', '-', ...flags, '--save', planFile], text);
        const apply = ['revoke', '-', '--plan', planFile, '--apply', '--yes', '--proof-window', '2s'];
        const child = spawn(process.execPath, [binary, ...apply, ...endpoints()], { env, stdio: 'pipe' });
        let count = 0;
        let killedAt: string | undefined;
        rig.server.onRequest = (line) => {
          if (++count !== at) return undefined;
          killedAt = line;
          child.kill('SIGKILL');
          return fate;
        };
        child.stdin.end(text);
        await ended(child);
        rig.server.onRequest = undefined;
        const second = await quash(apply, text);
        expect(second.code, `killed at ${killedAt}, ${fate ?? 'answered'}: ${second.stdout}${second.stderr}`).toBe(0);
        expect(known).toMatchObject({ state: 'dead', revocations: 1 });
        const { problem, lines } = readJournal(readFileSync(join(data, 'journal.jsonl'), 'latin1'));
        expect(problem).toBeUndefined();
        expect(lines.some(({ action, task }) => action === 'proved' && task === 'revoke')).toBe(true);
        return killedAt;
      };
      const killed: string[] = [];
      for (let at = 1; ; at++) {
        const line = await runKilled(at, undefined);
        if (line === undefined) break;
        killed.push(line);
        // The same without its effect; of what only looks there is none.
        if (!line.startsWith('GET ')) await runKilled(at, 'drop');
      }
      expect(killed.some((line) => !line.startsWith('GET '))).toBe(true);
      expect(killed.length).toBeGreaterThan(2);
    },
    600_000,
  );
});

test('a journal that was tampered with stops it, and is told of', async () => {
  const { quash, planFile, data } = desk();
  const { planted, text } = await plantOf('gitlab-access-token', 'gitlab-access-token');
  const [one, two] = text.split('\n') as [string, string];
  await quash(['revoke', '-', '--save', planFile], one);
  await quash(['revoke', '-', '--plan', planFile, '--apply', '--yes'], one);
  const head = await quash(['journal', 'export-head']);
  const headFile = join(data, 'head.json');
  writeFileSync(headFile, head.stdout);
  expect(await quash(['journal', 'verify', '--head', headFile])).toMatchObject({ code: 0 });
  const file = join(data, 'journal.jsonl');
  const written = readFileSync(file, 'utf8');
  writeFileSync(file, written.split('\n').slice(0, 3).join('\n').concat('\n'));
  expect(await quash(['journal', 'verify'])).toMatchObject({ code: 0 });
  expect(await quash(['journal', 'verify', '--head', headFile])).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('cut off its end'),
  });
  writeFileSync(file, written.replace('gitlab.com', 'gitlab.org'));
  expect(await quash(['journal', 'verify'])).toMatchObject({
    code: 5,
    stdout: expect.stringContaining('was changed after it was written'),
  });
  expect(await quash(['revoke', '-'], two)).toMatchObject({ code: 2, stderr: expect.stringContaining('tampered with') });
  expect(planted[1]!.known.state).toBe('live');
});

test('a secret is never an argument, nor is a credential of ours', async () => {
  const { quash } = desk();
  const { planted } = await plantOf('gitlab-access-token');
  const [{ known }] = planted as [Planted];
  const typed = await quash(['revoke', known.secret]);
  expect(typed.code).toBe(2);
  expect(typed.stdout + typed.stderr).not.toContain(known.secret);
  const admin = await quash(['revoke', '-', '--admin', `anthropic=${known.secret}`], `A=${known.secret}`);
  expect(admin.code).toBe(2);
  expect(admin.stderr).toContain('file:PATH');
  expect(admin.stderr).not.toContain(known.secret);
});

describe('findings of the ledger', () => {
  test('are planned by filter, taken back by id, and their standing is kept; the journal is anchored there', async () => {
    const { quash, planFile, env, data } = desk();
    const { planted, text } = await plantOf('github-pat-classic', 'gitlab-access-token', 'anthropic-api-key');
    const folder = join(env.HOME!, 'work');
    mkdirSync(folder);
    writeFileSync(join(folder, 'keys.env'), text);
    expect(await quash(['keys', 'init'])).toMatchObject({ code: 0 });
    const scan = await runQuash(['scan', folder, '--offline'], { env });
    expect(scan.code, scan.stderr).toBe(1);

    const plan = await quash(['revoke', '--where', 'provider=gitlab', '--format', 'json']);
    expect(plan.code, plan.stderr).toBe(0);
    expect((JSON.parse(plan.stdout) as { plan: { steps: unknown[] } }).plan.steps).toMatchObject([
      { provider: 'gitlab', credentials: [{ where: ['keys.env:2'] }] },
    ]);
    const all = await quash(['revoke', '--where', 'path~keys.env', '--save', planFile]);
    expect(all.code, all.stderr).toBe(0);
    const applied = await quash(['revoke', '--plan', planFile, '--apply', '--yes']);
    expect(applied.code, applied.stdout + applied.stderr).toBe(0);
    expect(planted.map(({ known }) => known.state)).toEqual(['dead', 'dead', 'disabled']);
    for (const { known } of planted) expect(applied.stdout + everythingIn(data)).not.toContain(known.secret);

    const listed = await quash(['findings', 'list', '--format', 'json']);
    const findings = (JSON.parse(listed.stdout) as { findings: { id: string; provider: string; verdict: { state: string } }[] })
      .findings;
    expect(findings.map(({ verdict }) => verdict.state)).toEqual(['dead', 'dead', 'dead']);
    const key = findings.find(({ provider }) => provider === 'anthropic')!;

    // What is due is none yet; by its id it is made final now.
    expect((await quash(['revoke', 'finalise'])).stdout).toContain('0 credentials');
    expect(await quash(['revoke', 'finalise', key.id.slice(0, 6), '--save', planFile])).toMatchObject({ code: 0 });
    expect(await quash(['revoke', 'finalise', '--plan', planFile, '--apply', '--yes'])).toMatchObject({ code: 0 });
    expect(planted[2]!.known).toMatchObject({ state: 'dead', revocations: 1 });

    expect(await quash(['journal', 'verify'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('which the ledger knows'),
    });
    const file = join(data, 'journal.jsonl');
    const written = readFileSync(file, 'utf8').trimEnd().split('\n');
    writeFileSync(file, `${written.slice(0, -4).join('\n')}\n`);
    expect(await quash(['journal', 'verify'])).toMatchObject({ code: 5, stdout: expect.stringContaining('cut off its end') });
    expect(await quash(['revoke', key.id])).toMatchObject({ code: 2, stderr: expect.stringContaining('cut off its end') });
  });
});
