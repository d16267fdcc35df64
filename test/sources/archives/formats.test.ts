import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { write7z, writeBzip2, writeXz, writeZstd } from '../../../fixtures/archives/compressed.ts';
import { writeAsar, writeDockerSave, writeOci } from '../../../fixtures/archives/images.ts';
import { expandBytes, plant, plantedLine } from '../../../fixtures/archives/planted.ts';
import { writeTar } from '../../../fixtures/archives/tar.ts';
import { writeZip } from '../../../fixtures/archives/zip.ts';
import { recogniseContainer } from '../../../src/sources/archives/recognise.ts';

const line = plantedLine('one');
const token = plant('one');
const other = plantedLine('two');
const wrappings = { gz: gzipSync, bz2: writeBzip2, xz: writeXz, zst: writeZstd } as const;

describe('compressed files', () => {
  for (const [ending, write] of Object.entries(wrappings)) {
    it(`are read: ${ending}`, async () => {
      const bytes = write(Buffer.from(line));
      for (const as of ['file', 'stream'] as const)
        expect(await expandBytes(bytes, { as, path: `logs/a.txt.${ending}` })).toMatchObject({
          found: { 'a.txt': [token] },
          gaps: [],
        });
    });

    it(`are read on behind each other: ${ending}`, async () => {
      const bytes = Buffer.concat([write(Buffer.from(line)), write(Buffer.from(other))]);
      const { found, gaps } = await expandBytes(bytes, { path: `a.${ending}` });
      expect(found).toEqual({ a: [token, plant('two')] });
      expect(gaps).toEqual([]);
    });

    if (ending === 'gz')
      it('are read on behind zeros, whatever their size', async () => {
        for (const padding of [Buffer.alloc(0), Buffer.alloc(200_000, line)]) {
          const held = write(Buffer.concat([padding, Buffer.from(line)]));
          const bytes = Buffer.concat([held, Buffer.alloc(100_000), write(Buffer.from(other)), Buffer.alloc(7)]);
          const { found, gaps } = await expandBytes(bytes, { path: `a.${ending}` });
          expect([...new Set(found.a)]).toEqual([token, plant('two')]);
          expect(gaps).toEqual([]);
        }
      });

    it(`are read within themselves: ${ending}`, async () => {
      const bytes = write(Buffer.from(write(Buffer.from(line))));
      expect(Object.values((await expandBytes(bytes)).found)).toEqual([[token]]);
    });

    it(`are a gap where they are cut off: ${ending}`, async () => {
      const bytes = write(Buffer.from(line));
      const { gaps } = await expandBytes(bytes.subarray(0, bytes.length - 20));
      expect(gaps).toMatchObject([{ reason: 'corrupt' }]);
    });
  }

  it('are stopped where they are bombs', async () => {
    const { gaps, bytes } = await expandBytes(writeZstd(Buffer.from(line), 4000));
    expect(gaps[0]).toMatchObject({ reason: 'ratio' });
    expect(bytes).toBeLessThan(60_000_000);
  });

  it('are not given the memory that a window of 2 GB takes', async () => {
    const { gaps } = await expandBytes(Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 0xa8, 1, 0, 0]));
    expect(gaps).toMatchObject([{ reason: 'corrupt', detail: expect.stringContaining('more memory than is given') }]);
  });

  it('are read as members of a zip by their method', async () => {
    const data = Buffer.from(line);
    const members = [
      { name: 'bzip2', data, method: 12, packed: writeBzip2(data) },
      { name: 'zstd', data, method: 93, packed: writeZstd(data) },
      { name: 'xz', data, method: 95, packed: writeXz(data) },
    ];
    expect(await expandBytes(writeZip(members))).toMatchObject({
      found: { bzip2: [token], zstd: [token], xz: [token] },
      gaps: [],
    });
  });
});

describe('7z', () => {
  // libarchive in WebAssembly has no locale, and shows each character beyond ASCII as a star.
  it.each(['copy', 'lzma2'] as const)('reads members packed by %s', async (method) => {
    const bytes = write7z({ 'a/b.txt': line, 'é.zip': writeZip([{ name: 'c', data: other }]) }, method);
    expect(await expandBytes(bytes)).toMatchObject({ found: { 'a/b.txt': [token], '*.zip!/c': [plant('two')] }, gaps: [] });
  });

  it('is a gap where it is cut off', async () => {
    const bytes = write7z({ a: line });
    expect((await expandBytes(bytes.subarray(0, bytes.length - 10))).gaps).toMatchObject([{ reason: 'corrupt' }]);
  });
});

describe('asar', () => {
  it('reads files in folders', async () => {
    const bytes = writeAsar({ 'src/a.js': line, 'b.js': other });
    for (const as of ['file', 'stream'] as const)
      expect(await expandBytes(bytes, { as })).toMatchObject({
        found: { 'src/a.js': [token], 'b.js': [plant('two')] },
        gaps: [],
      });
    const cut = await expandBytes(bytes.subarray(0, bytes.length - 5));
    expect(cut.gaps).toMatchObject([{ reason: 'corrupt', origin: { member: 'b.js' } }]);
  });
});

describe('images', () => {
  const layers = [
    writeTar([
      { name: 'app/.env', data: line },
      { name: 'app/keep', data: 'x' },
    ]),
    writeTar([{ name: 'app/.wh..env' }, { name: 'app/b', data: other }]),
  ];
  const config = {
    architecture: 'amd64',
    os: 'linux',
    config: { Env: [`TOKEN=${plant('three')}`] },
    history: [{ created_by: `RUN login "${plant('four')}"` }],
  };

  it.each([
    ['docker save', writeDockerSave(layers, config)],
    [
      'OCI',
      writeOci(
        layers.map((layer) => gzipSync(layer)),
        config,
      ),
    ],
  ])('come in the order of their layers, with what a layer deletes: %s', async (_, bytes) => {
    const { names, found, gaps } = await expandBytes(bytes);
    expect(gaps).toEqual([]);
    const leaves = names.filter((name) => name.includes('!/')).map((name) => name.slice(name.indexOf('!/') + 2));
    expect(leaves).toEqual(['app/.env', 'app/keep', 'app/.wh..env', 'app/b']);
    expect(Object.values(found).flat().sort()).toEqual(['one', 'two', 'three', 'four'].map(plant).sort());
  });

  it('are read as tars where they come as streams or their manifest is damaged', async () => {
    const bytes = writeDockerSave(layers, config);
    const broken = Buffer.from(bytes.toString('latin1').replace('[{"Config"', '[["Config"'), 'latin1');
    for (const one of [await expandBytes(bytes, { as: 'stream' }), await expandBytes(broken)])
      expect(Object.values(one.found).flat().sort()).toEqual(['one', 'two', 'three', 'four'].map(plant).sort());
  });
});

describe('recognising', () => {
  it('is not led by names, and turns text away', () => {
    for (const text of ['PK is a hospital', 'BZ', '7z', 'SQLite', '(x)', '{}', '{"version": 3}', '%!PS', 'Rar', '', '\u0004'])
      expect(recogniseContainer(Buffer.from(text), 'a.zip')).toBeUndefined();
    expect(recogniseContainer(writeZip([]), 'a.txt')?.name).toBe('zip');
  });
});
