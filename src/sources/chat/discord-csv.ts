import type { ChatOrigin } from '../../model/origin.ts';
import { buildView } from '../../model/view.ts';
import type { TextFormat } from '../document.ts';
import { createDecodedText, markOf, push, reserve } from './decoded-text.ts';
import { openPackage } from './discord.ts';
import { headText } from './head-text.ts';
import { readSlices } from './slices.ts';
import { createTextWriter } from './text-writer.ts';
import { originOf } from './told.ts';
import { undoMarkup } from './undo-markup.ts';

const maxRowBytes = 4_000_000;

/** Messages of one channel in older data packages of Discord: rows of RFC 4180 with the id first. */
export const discordCsv: TextFormat = {
  name: 'discord-csv',
  recognise: (head) => (/^ID,Timestamp,Contents,Attachments\r?\n/.test(headText(head, 200)) ? 0.95 : 0),
  async *views(document, context) {
    const here: ChatOrigin = {
      kind: 'chat',
      system: 'discord',
      path: document.path,
      ...(document.member !== undefined && { member: document.member }),
    };
    const tell = await openPackage(document, context);
    const text = createDecodedText();
    const writer = createTextWriter();
    const reader = readSlices(document, context.signal);
    try {
      for (let done = false; !done; ) {
        const { slice, isLast } = await reader.next();
        const { bytes } = slice;
        const view = buildView(slice);
        let at = 0;
        while (at < bytes.length) {
          const { end, isWhole } = rowEnd(bytes, at);
          if (!isWhole && !isLast && bytes.length - at < maxRowBytes) break;
          const id = /^\d+/.exec(bytes.toString('latin1', at, Math.min(end, at + 32)))?.[0];
          view.separate();
          view.piece(originOf(here, tell({ id }, {})));
          takeRow(at, end, bytes);
          undoMarkup(text, 'none');
          writer.begin();
          writer.writeTaken(view, bytes, text, 'text');
          at = end;
        }
        if (view.length > 0) yield view.build();
        reader.used(at);
        done = isLast;
      }
    } finally {
      await reader.close();
    }

    /** A row's bytes: a quote that is doubled in quotes is one. */
    function takeRow(start: number, end: number, bytes: Buffer): void {
      text.length = 0;
      text.marks = 0;
      reserve(text, end - start);
      let isQuoted = false;
      for (let at = start; at < end; at++) {
        const byte = bytes[at];
        text.marks |= markOf[byte];
        if (byte !== 0x22) push(text, byte, at, at + 1);
        else if (isQuoted && bytes[at + 1] === 0x22) {
          push(text, byte, at, at + 2);
          at++;
        } else {
          isQuoted = !isQuoted;
          // Where a field begins or ends: what was written in it stands on lines of its own.
          push(text, 0x0a, at, at + 1);
        }
      }
    }
  },
};

/** Where a row ends: at the first line's end outside of quotes. */
function rowEnd(bytes: Buffer, start: number): { readonly end: number; readonly isWhole: boolean } {
  let isQuoted = false;
  for (let at = start; at < bytes.length; at++) {
    if (bytes[at] === 0x22) isQuoted = !isQuoted;
    // A row that begins with an id ends what came before, whatever its quotes say.
    else if (bytes[at] === 0x0a && (!isQuoted || /^\d{15,20},\d{4}-/.test(bytes.toString('latin1', at + 1, at + 28))))
      return { end: at + 1, isWhole: true };
  }
  return { end: bytes.length, isWhole: false };
}
