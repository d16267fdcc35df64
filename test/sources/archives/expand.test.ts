import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { expandBytes, expandDocument, plant, plantedLine } from '../../../fixtures/archives/planted.ts';
import { writeTar } from '../../../fixtures/archives/tar.ts';
import { writeZip } from '../../../fixtures/archives/zip.ts';
import { streamDocument } from '../../../src/sources/archives/member-document.ts';

const line = plantedLine('one');
const token = plant('one');

function reasons({ gaps }: { gaps: readonly { reason: string }[] }): string[] {
  return gaps.map(({ reason }) => reason);
}

describe('zip', () => {
  const forms = {
    deflated: writeZip([{ name: 'a/b.txt', data: line }]),
    stored: writeZip([{ name: 'a/b.txt', data: line, method: 0 }]),
    streamed: writeZip([{ name: 'a/b.txt', data: line, streamed: true }]),
    zip64: writeZip([{ name: 'a/b.txt', data: line, zip64: true }], { zip64: true }),
    crx: Buffer.concat([Buffer.from('Cr24\u0003\0\0\0\u0005\0\0\0hello', 'latin1'), writeZip([{ name: 'a/b.txt', data: line }])]),
  };
  for (const [form, bytes] of Object.entries(forms))
    for (const as of ['file', 'stream'] as const)
      it(`reads one that is ${form}, from a ${as}`, async () => {
        expect(await expandBytes(bytes, { as })).toMatchObject({ found: { 'a/b.txt': [token] }, gaps: [] });
      });

  it('keeps names as they are', async () => {
    const names = ['../../etc/passwd', '/abs', 'C:\\x\\y', 'a\0b', 'é/ü.txt', 'dir/'];
    const { found } = await expandBytes(writeZip(names.map((name) => ({ name, data: line }))));
    expect(Object.keys(found)).toEqual(names);
  });

  it('tells of members that are locked or packed in ways it does not know, and reads the rest', async () => {
    const { found, gaps } = await expandBytes(
      writeZip([
        { name: 'locked', data: line, encrypted: true },
        { name: 'imploded', data: line, method: 6, packed: Buffer.from(line) },
        { name: 'open', data: line },
      ]),
    );
    expect(gaps.map(({ origin, reason }) => ({ origin, reason }))).toEqual([
      { origin: { kind: 'archive', path: 'archive', member: 'locked' }, reason: 'encrypted' },
      { origin: { kind: 'archive', path: 'archive', member: 'imploded' }, reason: 'unsupported' },
    ]);
    expect(found).toEqual({ open: [token] });
  });

  it.each([
    ['too small', { size: 3 }, []],
    ['too large', { size: 1_000_000 }, ['corrupt']],
    ['a wrong checksum', { crc: 1 }, ['corrupt']],
    ['more packed bytes than there are', { packedSize: 5_000_000 }, ['corrupt']],
  ])('reads a member whose size is %s', async (_, said, expected) => {
    const result = await expandBytes(
      writeZip([
        { name: 'a', data: line, said },
        { name: 'b', data: line },
      ]),
    );
    expect(result.found).toEqual({ a: [token], b: [token] });
    expect(reasons(result)).toEqual(expected);
  });

  it('reads what is left of one that is cut off, and says that it is', async () => {
    const members = Array.from({ length: 20 }, (_, index) => ({ name: `${index}`, data: plantedLine(`${index}`) }));
    for (const streamed of [false, true]) {
      const whole = writeZip(members.map((member) => ({ ...member, streamed })));
      const cut = await expandBytes(whole.subarray(0, whole.indexOf(Buffer.from('PK\u0001\u0002', 'latin1')) - 40));
      expect(Object.keys(cut.found)).toHaveLength(19);
      expect(reasons(cut)).toContain('corrupt');
    }
  });

  it('reads on by the headers where its list is damaged', async () => {
    const whole = writeZip(Array.from({ length: 20 }, (_, index) => ({ name: `${index}`, data: plantedLine(`${index}`) })));
    whole[whole.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1')) - 47] = 0;
    const broken = await expandBytes(whole);
    expect(Object.keys(broken.found)).toHaveLength(20);
  });

  it('gives what stands before damage in packed data', async () => {
    const lines = Array.from({ length: 200 }, (_, index) => plantedLine(`${index}`)).join('');
    const whole = writeZip([{ name: 'a', data: lines }]);
    whole.fill(0xff, 5000, 5100);
    const { found, gaps } = await expandBytes(whole);
    expect(found.a?.length).toBeGreaterThan(40);
    expect(gaps).toMatchObject([{ reason: 'corrupt', origin: { member: 'a' } }]);
  });
});

describe('tar', () => {
  const long = `${'folder/'.repeat(30)}b.txt`;
  const forms = {
    ustar: [writeTar([{ name: 'b.txt', data: line }]), 'b.txt'],
    v7: [writeTar([{ name: 'b.txt', data: line }], 'v7'), 'b.txt'],
    pax: [writeTar([{ name: long, data: line, long: 'pax' }]), long],
    gnu: [writeTar([{ name: long, data: line, long: 'gnu' }]), long],
    sparse: [writeTar([{ name: 'b.txt', data: line, type: 'S', mapBlocks: 2 }]), 'b.txt'],
  } as const;
  for (const [form, [bytes, name]] of Object.entries(forms))
    for (const as of ['file', 'stream'] as const)
      it(`reads ${form} from a ${as}`, async () => {
        const { found, gaps } = await expandBytes(
          Buffer.concat([bytes.subarray(0, -1024), writeTar([{ name: 'c', data: line }])]),
          { as },
        );
        expect(found).toEqual({ [name]: [token], c: [token] });
        expect(gaps).toEqual([]);
      });

  it('follows no links and enters no folders', async () => {
    const { names } = await expandBytes(
      writeTar([
        { name: 'l', type: '2', link: '/etc/passwd' },
        { name: 'h', type: '1', link: 'a' },
        { name: 'd/', type: '5' },
        { name: '../a', data: line },
      ]),
    );
    expect(names).toEqual(['../a']);
  });

  it('goes on after a damaged header, and after the end', async () => {
    for (const as of ['file', 'stream'] as const) {
      const bytes = writeTar([
        { name: 'a', data: line },
        { name: 'b', data: line },
        { name: 'c', data: line },
      ]);
      bytes[1024] = 0x7a;
      const { found, gaps } = await expandBytes(Buffer.concat([bytes, writeTar([{ name: 'd', data: line }])]), { as });
      expect(Object.keys(found)).toEqual(['a', '(damaged)', 'c', 'd']);
      expect(gaps).toMatchObject([{ reason: 'corrupt', origin: { kind: 'file', path: 'archive' } }]);
    }
  });

  it('reads what is there of a member that is cut off', async () => {
    const bytes = writeTar([{ name: 'a', data: line, said: { size: 100_000 } }]);
    for (const as of ['file', 'stream'] as const) {
      const { found, gaps } = await expandBytes(bytes, { as });
      expect(found).toEqual({ a: [token] });
      expect(gaps).toMatchObject([{ reason: 'corrupt', origin: { member: 'a' } }]);
    }
  });
});

describe('archives in archives', () => {
  it('names members by the way to them, without the name of a wrapping', async () => {
    const inner = gzipSync(writeTar([{ name: 'src/a.txt', data: line }]));
    const outer = writeZip([
      { name: 'x.tgz', data: inner },
      { name: 'y.txt.gz', data: gzipSync(line) },
    ]);
    expect(await expandBytes(outer)).toMatchObject({
      found: { 'x.tgz!/src/a.txt': [token], 'y.txt.gz!/y.txt': [token] },
      gaps: [],
    });
    expect(await expandBytes(inner, { path: 'x.tgz' })).toMatchObject({ found: { 'src/a.txt': [token] }, gaps: [] });
  });

  it('are followed to a depth', async () => {
    let bytes: Buffer = Buffer.from(line);
    for (let depth = 0; depth < 4; depth++) bytes = writeZip([{ name: `${depth}.zip`, data: bytes }]);
    expect(await expandBytes(bytes)).toMatchObject({ found: { '3.zip!/2.zip!/1.zip!/0.zip': [token] }, gaps: [] });
    const shallow = await expandBytes(bytes, { limits: { maxDepth: 2 } });
    expect(shallow.found).toEqual({});
    expect(shallow.gaps).toMatchObject([{ reason: 'depth', origin: { member: '3.zip!/2.zip' } }]);
  });

  it('are no trouble where a document is none', async () => {
    expect(await expandBytes(Buffer.from(line))).toMatchObject({ found: { '': [token] }, gaps: [] });
    expect(await expandBytes(Buffer.alloc(0))).toMatchObject({ found: {}, gaps: [] });
  });
});

describe('limits', () => {
  const bomb = gzipSync(Buffer.alloc(60_000_000));

  it('stop a member that is a bomb, and read on', async () => {
    const { found, gaps, bytes } = await expandBytes(
      writeTar([
        { name: 'bomb.gz', data: bomb },
        { name: 'pad', data: Buffer.alloc(2_000_000, 'x ') },
        { name: 'b', data: line },
      ]),
    );
    expect(found).toEqual({ b: [token] });
    expect(gaps).toMatchObject([{ reason: 'ratio', origin: { member: 'bomb.gz!/bomb' } }]);
    expect(bytes).toBeLessThan(20_000_000);
  });

  it('stop one whose members share their bytes', async () => {
    const data = Buffer.alloc(1_000_000);
    const shared = Array.from({ length: 300 }, (_, index) => ({ name: `${index}`, data, said: { offset: 0 } }));
    const { gaps, bytes } = await expandBytes(writeZip([{ name: 'a', data }, ...shared]));
    expect(bytes).toBeLessThan(20_000_000);
    expect(gaps).toMatchObject([{ reason: 'ratio', origin: { kind: 'file', path: 'archive' } }]);
  });

  it('stop at a number of bytes and of members, each with a gap', async () => {
    const bytes = writeZip(Array.from({ length: 50 }, (_, index) => ({ name: `${index}`, data: 'x'.repeat(1000) })));
    const few = await expandBytes(bytes, { limits: { maxEntries: 10 } });
    expect(few.names).toHaveLength(10);
    expect(few.gaps).toMatchObject([{ reason: 'entries' }]);
    const small = await expandBytes(bytes, { limits: { maxTotalBytes: 5500 } });
    expect(small.bytes).toBeLessThan(5500);
    expect(small.gaps).toMatchObject([{ reason: 'too-large', detail: expect.stringContaining('maxTotalBytes') }]);
  });

  it('stop what must be whole and is too large to be', async () => {
    const inner = writeZip([{ name: 'a', data: line }]);
    const { gaps } = await expandBytes(writeTar([{ name: 'a.zip', data: inner }]), {
      as: 'stream',
      limits: { maxWholeBytes: 10 },
    });
    expect(gaps).toMatchObject([
      { reason: 'too-large', origin: { member: 'a.zip' }, detail: expect.stringContaining('maxWholeBytes') },
    ]);
  });

  it('hold no more of a stream than a few chunks', async () => {
    let asked = 0;
    async function* large(): AsyncGenerator<Uint8Array> {
      yield writeTar([{ name: 'large', data: '', said: { size: 400_000_000 } }]).subarray(0, 512);
      for (let at = 0; at < 400; at++) {
        asked++;
        yield Buffer.alloc(1_000_000, 'x ');
      }
    }
    const before = process.memoryUsage().rss;
    const { bytes, gaps } = await expandDocument(streamDocument({ path: 'large.tar' }, undefined, large));
    expect({ asked, bytes, gaps: gaps.length }).toEqual({ asked: 400, bytes: 400_000_000, gaps: 0 });
    expect(process.memoryUsage().rss - before).toBeLessThan(250_000_000);
  });
});
