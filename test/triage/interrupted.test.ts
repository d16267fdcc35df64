import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { binary, cleanEnvironment } from '../cli/binary.ts';
import { newHome } from '../commands/homes.ts';
import { asking, playProviders } from '../commands/providers.ts';
import { invent } from '../commands/scans.ts';
import { putGate } from './gate.ts';
import { openPseudoTerminal, whyNone } from './pseudo-terminal.ts';

// Ctrl-C while a provider takes its time over a revocation.

const none = whyNone();
const github = invent('github-pat-classic', 'interrupted');

async function midway() {
  const home = newHome();
  const providers = await playProviders('github-pat-classic');
  providers.know('github-pat-classic', github, 'live');
  writeFileSync(join(home.repository, 'a.env'), `A=${github}\n`);
  await home.quash(['keys', 'init']);
  await home.quash(['scan', '--quiet', ...providers.flags], { env: asking });
  const gate = await putGate({ url: providers.server.url, flags: providers.flags }, 'POST');
  const terminal = openPseudoTerminal([process.execPath, binary, 'triage', ...gate.flags], {
    cwd: home.repository,
    env: cleanEnvironment({ ...home.env, ...asking, TERM: 'xterm-256color' }),
  });
  onTestFinished(async () => {
    terminal.signal('SIGKILL');
    await terminal.ended;
  });
  await terminal.see(/1 finding: 1 live/);
  terminal.type('R');
  await terminal.see(/call +POST/);
  terminal.type('\r');
  const answer = /Type the .*, (\S+), and Enter/.exec(await terminal.see(/Type the .*, \S+, and Enter/))![1]!;
  terminal.type(answer);
  await terminal.see(new RegExp(`> ${answer}`));
  terminal.type('\r');
  await gate.came(1, 'POST');
  await terminal.see(/begun/);
  const journal = () => readFileSync(join(dirname(home.store), 'journal.jsonl'), 'utf8');
  return { home, providers, gate, terminal, journal };
}

test.skipIf(none)(none ?? 'what is under way is journalled, the terminal given back, and nothing done twice', async () => {
  const { home, providers, gate, terminal, journal } = await midway();
  terminal.type('\x03');
  expect(await terminal.ended).toBe(130);
  expect(terminal.screen.modes()).toEqual(['?25']);
  expect(terminal.written()).toContain('Stopping; the journal says how far it came.');
  expect(journal()).toContain('"action":"in-doubt"');
  expect((await home.quash(['journal', 'verify'])).code).toBe(0);
  const { stdout } = await home.quash(['revoke', 'status', '--format', 'json']);
  const [{ finding, state }] = JSON.parse(stdout).revocations;
  expect(state).toBe('in-doubt');

  // The provider took it after all, which nobody was told.
  const arrived = new Promise<void>((resolve) => {
    providers.server.onRequest = (line) => {
      if (line.startsWith('POST')) resolve();
      return undefined;
    };
  });
  gate.open();
  await arrived;
  const plan = join(home.folder, 'plan.json');
  await home.quash(['revoke', finding, '--save', plan, ...providers.flags], { env: asking });
  const again = await home.quash(['revoke', '--plan', plan, '--apply', '--yes', ...providers.flags], { env: asking });
  expect(again.code).toBe(0);
  expect(providers.server.acted).toHaveLength(1);
});

test.skipIf(none)(none ?? 'what is under way is not left by q or Esc', async () => {
  const { gate, terminal } = await midway();
  for (const key of ['q', '\x1b']) {
    terminal.type(key);
    await terminal.see(/It is being done/);
  }
  gate.open();
  await terminal.see(/1 credential: 1 revoked/);
  terminal.type('q');
  expect(await terminal.ended).toBe(0);
  expect(terminal.screen.modes()).toEqual(['?25']);
});
