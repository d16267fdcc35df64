import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Random, randomFrom } from '../../fixtures/random.ts';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import { buildCommitGraph, type CommitGraph, createCommitCollector } from '../../src/git/commit-graph.ts';
import { buildNameTable, findInTable, type NameTable } from '../../src/git/name-table.ts';
import { buildTreeGraph, createTreeCollector, type TreeGraph } from '../../src/git/tree-graph.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const folders = ['', 'src/', 'src/deep/er/', 'docs/', 'ünï cödé/', 'a b/'];

/** Files that come, go, move, and stand in several folders at once; folders that are copied whole. */
function buildMoves(random: Random, path: string, commits: number): BuiltRepository {
  const repository = buildRepository(path, { bare: true });
  const lines: string[] = [];
  let files = new Map<string, string>();
  for (let commit = 1; commit <= commits; commit++) {
    for (let edits = 1 + random.int(4); edits > 0; edits--) {
      const path = `${random.pick(folders)}f${random.int(4)}`;
      const kind = random.int(6);
      if (kind === 0) files.delete(path);
      else if (kind === 1)
        files = new Map(
          [...files].map(([name, text]): [string, string] => [
            random.chance(0.2) && name.length < 50 ? `moved/${name}` : name,
            text,
          ]),
        );
      else if (kind === 2) {
        for (const [name, text] of [...files]) if (name.length < 50) files.set(`copy/${name}`, text);
      } else files.set(path, String(1000 + random.int(12)));
    }
    lines.push(
      `commit refs/heads/main`,
      `mark :${commit}`,
      `committer Ada <ada@example.com> ${1_700_000_000 + commit} +0000`,
      'data 1',
      'm',
    );
    if (commit > 1) lines.push(`from :${commit - 1}`, 'deleteall');
    // A name that is a file here and a folder there cannot be both.
    const names = [...files.keys()].filter((name) => ![...files.keys()].some((other) => other.startsWith(`${name}/`)));
    for (const name of names) lines.push(`M 100644 inline ${JSON.stringify(name)}`, `data 4`, files.get(name)!);
    lines.push(`M 160000 ${'ab'.repeat(20)} ${random.pick(folders)}module`, '');
  }
  repository.pipe(lines.join('\n'), 'fast-import', '--quiet');
  return repository;
}

interface Read {
  readonly graph: CommitGraph;
  readonly trees: TreeGraph;
  readonly blobs: NameTable;
}

function read(repository: BuiltRepository, isWanted: (name: string, index: number) => boolean, collectors = 2): Read {
  const objects = objectsOf(repository);
  const namesOf = (type: string) => objects.filter((object) => object.type === type).map(({ name }) => name);
  const tableOf = (names: readonly string[]) => buildNameTable(Buffer.from(names.join(''), 'hex'), 20);
  const trees = tableOf(namesOf('tree'));
  const blobs = tableOf(namesOf('blob').filter(isWanted));
  const commits = createCommitCollector(20);
  const parts = Array.from({ length: collectors }, () => createTreeCollector(trees, blobs));
  for (const [index, { name, type, bytes }] of objects.entries()) {
    // What stands around an object in memory must not matter.
    const among = Buffer.concat([Buffer.from('xyz'), bytes, Buffer.from('100644 a\0')]);
    if (type === 'commit') commits.add(Buffer.from(name, 'hex'), among, 3, 3 + bytes.length);
    if (type === 'tree')
      parts[index % collectors].add(findInTable(trees, Buffer.from(name, 'hex'), 0), among, 3, 3 + bytes.length);
  }
  const graph = buildCommitGraph([commits.records()], 20);
  return {
    graph,
    blobs,
    trees: buildTreeGraph(
      parts.map((part) => part.links()),
      trees,
      graph,
      new Uint8Array(graph.count).fill(1),
    ),
  };
}

function objectsOf(repository: BuiltRepository): { readonly name: string; readonly type: string; readonly bytes: Buffer }[] {
  const output = execFileSync('git', ['cat-file', '--batch', '--batch-all-objects'], {
    cwd: repository.path,
    env: repository.env(),
    maxBuffer: 1 << 28,
  });
  const objects: { name: string; type: string; bytes: Buffer }[] = [];
  for (let at = 0; at < output.length; ) {
    const lineEnd = output.indexOf(10, at);
    const [name, type, length] = output.toString('latin1', at, lineEnd).split(' ');
    objects.push({ name, type, bytes: output.subarray(lineEnd + 1, lineEnd + 1 + Number(length)) });
    at = lineEnd + 2 + Number(length);
  }
  return objects;
}

/** Where each blob stood, and the first and last commit in which it stood there, by asking git for every commit's files. */
function appearancesByGit(
  repository: BuiltRepository,
  graph: CommitGraph,
): Map<string, Map<string, [first: number, last: number]>> {
  const found = new Map<string, Map<string, [number, number]>>();
  const order = [...graph.rank.keys()].sort((a, b) => graph.rank[a] - graph.rank[b]);
  for (const commit of order) {
    const name = Buffer.from(graph.names.names).toString('hex', commit * 20, commit * 20 + 20);
    for (const line of repository.git('ls-tree', '-rz', name).split('\0').filter(Boolean)) {
      const [, object, path] = /^\d+ \w+ ([0-9a-f]+)\t([\s\S]*)$/.exec(line)!;
      const paths = found.get(object) ?? new Map<string, [number, number]>();
      found.set(object, paths);
      paths.set(path, [paths.get(path)?.[0] ?? commit, commit]);
    }
  }
  return found;
}

test.each([1, 2, 3])('blobs stood where, and from when to when, git has them: history %i', (seed) => {
  const repository = buildMoves(randomFrom(seed), join(folder, `moves-${seed}`), 40);
  const { graph, trees, blobs } = read(repository, (_, index) => index % 3 !== 0);
  const expected = appearancesByGit(repository, graph);
  let places = 0;
  for (let blob = 0; blob < blobs.names.length / 20; blob++) {
    const name = Buffer.from(blobs.names).toString('hex', blob * 20, blob * 20 + 20);
    const ours = trees.appearances(blob).map(({ path, first, last }) => [path, [first, last]]);
    expect(ours.sort()).toEqual([...expected.get(name)!].sort());
    places += ours.length;
  }
  expect(places).toBeGreaterThan(30);
  const modules = trees.submodulePaths().map(({ path, first, last }) => [path, [first, last]]);
  expect(modules.sort()).toEqual([...expected.get('ab'.repeat(20))!].sort());
});

/** A graph of one commit whose root is the first of the trees. */
function graphOfTrees(contents: readonly Buffer[], names: readonly Buffer[], blobNames: readonly Buffer[]): TreeGraph {
  const trees = buildNameTable(Buffer.concat([...names]), 20);
  const blobs = buildNameTable(Buffer.concat([...blobNames]), 20);
  const commits = createCommitCollector(20);
  const text = `tree ${names[0].toString('hex')}\ncommitter A <a> 1700000000 +0000\n\n`;
  commits.add(Buffer.alloc(20, 0xcc), Buffer.from(text), 0, text.length);
  const graph = buildCommitGraph([commits.records()], 20);
  const collector = createTreeCollector(trees, blobs);
  contents.forEach((content, index) => {
    collector.add(findInTable(trees, names[index], 0), content, 0, content.length);
  });
  return buildTreeGraph([collector.links()], trees, graph, Uint8Array.from([1]));
}

const entry = (mode: string, path: string, object: Buffer) => Buffer.concat([Buffer.from(`${mode} ${path}\0`), object]);
const object = (byte: number) => Buffer.alloc(20, byte);

test('modes with leading zeros, as some tools wrote them, are read', () => {
  const contents = [
    Buffer.concat([entry('040000', 'folder', object(2)), entry('0160000', 'module', object(9))]),
    entry('0100644', 'file', object(3)),
  ];
  const graph = graphOfTrees(contents, [object(1), object(2)], [object(3)]);
  expect(graph.appearances(0)).toEqual([{ path: 'folder/file', first: 0, last: 0 }]);
  expect(graph.submodulePaths()).toEqual([{ path: 'module', first: 0, last: 0 }]);
});

test('trees that are cut, hold themselves, or are nested deeply end', () => {
  const whole = Buffer.concat([entry('40000', 'folder', object(2)), entry('100644', 'file', object(3))]);
  for (let cut = 0; cut <= whole.length; cut++) {
    const graph = graphOfTrees([whole.subarray(0, cut)], [object(1), object(2)], [object(3)]);
    expect(graph.appearances(0).map(({ path }) => path)).toEqual(cut === whole.length ? ['file'] : []);
  }
  const circle = [
    Buffer.concat([entry('40000', 'two', object(2)), entry('100644', 'file', object(3))]),
    entry('40000', 'one', object(1)),
  ];
  expect(
    graphOfTrees(circle, [object(1), object(2)], [object(3)])
      .appearances(0)
      .map(({ path }) => path),
  ).toContain('file');

  const names = Array.from({ length: 3000 }, (_, depth) =>
    Buffer.concat([Buffer.from([depth & 255, depth >> 8]), Buffer.alloc(18, 5)]),
  );
  const nested = names.map((_, depth) =>
    depth + 1 < names.length ? entry('40000', 'd', names[depth + 1]) : entry('100644', 'file', object(3)),
  );
  expect(graphOfTrees(nested, names, [object(3)]).appearances(0)).toEqual([
    { path: `${'d/'.repeat(2999)}file`, first: 0, last: 0 },
  ]);
});
