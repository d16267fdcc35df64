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
      const nextMessage = messagesIn(bytes, shape.marks);
      let at = 0;
      while (at < bytes.length) {
        let end = nextMessage(at);
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

/** Says where the next message begins behind one that begins at `at`; asked with growing offsets, it looks at each byte once a mark. */
function messagesIn(bytes: Buffer, marks: readonly string[]): (at: number) => number {
  const found = marks.map(() => -1);
  let cursor = 0;
  return (at) => {
    for (;;) {
      let first = bytes.length;
      for (let index = 0; index < marks.length; index++) {
        if (found[index] < cursor) {
          const next = bytes.indexOf(marks[index], cursor);
          found[index] = next < 0 ? bytes.length : next;
        }
        first = Math.min(first, found[index]);
      }
      if (first === bytes.length) return -1;
      const tag = bytes.lastIndexOf(0x3c, first);
      const begin = tag >= 0 && first - tag < 1000 ? tag : first;
      if (begin > at) return begin;
      // The mark of the message at `at` itself.
      cursor = first + 1;
    }
  };
}
