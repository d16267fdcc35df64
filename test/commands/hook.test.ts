import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import type { Context } from '../../src/cli-context.ts';
import { parse } from '../../src/cli-parse.ts';
import { run } from '../../src/commands/hook.ts';
import { resolveOptions } from '../../src/config.ts';

let folder: string;
let repository: BuiltRepository;
// An AWS key pair: long enough, varied enough, and nobody's.
const id = `AKIA${'QZ7X3MPL5RWT2YVB'}`;
const key = ['q8Zt', 'Lw3N', 'vB6x', 'Ks0y', 'Hd2m', 'Rf9c', 'Jp4u', 'Ta7g', 'Xe1o', 'Wn5i'].join('');

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'quash-test-')));
  repository = buildRepository(join(folder, 'app'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `quash hook …` in this process, with the real scanner and patterns. */
async function hook(...args: string[]) {
  const request = await parse(['hook', ...args]);
  if (request.kind !== 'run') throw new Error(`not a command: ${args.join(' ')}`);
  let out = '';
  let err = '';
  const config = { files: [], warnings: [] };
  const context = {
    signal: new AbortController().signal,
    stdin: Readable.from([]),
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: (text: string) => (err += text) },
    env: {},
    cwd: repository.path,
    color: { stdout: false, stderr: false },
    config,
  } as unknown as Context;
  const options = resolveOptions(request.invocation, config, {});
  const exit = await run(options as Parameters<typeof run>[0], context);
  return { exit, out, err };
}

describe('quash hook', () => {
  test('install, again, uninstall', async () => {
    expect(await hook('install', 'pre-commit', 'pre-push')).toEqual({
      exit: 0,
      out: 'pre-commit: installed in .git/hooks/pre-commit\npre-push: installed in .git/hooks/pre-push\n',
      err: '',
    });
    expect((await hook('install')).out).toBe('pre-commit: is installed in .git/hooks/pre-commit already\n');
    expect((await hook('uninstall')).out).toBe(
      'pre-commit: taken out of .git/hooks/pre-commit\npre-push: taken out of .git/hooks/pre-push\n',
    );
    expect((await hook('uninstall')).out).toBe('');
    expect((await hook('uninstall', 'pre-push')).out).toBe('pre-push: was not installed\n');
  });

  test('run finds what is staged, allows what a comment or .quashignore allows, and shows no value', async () => {
    repository.write('config', `aws_access_key_id = ${id}\naws_secret_access_key = ${key}\n`);
    repository.git('add', 'config');
    const { exit, out, err } = await hook('run');
    expect([exit, err]).toEqual([1, '']);
    expect(out).toMatch(/^quash: 1 secret about to be committed\n\n {2}config:\d:\d+ {2}/);
    expect(out).not.toContain(id);
    expect(out).not.toContain(key);
    expect((await hook('run', '--exclude', 'conf*')).exit).toBe(0);
    expect((await hook('run', '--fail-on', 'none')).exit).toBe(0);

    repository.write('config', `aws_access_key_id = ${id} # quash:allow\naws_secret_access_key = ${key} # quash:allow\n`);
    repository.git('add', 'config');
    expect(await hook('run')).toEqual({ exit: 0, out: '', err: '' });
    expect((await hook('run', '--no-ignore')).exit).toBe(1);
  });

  test('a key pair whose second half is added later is found', async () => {
    repository.write('config', `aws_access_key_id = ${id}\n`);
    repository.commit('the id alone');
    repository.write('config', `aws_access_key_id = ${id}\naws_secret_access_key = ${key}\n`);
    repository.git('add', 'config');
    expect((await hook('run')).out).toContain('  config:1:21  AWS access key  ');
  });
});
