import { expect, test } from 'vitest';
import { runQuash } from './binary.ts';

const mistakes: readonly (readonly [typed: string, told: string])[] = [
  ['scna', 'there is no command "scna"; did you mean quash scan?'],
  ['install', 'there is no command "install"; did you mean quash hook install?'],
  ['hook instal', 'there is no command "hook instal"; did you mean quash hook install?'],
  ['hook dance', 'there is no command "hook dance"; see quash hook --help'],
  ['help scna', 'there is no command "scna"; did you mean quash scan?'],
  ['.', 'there is no command of that name; to scan a folder or a repository, type: quash scan PATH'],
  ['--quiet scan', 'no command before "--quiet"; flags come after the command, as in: quash scan --quiet'],
  ['scan --fromat json', 'quash scan has no flag "--fromat"; did you mean --format?'],
  ['scan --maxsize=3', 'quash scan has no flag "--maxsize"; did you mean --max-size?'],
  ['scan -x', 'quash scan has no flag "-x"; see quash scan --help'],
  ['scan --format', '--format needs a value; see quash scan --help'],
  ['scan --format jsno', '--format must be text, json, jsonl, sarif, gitlab, csv, junit or html; did you mean json?'],
  ['scan --max-size 10XB', '--max-size must be a size such as 500KB, 10MB or 1GiB'],
  ['scan --min-confidence 1.5', '--min-confidence must be a number from 0 to 1'],
  ['scan --jobs 0', '--jobs must be a whole number from 1 to 1024'],
  [
    'scan --since 2025-02-31',
    '--since must be a date such as 2025-01-31 or 2025-01-31T12:00:00Z, or an age such as 90d, 2w, 6m or 1y',
  ],
  ['scan --no-history --since 3d', '--no-history and --since contradict each other; leave one out'],
  ['scan --staged --range a..b', '--staged and --range contradict each other; leave one out'],
  ['completion', 'quash completion needs one of bash, zsh, fish; see quash completion --help'],
  ['completion tcsh', 'SHELL must be bash, zsh or fish'],
  ['completion bash zsh', 'quash completion was given 1 more than it takes; see quash completion --help'],
];

test.each(mistakes)('quash %s', async (typed, told) => {
  const { code, stdout, stderr } = await runQuash(typed.split(' '));
  expect({ code, stdout, stderr }).toEqual({ code: 2, stdout: '', stderr: `quash: reading the command line: ${told}\n` });
});

const pasted = `ghp_${'Ab1'.repeat(12)}`;

test.each([
  [[pasted]],
  [['scan', `--${pasted}`]],
  [['scan', `--token=${pasted}`]],
  [['scan', '--format', pasted]],
  [['scan', '--since', pasted]],
  [['completion', pasted]],
  [['hook', pasted]],
])('a secret pasted in the wrong place is not repeated (%#)', async (args) => {
  const { code, stdout, stderr } = await runQuash(args);
  expect(code).toBe(2);
  expect(stdout + stderr).not.toContain(pasted.slice(4));
});
