import { writeClass, writePyc } from '../../fixtures/archives/documents.ts';
import { chatKinds } from '../../fixtures/chat/kinds.ts';
import { runners } from '../../fixtures/ci-logs/runners.ts';
import type { View } from '../../src/model/view.ts';
import { memoryDocument } from '../../src/sources/archives/member-document.ts';
import type { Document, FormatContext } from '../../src/sources/document.ts';
import { recogniseText } from '../../src/sources/recognise-text.ts';
import { exportOf } from './chat/documents.ts';
import { viewsOf } from './chat/scan.ts';
import { documentOf, findIn } from './ci-logs/read-log.ts';

/** A document in which lines were written, and what lies beside it. */
export interface Opened {
  readonly bytes: Buffer;
  /** The same document with other bytes. */
  readonly open: (bytes: Buffer) => { readonly document: Document; readonly context: FormatContext };
}

export type Kind = (lines: readonly string[]) => Opened;

/** Every log, as its runner writes it. */
export const logs: Readonly<Record<string, Kind>> = Object.fromEntries(
  Object.entries(runners).map(([name, write]) => [
    name,
    (lines) => {
      const log = write(lines);
      const open: Opened['open'] = (bytes) => ({
        document: documentOf({ ...log, bytes }),
        context: exportOf({}).context(log.path),
      });
      return { bytes: log.bytes, open };
    },
  ]),
);

/** Every chat export and mail. */
export const chats: Readonly<Record<string, Kind>> = Object.fromEntries(
  Object.entries(chatKinds).map(([name, write]) => [
    name,
    (lines) => {
      const { files, path } = write(lines.join('\n'));
      const open: Opened['open'] = (bytes) => {
        const { document, context } = exportOf({ ...files, [path]: bytes });
        return { document: document(path), context: context(path) };
      };
      return { bytes: Buffer.from(files[path]), open };
    },
  ]),
);

const json = (value: object) => Buffer.from(JSON.stringify(value));
const xml = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
const inMemory = (bytes: Buffer): Opened => ({
  bytes,
  open: (own) => ({ document: memoryDocument({ path: 'document' }, own), context: exportOf({}).context('document') }),
});

/** Every document in which text is wrapped. */
export const documents: Readonly<Record<string, Kind>> = {
  jupyter: (lines) =>
    inMemory(json({ cells: [{ cell_type: 'code', source: ['import os\n', ...lines.map((line) => `${line}\n`)] }], nbformat: 4 })),
  har: (lines) =>
    inMemory(
      json({ log: { creator: {}, entries: [{ request: { postData: { text: JSON.stringify({ a: lines.join('\n') }) } } }] } }),
    ),
  postman: (lines) => inMemory(json({ info: { _postman_id: 'x' }, item: [{ request: { body: { raw: lines.join('\n') } } }] })),
  terraform: (lines) =>
    inMemory(
      json({ version: 4, terraform_version: '1.9', serial: 1, resources: [{ attributes: { user_data: lines.join('\n') } }] }),
    ),
  'image config': (lines) =>
    inMemory(json({ architecture: 'amd64', os: 'linux', config: {}, history: [{ created_by: lines.join('\n') }] })),
  office: (lines) =>
    inMemory(
      Buffer.from(
        `<?xml version="1.0"?>\n<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">${lines
          .map(
            (line) => `<w:p>${(line.match(/.{1,9}/gu) ?? []).map((run) => `<w:r><w:t>${xml(run)}</w:t></w:r>`).join('')}</w:p>`,
          )
          .join('')}</w:document>`,
      ),
    ),
  class: (lines) => inMemory(writeClass(['API_KEY', lines.join('\n'), 'x'])),
  pyc: (lines) => inMemory(writePyc(['API_KEY', lines.join('\n'), 'x'])),
};

/** A match in a view. */
export interface Place {
  readonly view: View;
  readonly start: number;
  readonly end: number;
}

/** Where a secret is found in a document, whatever its lines end by. */
export async function find({ bytes, open }: Opened, secret: string): Promise<readonly Place[]> {
  const { document, context } = open(bytes);
  const format = recogniseText(await document.head(), document.member ?? document.path);
  if (!format) throw new Error(`${document.path} is of no kind that is known`);
  const { views } = await viewsOf(format, document, context);
  return findIn(views).filter((match) => match.secret.replaceAll('\\n', '\n').replaceAll('\r', '') === secret);
}
