import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, watch, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { binary, cleanEnvironment, runProgram } from '../cli/binary.ts';
import { newHome } from '../commands/homes.ts';
import { asking, playProviders } from '../commands/providers.ts';
import { invent } from '../commands/scans.ts';
import { openPseudoTerminal, type PseudoTerminal, whyNone } from './pseudo-terminal.ts';

// The program as a person meets it: a real terminal, a ledger that a scan made, and providers that answer.

const none = whyNone();
const github = invent('github-pat-classic', 'triage');
const other = invent('gitlab-access-token', 'triage');

const gitEnvironment = {
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.com',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.com',
};

const open: PseudoTerminal[] = [];
afterEach(async () => {
  for (const terminal of open.splice(0)) {
    terminal.signal('SIGKILL');
    await terminal.ended;
  }
});

async function leak(files: Readonly<Record<string, string>> = { 'a.env': `A=${github}\n`, 'b.env': `B=${other}\n` }) {
  const home = newHome();
  const providers = await playProviders('github-pat-classic', 'gitlab-access-token');
  providers.know('github-pat-classic', github, 'live');
  providers.know('gitlab-access-token', other, 'live');
  for (const [name, text] of Object.entries(files)) writeFileSync(join(home.repository, name), text);
  await home.quash(['keys', 'init']);
  await home.quash(['scan', '--quiet', ...providers.flags], { env: asking });
  const start = (args: readonly string[] = [], over: { columns?: number; rows?: number; env?: Record<string, string> } = {}) => {
    const terminal = openPseudoTerminal([process.execPath, binary, 'triage', ...providers.flags, ...args], {
      ...over,
      cwd: home.repository,
      env: cleanEnvironment({ ...home.env, ...asking, TERM: 'xterm-256color', ...over.env }),
    });
    open.push(terminal);
    return terminal;
  };
  return { home, providers, start };
}

describe.skipIf(none)(none ?? 'in a pseudo-terminal', () => {
  test('from the list to the proof that it is dead', async () => {
    const { home, providers, start } = await leak();
    const terminal = start();
    await terminal.see(/2 findings: 2 live(?:.*\n)+> {3}live/);
    terminal.type('/');
    await terminal.see(/Enter keeps it/);
    terminal.type('GitHub-pat');
    await terminal.see(/1 finding: 1 live/);
    terminal.type('\r');
    await terminal.see(/filter: GitHub-pat/);
    terminal.type('\r');
    await terminal.see(/finding [0-9a-f]{12}(?:.*\n)+revoked by an API/);
    terminal.type('G');
    const detail = await terminal.see(/Timeline(?:.*\n)+Spread over 1 place/);
    expect(detail).toContain('a.env:1:3');
    expect(detail).not.toContain(github);
    terminal.type('R');
    // As quash revoke says it: the answer that proves its death is known.
    await terminal.see(/(?:DELETE|POST)(?:.*\n)+.*proof +its provider is asked/);
    expect(providers.server.acted).toEqual([]);
    terminal.type('\r');
    await terminal.see(/Type the (?:number|name)/);
    terminal.type('nonsense');
    await terminal.see(/> nonsense/);
    terminal.type('\r');
    await terminal.see(/That is not it, and nothing was done/);
    expect(providers.server.acted).toEqual([]);
    const answer = /Type the .*, (\S+), and Enter/.exec(terminal.screen.lines().join(' '))![1]!;
    terminal.type(`${answer}\r`);
    await terminal.see(new RegExp(`> ${answer}`));
    expect(providers.server.acted).toEqual([]);
    terminal.type('\r');
    const proof = await terminal.see(/1 credential: 1 revoked/);
    expect(proof).toMatch(/proved|answered/);
    expect(proof).not.toContain(github);
    expect(providers.server.acted).toHaveLength(1);
    terminal.type('\x1b');
    await terminal.see(/1 finding: 1 dead/);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen.modes()).toEqual(['?25']);
    expect(terminal.written()).not.toContain(github);
    const status = await home.quash(['revoke', 'status', '--format', 'json']);
    expect(JSON.parse(status.stdout).revocations).toMatchObject([{ state: 'revoked' }]);
    expect((await home.quash(['journal', 'verify'])).code).toBe(0);
  });

  test('the terminal is given back on Ctrl-C, and on SIGTERM', async () => {
    const { start } = await leak();
    for (const stop of [(one: PseudoTerminal) => one.type('\x03'), (one: PseudoTerminal) => one.signal('SIGTERM')]) {
      const terminal = start();
      await terminal.see(/2 findings/);
      expect(terminal.screen.modes()).toContain('?1049');
      stop(terminal);
      expect(await terminal.ended).toBe(130);
      expect(terminal.screen.modes()).toEqual(['?25']);
    }
  });

  test('it fits a terminal that becomes smaller, and one that becomes larger', async () => {
    const { start } = await leak();
    const terminal = start();
    await terminal.see(/2 findings/);
    for (const [columns, rows] of [
      [60, 12],
      [160, 50],
      [80, 24],
    ] as const) {
      terminal.resize(columns, rows);
      await terminal.see(new RegExp(`^quash triage(?:.*\\n){${rows - 2}}Enter open`));
      const lines = terminal.screen.lines();
      expect(lines.filter((line) => line.startsWith('quash triage'))).toHaveLength(1);
      expect(lines.filter((line) => /^[> ] {3}live/.test(line))).toHaveLength(2);
      terminal.type('?');
      await terminal.see(/one down/);
      terminal.type('\x1b');
      await terminal.see(/2 findings(?:.*\n)+.*live/);
    }
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
  });

  test('what another process decides shows up', async () => {
    const { home, start } = await leak();
    const terminal = start(['--where', 'provider=github']);
    await terminal.see(/1 finding: 1 live/);
    await home.quash(['findings', 'ignore', '--where', 'provider=github', '--reason', 'a test']);
    await terminal.see(/live.*ignored/);
  });

  test('a reason is asked for, and kept', async () => {
    const { home, start } = await leak();
    const terminal = start();
    await terminal.see(/2 findings/);
    terminal.type('a');
    await terminal.see(/2 selected/);
    terminal.type('i');
    await terminal.see(/Why it is a false alarm/);
    terminal.type('a rehearsal');
    await terminal.see(/a rehearsal/);
    terminal.type('\r');
    await terminal.see(/2 findings ignored/);
    const { stdout } = await home.quash(['findings', 'list', '--format', 'json']);
    expect(JSON.parse(stdout).findings).toMatchObject([
      { state: 'ignored', decision: { reason: 'a rehearsal' } },
      { state: 'ignored' },
    ]);
  });

  test('the editor gets the terminal and the place, and gives the terminal back', async () => {
    const { home, start } = await leak();
    const vi = join(home.folder, 'vi');
    writeFileSync(vi, '#!/bin/sh\necho "edits $1 $2"\nread answer\necho "was told $answer"\n', { mode: 0o755 });
    const terminal = start(['--where', 'path~a.env'], { env: { EDITOR: vi }, columns: 160 });
    await terminal.see(/1 finding: 1 live/);
    terminal.type('e');
    await terminal.see(/edits \+1 \/.*a\.env/);
    expect(terminal.screen.modes()).not.toContain('?1049');
    terminal.type('q\r');
    await terminal.see(/vi was closed/);
    expect(terminal.written()).toContain('was told q');
    expect(terminal.screen.modes()).toEqual(expect.arrayContaining(['?1049', '?2004']));
    terminal.type('\r');
    await terminal.see(/finding [0-9a-f]{12}/);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen.modes()).toEqual(['?25']);
  });

  test('an editor that is not there is told of', async () => {
    const { start } = await leak();
    const terminal = start([], { env: { EDITOR: '/nowhere/vi' }, columns: 160 });
    await terminal.see(/2 findings/);
    terminal.type('e');
    await terminal.see(/starting \/nowhere\/vi: it is not there/);
    terminal.type('j');
    await terminal.see(/^ {4}live.*\n> {3}live/m);
  });

  test('links are copied, of all that is selected, and none holds a secret', async () => {
    const { start } = await leak();
    const terminal = start();
    await terminal.see(/2 findings/);
    terminal.type('a');
    await terminal.see(/2 selected/);
    terminal.type('y');
    await terminal.see(/asked to copy 2 links/);
    const lines = terminal.screen.clipboard().split('\n');
    expect(lines).toHaveLength(2);
    for (const line of lines) expect(line).toMatch(/^[0-9a-f]{12} {2}Git(?:Hub|Lab) .*\(redacted\) {2}[ab]\.env:1:3 in /);
    expect(terminal.screen.clipboard()).not.toMatch(new RegExp(`${github}|${other}`));
  });

  test('the browser is given an https page, by no shell', async () => {
    const { home, start } = await leak({});
    const bin = join(home.folder, 'bin');
    const opened = join(home.folder, 'opened');
    mkdirSync(bin);
    for (const name of ['xdg-open', 'open'])
      writeFileSync(
        join(bin, name),
        `#!/bin/sh\nprintf '%s\\n' "$#" "$1" > '${opened}.part' && mv '${opened}.part' '${opened}'\n`,
        {
          mode: 0o755,
        },
      );
    const git = (...args: readonly string[]) =>
      execFileSync('git', args, { cwd: home.repository, env: { ...process.env, ...gitEnvironment } });
    git('init', '--quiet');
    git('remote', 'add', 'origin', 'git@example.com:team/app.git');
    writeFileSync(join(home.repository, 'a;touch b.env'), `A=${github}\n`);
    git('add', '--all');
    git('commit', '--quiet', '--message', 'one');
    await home.quash(['scan', '--quiet', '--no-tree', '.']);
    const terminal = start([], { columns: 160, env: { PATH: `${bin}:${process.env.PATH}` } });
    await terminal.see(/1 finding/);
    const isThere = new Promise<void>((resolve) => {
      const watcher = watch(home.folder, () => {
        if (!existsSync(opened)) return;
        watcher.close();
        resolve();
      });
    });
    terminal.type('b');
    await terminal.see(/Opened https:\/\/example\.com\/team\/app\/blob\/[0-9a-f]{40}\/a%3Btouch%20b\.env#L1/);
    await isThere;
    expect(readFileSync(opened, 'utf8')).toMatch(
      /^1\nhttps:\/\/example\.com\/team\/app\/blob\/[0-9a-f]{40}\/a%3Btouch%20b\.env#L1\n$/,
    );
  });

  test('a secret is shown behind a key, and masked again', async () => {
    const { start } = await leak();
    const terminal = start(['--where', 'provider=github'], { columns: 120 });
    await terminal.see(/1 finding: 1 live/);
    terminal.type('\r');
    const before = await terminal.see(/finding [0-9a-f]{12}(?:.*\n)+revoked by an API/);
    expect(before).not.toContain(github);
    terminal.type('X');
    await terminal.see(new RegExp(`secret +${github}`));
    await terminal.see(/secret +ghp_….*\(redacted\)/);
    expect(terminal.screen.lines().join('\n')).not.toContain(github);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen.lines().join('\n')).not.toContain(github);
  });

  test('what a dumb terminal gets is lines, without a sequence in them', async () => {
    const { start } = await leak();
    const terminal = start([], { env: { TERM: 'dumb' } });
    await terminal.see(/help tells/);
    terminal.type('quit\n');
    expect(await terminal.ended).toBe(0);
    expect(terminal.written()).not.toContain('\x1b');
  });
});

test('a line at a time, from a pipe, to the proof that it is dead', async () => {
  const { home, providers } = await leak({ 'a.env': `A=${github}\n` });
  const run = (stdin: string) =>
    runProgram(process.execPath, [binary, 'triage', ...providers.flags], {
      cwd: home.repository,
      env: { ...home.env, ...asking },
      stdin,
    });
  const refused = await run('revoke 1\nyes\n');
  expect(refused.stdout).toContain('Nothing was done.');
  expect(providers.server.acted).toEqual([]);
  const answer = /Type the .*?, (\S+), to go on/.exec(refused.stdout)![1]!;
  const done = await run(`show 1\nrevoke 1\n${answer}\nquit\n`);
  expect(done).toMatchObject({ code: 0, stderr: '' });
  expect(done.stdout).toContain('1 credential: 1 revoked');
  expect(done.stdout).toMatch(/1\. dead, critical/);
  expect(done.stdout).not.toContain(github);
  expect(providers.server.acted).toHaveLength(1);
});
