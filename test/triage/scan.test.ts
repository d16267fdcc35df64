import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { binary, cleanEnvironment, runProgram } from '../cli/binary.ts';
import { newHome } from '../commands/homes.ts';
import { asking, playProviders } from '../commands/providers.ts';
import { invent } from '../commands/scans.ts';
import { putGate } from './gate.ts';
import { openPseudoTerminal, whyNone } from './pseudo-terminal.ts';

// `quash triage TARGET`: what a scan finds, while it finds it.

const none = whyNone();
const github = invent('github-pat-classic', 'triage');
const gitlab = invent('gitlab-access-token', 'triage');

async function leak() {
  const home = newHome();
  const providers = await playProviders('github-pat-classic', 'gitlab-access-token');
  providers.know('github-pat-classic', github, 'live');
  providers.know('gitlab-access-token', gitlab, 'live');
  writeFileSync(join(home.repository, 'a.env'), `A=${github}\n`);
  writeFileSync(join(home.repository, 'b.env'), `B=${gitlab}\n`);
  const temporary = join(home.folder, 'tmp');
  mkdirSync(temporary);
  const env = { ...home.env, ...asking, TMPDIR: temporary };
  return {
    home,
    providers,
    left: () => readdirSync(temporary).filter((name) => name.startsWith('quash-')),
    inLines: (args: readonly string[], stdin: string) =>
      runProgram(process.execPath, [binary, 'triage', ...providers.flags, ...args], { cwd: home.repository, env, stdin }),
    inScreen(flags: readonly string[], args: readonly string[]) {
      const terminal = openPseudoTerminal([process.execPath, binary, 'triage', ...flags, ...args], {
        columns: 100,
        cwd: home.repository,
        env: cleanEnvironment({ ...env, TERM: 'xterm-256color' }),
      });
      onTestFinished(async () => {
        terminal.signal('SIGKILL');
        await terminal.ended;
      });
      return terminal;
    },
  };
}

test('without a store all but the journal is gone afterwards', async () => {
  const { home, inLines, left } = await leak();
  const asked = await inLines(['.'], 'revoke 1\nno\n');
  expect(asked.stdout).toContain('2 findings: 2 live.');
  const answer = /Type the .*?, (\S+), to go on/.exec(asked.stdout)![1]!;
  const done = await inLines(['.'], `revoke 1\n${answer}\nquit\n`);
  expect(done.stdout).toContain('1 credential: 1 revoked');
  expect([done.code, done.stderr]).toEqual([0, '']);
  expect(left()).toEqual([]);
  expect(existsSync(home.store)).toBe(false);
  const journal = readFileSync(join(home.folder, 'data/quash/journal.jsonl'), 'utf8');
  expect(journal).toContain('"action":"proved"');
  expect((await home.quash(['journal', 'verify'])).code).toBe(0);
});

test('a store that is named keeps what a scan would keep there', async () => {
  const { home, inLines } = await leak();
  await home.quash(['keys', 'init']);
  const done = await inLines(['--store', home.store, 'a.env'], 'quit\n');
  expect(done.stdout).toContain('1 object scanned, 1 finding.');
  const { stdout } = await home.quash(['findings', 'list', '--format', 'json']);
  expect(JSON.parse(stdout).findings).toMatchObject([{ pattern: 'github-pat-classic', verdict: { state: 'live' } }]);
});

test('flags of a scan count, and those of a quash.yaml that is scanned as far as it may say', async () => {
  const { home, inLines } = await leak();
  const one = await inLines(['--pattern', 'gitlab-access-token', '.'], 'quit\n');
  expect(one.stdout).toContain('1 finding.');
  writeFileSync(join(home.repository, 'quash.yaml'), `exclude: [a.env]\nendpoint: [github=http://127.0.0.1:9]\n`);
  const narrowed = await inLines(['.'], 'quit\n');
  expect(narrowed.stdout).toMatch(/1 finding\.\n1 finding: 1 live/);
  expect(narrowed.stderr).toContain('endpoint');
});

test('a target that is none is told of before the terminal is taken', async () => {
  const { inLines } = await leak();
  expect(await inLines(['nowhere'], '')).toMatchObject({ code: 2, stdout: '' });
  expect((await inLines(['-'], '')).stderr).toContain('stdin is the keyboard here');
});

test('what could not be read is told of', async () => {
  const { home, inLines } = await leak();
  for (const name of ['c', github])
    writeFileSync(join(home.repository, `${name}.zip`), Buffer.from('504b0304140000000800', 'hex'));
  const done = await inLines(['.'], 'quit\n');
  expect(done.stdout).toMatch(/incomplete: 2 places could not be read/);
  expect(done.stderr).toContain('not read: c.zip');
  // What was found stands in no name, either.
  expect(done.stdout + done.stderr).not.toContain(github);
});

test.skipIf(none)(none ?? 'the list is there before the providers have answered, and what they say comes in', async () => {
  const { providers, inScreen, left } = await leak();
  const gate = await putGate({ url: providers.server.url, flags: providers.flags });
  const terminal = inScreen(gate.flags, ['.']);
  await terminal.see(/2 findings: 2 unasked/);
  await gate.came(2);
  expect(terminal.screen.lines().join('\n')).toMatch(/findings {2}scanning: /);
  terminal.type('j');
  await terminal.see(/^> {3}unasked .*b\.env|^> {3}unasked .*a\.env/m);
  gate.open();
  await terminal.see(/2 findings: 2 live/);
  await terminal.see(/2 objects scanned, 2 findings/);
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  expect(left()).toEqual([]);
});

test.skipIf(none)(none ?? 'a scan that is under way is stopped by leaving', async () => {
  const { providers, inScreen, left } = await leak();
  const gate = await putGate({ url: providers.server.url, flags: providers.flags });
  for (const [key, code] of [
    ['q', 0],
    ['\x03', 130],
  ] as const) {
    const terminal = inScreen(gate.flags, ['.']);
    await terminal.see(/2 findings: 2 unasked/);
    terminal.type(key);
    expect(await terminal.ended).toBe(code);
    expect(terminal.screen.modes()).toEqual(['?25']);
    expect(left()).toEqual([]);
  }
});
