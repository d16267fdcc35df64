import { readdirSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { drawTerminal } from '../../fixtures/sample/picture.js';
import { binary, cleanEnvironment, runQuash, temporaryFolder } from '../cli/binary.ts';
import { openPseudoTerminal, type PseudoTerminal, whyNone } from '../triage/pseudo-terminal.ts';

// The drill that leaves it to a person: the terminal UI over what it leaked, with its providers there until it is left.

const none = whyNone();

function drill() {
  const folder = temporaryFolder();
  const terminal = openPseudoTerminal([process.execPath, binary, 'drill', '--triage'], {
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

/** What is to be seen, without the empty lines in the middle. */
function frameOf({ screen }: PseudoTerminal): readonly string[] {
  const plain = screen.lines();
  return screen.styled().filter((_, at) => plain[at] !== '' || (at > 0 && plain[at - 1] !== ''));
}

test.skipIf(none)(
  none ?? 'some are taken back by hand and proved dead, and nothing stays behind',
  { timeout: 120_000 },
  async () => {
    const { folder, terminal } = drill();
    await terminal.see(/findings: \d live(?:.*\n)+Enter open/);
    const frames = [frameOf(terminal)];
    terminal.type('/');
    await terminal.see(/Enter keeps it/);
    terminal.type('github');
    await terminal.see(/2 findings: 2 live/);
    terminal.type('\r');
    await terminal.see(/filter: github/);
    terminal.type('a');
    await terminal.see(/2 selected/);
    terminal.type('R');
    await terminal.see(/nothing was done yet(?:.*\n)+.*call/);
    terminal.type('\r');
    await terminal.see(/Type the name of the provider, github, and Enter/);
    terminal.type('github');
    await terminal.see(/> github/);
    frames.push(frameOf(terminal));
    terminal.type('\r');
    await terminal.see(/2 credentials: 2 revoked/);
    frames.push(frameOf(terminal));
    terminal.type('\x1b');
    await terminal.see(/2 findings: 2 dead/);
    terminal.type('q');
    expect(await terminal.ended).toBe(0);
    expect(terminal.screen.lines().join('\n')).toMatch(/^2 proved dead, \d still live; all of it is gone with the drill\.$/m);
    expect(terminal.screen.modes()).toEqual(['?25']);
    expect(readdirSync(folder).filter((name) => name.startsWith('quash-drill-'))).toEqual([]);

    // The picture in README.md is this run: `npm run picture` writes it.
    const picture = drawTerminal(
      frames.map((frame) => frame.join('\n')).join('\n\n'),
      100,
      'quash triage: listed, confirmed, proved dead',
    );
    for (const text of ['quash triage', 'Type the name of the provider', '2 credentials: 2 revoked'])
      expect(picture).toContain(text);
    expect(picture).not.toMatch(/\x1b|gh[pu]_\w{10}|github_pat_\w{10}/);
    if (process.env.QUASH_PICTURE) writeFileSync(process.env.QUASH_PICTURE, picture);
  },
);

test.skipIf(none)(
  none ?? 'what was switched off is switched on again, and what a signal ends is cleaned up',
  { timeout: 120_000 },
  async () => {
    const { folder, terminal } = drill();
    await terminal.see(/findings: \d live/);
    terminal.type('/');
    await terminal.see(/Enter keeps it/);
    terminal.type('aws-');
    await terminal.see(/1 finding: 1 live/);
    terminal.type('\r');
    await terminal.see(/filter: aws-/);
    expect(readdirSync(folder).filter((name) => name.startsWith('quash-drill-'))).toHaveLength(1);
    for (const [key, done] of [
      ['R', /1 credential: 1 disabled/],
      ['U', /1 credential: 1 enabled/],
    ] as const) {
      terminal.type(key);
      await terminal.see(/nothing was done yet(?:.*\n)+.*call/);
      terminal.type('\r');
      await terminal.see(/Type the name of the provider, aws, and Enter/);
      terminal.type('aws');
      await terminal.see(/> aws/);
      terminal.type('\r');
      await terminal.see(done);
      terminal.type('\x1b');
      await terminal.see(/Enter open/);
    }
    terminal.signal('SIGTERM');
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen.modes()).toEqual(['?25']);
    expect(readdirSync(folder).filter((name) => name.startsWith('quash-drill-'))).toEqual([]);
  },
);

test('JSON is written of what it did itself, not of what a person did', async () => {
  const { code, stderr } = await runQuash(['drill', '--triage', '--format', 'json']);
  expect(code).toBe(2);
  expect(stderr).toContain('--triage and --format contradict each other');
});
