import type { Gap } from '../../model/gap.ts';
import type { ChatOrigin } from '../../model/origin.ts';
import { buildView, type View } from '../../model/view.ts';
import type { Document, FormatContext } from '../document.ts';
import { createDecodedText, takeRaw } from './decoded-text.ts';
import type { Told } from './shape.ts';
import { readSlices } from './slices.ts';
import { createTextWriter } from './text-writer.ts';
import { originOf } from './told.ts';
import { undoMarkup } from './undo-markup.ts';

/** An export in HTML: what begins each message, and what its markup tells of it. */
export interface HtmlShape {
  readonly system: string;
  /** Stands in the tag that a message begins with, and nowhere else. */
  readonly marks: readonly string[];
  /** What the page says before its first message. */
  header(html: string): Told;
  /** What a message's markup says; `last` is what the one before it told. */
  read(html: string, last: Told): Told;
  tell(told: Told, header: Told): Partial<ChatOrigin>;
}

// A message longer than this is cut, and read on in the next view with the overlap before it.
const maxMessageBytes = 1_000_000;
const overlapBytes = 16_384;

/** The messages of an export in HTML. */
export async function* readHtmlExport(shape: HtmlShape, document: Document, context: FormatContext): AsyncGenerator<View | Gap> {
  const here: ChatOrigin = {
    kind: 'chat',
    system: shape.system,
    path: document.path,
    ...(document.member !== undefined && { member: document.member }),
  };
  const text = createDecodedText();
  const writer = createTextWriter();
  const reader = readSlices(document, context.signal);
  let header: Told | undefined;
  let last: Told = {};
  try {
    for (let done = false; !done; ) {
      const { slice, isLast } = await reader.next();
      const { bytes } = slice;
      const view = buildView(slice);
      let at = 0;
      while (at < bytes.length) {
        let end = nextMessage(bytes, at + 1, shape.marks);
        let next = end;
        if (end < 0) {
          if (!isLast && bytes.length - at < maxMessageBytes * 2) break;
          end = bytes.length;
          next = end;
        }
        if (end - at > maxMessageBytes) {
          end = at + maxMessageBytes;
          next = end - overlapBytes;
        }
        const html = bytes.toString('utf8', at, Math.min(end, at + 65_536));
        if (header === undefined) header = shape.header(html);
        else last = shape.read(html, last);
        view.separate();
        view.piece(originOf(here, shape.tell(last, header)));
        takeRaw(text, bytes, at, end);
        undoMarkup(text, 'html');
        writer.begin();
        writer.writeTaken(view, bytes, text, 'html');
        at = next;
      }
      if (view.length > 0) yield view.build();
      reader.used(at);
      done = isLast;
    }
  } finally {
    await reader.close();
  }
}

/** Where the next tag begins that begins a message. */
function nextMessage(bytes: Buffer, from: number, marks: readonly string[]): number {
  let first = -1;
  for (const mark of marks) {
    const found = bytes.indexOf(mark, from);
    if (found >= 0 && (first < 0 || found < first)) first = found;
  }
  if (first < 0) return -1;
  const tag = bytes.lastIndexOf(0x3c, first);
  return tag > from && first - tag < 1000 ? tag : first;
}
