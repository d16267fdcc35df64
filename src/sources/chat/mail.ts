import type { Gap } from '../../model/gap.ts';
import type { ChatOrigin } from '../../model/origin.ts';
import { buildView, type Slice, type View, type ViewBuilder } from '../../model/view.ts';
import { memoryDocument, placeIn } from '../archives/member-document.ts';
import { recogniseContainer } from '../archives/recognise.ts';
import type { Document, FormatContext, TextFormat } from '../document.ts';
import { recogniseText } from '../documents/recognise.ts';
import { addressparser } from '../lazy-packages.ts';
import { createDecodedText, endLinesByFeed, takeRaw } from './decoded-text.ts';
import { headText } from './head-text.ts';
import { decodeWords, headerValue, type MailHeader, type MailPart, readHeaders, readParts } from './mail-parts.ts';
import { readSlices } from './slices.ts';
import { createTextWriter, markupOf } from './text-writer.ts';
import { authorOf, isoTime, originOf } from './told.ts';
import { countBase64, takeBase64, takeQuotedPrintable, toUtf8 } from './transfer-encoding.ts';
import { undoMarkup } from './undo-markup.ts';

// A mail longer than this is read as if it ended here.
const maxMailBytes = 64_000_000;
// A part is decoded so much at a time: positions take nine times the room of the text.
const chunkBytes = 1_000_000;
const overlapBytes = 16_384;

// What servers write on the way, long and full of what looks random.
const noise =
  /^(?:received|x-received|dkim-.*|domainkey-.*|arc-.*|authentication-results.*|.*-authentication-results|return-path|content-.*|message-id|in-reply-to|references|date|mime-version|received-spf|x-google-.*|x-gm-.*|x-ms-exchange-.*|x-microsoft-antispam.*|x-forefront-.*|x-ms-.*|thread-index|thread-topic|x-spam.*|list-id|x-mailer|autocrypt|x-face|face)$/;

async function* readMails(document: Document, context: FormatContext, isMbox: boolean): AsyncGenerator<View | Gap> {
  const here: ChatOrigin = {
    kind: 'chat',
    system: isMbox ? 'mbox' : 'eml',
    path: document.path,
    ...(document.member !== undefined && { member: document.member }),
  };
  const file = (document.member ?? document.path).split('/').at(-1) ?? '';
  const channel = isMbox ? file.replace(/\.mbox$/i, '') : undefined;
  const reader = readSlices(document, context.signal);
  const writeMail = createMailWriter(here, channel);
  try {
    for (let done = false; !done; ) {
      const { slice, isLast } = await reader.next();
      const { bytes } = slice;
      const view = buildView(slice);
      const placeOf = placesIn(slice);
      const own: (View | Gap)[] = [];
      let at = 0;
      while (at < bytes.length) {
        let end = isMbox ? nextMail(bytes, at + 1) : -1;
        if (end < 0) {
          if (!isLast && bytes.length - at < maxMailBytes) break;
          end = bytes.length;
        }
        for (const each of writeMail(bytes, at, end, view, slice.start)) {
          if ('document' in each) {
            if (context.attached) context.attached(each.document, each.origin);
            else own.push(each.gap);
          } else if ('reason' in each) own.push(each);
          else yield { ...each, slice: { ...each.slice, ...placeOf(each.slice.start - slice.start) } };
        }
        at = end;
      }
      if (view.length > 0) yield view.build();
      yield* own;
      reader.used(at);
      done = isLast;
    }
  } finally {
    await reader.close();
  }
}

/** Tells the line and column of lines' starts in a slice, asked in their order. */
function placesIn(slice: Slice & { readonly bytes: Buffer }): (at: number) => { readonly line: number; readonly column: number } {
  let line = slice.line;
  let from = 0;
  return (at) => {
    for (; from < at; from++) if (slice.bytes[from] === 0x0a) line++;
    return { line, column: at === 0 ? slice.column : 1 };
  };
}

/** Where the next line begins that starts a mail: RFC 4155. Only behind a blank line, as text may begin one with `From `. */
function nextMail(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf('\nFrom ', from); at >= 0; at = bytes.indexOf('\nFrom ', at + 1)) {
    const before = bytes[at - 1] === 0x0d ? at - 2 : at - 1;
    const line = bytes.toString('latin1', at + 1, Math.min(bytes.length, at + 200));
    if (bytes[before] === 0x0a && fromLine.test(line)) return at + 1;
  }
  return -1;
}

const fromLine = /^From [^\r\n]*\d\d:\d\d(?::\d\d)?[^\r\n]*\d{4}/;

/** A file that is no text, whose it is, and what is told of it where nobody takes it. */
interface Attached {
  readonly document: Document;
  readonly origin: ChatOrigin;
  readonly gap: Gap;
}

function createMailWriter(here: ChatOrigin, channel: string | undefined) {
  const text = createDecodedText();
  const writer = createTextWriter();

  let unnamed = 0;

  // Characters of base64 before `countedTo`, in the part that is read in pieces.
  let counted = 0;
  let countedTo = 0;

  function take(bytes: Buffer, part: MailPart, start: number, end: number): void {
    if (part.encoding.includes('base64')) {
      if (start === part.start) {
        counted = 0;
        countedTo = start;
      }
      counted += countBase64(bytes, countedTo, start);
      countedTo = start;
      // What is left of four characters that began before.
      takeBase64(text, bytes, start, end, (4 - (counted % 4)) % 4);
    } else if (part.encoding.includes('quoted-printable')) takeQuotedPrintable(text, bytes, start, end);
    else takeRaw(text, bytes, start, end);
  }

  /** Writes one mail; what is too long for the view that others share comes back as views of its own. */
  return function* write(
    bytes: Buffer,
    start: number,
    end: number,
    shared: ViewBuilder,
    sliceStart: number,
  ): Generator<View | Gap | Attached> {
    let from = start;
    if (bytes.toString('latin1', start, Math.min(end, start + 5)) === 'From ')
      from = Math.min(end, Math.max(start, bytes.indexOf(0x0a, start) + 1 || end));
    const mail = toldBy(readHeaders(bytes, from, end).headers);
    let told = mail;
    let isFirst = true;
    for (const part of readParts(bytes, from, end)) {
      if (part.isNested && part.headers.some(({ name }) => name === 'from')) told = { ...mail, ...toldBy(part.headers) };
      else if (!part.isNested) told = mail;
      const origin = originOf(here, { channel, ...told, attachment: part.name });
      shared.separate();
      shared.piece(origin);
      if (isFirst) writer.begin();
      else writer.part();
      isFirst = false;
      writeHeaders(bytes, part.headers, shared);
      const problem = leftOut(part, bytes, take, text);
      if (problem === 'media') continue;
      if (problem !== undefined) {
        const name = part.name ?? `attachment ${++unnamed}`;
        const place = placeIn(here, name);
        const document = memoryDocument(place, Buffer.from(bytes.toString('latin1', part.start, part.end), 'base64'));
        yield { document, origin: { ...origin, attachment: name }, gap: { origin, reason: 'unsupported', detail: problem } };
        continue;
      }
      const role =
        part.type === 'text/html' ? (part.isAlternative ? 'repeat-html' : 'html') : part.isAlternative ? 'repeat' : 'text';
      if (part.end - part.start <= chunkBytes * 2) {
        take(bytes, part, part.start, part.end);
        endLinesByFeed(text);
        toUtf8(text, part.charset);
        undoMarkup(text, markupOf(role));
        writer.writeTaken(shared, bytes, text, role);
        continue;
      }
      for (let chunk = part.start; chunk < part.end; ) {
        const chunkEnd = Math.min(part.end, lineStartBefore(bytes, chunk + chunkBytes, chunk + 1, part.end));
        take(bytes, part, chunk, chunkEnd);
        endLinesByFeed(text);
        toUtf8(text, part.charset);
        undoMarkup(text, markupOf(role));
        const own = bytes.subarray(chunk, chunkEnd);
        const view = buildView({ bytes: own, start: sliceStart + chunk, line: 1, column: 1 });
        for (let index = 0; index < text.length; index++) {
          text.from[index] -= chunk;
          text.to[index] -= chunk;
        }
        view.piece(origin);
        writer.begin();
        writer.writeTaken(view, own, text, 'text');
        yield view.build();
        if (chunkEnd === part.end) break;
        chunk = Math.max(chunk + 1, lineStartBefore(bytes, chunkEnd - overlapBytes, chunk + 1, chunkEnd));
      }
    }
  };

  function writeHeaders(bytes: Buffer, headers: readonly MailHeader[], view: ViewBuilder): void {
    for (const { name, value, start, end } of headers) {
      if (noise.test(name)) continue;
      takeRaw(text, bytes, start, end);
      const decoded = decodeWords(value);
      if (decoded !== value) {
        view.replace(`${name}: ${decoded}\n`, start, end);
        continue;
      }
      undoMarkup(text, 'none');
      view.replace(`${name}:`, start, start);
      writer.part();
      writer.writeTaken(view, bytes, text, 'text');
    }
    writer.part();
  }
}

/** Where the line begins that holds `at`; `at` itself where it does not begin after `from`. */
function lineStartBefore(bytes: Buffer, at: number, from: number, end: number): number {
  if (at >= end) return end;
  const found = bytes.lastIndexOf(0x0a, at - 1) + 1;
  return found > from ? found : at;
}

/** Why a part's text is not scanned as it is: pictures, sound and film hold none; other files are archives, documents, or no text. */
function leftOut(
  part: MailPart,
  bytes: Buffer,
  take: (bytes: Buffer, part: MailPart, start: number, end: number) => void,
  text: ReturnType<typeof createDecodedText>,
) {
  if (/^(?:image(?!\/svg)|audio|video|font)\//.test(part.type)) return 'media';
  if (part.type.startsWith('text/') || !part.encoding.includes('base64')) return undefined;
  take(bytes, part, part.start, Math.min(part.end, part.start + 8192));
  const head = text.bytes.subarray(0, text.length);
  const name = part.name ?? '';
  const isMore = head.includes(0) || recogniseContainer(head, name) || recogniseText(head, name) || eml.recognise(head, name) > 0;
  if (!isMore) return undefined;
  return `The mail has a file attached that is not text (${part.type}); save it from the mail and scan it on its own.`;
}

/** What a mail's headers tell of it. */
function toldBy(headers: readonly MailHeader[]): Partial<ChatOrigin> {
  const [from] = addressparser()(headers.find(({ name }) => name === 'from')?.value ?? '');
  const references = headerValue(headers, 'references') ?? headerValue(headers, 'in-reply-to');
  return {
    author: authorOf(undefined, from?.name ? decodeWords(from.name) : undefined, from?.address || undefined),
    timestamp: isoTime(headerValue(headers, 'date')),
    thread: headerValue(headers, 'x-gm-thrid') ?? /<[^<>\s]+>/.exec(references ?? '')?.[0],
  };
}

/** Mail as a client keeps it: many in one file. */
export const mbox: TextFormat = {
  name: 'mbox',
  recognise: (head) => (fromLine.test(headText(head, 300)) && /^[A-Za-z][A-Za-z0-9-]*:/m.test(headText(head)) ? 0.95 : 0),
  views: (document, context) => readMails(document, context, true),
};

const mailHeaders =
  /^(?:from|to|cc|subject|date|message-id|received|mime-version|return-path|delivered-to|content-type|reply-to|dkim-signature|x-[a-z-]+)$/;

/** One mail. */
export const eml: TextFormat = {
  name: 'eml',
  recognise(head) {
    const { headers } = readHeaders(Buffer.from(head.subarray(0, 16_384)), 0, Math.min(head.length, 16_384));
    const names = new Set(headers.map(({ name }) => name));
    if (!names.has('from') || !(names.has('date') || names.has('subject')) || headers.length < 3) return 0;
    return mailHeaders.test(headers[0].name) && (names.has('message-id') || names.has('mime-version') || names.has('received'))
      ? 0.9
      : 0;
  },
  views: (document, context) => readMails(document, context, false),
};
