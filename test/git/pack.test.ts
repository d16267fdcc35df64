import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { forSeeds, randomFrom } from '../../fixtures/random.ts';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import { buildEditedHistory } from '../../fixtures/repositories/edited-history.ts';
import { buildDeltaForest } from '../../src/git/delta-tree.ts';
import { openObjectStore } from '../../src/git/object-store.ts';
import { packTypes, readPackEntries } from '../../src/git/pack.ts';
import { findName, readPackIndex } from '../../src/git/pack-index.ts';
import { createDocumentScanner } from '../../src/scan/documents.ts';
import { walkDeltaTrees } from '../../src/scan/walk.ts';
import { encodeDelta } from '../scan/kernel/deltas.ts';
import { distanceBytes, entryHead, type HandEntry, writeFarPack, writePack } from './packs.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const typeNames = ['none', 'commit', 'tree', 'blob', 'tag'];

interface ReadResult {
  /** Objects by name in hex: their type and SHA. */
  readonly objects: ReadonlyMap<string, Buffer>;
  readonly types: ReadonlyMap<string, string>;
  readonly faults: readonly string[];
  readonly orphans: string[];
  /** Entries that no tree leads to. */
  readonly unrooted: string[];
}

/** Reads every object of a pack by walking its delta trees. */
function readPack(indexPath: string, hashBytes = 20, maxBytes = 50e6): ReadResult {
  const index = readPackIndex(indexPath, hashBytes);
  const { entries, faults } = readPackEntries(index);
  const forest = buildDeltaForest(entries, () => true);
  const nameOf = (entry: number) =>
    index.names.toString('hex', hashBytes * entries.name[entry], hashBytes * (entries.name[entry] + 1));
  const scanner = createDocumentScanner([], { minConfidence: 0.5 });
  const objects = new Map<string, Buffer>();
  const types = new Map<string, string>();
  const problems = faults.map(({ entry, detail }) => `${nameOf(entry)} ${detail}`);
  const orphans: string[] = [];
  walkDeltaTrees(scanner, index.packPath, entries, forest, forest.roots, maxBytes, {
    match: () => {},
    object(entry, address, length) {
      objects.set(nameOf(entry), Buffer.from(scanner.kernel.bytes().subarray(address, address + length)));
      types.set(nameOf(entry), typeNames[entries.type[entry]]);
    },
    fault: (entry, reason, detail) => problems.push(`${nameOf(entry)} ${reason}: ${detail}`),
    orphan: (entry) => orphans.push(nameOf(entry)),
  });
  const faulty = new Set(faults.map(({ entry }) => entry));
  const unrooted = [...entries.type.keys()].filter((entry) => entries.type[entry] === 0 && !faulty.has(entry)).map(nameOf);
  return { objects, types, faults: problems, orphans, unrooted };
}

function packsOf(repository: BuiltRepository): string[] {
  const packs = join(repository.gitDir, 'objects/pack');
  return readdirSync(packs)
    .filter((name) => name.endsWith('.idx'))
    .map((name) => join(packs, name));
}

/** Compares with what git says of every object: name, type, size, base; and hashes the bytes. */
function expectAsGit(repository: BuiltRepository, indexPaths: readonly string[], hashBytes = 20): void {
  const listed = repository
    .git('cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype) %(objectsize) %(deltabase)')
    .split('\n');
  const read = new Map<string, string>();
  for (const indexPath of indexPaths) {
    const { objects, types, faults, orphans, unrooted } = readPack(indexPath, hashBytes);
    expect({ faults, orphans, unrooted }).toEqual({ faults: [], orphans: [], unrooted: [] });
    const index = readPackIndex(indexPath, hashBytes);
    const { entries } = readPackEntries(index);
    for (let entry = 0; entry < entries.count; entry++) {
      const nameAt = (at: number) =>
        index.names.toString('hex', hashBytes * entries.name[at], hashBytes * (entries.name[at] + 1));
      const name = nameAt(entry);
      const bytes = objects.get(name)!;
      const type = types.get(name)!;
      const head = `${type} ${bytes.length}\0`;
      expect(
        createHash(hashBytes === 32 ? 'sha256' : 'sha1')
          .update(head)
          .update(bytes)
          .digest('hex'),
      ).toBe(name);
      const base = entries.base[entry] < 0 ? '0'.repeat(2 * hashBytes) : nameAt(entries.base[entry]);
      read.set(name, `${name} ${type} ${bytes.length} ${base}`);
      expect(findName(index, Buffer.from(name, 'hex'))).toBe(entries.name[entry]);
    }
  }
  expect([...read.values()].sort()).toEqual(listed.sort());
}

describe('packs that git made', () => {
  test('of offset deltas', () => {
    const repository = buildEditedHistory(join(folder, 'r'), randomFrom(1), { files: 4, commits: 30 });
    expectAsGit(repository, packsOf(repository));
    const { entries } = readPackEntries(readPackIndex(packsOf(repository)[0], 20));
    expect([...entries.base].filter((base) => base >= 0).length).toBeGreaterThan(40);
  });

  test('of deltas that name their base', () => {
    const repository = buildEditedHistory(join(folder, 'r'), randomFrom(2), { files: 4, commits: 30 });
    repository.git('-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq', '--depth=50');
    const pack = readFileSync(packsOf(repository)[0].replace('.idx', '.pack'));
    const { entries } = readPackEntries(readPackIndex(packsOf(repository)[0], 20));
    const delta = entries.base.findIndex((base) => base >= 0);
    // Its base's name stands right before its stream.
    const base = readPackIndex(packsOf(repository)[0], 20)
      .names.subarray(20 * entries.name[entries.base[delta]])
      .subarray(0, 20);
    expect(pack.subarray(entries.dataAt[delta] - 20, entries.dataAt[delta])).toEqual(Buffer.from(base));
    expectAsGit(repository, packsOf(repository));
  });

  test('of SHA-256 names, with deltas of both kinds', () => {
    const repository = buildEditedHistory(join(folder, 'r'), randomFrom(3), { files: 3, commits: 20, objectFormat: 'sha256' });
    expect(openObjectStore(repository.gitDir).hashBytes).toBe(32);
    expectAsGit(repository, packsOf(repository), 32);
    repository.git('-c', 'repack.useDeltaBaseOffset=false', 'repack', '-adfq');
    expectAsGit(repository, packsOf(repository), 32);
  });

  test('several of them, with a multi-pack index beside', () => {
    const repository = buildRepository(join(folder, 'r'));
    for (let pack = 0; pack < 3; pack++) {
      for (let version = 0; version < 5; version++) {
        repository.write('file', `${pack} ${version}\n`.repeat(500));
        repository.commit(`${pack} ${version}`);
      }
      repository.git('repack', '-dq');
    }
    repository.git('multi-pack-index', 'write');
    const store = openObjectStore(repository.gitDir);
    expect(store.packs.map(({ path }) => path).sort()).toEqual(packsOf(repository).sort());
    expect(store.packs.length).toBe(3);
    expectAsGit(repository, packsOf(repository));
  });

  test('with an index whose offsets all stand in the table of large ones', () => {
    const repository = buildEditedHistory(join(folder, 'r'), randomFrom(4), { files: 2, commits: 10 });
    const [indexPath] = packsOf(repository);
    const small = readPackIndex(indexPath, 20);
    const large = join(folder, 'pack-large.idx');
    copyFileSync(small.packPath, join(folder, 'pack-large.pack'));
    repository.git('index-pack', '--index-version=2,0', '-o', large, join(folder, 'pack-large.pack'));
    expect(readFileSync(large).length).toBeGreaterThan(readFileSync(indexPath).length);
    expect(readPackIndex(large, 20).offsets).toEqual(small.offsets);
    expect(readPack(large).objects).toEqual(readPack(indexPath).objects);
  });

  test('of no objects', () => {
    const { indexPath } = writePack(join(folder, 'pack-empty'), []);
    expect(readPack(indexPath)).toMatchObject({ faults: [], orphans: [], unrooted: [] });
  });
});

const blob = (text: string): HandEntry => ({ type: packTypes.blob, data: Buffer.from(text) });
const deltaOf = (base: string, text: string) =>
  encodeDelta(base.length, [{ copy: 0, length: base.length }, { insert: Buffer.from(text) }]);
/** Names in hex, to their text. */
const textsOf = ({ objects }: ReadResult) => Object.fromEntries([...objects].map(([name, bytes]) => [name, bytes.toString()]));

describe('packs made by hand', () => {
  test('an object more than four gigabytes into the pack, and a delta on one at its start', () => {
    const far = 5 * 2 ** 30;
    const { indexPath, names, offsets } = writeFarPack(join(folder, 'pack-far'), far, blob('at the start'), {
      type: packTypes.offsetDelta,
      data: deltaOf('at the start', ', and far behind it'),
      base: distanceBytes(far - 12),
    });
    expect([...readPackIndex(indexPath, 20).offsets]).toEqual(offsets);
    const result = readPack(indexPath);
    expect(result.faults).toEqual([]);
    expect(textsOf(result)).toEqual({
      [names[0].toString('hex')]: 'at the start',
      [names[1].toString('hex')]: 'at the start, and far behind it',
    });
  });

  test('a delta that names a base behind it', () => {
    const name = Buffer.alloc(20, 7);
    const { indexPath, names } = writePack(join(folder, 'pack-behind'), [
      { type: packTypes.refDelta, base: name, data: deltaOf('base', ' and more') },
      { ...blob('base'), name },
    ]);
    expect(textsOf(readPack(indexPath))).toEqual({ [names[0].toString('hex')]: 'base and more', [name.toString('hex')]: 'base' });
  });

  test('the same whole object twice', () => {
    const { indexPath } = writePack(join(folder, 'pack-twice'), [blob('one'), blob('one')]);
    expect([...readPack(indexPath).objects.values()].map(String)).toEqual(['one', 'one']);
  });

  test('an object larger than is read, and what stands on it', () => {
    const { indexPath, names } = writePack(
      join(folder, 'pack-large'),
      [
        blob('x'.repeat(1001)),
        { type: packTypes.refDelta, base: Buffer.alloc(20, 9), data: encodeDelta(1001, [{ copy: 0, length: 5 }]) },
        blob('small'),
      ].map((entry, index) => (index === 0 ? { ...entry, name: Buffer.alloc(20, 9) } : entry)),
    );
    const result = readPack(indexPath, 20, 1000);
    expect(result.faults).toEqual([`${'09'.repeat(20)} too-large: 1001 bytes`]);
    expect(result.orphans).toEqual([names[1].toString('hex')]);
    expect(Object.values(textsOf(result))).toEqual(['small']);
  });

  test('a delta whose result is larger than is read', () => {
    const { indexPath, names } = writePack(join(folder, 'pack-grows'), [
      { ...blob('x'.repeat(600)), name: Buffer.alloc(20, 9) },
      {
        type: packTypes.refDelta,
        base: Buffer.alloc(20, 9),
        data: encodeDelta(600, [
          { copy: 0, length: 600 },
          { copy: 0, length: 600 },
        ]),
      },
    ]);
    expect(readPack(indexPath, 20, 1000).faults).toEqual([`${names[1].toString('hex')} too-large: 1200 bytes`]);
  });
});

describe('hostile packs: each fault is told of one entry, and the rest is read', () => {
  const good = blob('a good object');

  test.each<[string, HandEntry]>([
    ['a type that git does not have', { type: 5, data: Buffer.from('x') }],
    ['type 0', { type: 0, data: Buffer.from('x') }],
    ['a size that does not end', { ...good, raw: Buffer.alloc(40, 0xff) }],
    ['an impossible size', { ...good, raw: Buffer.concat([entryHead(3, 2 ** 40), deflateSync('x')]) }],
    ['a smaller size than its stream has', { ...good, size: 3 }],
    ['a larger size than its stream has', { ...good, size: 3000 }],
    ['a stream that is none', { ...good, raw: Buffer.concat([entryHead(3, 10), Buffer.from('not a stream of zlib')]) }],
    [
      'a stream that is cut',
      { ...good, raw: Buffer.concat([entryHead(3, 300), deflateSync('x'.repeat(200) + 'y'.repeat(100)).subarray(0, 8)]) },
    ],
    ['a head and nothing else', { ...good, raw: entryHead(3, 10_000) }],
    ['a head that runs into the next entry', { ...good, raw: Buffer.from([0xb3, 0x81]) }],
    ['a base name that runs into the next entry', { ...good, raw: Buffer.from([0x73, 0x01, 0x02]) }],
    ['a base before the pack', { type: packTypes.offsetDelta, base: distanceBytes(100_000), data: deltaOf('x', 'y') }],
    ['a base in the middle of an entry', { type: packTypes.offsetDelta, base: distanceBytes(1), data: deltaOf('x', 'y') }],
    ['itself as its base', { type: packTypes.offsetDelta, base: distanceBytes(0), data: deltaOf('x', 'y') }],
    ['a distance that does not end', { ...good, raw: Buffer.concat([Buffer.from([0x61]), Buffer.alloc(40, 0xff)]) }],
    ['a base that is not there', { type: packTypes.refDelta, base: Buffer.alloc(20, 0xee), data: deltaOf('x', 'y') }],
    [
      'itself by name as its base',
      { type: packTypes.refDelta, base: Buffer.alloc(20, 0xdd), name: Buffer.alloc(20, 0xdd), data: deltaOf('x', 'y') },
    ],
    [
      'a delta that does not fit its base',
      { type: packTypes.refDelta, base: Buffer.alloc(20, 0xaa), data: deltaOf('longer than that', 'y') },
    ],
    ['a delta of one byte', { type: packTypes.refDelta, base: Buffer.alloc(20, 0xaa), data: Buffer.from([5]) }],
    [
      'a delta that claims four gigabytes',
      {
        type: packTypes.refDelta,
        base: Buffer.alloc(20, 0xaa),
        data: encodeDelta(13, [{ copy: 0, length: 13 }], { resultLength: 2 ** 32 - 1 }),
      },
    ],
  ])('%s', (_, entry) => {
    const { indexPath, names } = writePack(join(folder, 'pack-hostile'), [
      { ...good, name: Buffer.alloc(20, 0xaa) },
      entry,
      blob('another good one'),
    ]);
    const result = readPack(indexPath);
    expect(Object.values(textsOf(result)).sort()).toEqual(['a good object', 'another good one']);
    expect([...result.faults, ...result.unrooted].map((fault) => fault.slice(0, 40))).toEqual([names[1].toString('hex')]);
  });

  test('deltas that stand on each other', () => {
    const [one, two] = [Buffer.alloc(20, 1), Buffer.alloc(20, 2)];
    const { indexPath } = writePack(join(folder, 'pack-circle'), [
      { type: packTypes.refDelta, base: two, name: one, data: deltaOf('x', 'y') },
      { type: packTypes.refDelta, base: one, name: two, data: deltaOf('x', 'y') },
      good,
    ]);
    const result = readPack(indexPath);
    expect(Object.values(textsOf(result))).toEqual(['a good object']);
    expect(result.unrooted.sort()).toEqual([one.toString('hex'), two.toString('hex')]);
  });

  test('a chain of deltas whose root is damaged, and another whose middle is', () => {
    const name = (byte: number) => Buffer.alloc(20, byte);
    const link = (own: number, base: number, before: string, more: string): HandEntry => ({
      type: packTypes.refDelta,
      base: name(base),
      name: name(own),
      data: deltaOf(before, more),
    });
    const { indexPath } = writePack(join(folder, 'pack-chains'), [
      { ...good, name: name(1), size: 2 },
      link(2, 1, 'a good object', '2'),
      link(3, 2, 'a good object2', '3'),
      { ...good, name: name(4) },
      link(5, 4, 'another', '5'),
      link(6, 5, 'a good object5', '6'),
      link(7, 4, 'a good object', '7'),
    ]);
    const result = readPack(indexPath);
    const hex = (...bytes: number[]) => bytes.map((byte) => name(byte).toString('hex'));
    expect(textsOf(result)).toEqual({ [hex(4)[0]]: 'a good object', [hex(7)[0]]: 'a good object7' });
    expect(result.faults.map((fault) => fault.slice(0, 40)).sort()).toEqual(hex(1, 5));
    expect(result.orphans.sort()).toEqual(hex(2, 3, 6));
  });

  test('a chain of ten thousand deltas', () => {
    const name = (number: number) => createHash('sha1').update(String(number)).digest();
    const entries: HandEntry[] = [{ ...blob('x'), name: name(0) }];
    for (let link = 1; link <= 10_000; link++) {
      entries.push({
        type: packTypes.refDelta,
        base: name(link - 1),
        name: name(link),
        data: encodeDelta(link, [{ copy: 0, length: link }, { insert: Buffer.from('y') }]),
      });
    }
    const { objects, faults } = readPack(writePack(join(folder, 'pack-deep'), entries).indexPath);
    expect(faults).toEqual([]);
    expect(objects.get(name(10_000).toString('hex'))!.length).toBe(10_001);
  });

  test('an index that gives an entry the room of a whole large pack', () => {
    // All other entries are missing from the index, so that all the pack seems to be one stream.
    const far = writeFarPack(join(folder, 'pack-hole'), 7 * 2 ** 30, good, { type: packTypes.blob, data: Buffer.alloc(0) });
    expect(Object.values(textsOf(readPack(far.indexPath)))).toEqual(['a good object', '']);
  });

  test.each<[string, (pack: Buffer) => Buffer]>([
    ['no header', () => Buffer.alloc(0)],
    ['another header', (pack) => Buffer.concat([Buffer.from('JUNK'), pack.subarray(4)])],
    ['version 4', (pack) => Buffer.concat([pack.subarray(0, 7), Buffer.from([4]), pack.subarray(8)])],
  ])('a pack with %s is refused whole', (_, change) => {
    const { indexPath, packPath } = writePack(join(folder, 'pack-head'), [good]);
    writeFileSync(packPath, change(readFileSync(packPath)));
    expect(() => readPackEntries(readPackIndex(indexPath, 20))).toThrow('no PACK header of version 2 or 3');
  });

  test('a wrong trailer does not keep the objects from being read: each has a checksum of its own', () => {
    const { indexPath, packPath } = writePack(join(folder, 'pack-trailer'), [good]);
    const pack = readFileSync(packPath);
    pack.fill(0, pack.length - 20);
    writeFileSync(packPath, pack);
    expect(Object.values(textsOf(readPack(indexPath)))).toEqual(['a good object']);
  });

  test('a truncated pack gives what stands before the cut', () => {
    const { indexPath, packPath, offsets, names } = writePack(join(folder, 'pack-cut'), [
      good,
      blob('the second'),
      blob('the third'),
    ]);
    for (let length = 12; length < readFileSync(packPath).length; length++) {
      truncateSync(packPath, readFileSync(packPath).length - 1);
      const size = readFileSync(packPath).length;
      if (size < 12) break;
      const result = readPack(indexPath);
      const told = [...result.objects.keys(), ...result.faults.map((fault) => fault.slice(0, 40))].sort();
      expect(told).toEqual(names.map((name) => name.toString('hex')).sort());
      if (size < offsets[1]) expect(result.objects.size).toBe(0);
      else if (size > offsets[2] + 20) expect(result.objects.size).toBeGreaterThan(0);
    }
  });
});

describe('indexes that are wrong', () => {
  const change = (edit: (index: Buffer) => Buffer) => {
    const { indexPath } = writePack(join(folder, 'pack-index'), [blob('one'), blob('two')]);
    writeFileSync(indexPath, edit(readFileSync(indexPath)));
    return () => readPackIndex(indexPath, 20);
  };
  const set = (at: number, value: number) => (index: Buffer) => {
    index.writeUInt32BE(value, at);
    return index;
  };

  test.each<[string, (index: Buffer) => Buffer, string]>([
    ['empty', () => Buffer.alloc(0), 'too short'],
    ['cut in the fan-out table', (index) => index.subarray(0, 600), 'too short'],
    ['cut in its names', (index) => index.subarray(0, 1080), 'does not fit its count'],
    ['a byte short', (index) => index.subarray(0, -1), 'does not fit its count'],
    ['of version 1', (index) => index.subarray(8), 'not of version 2'],
    ['of version 3', set(4, 3), 'not of version 2'],
    ['of a fan-out table that falls', set(8 + 4 * 100, 0xffff), 'out of order'],
    ['of four billion objects', (index) => set(8 + 4 * 255, 0xffffffff)(index), 'does not fit its count'],
    ['of a large offset that it does not have', set(1032 + 2 * 24, 0x80000000), 'outside its table'],
  ])('%s', (_, edit, message) => {
    expect(change(edit)).toThrow(message);
  });

  test('of SHA-1 names read as SHA-256 is refused', () => {
    const { indexPath } = writePack(join(folder, 'pack-index'), [blob('one'), blob('two')]);
    expect(() => readPackIndex(indexPath, 32)).toThrow('does not fit its count');
  });

  test.each([0, 11, 13, 5000, 0x7fffffff])('an offset of %i, where no entry is, is a fault of that entry', (offset) => {
    const { indexPath, names } = writePack(join(folder, 'pack-index'), [
      { ...blob('one'), name: Buffer.alloc(20, 1) },
      { ...blob('two'), name: Buffer.alloc(20, 2) },
    ]);
    const index = readFileSync(indexPath);
    index.writeUInt32BE(offset, 1032 + 2 * 24);
    writeFileSync(indexPath, index);
    const result = readPack(indexPath);
    expect(textsOf(result)).toEqual({ [names[1].toString('hex')]: 'two' });
    expect(result.faults.length + result.unrooted.length).toBe(1);
  });

  test('a name is found in it only where it is', () => {
    forSeeds(1, 50, (random) => {
      const names = Array.from({ length: random.int(300) }, () => random.bytes(20));
      for (const name of names) if (random.chance(0.5)) name[0] = random.pick([0, 1, 255]);
      const { indexPath } = writePack(
        join(folder, 'pack-names'),
        names.map((name) => ({ ...blob('x'), name })),
      );
      const index = readPackIndex(indexPath, 20);
      const sorted = [...names].sort(Buffer.compare);
      sorted.forEach((name, position) => {
        expect(findName(index, name)).toBe(position);
      });
      for (let round = 0; round < 50; round++) expect(findName(index, random.bytes(20))).toBe(-1);
    });
  });
});

test('a damaged pack or index never stops the walk, and what is read is what was packed', () => {
  const repository = buildEditedHistory(join(folder, 'r'), randomFrom(5), { files: 3, commits: 25 });
  const [indexPath] = packsOf(repository);
  const sound = readPack(indexPath);
  const pack = readFileSync(indexPath.replace('.idx', '.pack'));
  const index = readFileSync(indexPath);
  mkdirSync(join(folder, 'damaged'));
  const path = join(folder, 'damaged/pack-damaged');
  let read = 0;
  let lost = 0;
  forSeeds(100, 150, (random) => {
    const damagesPack = random.chance(0.7);
    const damaged = Buffer.from(damagesPack ? pack : index);
    const isCut = random.chance(0.1);
    for (let flips = 1 + random.int(4); flips > 0; flips--)
      damaged[(damagesPack ? 12 : 8) + random.int(damaged.length - 12)] ^= 1 << random.int(8);
    writeFileSync(
      `${path}.pack`,
      damagesPack ? (isCut ? damaged.subarray(0, 12 + random.int(damaged.length - 12)) : damaged) : pack,
    );
    writeFileSync(`${path}.idx`, damagesPack ? index : damaged);
    let result: ReadResult;
    try {
      result = readPack(`${path}.idx`);
    } catch (error) {
      // Only an index is refused whole.
      expect(damagesPack).toBe(false);
      expect((error as Error).message).toMatch(/^the index /);
      return;
    }
    for (const [name, bytes] of result.objects) {
      const packed = sound.objects.get(name);
      // A damaged index may give one object's name to another: only hashing every object would tell.
      if (packed && damagesPack) expect(bytes.equals(packed)).toBe(true);
      read++;
    }
    const told =
      result.objects.size +
      new Set([...result.faults.map((fault) => fault.slice(0, 40)), ...result.orphans, ...result.unrooted]).size;
    expect(told).toBeGreaterThanOrEqual(sound.objects.size);
    lost += sound.objects.size - result.objects.size;
  });
  expect(read).toBeGreaterThan(5000);
  expect(lost).toBeGreaterThan(200);
});
