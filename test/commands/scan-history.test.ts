import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  type BuiltRepository,
  buildRepository,
  isolatedEnvironment,
  openBuiltRepository,
} from '../../fixtures/repositories/builder.ts';
import { temporaryFolder } from '../cli/binary.ts';
import { invent, places, scan } from './scans.ts';

const github = (seed: string) => invent('github-pat-classic', seed);

function repository(options: Parameters<typeof buildRepository>[1] = {}): BuiltRepository {
  return buildRepository(join(temporaryFolder(), 'app'), options);
}

function clone(from: string, ...args: readonly string[]): BuiltRepository {
  const path = join(temporaryFolder(), 'clone');
  execFileSync('git', ['clone', '--quiet', ...args, `file://${from}`, path], { env: isolatedEnvironment() });
  return openBuiltRepository(path, args.includes('--bare') ? path : join(path, '.git'));
}

/** A secret that was added, copied, renamed and removed over five commits. */
function withLife(app: BuiltRepository) {
  const secret = github('life');
  const base = Array.from({ length: 60 }, (_, i) => `line ${i}`).join('\n');
  app.write('a.txt', `${base}\n`);
  const start = app.commit('start');
  app.write('a.txt', `${base}\ntoken = ${secret}\n`);
  const added = app.commit('add', { name: 'Ben Builder', email: 'ben@example.com' });
  app.write('a.txt', `first\n${base}\ntoken = ${secret}\n`);
  const edited = app.commit('edit');
  app.git('mv', 'a.txt', 'b.txt');
  const renamed = app.commit('rename');
  app.write('b.txt', `first\n${base}\n`);
  const removed = app.commit('remove');
  return { secret, start, added, edited, renamed, removed };
}

describe('where a secret of the past stood', () => {
  test.each(['loose', 'packed'] as const)('first and last commit, author, versions and paths (%s)', async (how) => {
    const app = repository();
    const life = withLife(app);
    if (how === 'packed') app.git('repack', '-adfq', '--depth=50');
    const found = await scan(['.'], { cwd: app.path });
    expect(found.code).toBe(1);
    const finding = found.of(life.secret);
    expect(finding.first).toMatchObject({ commit: life.added, author: 'Ben Builder', email: 'ben@example.com' });
    const [a, b, ...rest] = places(finding, 'git');
    expect(rest).toEqual([]);
    expect(a?.origin).toMatchObject({
      path: 'a.txt',
      commit: life.added,
      lastCommit: life.edited,
      versions: 2,
      author: 'Ben Builder',
    });
    expect(a).toMatchObject({ line: 61, column: 9, endLine: 61, endColumn: 9 + life.secret.length });
    expect(b?.origin).toMatchObject({
      path: 'b.txt',
      commit: life.renamed,
      lastCommit: life.renamed,
      versions: 1,
      author: 'Ada Author',
    });
    expect(app.git('cat-file', 'blob', a!.origin.blob).slice(a!.start, a!.end)).toBe(life.secret);
    expect(found.summary).toMatchObject({ complete: true, findings: 1, gaps: 0 });
  });

  test('one that is still there has a place in the working tree and the tip as its last commit', async () => {
    const app = repository();
    app.write('a', `${github('stays')}\n`);
    app.commit('add');
    app.write('b', 'later\n');
    const tip = app.commit('later');
    const finding = (await scan(['.'], { cwd: app.path })).of(github('stays'));
    expect(places(finding, 'file').map(({ origin }) => origin.path)).toEqual(['a']);
    expect(places(finding, 'git').map(({ origin }) => origin.lastCommit)).toEqual([tip]);
  });

  test('a merge that brings in a secret of its own', async () => {
    const app = repository();
    app.write('a', 'one\n');
    app.commit('one');
    app.git('switch', '--quiet', '--create', 'side');
    app.write('b', 'two\n');
    app.commit('two');
    app.git('switch', '--quiet', 'main');
    app.write('c', 'three\n');
    app.commit('three');
    app.git('merge', '--quiet', '--no-commit', 'side');
    app.write('a', `one\n${github('evil')}\n`);
    const merge = app.commit('merge');
    app.write('a', 'one\n');
    app.commit('clean up');
    const finding = (await scan(['.'], { cwd: app.path })).of(github('evil'));
    expect(finding.first?.commit).toBe(merge);
    expect(finding.locations).toHaveLength(1);
  });

  test('copies are paths of one finding', async () => {
    const app = repository();
    for (const path of ['a/x', 'b/x', 'c.txt']) app.write(path, `key ${github('copied')}\n`);
    app.commit('copies');
    const found = await scan(['--no-tree', '.'], { cwd: app.path });
    expect(found.findings).toHaveLength(1);
    expect(places(found.of(github('copied')), 'git').map(({ origin }) => origin.path)).toEqual(['a/x', 'b/x', 'c.txt']);
  });

  test('a secret that comes back stands from its first to its last commit', async () => {
    const app = repository();
    app.write('a', `${github('back')}\n`);
    const first = app.commit('one');
    app.write('a', 'gone\n');
    app.commit('two');
    app.write('a', `${github('back')}\n`);
    const last = app.commit('three');
    const [place] = places((await scan(['--no-tree', '.'], { cwd: app.path })).of(github('back')), 'git');
    expect(place?.origin).toMatchObject({ commit: first, lastCommit: last, versions: 1 });
  });

  test('a name with a line break, an escape sequence or a quote is itself in JSON', async () => {
    const app = repository();
    const names = ['line\nbreak', 'red\x1b[31m', 'quote"s', 'tab\there', 'rtl\u202egpj.exe', 'ünï/çödé'];
    for (const name of names) app.write(name, `${github('names')}\n`);
    app.commit('names');
    const found = await scan(['.'], { cwd: app.path });
    const finding = found.of(github('names'));
    expect(places(finding, 'git').map(({ origin }) => origin.path)).toEqual([...names].sort());
    expect(places(finding, 'file').map(({ origin }) => origin.path)).toEqual([...names].sort());
    expect(found.stdout).not.toMatch(/[\x1b\u202e]/);
  });
});

describe('what leads to a secret', () => {
  test('every kind of ref, message and note', async () => {
    const app = repository();
    app.write('a', 'start\n');
    app.commit('start');
    const message = app.commit(`the key was ${github('message')}`);
    app.git('tag', '--annotate', 'v1', '--message', `released with ${github('tag')}`);
    app.git('notes', 'add', '--message', `tested with ${github('note')}`, 'HEAD');
    app.git('switch', '--quiet', '--orphan', 'orphan');
    app.write('o', `${github('orphan')}\n`);
    app.commit('orphan');
    app.git('switch', '--quiet', 'main');
    app.write('a', `${github('stash older')}\n`);
    app.git('stash', '--quiet');
    app.write('a', `${github('stash newest')}\n`);
    app.git('stash', '--quiet');
    const pulled = app.pipe('pull request\n', 'commit-tree', `${app.git('rev-parse', 'orphan')}^{tree}`);
    app.git('update-ref', 'refs/pull/7/head', pulled);
    app.git('switch', '--quiet', '--detach');
    app.write('d', `${github('detached')}\n`);
    app.commit('detached');
    const found = await scan(['--no-tree', '.'], { cwd: app.path });
    expect(found.secrets).toEqual(
      ['message', 'tag', 'note', 'orphan', 'stash older', 'stash newest', 'detached'].map(github).sort(),
    );
    expect(found.summary).toMatchObject({ complete: true });
    const [commit] = places(found.of(github('message')), 'commit');
    expect(commit).toMatchObject({ origin: { commit: message, author: 'Ada Author' }, line: 1, column: 13, start: 12 });
    expect(places(found.of(github('note')), 'note')[0]?.origin).toMatchObject({ commit: message });
    expect(places(found.of(github('tag')), 'tag')).toHaveLength(1);
  });

  test('objects that nothing leads to only with --unreachable', async () => {
    const app = repository();
    app.write('a', 'start\n');
    app.commit('start');
    app.write('a', `${github('lost')}\n`);
    const lost = app.commit('lost');
    app.git('reset', '--quiet', '--hard', 'HEAD~1');
    app.pipe(`${github('dangling')}\n`, 'hash-object', '-w', '--stdin');
    expect((await scan(['.'], { cwd: app.path })).secrets).toEqual([]);
    const found = await scan(['--unreachable', '.'], { cwd: app.path });
    expect(found.secrets).toEqual([github('dangling'), github('lost')].sort());
    expect(found.of(github('lost')).first?.commit).toBe(lost);
    expect(places(found.of(github('dangling')), 'git')[0]?.origin).not.toHaveProperty('path');
  });

  test('blobs and trees that a ref or a tag names by themselves', async () => {
    const app = repository();
    app.write('a', 'start\n');
    app.commit('start');
    const blob = app.pipe(`${github('tagged blob')}\n`, 'hash-object', '-w', '--stdin');
    app.git('tag', 'a-blob', blob);
    const inner = app.pipe(`${github('tagged tree')}\n`, 'hash-object', '-w', '--stdin');
    const tree = app.pipe(`100644 blob ${inner}\tdeep.txt\n`, 'mktree');
    app.git('tag', '--annotate', 'a-tree', tree, '--message', 'a tree');
    const found = await scan(['.'], { cwd: app.path });
    expect(found.secrets).toEqual([github('tagged blob'), github('tagged tree')].sort());
    expect(places(found.of(github('tagged tree')), 'git')[0]?.origin).toMatchObject({ blob: inner, path: 'deep.txt' });
    expect(found.summary).toMatchObject({ complete: true });
  });
});

describe('a part of the history', () => {
  function threeBranches() {
    const app = repository();
    app.write('one', `${github('first')}\n`);
    const first = app.commit('first');
    app.write('two', `${github('second')}\n`);
    app.remove('one');
    const second = app.commit('second');
    app.git('switch', '--quiet', '--create', 'topic');
    app.write('three', `${github('third')}\n`);
    const third = app.commit('third');
    app.git('switch', '--quiet', 'main');
    return { app, first, second, third };
  }

  test.each([
    ['--range HEAD~1..topic', ['second', 'third']],
    ['--range main..topic', ['third']],
    ['--range topic..main', []],
    ['--branch main', ['first', 'second']],
    ['--branch topic', ['first', 'second', 'third']],
    ['--since-commit HEAD~1', ['second']],
    ['--since 2023-11-14T22:13:22Z', ['second', 'third']],
    ['--branch main --since 2023-11-14T22:13:22Z', ['second']],
    ['--range main', ['first', 'second']],
  ])('%s', async (flags, seeds) => {
    const { app } = threeBranches();
    const found = await scan([...flags.split(' '), '.'], { cwd: app.path });
    expect(found.stderr).toBe('');
    expect(found.secrets).toEqual(seeds.map(github).sort());
    expect(found.code).toBe(seeds.length > 0 ? 1 : 0);
  });

  test.each([
    [['--range', 'nowhere..HEAD'], /nowhere\.\.HEAD/],
    [['--branch', 'nowhere'], /nowhere/],
    [['--since-commit', 'nowhere'], /nowhere/],
    [['--range=--all'], /--all/],
  ])('%s is a usage error', async (flags, message) => {
    const { app } = threeBranches();
    const found = await scan([...flags, '.'], { cwd: app.path });
    expect(found.stderr).toMatch(message);
    expect(found.code).toBe(2);
    expect(found.stdout).toBe('');
  });

  test('a range keeps what its commits brought in, though the secret stood elsewhere before', async () => {
    const app = repository();
    app.write('old', `${github('moved')}\n`);
    app.commit('old');
    app.git('mv', 'old', 'new');
    const moved = app.commit('move');
    const finding = (await scan(['--range', 'HEAD~1..HEAD', '.'], { cwd: app.path })).of(github('moved'));
    expect(places(finding, 'git').map(({ origin }) => [origin.path, origin.commit])).toEqual([['new', moved]]);
  });
});

describe('every shape of repository', () => {
  test('bare, and a clone of it with alternates', async () => {
    const app = repository();
    const life = withLife(app);
    const bare = clone(app.path, '--bare');
    const found = await scan(['.'], { cwd: bare.path });
    expect(found.of(life.secret).first?.commit).toBe(life.added);
    const path = join(temporaryFolder(), 'shared');
    execFileSync('git', ['clone', '--quiet', '--shared', app.path, path], { env: isolatedEnvironment() });
    const shared = await scan([path]);
    expect(shared.of(life.secret).first?.commit).toBe(life.added);
    expect(shared.summary).toMatchObject({ complete: true });
  });

  test('SHA-256', async () => {
    const app = repository({ objectFormat: 'sha256' });
    const life = withLife(app);
    app.git('repack', '-adfq');
    app.git('tag', '--annotate', 'v1', '--message', `with ${github('sha256 tag')}`);
    const found = await scan(['.'], { cwd: app.path });
    expect(found.of(life.secret).first?.commit).toBe(life.added);
    expect(life.added).toHaveLength(64);
    expect(found.secrets).toContain(github('sha256 tag'));
    expect(found.summary).toMatchObject({ complete: true });
  });

  test('a linked worktree has the whole history and its own files', async () => {
    const app = repository();
    const life = withLife(app);
    const path = join(temporaryFolder(), 'linked');
    app.git('worktree', 'add', '--quiet', '--detach', path);
    writeFileSync(join(path, 'own'), `${github('own')}\n`);
    const found = await scan([path]);
    expect(found.secrets).toEqual([life.secret, github('own')].sort());
    expect(found.of(life.secret).first?.commit).toBe(life.added);
  });

  test('a linked worktree inside the work tree does not repeat the history', async () => {
    const app = repository();
    const life = withLife(app);
    app.git('worktree', 'add', '--quiet', '--detach', 'inner/linked');
    writeFileSync(join(app.path, 'inner/linked/own'), `${github('own')}\n`);
    const found = await scan(['.'], { cwd: app.path });
    expect(places(found.of(life.secret), 'git')).toHaveLength(2);
    expect(places(found.of(github('own')), 'file').map(({ origin }) => origin.path)).toEqual(['inner/linked/own']);
  });

  test('several packs and loose objects, some of them twice', async () => {
    const app = repository();
    const life = withLife(app);
    app.git('repack', '-q');
    app.write('more', `${github('more')}\n`);
    app.commit('more');
    app.git('repack', '-q');
    app.git('repack', '-aq');
    app.write('loose', `${github('loose')}\n`);
    app.commit('loose');
    app.git('multi-pack-index', 'write');
    expect(readdirSync(join(app.gitDir, 'objects/pack')).filter((file) => file.endsWith('.pack')).length).toBeGreaterThan(2);
    const found = await scan(['--no-tree', '.'], { cwd: app.path });
    expect(found.secrets).toEqual([life.secret, github('more'), github('loose')].sort());
    expect(places(found.of(life.secret), 'git').map(({ origin }) => origin.versions)).toEqual([2, 1]);
  });

  test.each(['without commits', 'without commits, bare'])('%s: nothing found, nothing missed', async (kind) => {
    const app = repository({ bare: kind.endsWith('bare') });
    const found = await scan(['.'], { cwd: app.path });
    expect(found.code).toBe(0);
    expect(found.summary).toMatchObject({ complete: true, findings: 0 });
  });

  test('nested repositories bring their own history', async () => {
    const app = repository();
    app.write('a', 'outer\n');
    app.commit('outer');
    const inner = buildRepository(join(app.path, 'vendor/inner'));
    inner.write('gone', `${github('inner')}\n`);
    const added = inner.commit('add');
    inner.remove('gone');
    inner.write('left', 'x\n');
    inner.commit('remove');
    const bare = buildRepository(join(app.path, 'backup.git'), { bare: true });
    const blob = bare.pipe(`${github('bare')}\n`, 'hash-object', '-w', '--stdin');
    const tree = bare.pipe(`100644 blob ${blob}\tf\n`, 'mktree');
    bare.git('update-ref', 'refs/heads/main', bare.pipe('m', 'commit-tree', tree));
    const found = await scan(['.'], { cwd: app.path });
    expect(places(found.of(github('inner')), 'git').map(({ origin }) => origin)).toEqual([
      expect.objectContaining({ repository: 'vendor/inner', path: 'gone', commit: added }),
    ]);
    expect(places(found.of(github('bare')), 'git').map(({ origin }) => origin)).toEqual([
      expect.objectContaining({ repository: 'backup.git', path: 'f' }),
    ]);
    expect(found.summary).toMatchObject({ complete: true });
  });

  test('a folder of repositories', async () => {
    const folder = temporaryFolder();
    for (const name of ['one', 'two']) {
      const app = buildRepository(join(folder, name));
      app.write('a', `${github(name)}\n`);
      app.commit('a');
      app.remove('a');
      app.commit('b');
    }
    const found = await scan(['.'], { cwd: folder });
    expect(found.findings.flatMap((finding) => places(finding, 'git').map(({ origin }) => origin.repository)).sort()).toEqual([
      'one',
      'two',
    ]);
  });

  test('a folder inside a repository is that folder, without history', async () => {
    const app = repository();
    app.write('sub/now', `${github('now')}\n`);
    app.write('other', `${github('other')}\n`);
    app.commit('all');
    const found = await scan(['sub'], { cwd: app.path });
    expect(found.secrets).toEqual([github('now')]);
    expect(found.of(github('now')).locations.map(({ origin }) => origin)).toEqual([{ kind: 'file', path: 'now' }]);
  });
});

describe('what is not here is told of', () => {
  test('a shallow clone', async () => {
    const app = repository();
    withLife(app);
    const shallow = clone(app.path, '--depth=1');
    const found = await scan(['.'], { cwd: shallow.path });
    expect(found.gaps.map(({ reason }) => reason)).toEqual(['shallow']);
    expect(found.code).toBe(3);
    expect(found.summary).toMatchObject({ complete: false, gaps: 1 });
  });

  test('a partial clone', async () => {
    const app = repository();
    withLife(app);
    app.git('config', 'uploadpack.allowFilter', 'true');
    const partial = clone(app.path, '--filter=blob:none', '--no-checkout');
    const found = await scan(['--no-tree', '.'], { cwd: partial.path });
    expect(found.gaps.map(({ reason }) => reason)).toContain('partial-clone');
    expect(found.code).toBe(3);
    const missing = partial
      .git('rev-list', '--objects', '--all', '--missing=print')
      .split('\n')
      .filter((line) => line.startsWith('?'));
    expect(missing.length).toBeGreaterThan(0);
    for (const gap of found.gaps) expect(gap.detail).toMatch(/git fetch|--refetch|backfill/);
  });

  test('a submodule that is not checked out; one that is brings its history', async () => {
    const library = repository();
    const life = withLife(library);
    const app = repository();
    app.write('a', 'x\n');
    app.commit('a');
    app.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', `file://${library.path}`, 'libs/inner');
    app.commit('submodule');
    const here = await scan(['.'], { cwd: app.path });
    expect(places(here.of(life.secret), 'git').map(({ origin }) => origin.repository)).toEqual(['libs/inner', 'libs/inner']);
    expect(here.gaps).toEqual([]);
    const elsewhere = clone(app.path);
    const found = await scan(['.'], { cwd: elsewhere.path });
    expect(found.gaps).toEqual([
      expect.objectContaining({ reason: 'submodule', origin: { kind: 'repository', repository: 'libs/inner' } }),
    ]);
    expect(found.code).toBe(3);
  });

  test('a parent that is lost', async () => {
    const app = repository();
    const life = withLife(app);
    rmSync(join(app.gitDir, 'objects', life.edited.slice(0, 2), life.edited.slice(2)));
    const found = await scan(['--no-tree', '.'], { cwd: app.path });
    expect(found.gaps.map(({ reason }) => reason)).toContain('missing-object');
    expect(found.secrets).toEqual([life.secret]);
  });

  test('a shallow clone is whole for a range that it holds', async () => {
    const app = repository();
    const life = withLife(app);
    const shallow = clone(app.path, '--depth=3');
    expect(await scan(['--range', 'HEAD~2..HEAD', '.'], { cwd: shallow.path })).toMatchObject({ gaps: [], code: 1 });
    expect((await scan(['--range', 'HEAD', '.'], { cwd: shallow.path })).gaps.map(({ reason }) => reason)).toEqual(['shallow']);
    expect(life.removed).toBe(shallow.git('rev-parse', 'HEAD'));
  });

  test('a nested folder whose .git file names a repository elsewhere leads nowhere', async () => {
    const elsewhere = repository();
    withLife(elsewhere);
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'trap'));
    writeFileSync(join(folder, 'trap/.git'), `gitdir: ${elsewhere.gitDir}\n`);
    const found = await scan(['.'], { cwd: folder });
    expect(found.secrets).toEqual([]);
    expect(found.gaps).toEqual([
      expect.objectContaining({ reason: 'outside-root', origin: { kind: 'repository', repository: 'trap' } }),
    ]);
  });

  test('what lies in a folder that looks like a bare repository is read', async () => {
    const folder = temporaryFolder();
    const bare = buildRepository(join(folder, 'looks.git'), { bare: true });
    writeFileSync(join(bare.path, 'notes.txt'), `${github('hidden')}\n`);
    expect((await scan(['.'], { cwd: folder })).of(github('hidden')).locations[0]?.origin).toEqual({
      kind: 'file',
      path: 'looks.git/notes.txt',
    });
  });

  test('a tree that is lost, of a commit or inside', async () => {
    for (const which of ['HEAD^{tree}', 'HEAD:deep']) {
      const app = repository();
      app.write('deep/a', `${github('under')}\n`);
      app.commit('one');
      const tree = app.git('rev-parse', which);
      rmSync(join(app.gitDir, 'objects', tree.slice(0, 2), tree.slice(2)));
      const found = await scan(['--no-tree', '.'], { cwd: app.path });
      expect(found.gaps).toEqual([
        expect.objectContaining({ reason: 'missing-object', origin: expect.objectContaining({ blob: tree }) }),
      ]);
      expect(found.secrets).toEqual([github('under')]);
    }
  });

  test('nothing is missing from a commit of the empty tree', async () => {
    const app = repository();
    const empty = app.git('hash-object', '-t', 'tree', '/dev/null');
    app.git('update-ref', 'refs/heads/main', app.pipe('m', 'commit-tree', empty));
    expect((await scan(['.'], { cwd: app.path })).summary).toMatchObject({ complete: true });
  });

  test('folders that hold each other a thousand million times end', async () => {
    const app = repository({ bare: true });
    let inner = `100644 blob ${app.pipe(`${github('bomb')}\n`, 'hash-object', '-w', '--stdin')}\tf\n`;
    for (let depth = 0; depth < 10; depth++) {
      const tree = app.pipe(inner, 'mktree');
      inner = Array.from({ length: 10 }, (_, i) => `040000 tree ${tree}\td${i}\n`).join('');
    }
    app.git('update-ref', 'refs/heads/main', app.pipe('m', 'commit-tree', app.pipe(inner, 'mktree')));
    const found = await scan(['.'], { cwd: app.path });
    expect(found.gaps.map(({ reason }) => reason)).toEqual(['depth']);
    expect(found.of(github('bomb')).locations.length).toBeGreaterThan(1000);
  });

  test('a blob that is lost', async () => {
    const app = repository();
    app.write('a', 'here\n');
    app.write('b', 'lost\n');
    app.commit('one');
    const blob = app.git('rev-parse', 'HEAD:b');
    rmSync(join(app.gitDir, 'objects', blob.slice(0, 2), blob.slice(2)));
    const found = await scan(['--no-tree', '.'], { cwd: app.path });
    expect(found.gaps).toEqual([
      expect.objectContaining({ reason: 'missing-object', origin: expect.objectContaining({ blob }) }),
    ]);
    expect(found.code).toBe(3);
  });
});
