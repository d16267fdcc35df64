import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { write7z, writeBzip2, writeXz, writeZstd } from '../../../fixtures/archives/compressed.ts';
import { writeClass, writePdf, writePyc, writeSqlite } from '../../../fixtures/archives/documents.ts';
import { writeAsar, writeDockerSave } from '../../../fixtures/archives/images.ts';
import { type Expanded, expandBytes, plant, plantedLine } from '../../../fixtures/archives/planted.ts';
import { writeTar } from '../../../fixtures/archives/tar.ts';
import { writeZip } from '../../../fixtures/archives/zip.ts';
import { type Random, randomFrom } from '../../../fixtures/random.ts';

const limits = { maxTotalBytes: 30_000_000, maxEntries: 10_000, maxDepth: 4 };
const first = plantedLine('first');
const noise = Array.from({ length: 40 }, (_, index) => `line ${index} of nothing much ${'abc '.repeat(index % 7)}\n`).join('');
const json = (value: object) => Buffer.from(JSON.stringify(value));

/** Each with a secret at its very start, where it has one, and how many mutations it is worth. */
const samples: Readonly<Record<string, { readonly bytes: Buffer; readonly times: number; readonly least?: number }>> = {
  zip: {
    bytes: writeZip([
      { name: 'a', data: first + noise },
      { name: 'b', data: noise, streamed: true },
      { name: 'c', data: noise, method: 0 },
    ]),
    times: 600,
  },
  zip64: {
    bytes: writeZip(
      [
        { name: 'a', data: first, zip64: true },
        { name: 'b', data: noise },
      ],
      { zip64: true },
    ),
    times: 400,
  },
  tar: {
    bytes: writeTar([
      { name: 'a', data: first },
      { name: `${'b/'.repeat(80)}c`, data: noise, long: 'pax' },
      { name: 'd'.repeat(150), data: noise, long: 'gnu' },
    ]),
    times: 600,
  },
  'docker save': { bytes: writeDockerSave([writeTar([{ name: 'a', data: first }])], { config: { Env: ['A=b'] } }), times: 400 },
  gzip: { bytes: gzipSync(first + noise), times: 600 },
  bzip2: { bytes: writeBzip2(Buffer.from(first + noise)), times: 400, least: 0.01 },
  xz: { bytes: writeXz(Buffer.from(first + noise)), times: 150 },
  zstd: { bytes: writeZstd(Buffer.from(first + noise)), times: 400 },
  '7z': { bytes: write7z({ a: first, b: noise }, 'lzma2'), times: 60 },
  asar: { bytes: writeAsar({ 'a/b': first, c: noise }), times: 400 },
  sqlite: {
    bytes: await writeSqlite([
      ['CREATE TABLE t (v TEXT, b BLOB)'],
      ['INSERT INTO t VALUES (?, ?)', [first, Buffer.from('\0\u0001')]],
    ]),
    times: 200,
  },
  pdf: { bytes: writePdf([first, 'second'], { hidden: 'x', attachment: Buffer.from(noise) }), times: 40 },
  class: { bytes: writeClass([first, 'x', 'y']), times: 400 },
  pyc: { bytes: writePyc([first, 'x', 'y']), times: 400 },
  jupyter: { bytes: json({ cells: [{ cell_type: 'code', source: [first, 'x\n', 'é\u0001'] }] }), times: 400 },
  har: { bytes: json({ log: { creator: {}, entries: [{ request: { headers: [{ name: 'T', value: first }] } }] } }), times: 400 },
  'source map': { bytes: json({ version: 3, sources: ['a'], sourcesContent: [first], mappings: '' }), times: 400 },
  office: {
    bytes: Buffer.from(
      `<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:p><w:t>${first}</w:t></w:p><a href="https://x"/>&amp;</w:document>`,
    ),
    times: 400,
  },
};

function mutate(bytes: Buffer, random: Random): Buffer {
  const mutated = Buffer.from(bytes);
  for (let count = 1 + random.int(4); count > 0; count--) {
    const at = random.int(mutated.length);
    switch (random.int(5)) {
      case 0:
        mutated[at] = random.int(256);
        break;
      case 1:
        mutated[at] ^= 1 << random.int(8);
        break;
      case 2:
        mutated.fill(random.pick([0, 0xff, 0x7f]), at, Math.min(mutated.length, at + random.int(16)));
        break;
      case 3:
        mutated.copy(mutated, at, random.int(mutated.length), Math.min(mutated.length, random.int(mutated.length) + 32));
        break;
      default:
        return mutated.subarray(0, at);
    }
  }
  return mutated;
}

for (const [name, { bytes, times, least = 0.25 }] of Object.entries(samples))
  it(`neither crashes nor hangs on what is damaged: ${name}`, { timeout: 120_000 }, async () => {
    expect(Object.values((await expandBytes(bytes)).found).flat()).toEqual([plant('first')]);
    let found = 0;
    for (let seed = 1; seed <= times; seed++) {
      const mutated = mutate(bytes, randomFrom(seed));
      let result: Expanded;
      try {
        result = await expandBytes(mutated, { limits, as: seed % 2 === 0 ? 'file' : 'stream' });
      } catch (error) {
        throw new Error(`seed ${seed}`, { cause: error });
      }
      if (Object.values(result.found).flat().includes(plant('first'))) found++;
    }
    // What was not damaged is still found: most mutations are elsewhere. (A block of bzip2 stands or falls as a whole.)
    expect(found / times).toBeGreaterThan(least);
  });

it('gives a secret that stands before the damage, wherever that is', async () => {
  const text = Buffer.from(first + noise.repeat(3));
  const packed = {
    zip: writeZip([{ name: 'a', data: text }]),
    gzip: gzipSync(text),
    tar: writeTar([{ name: 'a', data: text }]),
    xz: writeXz(text),
  };
  for (const [name, bytes] of Object.entries(packed)) {
    const known = name === 'tar' ? 512 + first.length : Math.ceil(bytes.length * (name === 'xz' ? 0.2 : 0.6));
    for (let seed = 1; seed <= 50; seed++) {
      const random = randomFrom(seed);
      const damaged = Buffer.from(bytes);
      const at = known + random.int(bytes.length - known);
      damaged.fill(random.int(256), at, Math.min(bytes.length, at + 1 + random.int(20)));
      const cut = bytes.subarray(0, at);
      for (const one of [damaged, cut]) {
        const found = Object.values((await expandBytes(one, { limits })).found).flat();
        expect(found, `${name}, seed ${seed}`).toContain(plant('first'));
      }
    }
  }
});
