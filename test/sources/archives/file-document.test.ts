import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { contextOf, expandDocument, plant, plantedLine } from '../../../fixtures/archives/planted.ts';
import { writeZip } from '../../../fixtures/archives/zip.ts';
import { expand } from '../../../src/sources/archives/expand.ts';
import { openFileDocument } from '../../../src/sources/archives/file-document.ts';
import { recogniseContainer } from '../../../src/sources/archives/recognise.ts';

let root: string;
const members = Array.from({ length: 500 }, (_, index) => ({
  name: `${index}`,
  data: index % 100 === 0 ? plantedLine(`${index}`) : 'nothing',
}));

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'quash-archive-'));
  writeFileSync(join(root, 'a.zip'), writeZip(members));
  symlinkSync('a.zip', join(root, 'link.zip'));
});
afterAll(() => rmSync(root, { recursive: true }));

it('reads an archive on disk without reading all of it', async () => {
  const opened = await openFileDocument(root, 'a.zip');
  if ('reason' in opened) throw new Error(opened.detail);
  // What must be whole may be smaller than the archive: it is read where it lies.
  const { found, gaps, names } = await expandDocument(opened.document, { maxWholeBytes: 10 });
  await opened.close();
  expect({ gaps, members: names.length }).toEqual({ gaps: [], members: 500 });
  expect(found).toEqual(Object.fromEntries([0, 100, 200, 300, 400].map((index) => [`${index}`, [plant(`${index}`)]])));
});

it('follows no links, and tells what is not there', async () => {
  expect(await openFileDocument(root, 'link.zip')).toMatchObject({
    reason: 'unreadable',
    origin: { kind: 'file', path: 'link.zip' },
  });
  expect(await openFileDocument(root, 'none.zip')).toMatchObject({ reason: 'unreadable', detail: 'ENOENT' });
  expect(await openFileDocument(root, '.')).toMatchObject({ reason: 'special-file' });
});

it('stops when it is told to', async () => {
  const opened = await openFileDocument(root, 'a.zip');
  if ('reason' in opened) throw new Error(opened.detail);
  const stop = new AbortController();
  let seen = 0;
  const all = async () => {
    for await (const _ of expand(opened.document, recogniseContainer, contextOf({}, stop.signal)))
      if (++seen === 10) stop.abort();
  };
  await expect(all()).rejects.toMatchObject({ code: 'interrupted' });
  await opened.close();
  expect(seen).toBe(10);
});
