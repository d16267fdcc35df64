import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { commandNames, flagsOf, longForm } from '../../src/flags.ts';
import { runProgram, runQuash, temporaryFolder } from './binary.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
const folder = temporaryFolder();
const script = (shell: string) => join(folder, `quash.${shell}`);

beforeAll(async () => {
  for (const shell of shells) {
    const { code, stdout } = await runQuash(['completion', shell]);
    expect(code).toBe(0);
    writeFileSync(script(shell), stdout);
  }
  mkdirSync(join(folder, 'here'));
  writeFileSync(join(folder, 'here', 'a file.yaml'), '');
});

test.each(shells)('%s accepts its script', async (shell) => {
  expect(await runProgram(shell, ['-n', script(shell)])).toMatchObject({ code: 0, stdout: '', stderr: '' });
});

test.each(shells)('%s is told of every flag of every command', (shell) => {
  const text = readFileSync(script(shell), 'utf8');
  for (const flag of commandNames.flatMap(flagsOf)) {
    expect(text).toContain(shell === 'fish' ? `-l ${longForm(flag).slice(2)}` : longForm(flag));
  }
});

/** What is typed, and what one press of Tab offers. */
const offers: readonly (readonly [line: string, offered: readonly string[]])[] = [
  ['quash sc', ['scan']],
  ['quash hook ', ['install', 'run', 'uninstall']],
  ['quash config s', ['show']],
  ['quash help pat', ['patterns']],
  ['quash revoke fi', ['finalise']],
  ['quash revoke undo --p', ['--pattern', '--patterns', '--plan', '--policy', '--proof-window']],
  ['quash revoke --a', ['--admin', '--allow-host', '--apply']],
  ['quash scan --fo', ['--format']],
  ['quash scan --format js', ['json', 'jsonl']],
  ['quash scan -f sa', ['sarif']],
  ['quash scan --min-severity h', ['high']],
  ['quash patterns list --format j', ['json']],
  ['quash scan --no-h', ['--no-history']],
  ['quash hook run pre-p', ['pre-push']],
  ['quash hook install --qu', ['--quiet']],
  ['quash completion z', ['zsh']],
  ['quash scan --baseline a', ['a file.yaml']],
  ['quash scan a', ['a file.yaml']],
  ['quash scan --since 2', []],
  ['quash completion --for', []],
];

test.each(offers)('bash: %s', async (line, offered) => {
  const words = line.split(' ');
  const drive = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _quash; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { code, stdout, stderr } = await runProgram('bash', ['--norc', '-c', drive, 'bash', script('bash'), ...words], {
    cwd: join(folder, 'here'),
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.split('\n').filter(Boolean).sort()).toEqual(offered);
});

test('bash: a value after an equals sign, which bash takes apart', async () => {
  for (const words of ['quash scan --format = sa', 'quash scan --format =']) {
    const drive = `source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _quash; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await runProgram('bash', ['--norc', '-c', drive, 'bash', script('bash'), ...words.split(' ')]);
    expect(stdout.split('\n')).toContain('sarif');
  }
});

test.each(offers)('fish: %s', async (line, offered) => {
  const { code, stdout } = await runProgram(
    'fish',
    ['--no-config', '-c', `source $argv[1]; complete -C $argv[2]`, script('fish'), line],
    {
      cwd: join(folder, 'here'),
    },
  );
  expect(code).toBe(0);
  const words = stdout
    .split('\n')
    .map((row) => row.split('\t')[0]!)
    .filter(Boolean);
  expect(words.map((word) => word.replace(/\\/g, '').replace(/=$/, '')).sort()).toEqual(offered);
});

/** A real zsh on a pseudo-terminal: the line is typed, Tab is pressed, and what then stands on the line is written down. */
const driveZsh = `
zmodload zsh/zpty
zpty z "zsh -f -i"
zpty -w z "autoload -Uz compinit && compinit -u -D; source $1; probe() { zle expand-or-complete; print -rn -- \\$BUFFER > $2; exit }; zle -N probe; bindkey '^T' probe"
zpty -n -w z "$3"$'\\x14'
while zpty -r z line; do :; done
`;

test.each(offers.filter(([, offered]) => offered.length === 1))('zsh: %s', async (line, [offered = '']) => {
  const result = join(temporaryFolder(), 'line');
  await runProgram('zsh', ['-f', '-c', driveZsh, 'zsh', script('zsh'), result, line], {
    cwd: join(folder, 'here'),
    env: { TERM: 'xterm' },
  });
  const typed = line.slice(0, line.lastIndexOf(' ') + 1);
  expect(readFileSync(result, 'utf8').replace(/\\/g, '').replace(/[ =]$/, '')).toBe(`${typed}${offered}`);
});
