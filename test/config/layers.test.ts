import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from '../../src/cli-parse.ts';
import { loadConfig, resolveOptions } from '../../src/config.ts';
import type { Options } from '../../src/flags.ts';
import { temporaryFolder } from '../cli/binary.ts';

interface Case {
  readonly name: string;
  /** Files by path: `user/` is $XDG_CONFIG_HOME/quash/, `repo/` the repository that is the current folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly line?: string;
  readonly options: Partial<Options<'scan'>>;
  readonly warnings?: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'nothing set: the defaults',
    options: {
      command: 'scan',
      targets: ['.'],
      format: 'text',
      history: true,
      tree: true,
      ignore: true,
      color: true,
      offline: false,
      exclude: [],
      minConfidence: 0.5,
      minSeverity: 'info',
      failOn: 'any',
      maxSize: 256_000_000,
      since: undefined,
    },
  },
  {
    name: 'the user sets what is nobody else’s',
    files: { 'user/quash.yaml': 'format: sarif\noffline: true\njobs: 3\nunredacted: true\n' },
    options: { format: 'sarif', offline: true, jobs: 3, unredacted: true },
  },
  {
    name: 'the target wins over the user',
    files: { 'user/quash.yaml': 'min-severity: high\nmin-confidence: 0.9', 'repo/quash.yaml': 'min-severity: low' },
    options: { minSeverity: 'low', minConfidence: 0.9 },
  },
  {
    name: 'flags win over files',
    files: { 'repo/quash.yaml': 'min-severity: low\nmax-size: 10MB\nhistory: false' },
    line: 'scan --min-severity critical --max-size 1KB --history',
    options: { minSeverity: 'critical', maxSize: 1000, history: true },
  },
  {
    name: 'excludes and pattern files add up, and files are relative to the file that names them',
    files: {
      'user/quash.yaml': 'exclude: a\npatterns: own.yaml',
      'repo/quash.yaml': 'exclude: [\'b\', "c"]\npatterns: [conf/more.yaml]',
    },
    line: 'scan --exclude d --patterns here.yaml',
    options: { exclude: ['a', 'b', 'c', 'd'], patterns: ['/user/own.yaml', '/repo/conf/more.yaml', 'here.yaml'] },
  },
  {
    name: 'other lists take the place of what was below',
    files: { 'user/quash.yaml': 'pattern: [x, y]\ninclude: [src/**]', 'repo/quash.yaml': 'pattern: z' },
    options: { pattern: ['z'], include: ['src/**'] },
  },
  {
    name: 'the environment wins over files',
    env: { QUASH_OFFLINE: '1' },
    files: { 'user/quash.yaml': 'offline: false' },
    options: { offline: true },
  },
  { name: 'flags win over the environment', env: { QUASH_OFFLINE: '1' }, line: 'scan --no-offline', options: { offline: false } },
  { name: 'an environment variable can say no', env: { QUASH_OFFLINE: '0' }, options: { offline: false } },
  {
    name: 'what is scanned decides nothing but what is reported',
    files: {
      'user/quash.yaml': 'offline: true',
      'repo/quash.yaml': 'offline: false\nunredacted: true\noutput: /tmp/x\nfail-on: none\n',
    },
    options: { offline: true, unredacted: false, output: undefined, failOn: 'none' },
    warnings: ['repo/quash.yaml:1:1: offline', 'repo/quash.yaml:2:1: unredacted', 'repo/quash.yaml:3:1: output'],
  },
  {
    name: 'what is scanned names no files outside of it',
    files: {
      'repo/quash.yaml': 'baseline: ../user/secret\npatterns: [/etc/passwd, in/out, in/ok]',
      'repo/in/ok': '',
      'repo/in/out': '-> /etc/passwd',
    },
    options: { baseline: undefined, patterns: ['/repo/in/ok'] },
    warnings: ['repo/quash.yaml:1:1: baseline names a file outside', 'repo/quash.yaml:2:1: patterns names a file outside'],
  },
  {
    name: 'a quash.yaml that is a link out of what is scanned is not read',
    files: { 'outside.yaml': 'min-severity: critical', 'repo/quash.yaml': '-> ../outside.yaml' },
    options: { minSeverity: 'info' },
  },
  {
    name: 'found upward from a target',
    files: { 'repo/quash.yaml': 'min-severity: high', 'repo/a/b/file': '' },
    line: 'scan a/b/file',
    options: { minSeverity: 'high' },
  },
  {
    name: 'the nearest is the one',
    files: { 'repo/quash.yaml': 'min-severity: high', 'repo/a/quash.yaml': 'min-confidence: 1', 'repo/a/b/file': '' },
    line: 'scan a/b',
    options: { minSeverity: 'info', minConfidence: 1 },
  },
  {
    name: 'not above the repository',
    files: { 'quash.yaml': 'min-severity: critical', 'repo/x': '' },
    options: { minSeverity: 'info' },
  },
  {
    name: 'above a folder that is in no repository',
    files: { 'loose/quash.yaml': 'min-severity: high', 'loose/a/x': '' },
    line: 'scan ../loose/a',
    options: { minSeverity: 'high' },
  },
  {
    name: 'a URL has none',
    files: { 'repo/quash.yaml': 'min-severity: high' },
    line: 'scan https://example.com/x.git',
    options: { minSeverity: 'info' },
  },
  {
    name: 'targets that disagree have none',
    files: { 'repo/a/quash.yaml': 'min-severity: high', 'repo/b/x': '' },
    line: 'scan a b',
    options: { minSeverity: 'info' },
    warnings: ['the targets have different quash.yaml files'],
  },
  {
    name: '--config takes the place of the one found, is trusted, and stands on the user’s',
    files: {
      'user/quash.yaml': 'jobs: 2\nquiet: true',
      'repo/quash.yaml': 'min-severity: high',
      'repo/ci/c.yaml': 'format: json\njobs: 4',
    },
    line: 'scan --config ci/c.yaml',
    options: { jobs: 4, quiet: true, format: 'json', minSeverity: 'info' },
  },
  {
    name: '--config none reads none',
    files: { 'user/quash.yaml': 'jobs: 2', 'repo/quash.yaml': 'min-severity: high' },
    line: 'scan --config none',
    options: { jobs: undefined, minSeverity: 'info' },
  },
  {
    name: 'a part of the history is history, without the working tree',
    files: { 'repo/quash.yaml': 'history: false' },
    line: 'scan --range a..b',
    options: { range: 'a..b', history: true, tree: false },
  },
  { name: 'unless the working tree is asked for', line: 'scan --since 3d --tree', options: { history: true, tree: true } },
  {
    name: 'unreachable objects leave the working tree in',
    line: 'scan --unreachable',
    options: { unreachable: true, history: true, tree: true },
  },
  { name: 'an empty file sets nothing', files: { 'repo/quash.yaml': '# nothing yet\n' }, options: { minSeverity: 'info' } },
  {
    name: 'anchors',
    files: { 'user/quash.yaml': 'include: &globs [a, b]\nexclude: *globs' },
    options: { include: ['a', 'b'], exclude: ['a', 'b'] },
  },
];

/** A folder with the files of a case, and a repository in `repo/`. */
function layOut(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'repo', '.git'), { recursive: true });
  for (const [name, text] of Object.entries(files)) {
    const path = join(root, name.replace(/^user\//, 'xdg/quash/'));
    mkdirSync(dirname(path), { recursive: true });
    if (text.startsWith('-> ')) symlinkSync(text.slice(3), path);
    else writeFileSync(path, text);
  }
  return root;
}

test.each(cases)('$name', async ({ files = {}, env = {}, line = 'scan', options, warnings = [] }) => {
  const root = layOut(files);
  const request = await parse(line.split(' '));
  if (request.kind !== 'run') throw new Error(`not a command: ${line}`);
  const { invocation } = request;
  const environment = { XDG_CONFIG_HOME: join(root, 'xdg'), ...env };
  const config = await loadConfig(invocation.positionals.targets as string[], {
    cwd: join(root, 'repo'),
    env: environment,
    explicit: invocation.flags.get('config')?.toString(),
  });
  const resolved = resolveOptions(invocation, config, environment);
  const relocated = JSON.parse(
    JSON.stringify(resolved).replaceAll(join(root, 'xdg/quash/'), '/user/').replaceAll(`${root}/`, '/'),
  );
  const picked = Object.fromEntries(Object.keys(options).map((key) => [key, relocated[key]]));
  expect(picked).toEqual(options);
  expect(config.warnings).toEqual(warnings.map((warning) => expect.stringContaining(warning)));
});

const mistakes: readonly (readonly [text: string, told: readonly string[]])[] = [
  ['min-severity: hihg', [':1:15: min-severity must be info, low, medium, high or critical; did you mean high?']],
  ['# x\n  \nmin-sevrity: high', [':3:1: there is no such key; did you mean min-severity?']],
  ['minSeverity: high', [':1:1: there is no such key; did you mean min-severity?']],
  ['no-history: true', [':1:1: there is no such key; write "history: false"']],
  ['history: "no"', [':1:10: history must be true or false']],
  ['min-confidence: 2', [':1:17: min-confidence must be a number from 0 to 1']],
  ['max-size: 10XB', [':1:11: max-size must be a size such as 500KB, 10MB or 1GiB']],
  ['exclude: [a, 3]', [':1:10: exclude must be text']],
  ['min-severity: [low]', [':1:15: min-severity takes one value, not a list']],
  ['exclude:', [':1:9: exclude must be text']],
  ['a: [', [':1:5: not YAML (BAD_INDENT); correct it there']],
  ['a: 1\na: 2', [':2:1: not YAML (DUPLICATE_KEY); correct it there']],
  ['- a', [':1:1: not a list of settings; write lines such as "min-severity: high"']],
  ['tree: 1\nhistory: 2\n', [':1:7: tree must be true or false', ':2:10: history must be true or false']],
];

test.each(mistakes)('%j is refused where it stands', async (text, told) => {
  const root = layOut({ 'repo/quash.yaml': text });
  const reading = loadConfig(['.'], { cwd: join(root, 'repo'), env: { XDG_CONFIG_HOME: join(root, 'xdg') } });
  const message = told.map((line) => `reading ${join(root, 'repo', 'quash.yaml')}${line}`).join('\n');
  await expect(reading).rejects.toMatchObject({ code: 'config', message });
});

test('what a mistake repeats is never the value, which may be a secret', async () => {
  const pasted = `ghp_${'Ab1'.repeat(12)}`;
  for (const text of [
    `min-severity: ${pasted}`,
    `${pasted}: 1`,
    `exclude: [${pasted}`,
    `min-severity: {a: ${pasted}}`,
    `? [${pasted}]\n: 1`,
  ]) {
    const root = layOut({ 'repo/quash.yaml': text });
    const reading = loadConfig(['.'], { cwd: join(root, 'repo'), env: { XDG_CONFIG_HOME: join(root, 'xdg') } });
    await expect(reading).rejects.toMatchObject({ code: 'config', message: expect.not.stringContaining(pasted.slice(4)) });
  }
});

test('aliases that multiply are refused, not expanded', async () => {
  const list = (depth: number) =>
    `[${Array(10)
      .fill(depth === 0 ? 'x' : `*a${depth - 1}`)
      .join(', ')}]`;
  const nested = Array.from({ length: 9 }, (_, depth) => `- &a${depth} ${list(depth)}`).join('\n');
  const root = layOut({ 'repo/quash.yaml': `include:\n${nested}` });
  const reading = loadConfig(['.'], { cwd: join(root, 'repo'), env: { XDG_CONFIG_HOME: join(root, 'xdg') } });
  const message = expect.stringContaining(':2:1: include repeats itself through too many aliases');
  await expect(reading).rejects.toMatchObject({ code: 'config', message });
});

test('a file of more than 1 MB is refused', async () => {
  const root = layOut({ 'repo/quash.yaml': '#'.repeat(1_000_001) });
  const reading = loadConfig(['.'], { cwd: join(root, 'repo'), env: { XDG_CONFIG_HOME: join(root, 'xdg') } });
  await expect(reading).rejects.toMatchObject({ code: 'config', message: expect.stringContaining('larger than 1 MB') });
});

test('--config names a file that is not there', async () => {
  const reading = loadConfig(['.'], { cwd: layOut({}), env: {}, explicit: 'nope.yaml' });
  await expect(reading).rejects.toMatchObject({
    code: 'config',
    message: 'reading nope.yaml, named by --config: there is no such file; check the path',
  });
});
