import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltRepository, buildRepository, openBuiltRepository } from '../../fixtures/repositories/builder.ts';
import type { Gap } from '../../src/model/gap.ts';
import type { Change } from '../../src/sources/change.ts';
import { stagedChanges } from '../../src/sources/staged.ts';

let folder: string;
let repository: BuiltRepository;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
  repository = buildRepository(join(folder, 'app'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function staged(cwd = repository.path, maxSize = 1_000_000): Promise<Record<string, unknown>> {
  const seen: Record<string, unknown> = {};
  for await (const item of stagedChanges({ cwd, maxSize }))
    seen[(item.origin as { path: string }).path] = 'reason' in item ? item.reason : shown(item);
  return seen;
}

/** The lines that count as added, as text, which also proves that the numbers fit the bytes. */
function shown(change: Change): string[] {
  const lines = Buffer.from(change.bytes).toString().split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.filter((_, index) => change.addedLines.some(([first, last]) => first <= index + 1 && index + 1 <= last));
}

const all: readonly [number, number][] = [[1, Number.POSITIVE_INFINITY]];

async function collect(cwd = repository.path): Promise<(Change | Gap)[]> {
  const items = [];
  for await (const item of stagedChanges({ cwd, maxSize: 1_000_000 })) items.push(item);
  return items;
}

describe('staged changes', () => {
  test('before the first commit everything staged is new', async () => {
    repository.write('a', 'one\ntwo\n');
    repository.write('not-staged', 'x');
    repository.git('add', 'a');
    expect(await collect()).toEqual([
      { origin: { kind: 'staged', path: 'a' }, bytes: Buffer.from('one\ntwo\n'), addedLines: all },
    ]);
  });

  test('before the first commit of a SHA-256 repository too', async () => {
    const other = buildRepository(join(folder, 'sha256'), { objectFormat: 'sha256' });
    other.write('a', 'one\n');
    other.git('add', 'a');
    expect(await staged(other.path)).toEqual({ a: ['one'] });
    other.commit('first');
    other.write('a', 'one\ntwo');
    other.git('add', 'a');
    expect(await staged(other.path)).toEqual({ a: ['two'] });
  });

  test('only added lines count, and the contents are the index’s, not the work tree’s', async () => {
    repository.write('a', 'one\ntwo\nthree\nfour\n');
    repository.commit('first');
    repository.write('a', 'zero\none\nTWO\nthree\nfour\nfive');
    repository.git('add', 'a');
    repository.write('a', 'something else');
    expect(await staged()).toEqual({ a: ['zero', 'TWO', 'five'] });
  });

  test('nothing staged, deletions, mode changes and removed lines give nothing', async () => {
    repository.write('a', 'one\ntwo\n');
    repository.write('b', 'b\n');
    repository.write('c', 'c\n');
    repository.commit('first');
    expect(await staged()).toEqual({});
    repository.write('a', 'one\n');
    repository.git('rm', '--quiet', 'b');
    repository.git('update-index', '--chmod=+x', 'c');
    repository.git('add', 'a');
    expect(await staged()).toEqual({});
  });

  test('a rename reports what is at its new place, and nothing of the old lines in a mere deletion', async () => {
    repository.write('old', 'secret\n');
    repository.commit('first');
    repository.git('mv', 'old', 'new');
    expect(await staged()).toEqual({ new: ['secret'] });
  });

  test('two files with the same change, and lines that look like a diff', async () => {
    const before = 'a\n@@ -1,1 +1,9 @@\n--- a/x\n';
    for (const name of ['x', 'y']) repository.write(name, before);
    repository.commit('first');
    const after =
      'diff --git a/q b/q\na\n+++ b/x\n@@ -1,1 +1,9 @@\nindex 1..2\n:100644 100644 a b M\u0000x\u0000\n--- a/x\n\\ No newline at end of file\ncommit abc\n';
    for (const name of ['x', 'y']) repository.write(name, after);
    repository.git('add', '.');
    const lines = [
      'diff --git a/q b/q',
      '+++ b/x',
      'index 1..2',
      ':100644 100644 a b M\u0000x\u0000',
      '\\ No newline at end of file',
      'commit abc',
    ];
    expect(await staged()).toEqual({ x: lines, y: lines });
  });

  test('attributes cannot hide lines', async () => {
    repository.write('.gitattributes', '* -diff\n*.bin binary\n*.t -text diff=nothing\n');
    for (const name of ['a', 'b.bin', 'c.t']) repository.write(name, 'one\n');
    repository.commit('first');
    for (const name of ['a', 'b.bin', 'c.t']) repository.write(name, 'one\ntwo\n');
    repository.git('add', '.');
    expect(await staged()).toEqual({ a: ['two'], 'b.bin': ['two'], 'c.t': ['two'] });
  });

  test('configuration of the diff cannot hide files or lines', async () => {
    for (const [key, value] of [
      ['diff.relative', 'true'],
      ['diff.renames', 'copies'],
      ['diff.noprefix', 'true'],
      ['diff.mnemonicPrefix', 'true'],
      ['color.ui', 'always'],
      ['color.diff', 'always'],
      ['diff.interHunkContext', '10'],
      ['diff.context', '5'],
      ['diff.suppressBlankEmpty', 'true'],
      ['core.quotePath', 'false'],
      ['diff.submodule', 'log'],
      ['diff.ignoreSubmodules', 'all'],
      ['core.abbrev', '5'],
    ] as const)
      repository.git('config', key, value);
    repository.write('sub/a', 'one\n\n\nfour\n');
    repository.write('b', 'one\n');
    repository.commit('first');
    repository.write('sub/a', 'ONE\n\n\nFOUR\n');
    repository.write('b', 'one\ntwo\n');
    repository.git('add', '.');
    expect(await staged(join(repository.path, 'sub'))).toEqual({ 'sub/a': ['ONE', 'FOUR'], b: ['two'] });
  });

  test('hostile names come through unharmed', async () => {
    const names = ['we"ird\nname', ' lead', 'ünï', '-rf', 'a\tb', ':(glob)*', '\u001b[31mred'];
    for (const name of names) repository.write(name, 'one\n');
    repository.commit('first');
    for (const name of names) repository.write(name, `one\n${JSON.stringify(name)}\n`);
    repository.git('add', '--all');
    const seen = await staged();
    expect(Object.keys(seen).sort()).toEqual([...names].sort());
    for (const name of names) expect(seen[name]).toEqual([JSON.stringify(name)]);
  });

  test('an intent to add is not staged; a link’s target is no content; a submodule is a gap', async () => {
    const other = buildRepository(join(folder, 'other'));
    other.commit('first');
    repository.commit('first');
    repository.write('later', 'not yet\n');
    repository.git('add', '--intent-to-add', 'later');
    symlinkSync('/etc/passwd', join(repository.path, 'link'));
    repository.git('add', 'link');
    repository.git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', other.path, 'sub');
    const seen = await staged();
    expect(Object.keys(seen).sort()).toEqual(['.gitmodules', 'sub']);
    expect(seen.sub).toBe('submodule');
  });

  test('a link that becomes a file is new all through', async () => {
    symlinkSync('target', join(repository.path, 'a'));
    repository.commit('first');
    repository.remove('a');
    repository.write('a', 'target');
    repository.git('add', 'a');
    expect(await staged()).toEqual({ a: ['target'] });
  });

  test('what is larger than the limit is a gap, and the files after it are still read', async () => {
    repository.write('a-large', 'x'.repeat(200_000));
    repository.write('b', 'small\n');
    repository.git('add', '.');
    expect(await staged(repository.path, 100_000)).toEqual({ 'a-large': 'too-large', b: ['small'] });
  });

  test('a large file whose lines cross every chunk', async () => {
    const lines = Array.from({ length: 12_000 }, (_, line) => `${line} ${'x'.repeat(line % 97)}`);
    repository.write('a', lines.join('\n'));
    repository.commit('first');
    const changed = lines.flatMap((line, index) => (index % 7 === 0 ? [`new ${line}`] : index % 11 === 0 ? [] : [line]));
    repository.write('a', changed.join('\n'));
    repository.git('add', '.');
    expect((await staged(repository.path, 1e8)).a).toEqual(changed.filter((line) => line.startsWith('new')));
  });

  test('a merge being committed reports only what neither side has', async () => {
    repository.write('a', '1\n2\n3\n4\n5\n6\n7\n');
    repository.write('both', 'x\n');
    repository.commit('base');
    repository.git('checkout', '--quiet', '-b', 'topic');
    repository.write('a', 'topic\n2\n3\n4\n5\n6\n7\n');
    repository.write('from-topic', 'theirs\n');
    repository.commit('topic');
    repository.git('checkout', '--quiet', 'main');
    repository.write('a', 'main\n2\n3\n4\n5\n6\n7\n');
    repository.write('from-main', 'ours\n');
    repository.commit('main');
    expect(() => repository.git('merge', '--quiet', 'topic')).toThrow();
    expect(await staged()).toEqual({ a: 'unreadable' });
    repository.write('a', 'main\ntopic\nnew\n2\n3\n4\n5\n6\n7\n');
    repository.write('resolved', 'fresh\n');
    repository.git('add', '.');
    expect(await staged()).toEqual({ a: ['new'], resolved: ['fresh'] });
  });

  test('a linked worktree has an index of its own', async () => {
    repository.write('a', 'one\n');
    repository.commit('first');
    repository.git('worktree', 'add', '--quiet', join(folder, 'linked'));
    const linked = openBuiltRepository(join(folder, 'linked'), join(repository.gitDir, 'worktrees/linked'));
    linked.write('b', 'here\n');
    linked.git('add', 'b');
    expect(await staged(linked.path)).toEqual({ b: ['here'] });
    expect(await staged()).toEqual({});
  });

  test('a sparse checkout’s absent files are neither deleted nor new', async () => {
    repository.write('in/a', 'one\n');
    repository.write('out/b', 'one\n');
    repository.commit('first');
    repository.git('sparse-checkout', 'set', '--cone', '--sparse-index', 'in');
    repository.write('in/a', 'one\ntwo\n');
    repository.git('add', 'in/a');
    expect(await staged()).toEqual({ 'in/a': ['two'] });
  });

  test('the index and repository that git hands to a hook are the ones that are read, and otherwise they are not', async () => {
    repository.write('a', 'one\n');
    repository.commit('first');
    const index = join(folder, 'other-index');
    repository.write('elsewhere', 'hook\n');
    execFileSync('git', ['add', 'elsewhere'], { cwd: repository.path, env: { ...repository.env(), GIT_INDEX_FILE: index } });
    process.env.GIT_INDEX_FILE = index;
    try {
      const paths = [];
      for await (const item of stagedChanges({ cwd: repository.path, maxSize: 1000, inherit: 'hook' })) paths.push(item.origin);
      expect(paths).toContainEqual({ kind: 'staged', path: 'elsewhere' });
      expect(await staged()).toEqual({});
    } finally {
      delete process.env.GIT_INDEX_FILE;
    }
  });

  test('a HEAD that cannot be read is an error, not a first commit', async () => {
    repository.write('a', 'one\n');
    const commit = repository.commit('first');
    rmSync(join(repository.gitDir, 'objects', commit.slice(0, 2), commit.slice(2)));
    await expect(collect()).rejects.toMatchObject({ code: 'source' });
  });

  test('outside a repository it says so', async () => {
    await expect(collect(folder)).rejects.toThrow(/not a git repository/);
  });
});
