import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Plan } from '../../src/model/plan.ts';
import { sealPlan } from '../../src/revoke/plan.ts';
import { binary, cleanEnvironment, ended, runQuash, temporaryFolder } from '../cli/binary.ts';
import { openRig, type Rig } from '../revoke/rig.ts';

// Who confirms and who approves, at a terminal and by a signature.

let rig: Rig;
beforeAll(async () => {
  rig = await openRig();
});
afterAll(() => rig.close());

async function scene() {
  const home = temporaryFolder();
  const env = cleanEnvironment({
    HOME: home,
    XDG_CONFIG_HOME: join(home, 'config'),
    XDG_DATA_HOME: join(home, 'data'),
    QUASH_OFFLINE: '',
    QUASH_KEY: '0123456789abcdef'.repeat(4),
  });
  const { known } = await rig.plant(rig.patterns.find(({ id }) => id === 'gitlab-access-token')!);
  const text = `GITLAB_TOKEN=${known.secret}\n`;
  const file = join(home, 'token.txt');
  writeFileSync(file, text);
  const endpoints = rig.server.endpoints('gitlab').flatMap((one) => ['--endpoint', one]);
  return { home, env, known, text, file, endpoints };
}

/** The `script` of util-linux gives a program a terminal of its own. */
const hasScript = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux') ?? false;

describe.runIf(hasScript)('at a terminal', () => {
  async function typed(answer: string) {
    const { env, known, file, endpoints } = await scene();
    const command = [process.execPath, binary, 'revoke', '-', '--apply', ...endpoints].map((word) => `'${word}'`).join(' ');
    const child = spawn('script', ['-qefc', `${command} < '${file}'`, '/dev/null'], { env, stdio: 'pipe' });
    let seen = '';
    child.stdout.on('data', (chunk: Buffer) => {
      const before = seen;
      seen += chunk.toString();
      if (!before.includes('to go on:') && seen.includes('to go on:')) child.stdin.write(`${answer}\r`);
    });
    const { code } = await ended(child);
    return { code, seen, known };
  }

  test('the number is typed, and it is done', async () => {
    const { code, seen, known } = await typed('1');
    expect(code, seen).toBe(0);
    expect(seen).toContain('Type the number of credentials to take back, 1');
    expect(known).toMatchObject({ state: 'dead', revocations: 1 });
  });

  test.each(['', 'y', '2'])('%j is typed, and nothing is done', async (answer) => {
    const { code, seen, known } = await typed(answer);
    expect(code).toBe(130);
    expect(seen).toContain('nothing was done');
    expect(known.state).toBe('live');
  });
});

describe('a policy that asks for a second person', () => {
  test('is met by a signature over the very plan, by somebody else', async () => {
    const { home, env, known, text, endpoints } = await scene();
    const key = join(home, 'bob');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
    writeFileSync(join(home, 'signers'), `bob@example.com ${readFileSync(`${key}.pub`, 'utf8')}`);
    const policy = join(home, 'policy.yaml');
    writeFileSync(policy, 'approval: { signers: signers }\n');
    const planFile = join(home, 'plan.json');
    const apply = () =>
      runQuash(['revoke', '-', ...endpoints, '--policy', policy, '--plan', planFile, '--apply', '--yes'], { env, stdin: text });

    const saved = await runQuash(['revoke', '-', ...endpoints, '--policy', policy, '--save', planFile], { env, stdin: text });
    expect(saved.stdout).toContain('the approval of a second person');
    expect(await apply()).toMatchObject({ code: 5, stdout: expect.stringContaining('quash approve FILE') });
    expect(known.state).toBe('live');
    // Who made it does not approve it.
    expect(await runQuash(['approve', planFile, '--key', key], { env })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('you made it'),
    });

    const { plan } = JSON.parse(readFileSync(planFile, 'utf8')) as { plan: Plan };
    writeFileSync(planFile, JSON.stringify({ plan: sealPlan({ ...plan, by: 'carol@elsewhere' }) }));
    const approved = await runQuash(['approve', planFile, '--key', key], { env });
    expect(approved.code, approved.stderr).toBe(0);
    expect(approved.stdout).toContain('/api/v4/personal_access_tokens/self');
    const signature = /(\S+\.sig)/.exec(approved.stdout)![1]!;
    expect(existsSync(signature)).toBe(true);

    // The signature is of that plan, not of one like it.
    const signed = readFileSync(planFile, 'utf8');
    writeFileSync(planFile, JSON.stringify({ plan: sealPlan({ ...plan, by: 'dave@elsewhere' }) }));
    expect(await apply()).toMatchObject({ code: 5 });
    expect(known.state).toBe('live');
    writeFileSync(planFile, signed);
    const done = await apply();
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(known).toMatchObject({ state: 'dead', revocations: 1 });
    const { stdout: journal } = await runQuash(['journal', 'show'], { env });
    expect(journal).toMatch(/approved .* by bob@example\.com, plan [0-9a-f]{64}/);
  });
});
