import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { write7z, writeAr, writeBzip2, writeXz, writeZstd } from '../../../fixtures/archives/compressed.ts';
import { writeClass, writePdf, writePyc, writeSqlite } from '../../../fixtures/archives/documents.ts';
import { writeAsar, writeDockerSave } from '../../../fixtures/archives/images.ts';
import { contextOf, expandBytes, plant, secretsIn } from '../../../fixtures/archives/planted.ts';
import { writeTar } from '../../../fixtures/archives/tar.ts';
import { writeZip } from '../../../fixtures/archives/zip.ts';
import { damage, fuzzCases } from '../../../fixtures/damage.ts';
import { randomFrom } from '../../../fixtures/random.ts';
import { libarchiveContainer, loadLibarchive } from '../../../src/sources/archives/libarchive.ts';
import { memoryDocument } from '../../../src/sources/archives/member-document.ts';
import { recogniseContainer } from '../../../src/sources/archives/recognise.ts';
import { keystore } from '../../../src/sources/documents/keystore.ts';
import { pdfContainer } from '../../../src/sources/documents/pdf.ts';
import { loadPdfium } from '../../../src/sources/documents/pdfium.ts';

// Damaged archives and documents: nothing is thrown, nothing hangs, and a secret is found wherever its bytes are there to be read.

const limits = { maxTotalBytes: 30_000_000, maxEntries: 10_000, maxDepth: 4 };
const secret = plant('first');
const line = `token: ${secret}\n`;
const noise = Array.from({ length: 8 }, (_, index) => `line ${index} of nothing much ${'abc '.repeat(index % 7)}\n`).join('');
const json = (value: object) => Buffer.from(JSON.stringify(value));

/** An instance in WebAssembly costs more than all else of a small file: here many share one, while nothing goes wrong in it. */
function shared<T>(load: () => Promise<T>): { readonly load: () => Promise<T>; readonly renew: () => void } {
  let uses = 0;
  let instance: Promise<T> | undefined;
  return {
    load() {
      if (++uses % 50 === 0) instance = undefined;
      instance ??= load();
      return instance;
    },
    renew() {
      instance = undefined;
    },
  };
}
const pdfium = shared(loadPdfium);
const libarchive = shared(loadLibarchive);
const quick = [
  pdfContainer(pdfium.load),
  libarchiveContainer('7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], libarchive.load),
  libarchiveContainer('ar', [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e, 0x0a], libarchive.load),
];
const recognise: typeof recogniseContainer = (head, path) =>
  quick.find((container) => container.recognise(head, path) > 0) ?? recogniseContainer(head, path);

/** What is damaged, and what must hold of the secret then: it is `found`, or a gap is `told`; or neither can be asked for. */
interface Sample {
  readonly bytes: Buffer;
  readonly from: number;
  readonly until: number;
  readonly expected: 'found' | 'told' | 'any';
}

/** Damage in front of the secret, behind the bytes by which the kind is known. */
function inFront(bytes: Buffer, known: number, expected: Sample['expected'] = 'found', mark: string | Buffer = secret): Sample {
  const until = bytes.lastIndexOf(mark);
  // Right in front of it a letter more would make another word of it.
  return { bytes, from: known, until: mark === secret ? until - 8 : until, expected };
}

/** Damage behind the secret, or behind all of the part that holds it. */
function behind(bytes: Buffer, from = bytes.indexOf(secret) + secret.length, expected: Sample['expected'] = 'found'): Sample {
  return { bytes, from, until: bytes.length, expected };
}

function anywhere(bytes: Buffer, known: number): Sample {
  return { bytes, from: known, until: bytes.length, expected: 'any' };
}

/** One packed file in front of another. */
function packed(pack: (data: Buffer) => Buffer, known: number): readonly Sample[] {
  const [held, other] = [pack(Buffer.from(line)), pack(Buffer.from(noise))];
  return [
    behind(Buffer.concat([held, other]), held.length),
    { bytes: Buffer.concat([other, held]), from: known, until: other.length, expected: 'told' },
    anywhere(held, known),
  ];
}

const memberMark = Buffer.from('PK\u0003\u0004', 'latin1');
const members = (isFirst: boolean, more: object = {}) => {
  const all = [
    { name: 'a', data: line, ...more },
    { name: 'b', data: noise },
    { name: 'c', data: noise, method: 0 },
    { name: 'd', data: noise, streamed: true },
  ];
  return isFirst ? all : all.reverse();
};
const zipFront = (bytes: Buffer) => behind(bytes, bytes.indexOf(memberMark, 4));
const zipLast = (bytes: Buffer) => inFront(bytes, 4, 'found', memberMark);
const tarMembers = [
  { name: `${'b/'.repeat(80)}c`, data: noise, long: 'pax' },
  { name: 'd'.repeat(150), data: noise, long: 'gnu' },
  { name: 's', data: noise, type: 'S', mapBlocks: 1 },
] as const;
const layer = writeTar([{ name: 'a', data: line }]);
const sqlite = await writeSqlite([
  ['PRAGMA page_size = 512'],
  ['CREATE TABLE t (v TEXT, b BLOB)'],
  ['INSERT INTO t VALUES (?, ?)', [noise.slice(0, 200), Buffer.from('\0\u0001')]],
  ['INSERT INTO t VALUES (?, ?)', [secret, Buffer.from('\0\u0001')]],
]);
const pdf = writePdf([line, 'second'], { hidden: 'x', attachment: Buffer.from(noise) });
const pdfLink = writePdf(['first', 'second'], { hidden: 'x', link: `https://x.example/?t=${secret}` });
const pdfLast = Buffer.concat([
  writePdf(['first', 'second'], { hidden: 'x', attachment: Buffer.from(noise) }),
  Buffer.from(`90 0 obj\n(token: ${secret})\nendobj\n`),
]);
const cells = (first: string, last: string) =>
  json({ cells: [{ cell_type: 'code', source: [first, 'x\n', 'é\u0001', last] }], nbformat: 4 });
const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const page = (text: string) =>
  Buffer.from(
    `<?xml version="1.0"?><w:document ${word}><w:p><w:t>${noise}</w:t></w:p><a href="https://x"/>&amp;${text}</w:document>`,
  );
const paragraph = `<w:p><w:r><w:t>${secret}</w:t></w:r></w:p>`;

const samples: Readonly<Record<string, readonly Sample[]>> = {
  zip: [
    zipFront(writeZip(members(true))),
    zipFront(writeZip(members(true, { zip64: true }), { zip64: true })),
    zipLast(writeZip(members(false))),
    zipLast(writeZip(members(false, { method: 0 }))),
  ],
  tar: [
    behind(writeTar([{ name: 'a', data: line }, ...tarMembers]), 1024),
    inFront(writeTar([...tarMembers, { name: 'last', data: line }]), 512, 'found', 'last\0'),
  ],
  'docker save': [
    behind(writeDockerSave([layer], { config: { Env: ['A=b'] } }), 512 + layer.length),
    inFront(writeDockerSave([layer, writeTar([{ name: 'b', data: noise }])], { config: { Env: ['A=b'] } }), 512, 'found', layer),
  ],
  gzip: packed(gzipSync, 3),
  bzip2: packed(writeBzip2, 4),
  xz: packed(writeXz, 6),
  zstd: packed(writeZstd, 4),
  '7z': [
    anywhere(write7z({ a: line, b: noise }, 'lzma2'), 6),
    inFront(write7z({ b: noise, a: line }), 6),
    behind(write7z({ a: line, b: noise })),
  ],
  ar: [inFront(writeAr({ 'b.txt': noise, 'a.txt': line }), 8), behind(writeAr({ 'a.txt': line, 'b.txt': noise }))],
  asar: [inFront(writeAsar({ c: noise, 'a/b': line }), 17, 'found', '}line 0'), behind(writeAsar({ 'a/b': line, c: noise }))],
  sqlite: [inFront(sqlite, 16), behind(sqlite)],
  pdf: [anywhere(pdf, 5), inFront(pdfLink, 5), behind(pdfLink), inFront(pdfLast, 5)],
  class: [inFront(writeClass(['x', noise, secret]), 8), behind(writeClass([secret, noise, 'y']))],
  pyc: [inFront(writePyc(['x', noise, secret]), 17), behind(writePyc([secret, noise, 'y']))],
  jupyter: [inFront(cells(noise, line), 24), behind(cells(line, noise))],
  har: [
    inFront(
      json({
        log: {
          creator: {},
          entries: [
            {
              request: {
                headers: [
                  { name: 'T', value: noise },
                  { name: 'T', value: secret },
                ],
              },
            },
          ],
        },
      }),
      40,
    ),
  ],
  postman: [inFront(json({ info: { _postman_id: 'x' }, item: [{ body: { raw: noise } }, { key: 'T', value: secret }] }), 30)],
  terraform: [
    inFront(
      json({ version: 4, terraform_version: '1.9', serial: 1, outputs: { n: { value: noise }, t: { value: secret } } }),
      50,
    ),
  ],
  'image config': [inFront(json({ architecture: 'amd64', os: 'linux', config: { Env: ['A=b', `T=${secret}`] } }), 45)],
  'source map': [
    inFront(json({ version: 3, sources: ['a', 'b'], sourcesContent: [noise, line], mappings: '' }), 26),
    behind(json({ version: 3, sources: ['a', 'b'], sourcesContent: [line, noise], mappings: '' })),
  ],
  office: [inFront(page(paragraph), 110), behind(page(paragraph + paragraph.replaceAll(secret, noise)))],
};

const look = (bytes: Uint8Array) => (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(secret) ? [secret] : []);

it.each(Object.entries(samples))(
  '%s: neither crashes nor hangs, and misses nothing that can be read',
  { timeout: 600_000 },
  async (_, all) => {
    for (const { bytes } of all) {
      const { found, gaps } = await expandBytes(bytes);
      expect(new Set(Object.values(found).flat())).toEqual(new Set([secret]));
      expect(gaps).toEqual([]);
    }
    for (let seed = 1; seed <= fuzzCases; seed++) {
      const sample = all[seed % all.length];
      const random = randomFrom(seed);
      const damaged = damage(sample.bytes, sample.from, sample.until, random);
      const whole = sample.until === sample.bytes.length && random.chance(0.2);
      const bytes = whole ? damaged.subarray(0, sample.from + random.int(damaged.length - sample.from + 1)) : damaged;
      try {
        // To scan takes longer than to read: one in twenty shows that a scanner finds what is there.
        const { found, gaps } = await expandBytes(bytes, {
          limits,
          as: random.chance(0.5) ? 'file' : 'stream',
          look: seed % 20 === 0 ? secretsIn : look,
          recognise,
        });
        const isFound = Object.values(found).flat().includes(secret);
        const isTold = isFound || (sample.expected === 'told' && gaps.length > 0);
        if (sample.expected !== 'any' && !isTold) throw new Error(`the secret is lost; gaps: ${JSON.stringify(gaps)}`);
        if (gaps.some(({ detail }) => /abort|memory|unreachable|out of bounds|signature mismatch/i.test(detail))) {
          pdfium.renew();
          libarchive.renew();
        }
      } catch (error) {
        throw new Error(`sample ${seed % all.length}, seed ${seed}`, { cause: error });
      }
    }
  },
);

it('keystore: neither crashes nor hangs', async () => {
  const entry = (tag: number) => Buffer.from([0, 0, 0, tag, 0, 1, 0x61, ...Array(8).fill(0), 0, 1, 0x58, 0, 0, 0, 2, 1, 2]);
  const java = Buffer.concat([Buffer.from([0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 3]), ...[2, 2, 1].map(entry)]);
  const pkcs12 = Buffer.from(`3082010002010330820100${'06092a864886f70d010701'}a00430${'060b2a864886f70d010c0a0102'}`, 'hex');
  for (let seed = 1; seed <= fuzzCases; seed++) {
    const random = randomFrom(seed);
    const [bytes, known] = random.chance(0.5) ? [java, 4] : [pkcs12, 2];
    const damaged = damage(bytes, known, bytes.length, random);
    const head = random.chance(0.2) ? damaged.subarray(0, random.int(damaged.length)) : damaged;
    if (keystore.recognise(head, 'a') === 0) continue;
    const views: unknown[] = [];
    for await (const view of keystore.views(memoryDocument({ path: 'a' }, head), contextOf())) views.push(view);
    expect(views).toHaveLength(1);
  }
});
