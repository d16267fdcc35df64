import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltRepository, buildRepository, openBuiltRepository } from '../../fixtures/repositories/builder.ts';
import { authorOf, hookTypes, type Launcher, renderHook } from '../../src/hook/hook-script.ts';
import { installHook, uninstallHook } from '../../src/hook/install.ts';

let folder: string;
let repository: BuiltRepository;
let launcher: Launcher;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'quash-test-')));
  repository = buildRepository(join(folder, "it's an app"));
  launcher = { node: process.execPath, quash: program('quash.js', 0) };
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A program that stands where quash's would: it notes its arguments and its stdin in `ran`, and exits with `code`. */
function program(name: string, code: number): string {
  const file = join(folder, name);
  writeFileSync(
    file,
    `#!/usr/bin/env node\nconst fs = require('node:fs');\nconst input = process.argv[4] === 'pre-commit' ? '' : fs.readFileSync(0, 'utf8');\nfs.appendFileSync(${JSON.stringify(join(folder, 'ran'))}, JSON.stringify([${JSON.stringify(name)}, process.argv.slice(2), input]) + '\\n');\nprocess.exit(${code});\n`,
    { mode: 0o755 },
  );
  return file;
}

/** A hook that somebody else put there. */
function earlierHook(path: string, code: number, readsInput = true): string {
  const text = `#!/bin/sh\nprintf '["earlier","%s %s","%s"]\\n' "$1" "$2" "$(${readsInput ? 'cat' : ':'})" >> '${folder}/ran'\nexit ${code}\n`;
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text, { mode: 0o755 });
  return text;
}

function ran(): unknown[] {
  const file = join(folder, 'ran');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  rmSync(file, { force: true });
  return lines.map((line) => JSON.parse(line));
}

function run(command: string, args: readonly string[], { cwd = repository.path, env = {} as Record<string, string> } = {}) {
  return spawnSync(command, args, { cwd, env: { ...repository.env(), ...env }, encoding: 'utf8', timeout: 20_000 });
}

const install = (type: (typeof hookTypes)[number] = 'pre-commit', cwd = repository.path) => installHook(type, { cwd, launcher });
const hook = (type: string) => join(repository.gitDir, 'hooks', type);

describe('installing', () => {
  test('git runs it on every commit, from the top or from a folder', async () => {
    repository.write('sub/a', 'one\n');
    expect(await install('pre-commit', join(repository.path, 'sub'))).toEqual({
      type: 'pre-commit',
      path: hook('pre-commit'),
      state: 'installed',
    });
    repository.git('add', '.');
    expect(run('git', ['commit', '-qm', 'first'], { cwd: join(repository.path, 'sub') }).status).toBe(0);
    expect(ran()).toEqual([['quash.js', ['hook', 'run', 'pre-commit', '--'], '']]);
  });

  test('its exit code stops the commit, QUASH_SKIP=1 and uninstalling let it go on', async () => {
    launcher = { ...launcher, quash: program('refuse.js', 1) };
    await install();
    expect(run('git', ['commit', '--allow-empty', '-qm', 'x']).status).toBe(1);
    const skipped = run('git', ['commit', '--allow-empty', '-qm', 'x'], { env: { QUASH_SKIP: '1' } });
    expect([skipped.status, skipped.stderr]).toEqual([0, 'quash: not scanned, as QUASH_SKIP is set\n']);
    expect(ran()).toHaveLength(1);
    expect((await uninstallHook('pre-commit', { cwd: repository.path })).state).toBe('removed');
    expect(existsSync(hook('pre-commit'))).toBe(false);
    expect(run('git', ['commit', '--allow-empty', '-qm', 'x']).status).toBe(0);
  });

  test('twice is once', async () => {
    earlierHook(hook('pre-commit'), 0);
    await install();
    const script = readFileSync(hook('pre-commit'), 'utf8');
    expect(await install()).toEqual({
      type: 'pre-commit',
      path: hook('pre-commit'),
      state: 'unchanged',
      chained: hook('pre-commit.before-quash'),
    });
    expect(readFileSync(hook('pre-commit'), 'utf8')).toBe(script);
    launcher = { ...launcher, quash: program('newer.js', 0) };
    expect((await install()).state).toBe('updated');
  });

  test('a hook that was there runs first, and its refusal stands', async () => {
    earlierHook(hook('pre-commit'), 0, false);
    await install();
    expect(run('git', ['commit', '--allow-empty', '-qm', 'x']).status).toBe(0);
    expect(ran().map((line) => (line as string[])[0])).toEqual(['earlier', 'quash.js']);
    earlierHook(hook('pre-commit.before-quash'), 7, false);
    expect(run('git', ['commit', '--allow-empty', '-qm', 'x']).status).toBe(1);
    expect(run(hook('pre-commit'), []).status).toBe(7);
    expect(ran().map((line) => (line as string[])[0])).toEqual(['earlier', 'earlier']);
    // It runs though the scan is skipped.
    expect(run(hook('pre-commit'), [], { env: { QUASH_SKIP: '1' } }).status).toBe(7);
  });

  test('before a push both read what git says on stdin, and no URL reaches quash', async () => {
    const remote = buildRepository(join(folder, 'remote'), { bare: true });
    earlierHook(hook('pre-push'), 0);
    await install('pre-push');
    const commit = repository.commit('first');
    repository.git('remote', 'add', 'origin', remote.path);
    expect(run('git', ['push', '-q', 'origin', 'main']).status).toBe(0);
    const told = `refs/heads/main ${commit} refs/heads/main ${'0'.repeat(40)}`;
    expect(ran()).toEqual([
      ['earlier', `origin ${remote.path}`, told],
      ['quash.js', ['hook', 'run', 'pre-push', '--', 'origin'], `${told}\n`],
    ]);
    // A remote without a name is its URL; nothing to push is an empty stdin.
    expect(run('git', ['push', '-q', remote.path, 'main']).status).toBe(0);
    expect(ran().at(-1)).toEqual(['quash.js', ['hook', 'run', 'pre-push', '--'], '']);
    // One that does not read its input does not disturb the other.
    earlierHook(hook('pre-push.before-quash'), 0, false);
    run('git', ['push', '-q', 'origin', 'main:x']);
    expect(ran().at(-1)).toEqual([
      'quash.js',
      ['hook', 'run', 'pre-push', '--', 'origin'],
      `refs/heads/main ${commit} refs/heads/x ${'0'.repeat(40)}\n`,
    ]);
  });

  test('before a server receives, in a bare repository', async () => {
    const remote = buildRepository(join(folder, 'remote'), { bare: true });
    launcher = { ...launcher, quash: program('refuse.js', 1) };
    expect(await install('pre-receive', remote.path)).toMatchObject({
      path: join(remote.path, 'hooks/pre-receive'),
      state: 'installed',
    });
    const commit = repository.commit('first');
    expect(run('git', ['push', '-q', remote.path, 'main']).status).toBe(1);
    expect(ran()).toEqual([['refuse.js', ['hook', 'run', 'pre-receive', '--'], `${'0'.repeat(40)} ${commit} refs/heads/main\n`]]);
    expect(remote.git('for-each-ref')).toBe('');
  });

  test('a linked worktree’s hooks are the main repository’s; a relative core.hooksPath counts from the top', async () => {
    repository.commit('first');
    repository.git('worktree', 'add', '--quiet', join(folder, 'linked'));
    expect((await install('pre-commit', join(folder, 'linked'))).path).toBe(hook('pre-commit'));
    const linked = openBuiltRepository(join(folder, 'linked'), '');
    expect(run('git', ['commit', '--allow-empty', '-qm', 'x'], { cwd: linked.path }).status).toBe(0);
    expect(ran()).toHaveLength(1);

    repository.git('config', 'core.hooksPath', 'tools/hooks');
    repository.write('src/a', 'x');
    const { path } = await install('pre-commit', join(repository.path, 'src'));
    expect(path).toBe(join(repository.path, 'tools/hooks/pre-commit'));
    // Checked in, it may not name this machine's paths; it finds the quash on PATH, then the project's.
    expect(readFileSync(path, 'utf8')).not.toContain(folder);
    const bin = join(folder, 'bin');
    mkdirSync(bin);
    symlinkSync(program('on-path', 0), join(bin, 'quash'));
    const commit = (env = {}) => run('git', ['commit', '--allow-empty', '-qm', 'x'], { env });
    commit({ PATH: `${bin}:${process.env.PATH}` });
    expect(ran()).toEqual([['on-path', ['hook', 'run', 'pre-commit', '--'], '']]);
    mkdirSync(join(repository.path, 'node_modules/.bin'), { recursive: true });
    symlinkSync(program('project', 0), join(repository.path, 'node_modules/.bin/quash'));
    commit();
    expect(ran()).toEqual([['project', ['hook', 'run', 'pre-commit', '--'], '']]);
  });

  test('a quash that is gone blocks, and says how to go on', async () => {
    launcher = { node: join(folder, 'gone/node'), quash: join(folder, 'gone/quash.js') };
    await install();
    const commit = run('git', ['commit', '--allow-empty', '-qm', 'x']);
    expect([commit.status, commit.stderr]).toEqual([
      1,
      'quash: this hook cannot find quash; npm install --global quash brings it back, QUASH_SKIP=1 git commit goes on without the scan\n',
    ]);
  });
});

describe('what quash did not write', () => {
  test('comes back exactly: bytes, mode, link', async () => {
    const text = earlierHook(join(repository.path, 'scripts/check'), 0);
    mkdirSync(join(repository.gitDir, 'hooks'), { recursive: true });
    symlinkSync('../../scripts/check', hook('pre-commit'));
    writeFileSync(hook('pre-push'), Buffer.from([0x23, 0x21, 0xff, 0xfe]), { mode: 0o744 });
    for (const type of ['pre-commit', 'pre-push'] as const) {
      await install(type);
      expect((await uninstallHook(type, { cwd: repository.path })).state).toBe('removed');
      expect(existsSync(`${hook(type)}.before-quash`)).toBe(false);
    }
    expect(readFileSync(hook('pre-commit'), 'utf8')).toBe(text);
    expect(realpathSync(hook('pre-commit'))).toBe(join(repository.path, 'scripts/check'));
    expect([...readFileSync(hook('pre-push'))]).toEqual([0x23, 0x21, 0xff, 0xfe]);
    expect(statSync(hook('pre-push')).mode & 0o777).toBe(0o744);
  });

  test('is left alone', async () => {
    const text = earlierHook(hook('pre-commit'), 0);
    expect((await uninstallHook('pre-commit', { cwd: repository.path })).state).toBe('foreign');
    expect(readFileSync(hook('pre-commit'), 'utf8')).toBe(text);
    expect((await uninstallHook('pre-push', { cwd: repository.path })).state).toBe('absent');
  });

  test('and lines added to quash’s own hook are never lost', async () => {
    await install();
    const edited = `${readFileSync(hook('pre-commit'), 'utf8')}echo mine\n`;
    writeFileSync(hook('pre-commit'), edited);
    await expect(install()).rejects.toThrow(/edited since/);
    await expect(uninstallHook('pre-commit', { cwd: repository.path })).rejects.toThrow(/edited since/);
    expect(readFileSync(hook('pre-commit'), 'utf8')).toBe(edited);
  });

  test('nor is a hook moved aside when another tool takes quash’s place', async () => {
    earlierHook(hook('pre-commit'), 0);
    await install();
    earlierHook(hook('pre-commit'), 3);
    await expect(install()).rejects.toThrow(/are both there/);
  });

  test('husky’s folder is refused with the line to add, and so is a folder without a repository', async () => {
    repository.git('config', 'core.hooksPath', '.husky/_');
    await expect(install()).rejects.toThrow(/\.husky\/pre-commit: quash hook run pre-commit/);
    await expect(install('pre-commit', tmpdir())).rejects.toMatchObject({ code: 'usage' });
  });

  test('authorship is told by the text alone', () => {
    for (const type of hookTypes) {
      expect(authorOf(renderHook(type, launcher))).toBe('quash');
      expect(authorOf(renderHook(type, undefined))).toBe('quash');
      expect(authorOf(`${renderHook(type, undefined)} `)).toBe('edited');
    }
    expect(authorOf('')).toBe('other');
    expect(authorOf('#!/bin/sh\nquash hook run pre-commit\n')).toBe('other');
  });
});
