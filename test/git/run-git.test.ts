import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import { openObjectReader } from '../../src/git/object-reader.ts';
import { git, printable, spawnGit } from '../../src/git/run-git.ts';
import { rangeChanges } from '../../src/sources/changed-lines.ts';
import { stagedChanges } from '../../src/sources/staged.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** A repository in which everything git can be told to run is a script that leaves a file behind. */
function buildTraps(): { readonly repository: BuiltRepository; readonly sprung: () => string[] } {
  const marks = join(folder, 'sprung');
  mkdirSync(marks);
  const trap = (name: string) => {
    const script = join(folder, `trap-${name}`);
    writeFileSync(script, `#!/bin/sh\n: > '${marks}/${name}'\n`);
    chmodSync(script, 0o755);
    return script;
  };
  const repository = buildRepository(join(folder, 'trapped'));
  repository.write('a', 'one\n');
  repository.write('.gitattributes', '* diff=evil filter=evil merge=evil\n');
  const first = repository.commit('first');
  // A commit that says it is signed, so that showing the signature would start gpg.
  const tree = repository.git('rev-parse', 'HEAD^{tree}');
  const person = 'A <a@example.com> 1700000000 +0000';
  const signature = 'gpgsig -----BEGIN PGP SIGNATURE-----\n \n iQ\n -----END PGP SIGNATURE-----';
  const signed = repository.pipe(
    `tree ${tree}\nparent ${first}\nauthor ${person}\ncommitter ${person}\n${signature}\n\nsigned\n`,
    'hash-object',
    '-t',
    'commit',
    '-w',
    '--stdin',
  );
  repository.git('update-ref', 'refs/heads/main', signed);
  repository.write('a', 'one\ntwo\n');
  repository.git('add', 'a');
  repository.write('a', 'one\ntwo\nthree\n');

  const hooks = join(folder, 'hooks');
  for (const into of [hooks, join(repository.gitDir, 'hooks')]) {
    mkdirSync(into, { recursive: true });
    for (const hook of [
      'post-index-change',
      'reference-transaction',
      'pre-auto-gc',
      'post-checkout',
      'fsmonitor-watchman',
      'pre-commit',
      'proc-receive',
    ]) {
      writeFileSync(join(into, hook), `#!/bin/sh\n: > '${marks}/hook-${hook}'\n`, { mode: 0o755 });
    }
  }
  const included = join(folder, 'included');
  writeFileSync(included, `[core]\n\tfsmonitor = ${trap('included-fsmonitor')}\n`);
  const settings: Readonly<Record<string, string>> = {
    'core.hooksPath': hooks,
    'core.pager': trap('pager'),
    'pager.log': trap('pager-log'),
    'pager.cat-file': 'true',
    'core.sshCommand': trap('ssh'),
    'core.gitProxy': trap('git-proxy'),
    'core.askPass': trap('ask-pass'),
    'core.editor': trap('editor'),
    'core.alternateRefsCommand': trap('alternate-refs'),
    'credential.helper': trap('credential-helper'),
    'gpg.program': trap('gpg'),
    'log.showSignature': 'true',
    'diff.external': trap('diff-external'),
    'diff.evil.command': trap('diff-command'),
    'diff.evil.textconv': trap('textconv'),
    'filter.evil.clean': trap('clean'),
    'filter.evil.smudge': trap('smudge'),
    'filter.evil.required': 'true',
    'merge.evil.driver': trap('merge'),
    'interactive.diffFilter': trap('diff-filter'),
    'uploadpack.packObjectsHook': trap('pack-objects'),
    'alias.cat-file': `!${trap('alias')}`,
    'gc.auto': '1',
    'core.repositoryFormatVersion': '1',
    'extensions.partialClone': 'origin',
    'remote.origin.promisor': 'true',
    'remote.origin.url': `ext::${trap('remote')}`,
    'remote.origin.uploadpack': trap('upload-pack'),
    'protocol.allow': 'always',
    'protocol.ext.allow': 'always',
    'core.fsmonitor': trap('fsmonitor'),
    'include.path': included,
  };
  for (const [key, value] of Object.entries(settings)) repository.git('config', key, value);
  rmSync(marks, { recursive: true });
  mkdirSync(marks);
  return { repository, sprung: () => readdirSync(marks).sort() };
}

const absent = '1234567890123456789012345678901234567890';

describe('a hostile repository', () => {
  test('nothing in it is executed', async () => {
    const { repository, sprung } = buildTraps();
    const options = { cwd: repository.path, maxSize: 1000 };
    const staged = [];
    for await (const change of stagedChanges(options)) staged.push(change.origin);
    expect(staged).toEqual([{ kind: 'staged', path: 'a' }]);
    const history = [];
    for await (const change of rangeChanges({ from: ['HEAD'] }, options)) history.push(change.origin.kind);
    expect(history).toEqual(['commit', 'git', 'git', 'commit']);
    const reader = openObjectReader(options, 1000);
    reader.request(absent);
    expect(await reader.next()).toEqual({ state: 'missing' });
    reader.close();
    await git(['for-each-ref'], options);
    await git(['ls-tree', '-r', 'HEAD'], options);
    await git(['log', '--raw', '-2'], options);
    await git(['rev-list', '--objects', '--all', '--not', '--alternate-refs'], options);
    await git(['rev-parse', '--git-path', 'hooks'], { ...options, keepHooksPath: true });
    expect(sprung()).toEqual([]);
  });

  test('and the traps are real: git as users run it springs them', () => {
    const { repository, sprung } = buildTraps();
    const run = (...args: string[]) => spawnSync('git', args, { cwd: repository.path, env: repository.env(), timeout: 20_000 });
    run('status');
    run('diff');
    run('log', '-p', '-2');
    run('cat-file', '-p', absent);
    run('update-ref', 'refs/heads/x', 'HEAD');
    expect(sprung()).toEqual(
      expect.arrayContaining([
        'clean',
        'diff-command',
        'gpg',
        'hook-reference-transaction',
        'included-fsmonitor',
        'remote',
        'textconv',
      ]),
    );
  });
});

describe('the environment', () => {
  test('a GIT_DIR that happens to be set does not turn a read elsewhere, and a hook’s does', async () => {
    const here = buildRepository(join(folder, 'here'));
    const there = buildRepository(join(folder, 'there'));
    const top = async (inherit: 'none' | 'hook') =>
      (await git(['rev-parse', '--absolute-git-dir'], { cwd: here.path, inherit })).toString().trim();
    vi.stubEnv('GIT_DIR', there.gitDir);
    expect(await top('none')).toBe(here.gitDir);
    expect(await top('hook')).toBe(there.gitDir);
  });

  test('replaced objects and grafts do not hide the real ones', async () => {
    const repository = buildRepository(join(folder, 'app'));
    repository.write('a', 'real\n');
    const hidden = repository.commit('first');
    repository.write('a', 'harmless\n');
    const last = repository.commit('second');
    repository.git('replace', repository.git('rev-parse', `${hidden}:a`), repository.git('rev-parse', `${last}:a`));
    writeFileSync(join(repository.gitDir, 'info/grafts'), `${last}\n`);
    expect(repository.git('rev-list', '--count', 'HEAD')).toBe('1');
    expect(repository.git('cat-file', '-p', `${hidden}:a`)).toBe('harmless');
    expect((await git(['rev-list', '--count', 'HEAD'], { cwd: repository.path })).toString()).toBe('2\n');
    expect((await git(['cat-file', 'blob', `${hidden}:a`], { cwd: repository.path })).toString()).toBe('real\n');
  });

  test('safe.directory of the user’s own configuration still counts', async () => {
    const repository = buildRepository(join(folder, 'app'));
    const config = join(folder, 'gitconfig');
    vi.stubEnv('GIT_TEST_ASSUME_DIFFERENT_OWNER', '1');
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    vi.stubEnv('GIT_CONFIG_NOSYSTEM', '1');
    // GIT_TEST_* are dropped like the rest, so git is told through `env`.
    const options = { cwd: repository.path, env: { GIT_TEST_ASSUME_DIFFERENT_OWNER: '1' } };
    await expect(git(['rev-parse', '--git-dir'], options)).rejects.toThrow(
      /belongs to another user.*git config --global --add safe.directory '.*app'/,
    );
    writeFileSync(config, `[safe]\n\tdirectory = ${repository.path}\n`);
    expect((await git(['rev-parse', '--git-dir'], options)).toString()).toBe('.git\n');
  });
});

describe('failures', () => {
  test('a folder without a repository', async () => {
    await expect(git(['rev-parse', '--git-dir'], { cwd: folder })).rejects.toMatchObject({
      code: 'source',
      message: `reading the git repository ${folder}: this is not a git repository; name a folder that holds one`,
    });
  });

  test('git’s own words are kept, made fit to print', async () => {
    const repository = buildRepository(join(folder, 'app'));
    await expect(git(['rev-parse', '--verify', 'no\u001b[31msuch\u0007', '--'], { cwd: repository.path })).rejects.toThrow(
      /^running git rev-parse in .*: fatal: \P{Cc}+$/u,
    );
    expect(printable('a\nfatal: https://user:pass@host/x\u202e\u001b[0m')).toBe('a⏎fatal: https://***@host/x··[0m');
  });

  test('git is not installed', async () => {
    vi.stubEnv('PATH', folder);
    vi.resetModules();
    const fresh = await import('../../src/git/run-git.ts');
    expect(() => fresh.spawnGit(['--version'], { cwd: folder })).toThrow(/no git was found on PATH; install it/);
  });

  test('a git in the scanned folder is not run, though PATH says so', async () => {
    const planted = join(folder, 'git');
    writeFileSync(planted, `#!/bin/sh\n: > '${folder}/ran'\n`, { mode: 0o755 });
    vi.stubEnv('PATH', `.:${process.env.PATH}`);
    vi.resetModules();
    const fresh = await import('../../src/git/run-git.ts');
    expect((await fresh.git(['--version'], { cwd: folder })).toString()).toMatch(/^git version/);
    expect(execFileSync('git', ['--version'], { cwd: folder }).toString()).toBe('');
    expect(existsSync(join(folder, 'ran'))).toBe(true);
  });

  test('an aborted signal ends the process', async () => {
    const repository = buildRepository(join(folder, 'app'));
    const controller = new AbortController();
    const child = spawnGit(['cat-file', '--batch'], { cwd: repository.path, signal: controller.signal });
    controller.abort();
    await expect(child.finished).rejects.toMatchObject({ code: 'interrupted' });
  });

  test('stopping it is no failure', async () => {
    const repository = buildRepository(join(folder, 'app'));
    const child = spawnGit(['cat-file', '--batch'], { cwd: repository.path });
    child.stop();
    await expect(child.finished).resolves.toBeUndefined();
  });
});
