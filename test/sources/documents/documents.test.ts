import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { writeClass, writePdf, writePyc, writeSqlite } from '../../../fixtures/archives/documents.ts';
import { contextOf, expandBytes, plant, plantedLine, secretsIn } from '../../../fixtures/archives/planted.ts';
import { writeZip } from '../../../fixtures/archives/zip.ts';
import { endInSlice, originAt, startInSlice, type View } from '../../../src/model/view.ts';
import { memoryDocument } from '../../../src/sources/archives/member-document.ts';
import { recogniseKeystore } from '../../../src/sources/documents/keystore.ts';
import { recogniseText } from '../../../src/sources/documents/recognise.ts';

const [one, two, three] = ['one', 'two', 'three'].map(plant);
const escaped = (text: string) => [...text].map((letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
const json = (value: unknown) => JSON.stringify(value, null, 1);

async function viewsOf(text: string | Uint8Array, kind: string): Promise<readonly View[]> {
  const document = memoryDocument({ path: 'document' }, Buffer.from(text));
  const format = recogniseText(await document.head(), document.path);
  expect(format?.name).toBe(kind);
  const views: View[] = [];
  for await (const part of format!.views(document, contextOf())) {
    if ('reason' in part) throw new Error(part.detail);
    views.push(part);
  }
  return views;
}

/** What stands in the document where a value of a view was found. */
function originals(views: readonly View[], value: string): string[] {
  const found: string[] = [];
  for (const view of views) {
    const at = Buffer.from(view.bytes).indexOf(value);
    if (at < 0) continue;
    expect(originAt(view, at)).toEqual({ kind: 'file', path: 'document' });
    found.push(Buffer.from(view.slice.bytes.subarray(startInSlice(view, at), endInSlice(view, at + value.length))).toString());
  }
  return found;
}

const asJson = (text: string) => JSON.parse(`"${text}"`) as string;

describe('JSON in which text is wrapped', () => {
  const kinds: Readonly<Record<string, readonly [string, string]>> = {
    jupyter: [
      json({
        cells: [{ cell_type: 'code', source: ['import os\n', `token = "${one}"\n`], outputs: [{ text: [`${two}\n`, 'a\n'] }] }],
        nbformat: 4,
      }),
      `import os\ntoken = "${one}"\n`,
    ],
    har: [
      json({
        log: {
          creator: {},
          entries: [
            {
              request: { headers: [{ name: 'X-Token', value: one }], postData: { text: JSON.stringify({ a: { token: two } }) } },
            },
          ],
        },
      }),
      `"X-Token": "${one}"`,
    ],
    postman: [
      json({
        info: { _postman_id: 'x' },
        auth: { bearer: [{ key: 'token', value: one }] },
        item: [{ request: { body: { raw: `{\n"b": "${two}"}` } } }],
      }),
      `"token": "${one}"`,
    ],
    terraform: [
      json({
        version: 4,
        terraform_version: '1.9',
        serial: 1,
        lineage: 'x',
        outputs: { deploy_token: { value: one, type: 'string' } },
        resources: [{ instances: [{ attributes: { user_data: `#!/bin/sh\nexport T=${two}\n` } }] }],
      }),
      `"deploy_token": "${one}"`,
    ],
    'image-config': [
      json({
        architecture: 'amd64',
        os: 'linux',
        config: { Env: [`T=${one}`] },
        history: [{ created_by: `/bin/sh -c curl -H "Authorization: token ${two}"` }],
        rootfs: { diff_ids: [] },
      }),
      `-H "Authorization: token ${two}"`,
    ],
  };
  for (const [kind, [text, shown]] of Object.entries(kinds))
    it(`is read as it was written: ${kind}`, async () => {
      const views = await viewsOf(text, kind);
      const bytes = Buffer.concat(views.map((view) => view.bytes)).toString();
      if (kind === 'terraform' || kind === 'image-config' || kind === 'jupyter') expect(bytes).toContain(shown);
      else expect(bytes.replace(/\s+/g, ' ')).toContain(shown);
      expect(secretsIn(Buffer.from(bytes)).toSorted()).toEqual([one, two].toSorted());
      for (const secret of [one, two]) expect(originals(views, secret).map(asJson)).toEqual([secret]);
    });

  it('maps each escape back', async () => {
    const views = await viewsOf(
      `{"cells": [], "cell_type": "${escaped(one)}", "b": "\\ud83d\\ude00 \\u00e9 ${escaped(two)}\\n"}`,
      'jupyter',
    );
    for (const secret of [one, two]) expect(originals(views, secret)).toEqual([escaped(secret)]);
  });

  it('is read in slices that know where they stand, in any state', async () => {
    const lines = Array.from({ length: 60_000 }, (_, index) => `line ${index} of "é" ${'x'.repeat(60 + (index % 50))}\n`);
    const planted = [0, 20_000, 33_333, 45_000, 59_999];
    for (const [index, at] of planted.entries()) lines[at] = `key ${plant(`slice ${index}`)}\n`;
    for (const text of [
      JSON.stringify({ cells: [{ cell_type: 'code', source: lines }], nbformat: 4 }),
      json({ cells: [{ cell_type: 'code', source: lines }], nbformat: 4 }),
      JSON.stringify({ cells: [{ cell_type: 'code', source: lines.join('') }], nbformat: 4 }),
    ]) {
      const views = await viewsOf(text, 'jupyter');
      expect(views.length).toBeGreaterThan(1);
      const whole = Buffer.from(text);
      for (const { slice } of views) {
        expect(Buffer.from(slice.bytes).equals(whole.subarray(slice.start, slice.start + slice.bytes.length))).toBe(true);
        const before = whole.subarray(0, slice.start).toString();
        expect(slice.line).toBe(before.split('\n').length);
        expect(slice.column).toBe(before.length - before.lastIndexOf('\n'));
      }
      for (const [index] of planted.entries()) expect(originals(views, plant(`slice ${index}`))[0]).toBe(plant(`slice ${index}`));
    }
  });
});

describe('Office', () => {
  const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main';
  const split = (text: string) =>
    text
      .match(/.{1,9}/g)!
      .map((run) => `<w:r><w:rPr><w:b/></w:rPr><w:t>${run}</w:t></w:r>`)
      .join('');
  const documentXml = `<?xml version="1.0"?>\n<w:document xmlns:w="${word}"><w:body><w:p>${split(`token: ${one}`)}</w:p><w:p><w:r><w:t xml:space="preserve">a &amp; b &#x41; </w:t></w:r></w:p><w:p><w:r><w:t>${two}</w:t></w:r></w:p></w:body></w:document>`;

  it('has its runs joined and its paragraphs apart', async () => {
    const views = await viewsOf(documentXml, 'office');
    expect(Buffer.from(views[0].bytes).toString()).toContain(`token: ${one}\na & b A \n${two}\n`);
    expect(originals(views, one).map((text) => text.replace(/<[^>]*>/g, ''))).toEqual([one]);
  });

  it('is found in its zip, in text, strings, addresses and links of both families', async () => {
    const strings = `<?xml version="1.0"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>name</t></si><si><t>${two}</t></si></sst>`;
    const rels = `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Target="https://x.example/?token=${three}"/></Relationships>`;
    const content = `<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"><text:p>${one.slice(0, 9)}<text:span>${one.slice(9)}</text:span></text:p><text:a xlink:href="https://x.example/?token=${two}&amp;b=1">here</text:a></office:document-content>`;
    const { found, gaps } = await expandBytes(
      writeZip([
        { name: 'word/document.xml', data: documentXml },
        { name: 'word/_rels/document.xml.rels', data: rels },
        { name: 'xl/sharedStrings.xml', data: strings },
        { name: 'content.xml', data: content },
      ]),
    );
    expect(gaps).toEqual([]);
    expect(found).toEqual({
      'word/document.xml': [one, two],
      'word/_rels/document.xml.rels': [three],
      'xl/sharedStrings.xml': [two],
      'content.xml': [one, two],
    });
  });
});

describe('containers that are documents', () => {
  it('give the sources of a source map, by name', async () => {
    const map = {
      version: 3,
      sources: ['a.ts', 'a.ts', null],
      sourcesContent: [`x\n${plantedLine('one')}`, null, plantedLine('two')],
      mappings: 'AAAA',
    };
    const sections = {
      version: 3,
      sections: [{ offset: {}, map: { ...map, sources: ['c.ts'], sourcesContent: [plantedLine('three')] } }],
    };
    expect((await expandBytes(Buffer.from(JSON.stringify(map)))).found).toEqual({ 'a.ts': [one], 'source 3': [two] });
    expect((await expandBytes(Buffer.from(`)]}'\n${JSON.stringify(sections)}`))).found).toEqual({ 'c.ts': [three] });
    const cut = await expandBytes(Buffer.from(JSON.stringify(map)).subarray(0, -20));
    expect(cut.found).toEqual({ map: [one, two] });
    expect(cut.gaps).toMatchObject([{ reason: 'corrupt' }]);
  });

  it('give the rows, BLOBs and deleted rows of a database', async () => {
    const bytes = await writeSqlite([
      ['CREATE TABLE "a ""b" (id INTEGER, note TEXT, data BLOB)'],
      ['INSERT INTO "a ""b" VALUES (1, ?, ?)', [`${'x'.repeat(9000)} ${one}`, gzipSync(plantedLine('two'))]],
      ['CREATE TABLE gone (t TEXT)'],
      ['INSERT INTO gone VALUES (?)', [plantedLine('three')]],
      ['DROP TABLE gone'],
      ['CREATE VIEW endless AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT x FROM c'],
    ]);
    const { found, gaps } = await expandBytes(bytes);
    expect(gaps).toEqual([]);
    expect(found).toEqual({ 'a "b': [one], 'a "b/1/data!/content': [two], '(deleted rows)': [three] });
  });

  it('read a damaged database as far as it goes, and the rest as bytes', async () => {
    const rows = Array.from({ length: 300 }, (_, index) => ['INSERT INTO t VALUES (?)', [plantedLine(`${index}`)]] as const);
    const bytes = await writeSqlite([['CREATE TABLE t (v TEXT)'], ...rows]);
    bytes.fill(0xff, 4096, 8192);
    const { found, gaps } = await expandBytes(bytes);
    expect(gaps).toMatchObject([{ reason: 'corrupt' }]);
    expect(found['(all pages)']?.length).toBeGreaterThan(200);
  });

  it('give the pages, links, objects and attachments of a PDF', async () => {
    const bytes = writePdf(['first page', `token: ${one}`], {
      attachment: writeZip([{ name: 'a.txt', data: plantedLine('two') }]),
      hidden: `key ${three}`,
      link: `https://x.example/?t=${plant('four')}`,
    });
    const { found, gaps, names } = await expandBytes(bytes);
    expect(gaps).toEqual([]);
    expect(found).toEqual({ 'page 2': [one], 'attachment 1!/a.txt': [two], objects: [plant('four'), three] });
    expect(names).toContain('page 1');
  });

  it('tell of a PDF that is none', async () => {
    const { gaps, found } = await expandBytes(Buffer.from(`%PDF-1.7\n${plantedLine('one')}`));
    expect(gaps).toMatchObject([{ reason: 'corrupt' }]);
    expect(found).toEqual({ objects: [one] });
  });
});

describe('compiled code', () => {
  it.each([
    ['java-class', writeClass(['API_KEY', one, 'x', two])],
    ['python-code', writePyc([one, 'x', two])],
  ])('has its strings apart: %s', async (kind, bytes) => {
    const views = await viewsOf(bytes, kind);
    expect(secretsIn(views[0].bytes)).toEqual([one, two]);
    for (const secret of [one, two]) expect(originals(views, secret)).toEqual([secret, secret]);
  });

  it.each([
    ['java-class', writeClass([one, two]), 3],
    ['python-code', writePyc([one, two]), 5],
  ])('is read as bytes from where it is damaged: %s', async (_, bytes, tag) => {
    bytes[bytes.indexOf(two) - tag] = 0x78;
    const { found, gaps } = await expandBytes(bytes);
    expect(found).toEqual({ '': [one, two] });
    expect(gaps.map(({ reason }) => reason)).toEqual(['corrupt']);
  });
});

describe('keystores', () => {
  const entry = (tag: number) => Buffer.from([0, 0, 0, tag, 0, 1, 0x61, ...Array(8).fill(0), 0, 1, 0x58, 0, 0, 0, 2, 1, 2]);
  const java = (magic: number[], tags: readonly number[]) =>
    Buffer.concat([Buffer.from([...magic, 0, 0, 0, 2, 0, 0, 0, tags.length]), ...tags.map(entry)]);
  const pkcs12 = (bag: number) =>
    Buffer.from(`3082010002010330820100${'06092a864886f70d010701'}a00430${`060b2a864886f70d010c0a010${bag}`}`, 'hex');

  it('are told by their magic and by a key in them', () => {
    expect(recogniseKeystore(java([0xfe, 0xed, 0xfe, 0xed], [1]))).toBe('jks');
    expect(recogniseKeystore(java([0xfe, 0xed, 0xfe, 0xed], [2, 2, 1]))).toBe('jks');
    expect(recogniseKeystore(java([0xce, 0xce, 0xce, 0xce], [3]))).toBe('jceks');
    expect(recogniseKeystore(pkcs12(2))).toBe('pkcs12');
  });

  it('are none where they hold certificates only, or are something else', () => {
    expect(recogniseKeystore(java([0xfe, 0xed, 0xfe, 0xed], [2, 2]))).toBeUndefined();
    expect(recogniseKeystore(java([0xfe, 0xed, 0xfe, 0xed], []))).toBeUndefined();
    expect(recogniseKeystore(pkcs12(3))).toBeUndefined();
    for (const text of ['0', '', '\u00300', 'MII']) expect(recogniseKeystore(Buffer.from(text))).toBeUndefined();
  });
});
