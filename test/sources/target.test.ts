import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { buildRepository } from '../../fixtures/repositories/builder.ts';
import { findRepository } from '../../src/sources/repository.ts';
import { resolveTarget, type TargetKind } from '../../src/sources/target.ts';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'quash-test-')));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const target = (text: string, as?: TargetKind) => resolveTarget(text, folder, as);

describe('the repository a hook runs for', () => {
  test('is the one git names, and its work tree the folder it runs in', () => {
    const app = buildRepository(join(folder, 'app'));
    const bare = buildRepository(join(folder, 'bare'), { bare: true });
    app.commit('first');
    app.git('worktree', 'add', '--quiet', '../linked');
    const linked = join(folder, 'linked');
    const gitDir = join(app.gitDir, 'worktrees/linked');
    expect(findRepository(linked, { GIT_DIR: gitDir })).toEqual({ gitDir, commonDir: app.gitDir, workTree: linked });
    expect(findRepository(bare.path, { GIT_DIR: '.' })).toEqual({ gitDir: bare.path, commonDir: bare.path });
    expect(findRepository(folder, { GIT_DIR: app.gitDir, GIT_WORK_TREE: 'app' })).toEqual({
      gitDir: app.gitDir,
      commonDir: app.gitDir,
      workTree: app.path,
    });
    expect(findRepository(folder)).toBeUndefined();
  });
});

describe('a target is what it proves to be', () => {
  test('a repository, bare or not, and its .git folder', () => {
    const app = buildRepository(join(folder, 'app'));
    const bare = buildRepository(join(folder, 'named-oddly'), { bare: true });
    expect(target('app')).toEqual({
      kind: 'repository',
      path: app.path,
      repository: { gitDir: app.gitDir, commonDir: app.gitDir, workTree: app.path },
    });
    expect(target('named-oddly')).toEqual({
      kind: 'repository',
      path: bare.path,
      repository: { gitDir: bare.path, commonDir: bare.path },
    });
    expect(target('app/.git')).toEqual({
      kind: 'repository',
      path: app.gitDir,
      repository: { gitDir: app.gitDir, commonDir: app.gitDir },
    });
  });

  test('a linked worktree and a submodule, whose .git is a file', () => {
    const app = buildRepository(join(folder, 'app'));
    app.commit('first');
    app.git('worktree', 'add', '--quiet', '../linked');
    expect(target('linked')).toEqual({
      kind: 'repository',
      path: join(folder, 'linked'),
      repository: { gitDir: join(app.gitDir, 'worktrees/linked'), commonDir: app.gitDir, workTree: join(folder, 'linked') },
    });
    const top = buildRepository(join(folder, 'top'));
    top.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', app.path, 'sub');
    const gitDir = join(top.gitDir, 'modules/sub');
    expect(target('top/sub')).toEqual({
      kind: 'repository',
      path: join(top.path, 'sub'),
      repository: { gitDir, commonDir: gitDir, workTree: join(top.path, 'sub') },
    });
  });

  test('a folder with a .git that is none is a folder, whatever it is named', () => {
    mkdirSync(join(folder, 'fake.git/.git'), { recursive: true });
    writeFileSync(join(folder, 'fake.git/.git/HEAD'), 'ref: refs/heads/main\n');
    expect(target('fake.git')).toEqual({ kind: 'folder', path: join(folder, 'fake.git') });
    mkdirSync(join(folder, 'dangling'));
    writeFileSync(join(folder, 'dangling/.git'), 'gitdir: ../nowhere\n');
    expect(target('dangling')).toEqual({ kind: 'folder', path: join(folder, 'dangling') });
  });

  test('a folder inside a repository is only that folder, and says what it is part of', () => {
    const app = buildRepository(join(folder, 'app'));
    app.write('src/a', 'x');
    const repository = { gitDir: app.gitDir, commonDir: app.gitDir, workTree: app.path };
    expect(target('app/src')).toEqual({ kind: 'folder', path: join(app.path, 'src'), within: repository });
    expect(target('app/src', 'repository')).toEqual({ kind: 'repository', path: app.path, repository });
    expect(target('app', 'folder')).toEqual({ kind: 'folder', path: app.path });
  });

  test('files, stdin and URLs; what is on disk comes before what looks like a URL', () => {
    writeFileSync(join(folder, 'a'), '');
    writeFileSync(join(folder, 'host:path'), '');
    expect(target('a')).toEqual({ kind: 'file', path: join(folder, 'a') });
    expect(target('-')).toEqual({ kind: 'stdin' });
    expect(target('host:path')).toEqual({ kind: 'file', path: join(folder, 'host:path') });
    for (const url of [
      'https://example.com/a.git',
      'ssh://git@example.com:22/a',
      'git@example.com:team/app.git',
      'file:///tmp/a',
      'git://example.com/a',
      'host:other',
    ])
      expect(target(url)).toEqual({ kind: 'url', url });
  });

  test('what is not there, is special, or is not what --as says', () => {
    writeFileSync(join(folder, 'a'), '');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    mkdirSync(join(folder, 'b'));
    for (const [text, as, message] of [
      ['gone', undefined, /no such file or folder/],
      ['a/b', undefined, /no such file or folder/],
      ['pipe', undefined, /neither a file nor a folder/],
      ['a', 'folder', /it is a file/],
      ['a', 'repository', /it is a file/],
      ['b', 'file', /it is a folder/],
      ['b', 'repository', /no git repository holds it/],
      ['https://example.com/a', 'folder', /no such file/],
      ['a', 'url', /only https/],
    ] as const) {
      expect(() => target(text, as), `${text} as ${as}`).toThrow(
        expect.objectContaining({ code: 'usage', message: expect.stringMatching(message) }),
      );
    }
  });

  test('URLs that could run a program or be taken for an option are refused, without showing their credentials', () => {
    for (const url of [
      'ext::sh -c id',
      'ext::sh%20-c%20id',
      'EXT::x',
      'fd::17',
      'ftp://example.com/a',
      'javascript://x',
      'ssh://-oProxyCommand=id/a',
      'ssh://-oProxyCommand=id@host/a',
      'ssh://host/-x',
      '-oProxyCommand=id:path',
      '--upload-pack=id',
      'user@-host:path',
      'https://user:pw@exa mple.com/a',
      'https://host/a\nb',
    ])
      expect(() => target(url, 'url'), url).toThrow(expect.objectContaining({ code: 'usage' }));
    expect(() => target('gopher://user:hunter2hunter2@host/a', 'url')).toThrow(/^cloning gopher:\/\/\*\*\*@host\/a: only/);
  });
});
