import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import type { Gap } from '../../src/model/gap.ts';
import type { Change } from '../../src/sources/change.ts';
import { type RevisionRange, rangeChanges, taggedChanges } from '../../src/sources/changed-lines.ts';

let folder: string;
let repository: BuiltRepository;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
  repository = buildRepository(join(folder, 'app'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What a range brings, as `path: added lines`, oldest first; messages as `commit: message`. */
async function brought(range: RevisionRange, at = repository, maxSize = 1_000_000): Promise<string[]> {
  return seen(rangeChanges(range, { cwd: at.path, maxSize }));
}

async function seen(changes: AsyncIterable<Change | Gap>): Promise<string[]> {
  const out: string[] = [];
  for await (const item of changes) {
    const { origin } = item;
    const name = origin.kind === 'git' ? (origin.path ?? 'blob') : origin.kind;
    out.push(`${name}: ${'reason' in item ? item.reason : added(item)}`);
  }
  return out;
}

function added(change: Change): string {
  const lines = Buffer.from(change.bytes).toString().split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.filter((_, index) => change.addedLines.some(([first, last]) => first <= index + 1 && index + 1 <= last)).join('|');
}

describe('a range of commits', () => {
  test('each commit with its message, its author and what it adds', async () => {
    repository.write('a', 'one\n');
    const first = repository.commit('first');
    repository.write('a', 'one\ntwo\n');
    repository.write('b', 'b');
    const second = repository.commit('second\n\nwith a body', { name: 'Bé "B" <x>', email: 'b@example.com' });
    expect(await brought({ from: ['HEAD'] })).toEqual([
      'commit: first',
      'a: one',
      'commit: second||with a body',
      'a: two',
      'b: b',
    ]);
    const items = [];
    for await (const item of rangeChanges({ from: [`${first}..${second}`] }, { cwd: repository.path, maxSize: 1000 }))
      items.push(item);
    const who = { commit: second, author: 'Bé "B" x', email: 'b@example.com', date: '2023-11-14T22:13:22+00:00' };
    expect(items.map((item) => item.origin)).toEqual([
      { kind: 'commit', ...who },
      { kind: 'git', path: 'a', blob: repository.git('rev-parse', 'HEAD:a'), ...who },
      { kind: 'git', path: 'b', blob: repository.git('rev-parse', 'HEAD:b'), ...who },
    ]);
  });

  test('commits without changes, deletions and empty messages', async () => {
    repository.write('a', 'one\n');
    repository.commit('first');
    repository.remove('a');
    repository.git('add', '--all');
    repository.git('commit', '--quiet', '--allow-empty-message', '--file=-');
    repository.commit('nothing');
    expect(await brought({ from: ['HEAD'] })).toEqual(['commit: first', 'a: one', 'commit: ', 'commit: nothing']);
  });

  test('a message and contents that look like the records around them', async () => {
    const text = 'commit 1234\n:100644 100644 a b M\ndiff --git a/x b/x\nindex 1..2 100644\n@@ -1 +1 @@\n+x\n';
    repository.write('a', 'x\n');
    repository.commit('first');
    repository.write('a', `${text}x\n`);
    repository.commit(text);
    const flat = text.trim().replaceAll('\n', '|');
    expect(await brought({ from: ['HEAD'] })).toEqual(['commit: first', 'a: x', `commit: ${flat}`, `a: ${flat}`]);
  });

  test('a merge brings in only what no parent has', async () => {
    repository.write('a', '1\n2\n3\n4\n5\n6\n');
    repository.commit('base');
    repository.git('checkout', '--quiet', '-b', 'topic');
    repository.write('a', '1\n2\n3\n4\n5\ntopic\n');
    repository.write('t', 't\n');
    repository.commit('topic');
    repository.git('checkout', '--quiet', 'main');
    repository.write('a', 'main\n2\n3\n4\n5\n6\n');
    const main = repository.commit('main');
    repository.git('merge', '--quiet', '--no-commit', 'topic');
    repository.write('a', 'main\n2\nevil\n4\n5\ntopic\n');
    repository.write('also', 'evil\n');
    repository.commit('merge');
    expect(await brought({ from: ['HEAD'], except: [main, 'topic'] })).toEqual(['commit: merge', 'a: evil', 'also: evil']);
    expect(await brought({ from: ['HEAD'], except: [main] })).toEqual([
      'commit: topic',
      'a: topic',
      't: t',
      'commit: merge',
      'a: evil',
      'also: evil',
    ]);
  });

  test('an octopus merge, with a file that has no line break at its end', async () => {
    repository.write('a', 'x');
    repository.commit('base');
    for (const name of ['b1', 'b2', 'b3']) {
      repository.git('checkout', '--quiet', '-b', name, 'main');
      repository.write('a', `${name}\nx`);
      repository.commit(name);
    }
    const tree = repository.pipe(
      `100644 blob ${repository.pipe('b1\nb2\nb3\nnew\ny', 'hash-object', '-w', '--stdin')}\ta\n`,
      'mktree',
    );
    const merge = repository.git('commit-tree', tree, '-p', 'b1', '-p', 'b2', '-p', 'b3', '-m', 'octopus');
    expect(await brought({ from: [merge], except: ['b1', 'b2', 'b3'] })).toEqual(['commit: octopus', 'a: new|y']);
  });

  test('what a remote or any ref holds is left out', async () => {
    repository.write('a', 'one\n');
    const first = repository.commit('first');
    repository.write('a', 'one\ntwo\n');
    const second = repository.commit('second');
    repository.git('update-ref', 'refs/remotes/origin/main', first);
    repository.git('update-ref', 'refs/remotes/other/main', second);
    expect(await brought({ from: [second], exceptRefs: { remote: 'origin' } })).toEqual(['commit: second', 'a: two']);
    expect(await brought({ from: [second], exceptRefs: 'all' })).toEqual([]);
    expect(await brought({ from: [second], exceptRefs: { remote: 'https://*' } })).toHaveLength(4);
  });

  test('what the remote has and was never fetched is passed over, and a wrong revision is not', async () => {
    repository.write('a', 'one\n');
    const first = repository.commit('first');
    const absent = '1'.repeat(40);
    expect(await brought({ from: [first], except: [absent], ignoreMissing: true })).toEqual(['commit: first', 'a: one']);
    await expect(brought({ from: [first], except: [absent] })).rejects.toMatchObject({ code: 'source' });
    await expect(brought({ from: ['no-such-branch'] })).rejects.toThrow(/running git rev-list/);
    await expect(brought({ from: ['--output=x'] })).rejects.toMatchObject({ code: 'usage' });
    await expect(brought({ from: ['a\n--all'] })).rejects.toMatchObject({ code: 'usage' });
    expect(await brought({ from: [] })).toEqual([]);
  });

  test('SHA-256, submodules, large files', async () => {
    const other = buildRepository(join(folder, 'other'), { objectFormat: 'sha256' });
    other.write('a-large', 'x'.repeat(5000));
    other.write('b', 'b\n');
    other.commit('first');
    expect(await brought({ from: ['HEAD'] }, other, 1000)).toEqual(['commit: first', 'a-large: too-large', 'b: b']);
    const id = repository.commit('base');
    repository.git('update-index', '--add', '--cacheinfo', `160000,${id},sub`);
    repository.git('commit', '--quiet', '-m', 'sub');
    expect(await brought({ from: ['HEAD'], except: [id] })).toEqual(['commit: sub', 'sub: submodule']);
  });

  test('a change whose contents are not there fails, saying which: the lines it adds cannot be known', async () => {
    repository.write('a', 'one\n');
    repository.write('b', 'b\n');
    repository.commit('first');
    const blob = repository.git('rev-parse', 'HEAD:a');
    repository.write('a', 'one\ntwo\n');
    repository.commit('second');
    rmSync(join(repository.gitDir, 'objects', blob.slice(0, 2), blob.slice(2)));
    await expect(brought({ from: ['HEAD'], except: ['HEAD~1'] })).rejects.toThrow(`unable to read ${blob}`);
    await expect(brought({ from: ['HEAD~1'] })).rejects.toThrow(`unable to read ${blob}`);
  });
});

describe('what refs name besides commits', () => {
  test('tags of tags, blobs and trees', async () => {
    repository.write('dir/a', 'one\n');
    repository.commit('first');
    repository.git('tag', '-a', 'v1', '-m', 'tag message');
    repository.git('tag', '-a', 'v2', '-m', 'outer', 'v1');
    const blob = repository.pipe('loose\n', 'hash-object', '-w', '--stdin');
    const ids = ['v2', 'HEAD', 'HEAD^{tree}'].map((name) => repository.git('rev-parse', name));
    const out = await seen(taggedChanges([...ids, blob, '1'.repeat(40)], { cwd: repository.path, maxSize: 1000 }));
    expect(out).toHaveLength(5);
    expect(out[0]).toBe('tag: missing-object');
    expect(out.slice(1, 3)).toEqual(['blob: loose', 'dir/a: one']);
    expect(out[3]).toMatch(/^tag: .*\|outer$/);
    expect(out[4]).toMatch(/^tag: .*\|tag message$/);
  });
});
