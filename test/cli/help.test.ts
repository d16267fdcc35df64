import { expect, test } from 'vitest';
import { groups } from '../../src/flags/commands.ts';
import { commandNames, flagsOf, longForm } from '../../src/flags.ts';
import { runQuash } from './binary.ts';

const pages = [[], ...commandNames.map((name) => name.split(' ')), ...Object.keys(groups).map((group) => [group])];

test.each(pages)('quash %s %s --help fits a screen, examples first', async (...words) => {
  const { code, stdout, stderr } = await runQuash([...words.filter(Boolean), '--help']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.length).toBeLessThanOrEqual(24);
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  expect(lines[2]).toMatch(/^ {2}quash /);
});

test.each(commandNames)('quash help %s tells of every flag, in 80 columns', async (name) => {
  const { code, stdout } = await runQuash(['help', ...name.split(' ')]);
  expect(code).toBe(0);
  for (const flag of flagsOf(name)) expect(stdout).toContain(longForm(flag));
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('-h in a command with other flags is still a question', async () => {
  const { code, stdout } = await runQuash(['scan', '--quiet', '-h']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^quash scan: /);
});

test.each([[[]], [['hook']], [['patterns']], [['config']]])('quash %j without a command is no success', async (words) => {
  const { code, stdout, stderr } = await runQuash(words);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/^quash/);
});
