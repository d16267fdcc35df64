import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';
import { expandExample } from '../../src/patterns/recipes.ts';
import { cleanEnvironment, runProgram, runQuash, temporaryFolder } from '../cli/binary.ts';

// What can destroy a credential is loaded by nothing that only looks.

const { set } = await loadPatterns({ withExamples: true });
const { secret } = expandExample(set.patterns.find(({ id }) => id === 'gitlab-access-token')!, '{{secret}}', 'loads');

/** Runs `quash` with a hook that writes down every module that is loaded. */
async function modulesOf(args: readonly string[], setting: { readonly cwd?: string; readonly stdin?: string } = {}) {
  const folder = temporaryFolder();
  const log = join(folder, 'modules.txt');
  writeFileSync(log, '');
  writeFileSync(
    join(folder, 'hooks.mjs'),
    `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) {
  appendFileSync(${JSON.stringify(log)}, url + '\\n');
  return next(url, context);
}`,
  );
  writeFileSync(
    join(folder, 'register.mjs'),
    `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(join(folder, 'hooks.mjs')).href)});`,
  );
  const env = cleanEnvironment({
    NODE_OPTIONS: `--import=${pathToFileURL(join(folder, 'register.mjs')).href}`,
    QUASH_OFFLINE: '1',
  });
  const ended = await runQuash(args, { env, ...setting });
  return { ended, loaded: readFileSync(log, 'utf8').split('\n').filter(Boolean) };
}

const revoking = /\/(?:revokers\/|src\/revoke\/)/;

async function repository(): Promise<string> {
  const cwd = temporaryFolder();
  const git = (...args: readonly string[]) =>
    runProgram('git', ['-C', cwd, '-c', 'user.name=a', '-c', 'user.email=a@b.c', ...args]);
  await git('init', '-q');
  mkdirSync(join(cwd, 'src'));
  writeFileSync(join(cwd, 'src/a.env'), `GITLAB_TOKEN=${secret}\n`);
  await git('add', '.');
  return cwd;
}

test.each([
  ['a scan', ['scan', '.'], undefined],
  ['a hook', ['hook', 'run'], undefined],
  ['a verification', ['verify', '-'], `GITLAB_TOKEN=${secret}\n`],
] as const)('%s of a credential that can be taken back loads no revoker', async (_, args, stdin) => {
  const cwd = await repository();
  const { ended, loaded } = await modulesOf(args, { cwd, ...(stdin !== undefined && { stdin }) });
  expect(ended.code, ended.stderr).toBe(1);
  expect(loaded.length).toBeGreaterThan(3);
  expect(loaded.filter((url) => revoking.test(url))).toEqual([]);
});

test('revoking loads the one that it needs, and no other', async () => {
  const { ended, loaded } = await modulesOf(['revoke', '-'], { stdin: `GITLAB_TOKEN=${secret}\n` });
  expect(ended.code, ended.stderr).toBe(0);
  expect(loaded.filter((url) => /\/revokers\/[a-z0-9-]+\.js$/.test(url)).map((url) => url.split('/').at(-1))).toEqual([
    'gitlab.js',
  ]);
});

test('the bundle holds no revoker, and no chunk of a scan holds what runs one', () => {
  const folder = new URL('../../dist/bundle/', import.meta.url);
  const mapOf = (name: string) => (JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as { sources: string[] }).sources;
  const maps = ['core.js.map', 'verify.js.map'];
  for (const map of maps) expect(mapOf(map).filter((file) => /(?:^|\/)(?:revokers|revoke)\//.test(file))).toEqual([]);
});
