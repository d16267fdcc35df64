import { readdirSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { binary, cleanEnvironment, runQuash, temporaryFolder } from '../cli/binary.ts';
import { openPseudoTerminal, whyNone } from '../triage/pseudo-terminal.ts';

// The drill that leaves it to a person: the terminal UI over what it leaked, with its providers there until it is left.

const none = whyNone();

function drill(args: readonly string[]) {
  const folder = temporaryFolder();
  const terminal = openPseudoTerminal([process.execPath, binary, 'drill', '--triage', ...args], {
    columns: 100,
    rows: 30,
    cwd: folder,
    env: cleanEnvironment({ TMPDIR: folder, QUASH_OFFLINE: '', QUASH_STORE: '', TERM: 'xterm-256color' }),
  });
  onTestFinished(async () => {
    terminal.signal('SIGKILL');
    await terminal.ended;
  });
  return { folder, terminal };
}

test.skipIf(none)(
  none ?? 'one is taken back by hand and proved dead, and nothing stays behind',
  { timeout: 120_000 },
  async () => {
    const { folder, terminal } = drill([]);
    await terminal.see(/findings: \d live/);
    terminal.type('/');
    await terminal.see(/Enter keeps it/);
    terminal.type('github-pat');
    await terminal.see(/1 finding: 1 live/);
    terminal.type('\r');
    await terminal.see(/filter: github-pat/);
    terminal.type('R');
    await terminal.see(/nothing was done yet(?:.*\n)+.*call/);
    terminal.type('\r');
    const asked = await terminal.see(/Type the .*, (\S+), and Enter/);
    const answer = /Type the .*, (\S+), and Enter/.exec(asked)![1]!;
    terminal.type(answer);
    await terminal.see(new RegExp(`> ${answer}`));
    terminal.type('\r');
    await terminal.see(/1 credential: 1 revoked/);
    terminal.type('\x1b');
    await terminal.see(/1 finding: 1 dead/);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen.lines().join('\n')).toMatch(/^1 proved dead, \d still live; all of it is gone with the drill\.$/m);
    expect(terminal.screen.modes()).toEqual(['?25']);
    expect(readdirSync(folder).filter((name) => name.startsWith('quash-drill-'))).toEqual([]);
  },
);

test.skipIf(none)(none ?? 'what is ended by a signal is cleaned up as well', { timeout: 120_000 }, async () => {
  const { folder, terminal } = drill([]);
  await terminal.see(/findings: \d live/);
  expect(readdirSync(folder).filter((name) => name.startsWith('quash-drill-'))).toHaveLength(1);
  terminal.signal('SIGTERM');
  expect(await terminal.ended).toBe(130);
  expect(terminal.screen.modes()).toEqual(['?25']);
  expect(readdirSync(folder).filter((name) => name.startsWith('quash-drill-'))).toEqual([]);
});

test('JSON is written of what it did itself, not of what a person did', async () => {
  const { code, stderr } = await runQuash(['drill', '--triage', '--format', 'json']);
  expect(code).toBe(2);
  expect(stderr).toContain('--triage and --format contradict each other');
});
