import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forSeeds, randomFrom } from '../../fixtures/random.ts';
import { buildRepository } from '../../fixtures/repositories/builder.ts';
import { readLooseObject } from '../../src/git/loose-object.ts';
import { openObjectStore } from '../../src/git/object-store.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['sha1', 'sha256'] as const)('loose objects of a %s repository', (objectFormat) => {
  test('are all found and read as git reads them', async () => {
    const repository = buildRepository(join(folder, objectFormat), { objectFormat });
    repository.write('empty', '');
    repository.write('large', randomFrom(1).bytes(300_000));
    repository.write('folder/text', 'text\n');
    repository.commit('first');
    repository.git('tag', '-a', 'v1', '-m', 'a tag');
    const { loose, packs } = openObjectStore(repository.gitDir);
    expect(packs).toEqual([]);
    const listed = repository
      .git('cat-file', '--batch-all-objects', '--batch-check=%(objectname) %(objecttype) %(objectsize)')
      .split('\n');
    const read = await Promise.all(
      loose.map(async ({ path, name }) => {
        const object = await readLooseObject(path, 1e6);
        if ('fault' in object) throw new Error(object.detail);
        expect(repository.pipe(object.bytes, 'hash-object', '-t', object.type, '--stdin')).toBe(name);
        return `${name} ${object.type} ${object.bytes.length}`;
      }),
    );
    expect(read.sort()).toEqual(listed.sort());
    expect(read.map((line) => line.split(' ')[1]).sort()).toEqual(['blob', 'blob', 'blob', 'commit', 'tag', 'tree', 'tree']);
  });
});

describe('objects that are wrong', () => {
  const write = (bytes: Uint8Array) => {
    const path = join(folder, 'object');
    writeFileSync(path, bytes);
    return path;
  };
  const object = (text: string) => deflateSync(Buffer.from(text, 'latin1'));

  test.each<[string, Buffer, RegExp]>([
    ['an empty file', Buffer.alloc(0), /fewer bytes|unexpected end/],
    ['no stream', Buffer.from('not a stream of zlib at all'), /header/],
    ['a cut stream', object(`blob 200\0${'0123456789'.repeat(20)}`).subarray(0, 20), /unexpected end/],
    ['no head', object('just text'), /does not begin/],
    ['an unknown type', object('blub 4\0text'), /does not begin/],
    ['a size that is no number', object('blob 0x4\0text'), /does not begin/],
    ['a negative size', object('blob -4\0text'), /does not begin/],
    ['an endless size', object(`blob ${'9'.repeat(30)}\0text`), /does not begin/],
    ['fewer bytes than it says', object('blob 5\0text'), /fewer bytes/],
    ['more bytes than it says', object('blob 3\0text'), /more bytes/],
    ['a wrong checksum', Buffer.concat([object('blob 4\0text').subarray(0, -1), Buffer.from([0])]), /incorrect data check/],
  ])('%s', async (_, bytes, detail) => {
    expect(await readLooseObject(write(bytes), 1000)).toEqual({ fault: 'corrupt', detail: expect.stringMatching(detail) });
  });

  test('an object larger than is read is not inflated', async () => {
    expect(await readLooseObject(write(object(`blob 1001\0${'x'.repeat(1001)}`)), 1000)).toEqual({
      fault: 'too-large',
      detail: '1001 bytes',
    });
    expect(await readLooseObject(write(object(`blob 1000\0${'x'.repeat(1000)}`)), 1000)).toMatchObject({ type: 'blob' });
    // A stream of a gigabyte behind a head that claims four bytes ends at the fifth.
    expect(await readLooseObject(write(object(`blob 4\0${'x'.repeat(5_000_000)}`)), 1e9)).toMatchObject({ fault: 'corrupt' });
    expect(await readLooseObject(write(randomFrom(2).bytes(2000)), 1000)).toMatchObject({ fault: 'too-large' });
  });

  test('a file that is not there, or is a folder, is unreadable', async () => {
    expect(await readLooseObject(join(folder, 'nothing'), 1000)).toEqual({ fault: 'unreadable', detail: 'ENOENT' });
    mkdirSync(join(folder, 'a-folder'));
    expect(await readLooseObject(join(folder, 'a-folder'), 1e6)).toEqual({ fault: 'unreadable', detail: 'EISDIR' });
  });

  test.skipIf(process.getuid?.() === 0)('a file that may not be read is unreadable', async () => {
    const path = write(object('blob 4\0text'));
    chmodSync(path, 0);
    expect(await readLooseObject(path, 1000)).toEqual({ fault: 'unreadable', detail: 'EACCES' });
  });

  test('damaged in any way, it is the object or a fault', async () => {
    const text = `blob 400\0${randomFrom(3).text(400, 'abcdefgh \n')}`;
    const sound = object(text);
    const cases: Buffer[] = [];
    forSeeds(10, 200, (random) => {
      const damaged = Buffer.from(sound);
      damaged[random.int(damaged.length)] ^= 1 << random.int(8);
      cases.push(random.chance(0.2) ? damaged.subarray(0, random.int(damaged.length)) : damaged);
    });
    let faults = 0;
    for (const bytes of cases) {
      const result = await readLooseObject(write(bytes), 1000);
      if ('fault' in result) faults++;
      else expect(result.bytes.toString('latin1')).toBe(text.slice(9));
    }
    expect(faults).toBeGreaterThan(150);
  });
});
