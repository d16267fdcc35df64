import { constants, inflateSync } from 'node:zlib';
import type { Gap } from '../../model/gap.ts';
import { gapIn, leafDocument, memoryDocument, placeIn } from '../archives/member-document.ts';
import { freeBytes } from '../archives/unpack.ts';
import type { Container, Document, FormatContext } from '../document.ts';
import { loadPdfium } from './pdfium.ts';

const dictionaryBytes = 4096;
const streamMark = Buffer.from('stream');
const objectMark = Buffer.from('obj');
const endMark = Buffer.from('endstream');

/**
 * The text of a PDF's pages, read by PDFium in WebAssembly, each page a member; and what is written beside the pages: a member
 * of all objects (links, fields, scripts, metadata), those in compressed object streams as well, and each attached file.
 * Limits: text that is drawn as a picture or as outlines is not read; a word that is broken over two lines stays so; a locked
 * document is a gap. https://opensource.adobe.com/dc-acrobat-sdk-docs/pdfstandards/PDF32000_2008.pdf
 */
export const pdf = pdfContainer(loadPdfium);

/** The same; `load` gives PDFium an instance for each document. */
export function pdfContainer(load: typeof loadPdfium): Container {
  return { name: 'pdf', recognise: recognisePdf, members: (document, context) => readPdf(document, context, load) };
}

function recognisePdf(head: Uint8Array): number {
  // `%PDF-`, with at most a byte order mark or a blank before it: what PDFium allows as well is no reason to look at every file.
  let at = head[0] === 0xef ? 3 : 0;
  while (at < 16 && (head[at] === 0x0a || head[at] === 0x0d || head[at] === 0x20)) at++;
  return head[at] === 0x25 && head[at + 1] === 0x50 && head[at + 2] === 0x44 && head[at + 3] === 0x46 && head[at + 4] === 0x2d
    ? 1
    : 0;
}

async function* readPdf(document: Document, { limits }: FormatContext, load: typeof loadPdfium): AsyncGenerator<Document | Gap> {
  const whole = await document.whole(limits.maxWholeBytes);
  if ('reason' in whole) {
    yield whole;
    return;
  }
  const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  yield* objectsOf(document, bytes, limits.maxRatio);
  yield* pagesOf(document, bytes, load);
}

async function* pagesOf(document: Document, bytes: Buffer, load: typeof loadPdfium): AsyncGenerator<Document | Gap> {
  const library = await load();
  let damage: string | undefined;
  try {
    const opened = await library.loadDocument(bytes);
    const count = opened.getPageCount();
    for (let index = 0; index < count; index++) {
      const text = await textOf(() => opened.getPage(index).getText());
      if (typeof text === 'string') yield memoryDocument(placeIn(document, `page ${index + 1}`), Buffer.from(text));
      else damage = text.error;
      // Its memory is used up: nothing works any more.
      if (damage?.startsWith('Aborted')) break;
    }
  } catch (error) {
    damage = (error as Error).message;
  }
  if (damage === undefined) return;
  if (/abort|memory/i.test(damage)) {
    yield gapIn(
      document,
      'ratio',
      'reading its pages takes more memory than is given; those before were read; print it to a new PDF and scan that',
    );
    return;
  }
  yield /password|security/i.test(damage)
    ? gapIn(document, 'encrypted', 'its pages are locked with a password; save it without one and scan that')
    : gapIn(
        document,
        'corrupt',
        `not all of its pages can be read (${damage.slice(0, 100)}); what could be was; get an intact copy`,
      );
}

async function textOf(read: () => string): Promise<string | { readonly error: string }> {
  try {
    return read();
  } catch (error) {
    return { error: (error as Error).message };
  }
}

/** What is between the streams, what is in streams of objects and of metadata, and attached files. */
async function* objectsOf(document: Document, bytes: Buffer, maxRatio: number): AsyncGenerator<Document | Gap> {
  const pieces: Uint8Array[] = [];
  const attached: { readonly start: number; readonly end: number; readonly isPacked: boolean }[] = [];
  let total = 0;
  let at = 0;
  for (let mark = bytes.indexOf(streamMark); mark >= 0; mark = bytes.indexOf(streamMark, at)) {
    pieces.push(bytes.subarray(at, mark));
    if (mark >= at + 3 && bytes.toString('latin1', mark - 3, mark) === 'end') {
      // The end of one that lost its beginning.
      pieces.push(streamMark);
      at = mark + streamMark.length;
      continue;
    }
    const dictionary = bytes.toString('latin1', Math.max(at, mark - dictionaryBytes), mark);
    const own = dictionary.slice(dictionary.lastIndexOf(' obj') + 1);
    // The keyword ends in a line break, of which the data is no part.
    let start = mark + streamMark.length;
    if (bytes[start] === 0x0d) start++;
    if (bytes[start] === 0x0a) start++;
    const { end, next, isSure } = endOfStream(bytes, start);
    if (!isSure) pieces.push(Buffer.from('\n'), bytes.subarray(start, end), Buffer.from('\n'));
    const isPacked = /\/FlateDecode|\/Fl\b/.test(own);
    if (/\/EmbeddedFile\b/.test(own)) attached.push({ start, end, isPacked });
    else if (/\/ObjStm\b|\/Metadata\b|\/XFA\b/.test(own) && total < freeBytes) {
      const text = isPacked
        ? unpack(bytes.subarray(start, end), Math.min(freeBytes, maxRatio * (end - start) + 65_536))
        : bytes.subarray(start, end);
      total += text.length;
      pieces.push(Buffer.from('\n'), text, Buffer.from('\n'));
    } else if (!/\/Filter\b/.test(own)) pieces.push(Buffer.from('\n'), bytes.subarray(start, end), Buffer.from('\n'));
    at = next;
  }
  pieces.push(bytes.subarray(at));
  yield leafDocument(placeIn(document, 'objects'), Buffer.concat(pieces));
  for (const [index, { start, end, isPacked }] of attached.entries()) {
    const data = bytes.subarray(start, end);
    yield memoryDocument(
      placeIn(document, `attachment ${index + 1}`),
      isPacked ? unpack(data, maxRatio * data.length + freeBytes) : data,
    );
  }
  if (total >= freeBytes)
    yield gapIn(document, 'ratio', `its objects unpack to more than ${freeBytes} bytes; the rest of them was not read`);
}

/** Where a stream ends: at its mark, or where the next object begins, since one that lost its mark must not hide what follows. */
function endOfStream(bytes: Buffer, start: number): { readonly end: number; readonly next: number; readonly isSure: boolean } {
  const found = bytes.indexOf(endMark, start);
  const end = found < 0 ? bytes.length : found;
  for (let at = bytes.indexOf(objectMark, start); at >= 0 && at < end; at = bytes.indexOf(objectMark, at + 1)) {
    const before = /(?:\d+ \d+ |end)$/.exec(bytes.toString('latin1', Math.max(start, at - 24), at))?.[0];
    if (before !== undefined) return { end: at - before.length, next: at - before.length, isSure: false };
  }
  return { end, next: found < 0 ? end : end + endMark.length, isSure: found >= 0 };
}

/** What inflates of bytes; the bytes themselves where nothing does, or more than the limit. */
function unpack(data: Uint8Array, maxOutputLength: number): Uint8Array {
  try {
    // Cut off is fine, and what follows the data, a line break, is not looked at.
    return inflateSync(data, { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH });
  } catch {
    return data;
  }
}
