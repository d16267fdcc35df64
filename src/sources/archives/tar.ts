import type { Pax } from 'tar';
import type { Gap } from '../../model/gap.ts';
import type { Container, Document } from '../document.ts';
import { tarPackage } from '../lazy-packages.ts';
import { type ByteReader, createByteReader, createSeekingReader } from './byte-reader.ts';
import { asLeaf, gapIn, placeIn, streamDocument } from './member-document.ts';

const blockBytes = 512;
/** Of a name or an extended header; nobody's is longer. */
const mostHeaderBytes = 1 << 20;
const zeros = Buffer.alloc(blockBytes);

/**
 * tar: ustar, pax, and GNU's long names. Its headers are read by the parts of `tar` that do only that; the frame around
 * them is walked here, so that a damaged header costs no more than the name of its member: what follows is a document of its
 * own, up to the next header that is valid.
 * Of a sparse file what is stored is read; its holes are left out, and so offsets in it count without them. Links have no
 * bytes and are not followed.
 */
export const tar: Container = {
  name: 'tar',
  recognise: (head) => (isTar(head) ? 1 : 0),
  members: (document) => readTar(document, readerOf(document)),
};

/** Reads a document's bytes by seeking where it can. */
export function readerOf({ size, range, bytes }: Document): ByteReader {
  return size !== undefined && range !== undefined ? createSeekingReader({ size, range }) : createByteReader(bytes());
}

/** The members of a tar, from where the reader stands. */
export async function* readTar(document: Document, reader: ByteReader): AsyncGenerator<Document | Gap> {
  try {
    let extended: Pax | undefined;
    let global: Pax | undefined;
    let longName: string | undefined;
    let lost = 0;
    let next: Uint8Array | undefined;
    for (;;) {
      const block = Buffer.from(next ?? (await reader.read(blockBytes)));
      next = undefined;
      if (block.length === 0) return;
      if (block.equals(zeros)) {
        // The end; but what was appended behind it, and is skipped by those who stop here, is read as well.
        continue;
      }
      if (block.length < blockBytes || !isHeader(block)) {
        const place = placeIn(document, ++lost === 1 ? '(damaged)' : `(damaged ${lost})`);
        const stretch = readLost(block, reader);
        yield asLeaf(streamDocument(place, undefined, () => stretch.bytes));
        // What was not read is passed over.
        for await (const _ of stretch.bytes);
        next = stretch.header();
        yield gapIn(
          document,
          'corrupt',
          'a member has no valid header; what follows was read without a name, up to the next that has one; get an intact copy',
        );
        continue;
      }
      const header = new (tarPackage().Header)(block, 0, extended, global);
      const { type } = header;
      const size = header.size ?? 0;
      if (type === 'ExtendedHeader' || type === 'OldExtendedHeader' || type === 'GlobalExtendedHeader') {
        const text = await readText(reader, size);
        if (type === 'GlobalExtendedHeader') global = tarPackage().Pax.parse(text, global, true);
        else extended = tarPackage().Pax.parse(text, extended, false);
        continue;
      }
      if (type === 'NextFileHasLongPath' || type === 'OldGnuLongPath' || type === 'NextFileHasLongLinkpath') {
        const text = await readText(reader, size);
        if (type !== 'NextFileHasLongLinkpath') longName = text.replace(/\0.*$/s, '');
        continue;
      }
      if (isOldSparse(block)) while (await sparseFollows(reader));
      const place = placeIn(document, longName ?? header.path ?? '');
      extended = undefined;
      longName = undefined;
      if (type === 'Link' || type === 'SymbolicLink') continue;
      // Of what is empty only a whiteout tells something: that an image's layer deletes a file of those below.
      if (size === 0 && !isWhiteout(place.member)) continue;
      const start = reader.position;
      yield streamDocument(place, size, () => reader.stretch(start + size));
      await reader.skipTo(start + size);
      if (reader.position < start + size) {
        yield gapIn(place, 'corrupt', `it ends after ${reader.position - start} of ${size} bytes; get an intact copy`);
        return;
      }
      await reader.skipTo(start + padded(size));
    }
  } finally {
    await reader.close();
  }
}

/** The blocks from one that is no header up to the next that is: that one comes when all before it were read. */
function readLost(first: Buffer, reader: ByteReader): { readonly bytes: AsyncIterable<Uint8Array>; header(): Uint8Array } {
  let header: Uint8Array = new Uint8Array(0);
  async function* read(): AsyncGenerator<Uint8Array> {
    let block: Uint8Array = first;
    while (block.length > 0) {
      yield block;
      block = await reader.read(blockBytes);
      if (block.length < blockBytes || !isHeader(block)) continue;
      header = block;
      return;
    }
  }
  const blocks = read();
  const bytes = { [Symbol.asyncIterator]: () => ({ next: () => blocks.next() }) };
  return { bytes, header: () => header };
}

async function readText(reader: ByteReader, size: number): Promise<string> {
  const start = reader.position;
  const bytes = await reader.read(Math.min(size, mostHeaderBytes));
  await reader.skipTo(start + padded(size));
  return Buffer.from(bytes).toString();
}

/** https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts */
function isWhiteout(member: string): boolean {
  return member.startsWith('.wh.', member.lastIndexOf('/') + 1);
}

function padded(size: number): number {
  return Math.ceil(size / blockBytes) * blockBytes;
}

/** GNU's own form of a sparse file: type S, and at 482 whether blocks with more of its map follow the header. */
function isOldSparse(block: Uint8Array): boolean {
  return block[156] === 0x53 && block[482] === 1;
}

async function sparseFollows(reader: ByteReader): Promise<boolean> {
  const block = await reader.read(blockBytes);
  return block.length === blockBytes && block[504] === 1;
}

function isTar(head: Uint8Array): boolean {
  // `ustar` at 257, or a form older than that: then a checksum in octal that is right.
  if (head.length < blockBytes || head[0] === 0) return false;
  if (head[257] === 0x75 && head[258] === 0x73 && head[259] === 0x74 && head[260] === 0x61 && head[261] === 0x72)
    return isHeader(head);
  return isOctal(head[148]) && isOctal(head[149]) && isOctal(head[124]) && head[255] === 0 && isHeader(head);
}

function isOctal(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x30 && byte <= 0x37);
}

/** Whether a block's checksum is that of its bytes, with blanks in its own place. */
function isHeader(block: Uint8Array): boolean {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockBytes; at++) if (at < 148 || at >= 156) sum += block[at];
  const said = Number.parseInt(
    Buffer.from(block.buffer, block.byteOffset + 148, 8)
      .toString('latin1')
      .replace(/\0.*$/s, '')
      .trim(),
    8,
  );
  return said === sum;
}
