import type { Gap } from '../../model/gap.ts';
import { buildView, type View, type ViewBuilder } from '../../model/view.ts';
import { gapIn, originOf } from '../archives/member-document.ts';
import type { Document, FormatContext, TextFormat } from '../document.ts';
import { wholeView } from './whole-view.ts';

/**
 * The constant strings of compiled Python (.pyc), one a line: names, then what they were given, as they are marshalled.
 * Python 3.3 and later are known; besides, the bytes are read as they are.
 * https://github.com/python/cpython/blob/main/Python/marshal.c
 */
export const pythonCode: TextFormat = {
  name: 'python-code',
  // Its number, CR and LF, and (from 3.7) flags of which two are known.
  recognise: (head) =>
    head.length > 16 && head[2] === 0x0d && head[3] === 0x0a && layoutOf(head[0] | (head[1] << 8)) !== undefined && isCode(head)
      ? 1
      : 0,
  views: pythonViews,
};

interface Layout {
  /** Where the code begins. */
  readonly header: number;
  /** Integers in front of a code object's objects, and objects before and after the number of its first line. */
  readonly integers: number;
  readonly objects: number;
  readonly after: number;
}

// https://github.com/python/cpython/blob/main/Include/internal/pycore_magic_number.h
function layoutOf(magic: number): Layout | undefined {
  if (magic >= 3230 && magic < 3390) return { header: 12, integers: 5, objects: 8, after: 1 };
  if (magic >= 3390 && magic < 3400) return { header: 16, integers: 5, objects: 8, after: 1 };
  if (magic >= 3400 && magic < 3450) return { header: 16, integers: 6, objects: 8, after: 1 };
  if (magic >= 3450 && magic < 4000) return { header: 16, integers: 5, objects: 8, after: 2 };
  return undefined;
}

/** A code object (`c`, perhaps with the bit that says it is referred to) begins behind the header. */
function isCode(head: Uint8Array): boolean {
  const { header } = layoutOf(head[0] | (head[1] << 8))!;
  return (head[header] & 0x7f) === 0x63;
}

const mostDepth = 200;

async function* pythonViews(document: Document, { limits }: FormatContext): AsyncGenerator<View | Gap> {
  const whole = await document.whole(limits.maxWholeBytes);
  if ('reason' in whole) {
    yield whole;
    return;
  }
  const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  const view = buildView({ bytes, start: 0, line: 1, column: 1 });
  view.piece(originOf(document));
  const layout = layoutOf(bytes.readUInt16LE(0));
  const reader = { at: layout?.header ?? 0 };
  const isWhole = layout !== undefined && readObject(bytes, reader, layout, view, 0);
  yield view.build();
  // Damage may tell texts apart where they are one, without a sign of it.
  yield wholeView(document, bytes);
  if (!isWhole) yield gapIn(document, 'corrupt', 'its constants cannot be told apart to the end; it was read as it is');
}

/** Reads one marshalled object; false where it is none, or not known. */
function readObject(bytes: Buffer, reader: { at: number }, layout: Layout, view: ViewBuilder, depth: number): boolean {
  if (depth > mostDepth || reader.at >= bytes.length) return false;
  const start = reader.at;
  const type = String.fromCharCode(bytes[reader.at++] & 0x7f);
  const skip = (size: number): boolean => {
    if (size < 0 || reader.at + size > bytes.length) {
      reader.at = start;
      return false;
    }
    reader.at += size;
    return true;
  };
  const count = (size: 1 | 4): number => {
    if (!skip(size)) return -1;
    return size === 1 ? bytes[reader.at - 1] : bytes.readInt32LE(reader.at - 4);
  };
  const text = (length: number): boolean => {
    const from = reader.at;
    if (!skip(length)) return false;
    view.copy(from, reader.at);
    view.separate();
    return true;
  };
  const objects = (number: number): boolean => {
    if (number < 0) return false;
    for (let index = 0; index < number; index++) if (!readObject(bytes, reader, layout, view, depth + 1)) return false;
    return true;
  };
  switch (type) {
    case '0':
    case 'N':
    case 'F':
    case 'T':
    case 'S':
    case '.':
      return true;
    case 'i':
    case 'r':
      return skip(4);
    case 'I':
    case 'g':
      return skip(8);
    case 'y':
      return skip(16);
    case 'f': {
      return skip(count(1));
    }
    case 'l':
      return skip(Math.abs(count(4)) * 2);
    case 's':
    case 't':
    case 'u':
    case 'a':
    case 'A':
      return text(count(4));
    case 'z':
    case 'Z':
      return text(count(1));
    case ')':
      return objects(count(1));
    case '(':
    case '[':
    case '<':
    case '>':
      return objects(count(4));
    case ':':
      return objects(3);
    case '{': {
      // Pairs up to a null.
      while (reader.at < bytes.length && (bytes[reader.at] & 0x7f) !== 0x30) if (!objects(2)) return false;
      return skip(1);
    }
    case 'c':
      return skip(layout.integers * 4) && objects(layout.objects) && skip(4) && objects(layout.after);
    default:
      reader.at = start;
      return false;
  }
}
