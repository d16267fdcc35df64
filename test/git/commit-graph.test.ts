import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Random, randomFrom } from '../../fixtures/random.ts';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import { buildCommitGraph, type CommitGraph, createCommitCollector, reachable } from '../../src/git/commit-graph.ts';
import { findInTable } from '../../src/git/name-table.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A history with branches, merges of two and three, several roots, and clocks that run backwards. */
function buildTangle(random: Random, path: string, objectFormat: 'sha1' | 'sha256', count: number): BuiltRepository {
  const repository = buildRepository(path, { bare: true, objectFormat });
  const lines: string[] = [];
  for (let commit = 1; commit <= count; commit++) {
    const time = 1_700_000_000 + commit * 60 + (random.chance(0.2) ? -random.int(100_000) : 0);
    const person = `Ada > <x> Author <ada@example.com> ${time} ${random.pick(['+0000', '-1130', '+1400'])}`;
    lines.push(
      `commit refs/heads/b${commit}`,
      `mark :${commit}`,
      `author ${person.replace(' > <x>', '')}`,
      `committer ${person.replace(' > <x>', '')}`,
    );
    const message = `message ${commit}\n\ncommitter Eve <eve@example.com> 1 +0000\nparent ${'0'.repeat(40)}\n`;
    lines.push(`data ${message.length}`, message);
    const parents =
      commit === 1 || random.chance(0.05)
        ? []
        : [...new Set(Array.from({ length: random.pick([1, 1, 1, 2, 3]) }, () => Math.max(1, commit - 1 - random.int(8))))];
    lines.push(...parents.map((parent, index) => `${index === 0 ? 'from' : 'merge'} :${parent}`));
    lines.push(`M 100644 inline file`, 'data 4', String(1000 + commit), '');
  }
  repository.pipe(lines.join('\n'), 'fast-import', '--quiet');
  return repository;
}

function graphOf(repository: BuiltRepository, names: readonly string[], hashBytes: number, collectors = 3): CommitGraph {
  const parts = Array.from({ length: collectors }, () => createCommitCollector(hashBytes));
  names.forEach((name, index) => {
    const bytes = Buffer.from(`xx${repository.git('cat-file', 'commit', name)}\n`);
    parts[index % collectors].add(Buffer.from(name, 'hex'), bytes, 2, bytes.length);
  });
  return buildCommitGraph(
    parts.map((part) => part.records()),
    hashBytes,
  );
}

describe.each([
  ['sha1', 20],
  ['sha256', 32],
] as const)('a tangled %s history', (objectFormat, hashBytes) => {
  let repository: BuiltRepository;
  let names: readonly string[];
  let graph: CommitGraph;
  const nameOf = (commit: number) => Buffer.from(graph.names.names).toString('hex', commit * hashBytes, (commit + 1) * hashBytes);
  const numberOf = (name: string) => findInTable(graph.names, Buffer.from(name, 'hex'), 0);

  beforeAll(() => {
    repository = buildTangle(randomFrom(1), join(folder, objectFormat), objectFormat, 80);
    names = repository.git('rev-list', '--all').split('\n');
    graph = graphOf(repository, names, hashBytes);
  });

  test('has the trees, parents and times that git has', () => {
    const ours = Array.from({ length: graph.count }, (_, commit) => {
      const parents = [...graph.parents.subarray(graph.firstParent[commit], graph.firstParent[commit + 1])].map(nameOf);
      const tree = Buffer.from(graph.trees).toString('hex', commit * hashBytes, (commit + 1) * hashBytes);
      return [nameOf(commit), tree, graph.times[commit], parents.join(' ')].join(' ').trim();
    });
    expect(ours.sort()).toEqual(
      repository
        .git('log', '--all', '--format=%H %T %ct %P')
        .split('\n')
        .map((line) => line.trim())
        .sort(),
    );
  });

  test('ranks parents before children, and otherwise the older first', () => {
    expect([...graph.rank].sort((a, b) => a - b)).toEqual([...graph.rank.keys()]);
    for (let commit = 0; commit < graph.count; commit++) {
      for (const parent of graph.parents.subarray(graph.firstParent[commit], graph.firstParent[commit + 1]))
        expect(graph.rank[parent]).toBeLessThan(graph.rank[commit]);
    }
  });

  test.each([
    [['b80'], []],
    [['b80', 'b41'], ['b40']],
    [['b10'], ['b80']],
    [
      ['b79', 'b78', 'b77'],
      ['b60', 'b50'],
    ],
  ])('reaches from %j without %j what git reaches', (from, without) => {
    const numbers = (refs: readonly string[]) => refs.map((ref) => numberOf(repository.git('rev-parse', ref)));
    const reached = reachable(graph, numbers(from), numbers(without));
    const listed = repository.git('rev-list', ...from, ...without.map((ref) => `^${ref}`));
    expect(
      [...reached.keys()]
        .filter((commit) => reached[commit])
        .map(nameOf)
        .sort(),
    ).toEqual(listed === '' ? [] : listed.split('\n').sort());
  });

  test('leaves out what is older, and walks on through it', () => {
    const since = 1_700_000_000 + 40 * 60;
    const reached = reachable(graph, [numberOf(repository.git('rev-parse', 'b80'))], [], since);
    const expected = repository
      .git('log', 'b80', '--format=%H %ct')
      .split('\n')
      .filter((line) => Number(line.split(' ')[1]) >= since);
    expect(
      [...reached.keys()]
        .filter((commit) => reached[commit])
        .map(nameOf)
        .sort(),
    ).toEqual(expected.map((line) => line.split(' ')[0]).sort());
  });

  test('without some of its commits, has parents that are not here', () => {
    const partial = graphOf(repository, names.slice(0, 40), hashBytes);
    expect(partial.count).toBe(40);
    expect([...partial.parents]).toContain(-1);
    expect(() => reachable(partial, [0, 1, 2, -1], [3])).not.toThrow();
  });
});

describe('commits that are wrong', () => {
  const name = (byte: number) => Buffer.alloc(20, byte);
  const hex = (byte: number) => name(byte).toString('hex');
  const people = 'author A <a> 1 +0000\ncommitter A <a> 1700000000 +0000\n\nmessage\n';
  const sound = `tree ${hex(1)}\nparent ${hex(0xaa)}\n${people}`;

  test.each<[string, string]>([
    ['nothing', ''],
    ['no tree', people],
    ['a cut tree', `tree ${hex(1).slice(0, 39)}`],
    ['a tree that is no hex', `tree ${'z'.repeat(40)}\n${people}`],
    ['a tree that is half hex', `tree ${'ab'.repeat(10)}${'z'.repeat(20)}\n${people}`],
    ['a parent that is no hex', `tree ${hex(1)}\nparent ${'z'.repeat(40)}\n${people}`],
    ['a parent that is half hex', `tree ${hex(1)}\nparent ${hex(0xaa)}\nparent abcd${'z'.repeat(36)}\n${people}`],
    ['a cut parent', `tree ${hex(1)}\nparent ${hex(2).slice(0, 10)}`],
    ['more parents than git writes', `tree ${hex(1)}\n${`parent ${hex(0xaa)}\n`.repeat(70_000)}${people}`],
    ['no committer', `tree ${hex(1)}\nauthor A <a> 1 +0000\n\nmessage\n`],
    ['a time that is none', `tree ${hex(1)}\nauthor A <a> 1 +0000\ncommitter A <a> soon +0000\n\n`],
  ])('%s leaves the commits around it as they are', (_, text) => {
    const collector = createCommitCollector(20);
    const add = (own: Buffer, content: string) => collector.add(own, Buffer.from(content), 0, content.length);
    add(name(0xaa), `tree ${hex(7)}\n${people}`);
    add(name(0xbb), text);
    add(name(0xcc), sound);
    const graph = buildCommitGraph([collector.records()], 20);
    const last = findInTable(graph.names, name(0xcc), 0);
    expect(graph.trees.subarray(20 * last, 20 * last + 20)).toEqual(name(1));
    expect([...graph.parents.subarray(graph.firstParent[last], graph.firstParent[last + 1])]).toEqual([
      findInTable(graph.names, name(0xaa), 0),
    ]);
    expect(graph.times[last]).toBe(1_700_000_000);
    expect([...graph.rank].sort()).toEqual([...graph.rank.keys()].sort());
  });

  test('commits that are each other’s parents end', () => {
    const collector = createCommitCollector(20);
    const add = (own: number, parent: number) => {
      const text = `tree ${hex(1)}\nparent ${hex(parent)}\n${people}`;
      collector.add(name(own), Buffer.from(text), 0, text.length);
    };
    add(1, 2);
    add(2, 3);
    add(3, 1);
    const graph = buildCommitGraph([collector.records()], 20);
    expect([...reachable(graph, [0])]).toEqual([1, 1, 1]);
  });
});
