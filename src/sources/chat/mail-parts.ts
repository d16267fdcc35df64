import { lazily } from '../lazily.ts';
import { libmime } from '../lazy-packages.ts';

/** A part of a mail that holds no other: offsets are of the bytes that were given. */
export interface MailPart {
  readonly headers: readonly MailHeader[];
  readonly start: number;
  readonly end: number;
  /** `text/plain`. */
  readonly type: string;
  readonly charset: string;
  /** `base64`, `quoted-printable`, or anything else for none. */
  readonly encoding: string;
  readonly name?: string;
  /** Whether it says once more what another part says. */
  readonly isAlternative: boolean;
  /** Of a mail within the mail. */
  readonly isNested: boolean;
}

export interface MailHeader {
  /** In lower case. */
  readonly name: string;
  readonly value: string;
  /** Where its value stands. */
  readonly start: number;
  readonly end: number;
}

const mime = lazily(() => new (libmime().Libmime)());
const maxDepth = 40;
const maxHeaders = 2000;

/** The headers at the start of a mail or a part, and where its body begins. */
export function readHeaders(
  all: Buffer,
  start: number,
  end: number,
): { readonly headers: readonly MailHeader[]; readonly body: number } {
  // Nothing is looked for past the end: what is not there would be looked for in all mails that follow.
  const bytes = all.subarray(0, end);
  const headers: MailHeader[] = [];
  let at = start;
  while (at < end) {
    let lineEnd = lineEndOf(bytes, at, end);
    if (isBlank(bytes, at, lineEnd)) return { headers, body: lineEnd };
    const colon = bytes.indexOf(0x3a, at);
    // Not a header: the body, in a mail that lost its blank line.
    if (
      colon < 0 ||
      colon >= lineEnd ||
      colon - at > 100 ||
      headers.length >= maxHeaders ||
      bytes.subarray(at, colon).includes(0x20)
    ) {
      return { headers, body: at };
    }
    while (lineEnd < end && (bytes[lineEnd] === 0x20 || bytes[lineEnd] === 0x09)) lineEnd = lineEndOf(bytes, lineEnd, end);
    const name = bytes.toString('latin1', at, colon).toLowerCase();
    const value = bytes
      .toString('utf8', colon + 1, Math.min(lineEnd, colon + 8192))
      .replace(/\r?\n[ \t]+/g, ' ')
      .trim();
    headers.push({ name, value, start: colon + 1, end: lineEnd });
    at = lineEnd;
  }
  return { headers, body: end };
}

/** A header's value, with the words decoded that RFC 2047 encodes. */
export function headerValue(headers: readonly MailHeader[], name: string): string | undefined {
  const found = headers.find((header) => header.name === name);
  return found ? decodeWords(found.value) : undefined;
}

/** Text of a header in which words may be encoded. */
export function decodeWords(value: string): string {
  return value.includes('=?') ? mime().decodeWords(value) : value;
}

/** The parts of a mail that hold text or files, in their order. */
export function* readParts(
  bytes: Buffer,
  start: number,
  end: number,
  depth = 0,
  isAlternative = false,
  isNested = false,
): Generator<MailPart> {
  const { headers, body } = readHeaders(bytes, start, end);
  const { value, params } = mime().parseHeaderValue(headers.find(({ name }) => name === 'content-type')?.value ?? 'text/plain');
  const disposition = mime().parseHeaderValue(headers.find(({ name }) => name === 'content-disposition')?.value ?? '');
  const type = String(value || 'text/plain').toLowerCase();
  const encoding = (headers.find(({ name }) => name === 'content-transfer-encoding')?.value ?? '').toLowerCase();
  const named = disposition.params.filename ?? params.name;
  const name = named ? decodeWords(String(named)) : undefined;
  const leaf: MailPart = {
    headers,
    start: body,
    end,
    type,
    charset: String(params.charset ?? 'utf-8'),
    encoding,
    ...(name && { name }),
    isAlternative,
    isNested,
  };
  const boundary = params.boundary ? String(params.boundary) : undefined;
  if (depth < maxDepth && type.startsWith('multipart/') && boundary) {
    // What stands before the first part is for readers that know no parts, and yet may hold anything.
    const inner = [...splitAt(bytes, body, end, boundary)];
    yield { ...leaf, type: 'text/plain', encoding: '', end: inner[0]?.before ?? end };
    let index = 0;
    for (const part of inner) {
      yield* readParts(bytes, part.start, part.end, depth + 1, type === 'multipart/alternative' && index++ > 0, isNested);
    }
    return;
  }
  if (depth < maxDepth && type === 'message/rfc822' && encoding !== 'base64') {
    yield { ...leaf, end: body };
    yield* readParts(bytes, body, end, depth + 1, false, true);
    return;
  }
  yield leaf;
}

interface Stretch {
  /** Where the line of its boundary begins. */
  readonly before: number;
  readonly start: number;
  readonly end: number;
}

function* splitAt(all: Buffer, start: number, end: number, boundary: string): Generator<Stretch> {
  const bytes = all.subarray(0, end);
  const mark = Buffer.from(`--${boundary}`);
  let before = -1;
  let open = -1;
  for (let at = bytes.indexOf(mark, start); at >= 0; at = bytes.indexOf(mark, at + mark.length)) {
    if (at > start && bytes[at - 1] !== 0x0a) continue;
    if (open >= 0) yield { before, start: open, end: at };
    const isLast = bytes[at + mark.length] === 0x2d && bytes[at + mark.length + 1] === 0x2d;
    before = at;
    open = lineEndOf(bytes, at, end);
    if (!isLast) continue;
    // What follows the last part is read as one more: a part cut off from its boundary is still read.
    if (end > open) yield { before, start: open, end };
    return;
  }
  if (open >= 0) yield { before, start: open, end };
}

function lineEndOf(bytes: Buffer, at: number, end: number): number {
  const found = bytes.indexOf(0x0a, at);
  return found < 0 || found >= end ? end : found + 1;
}

function isBlank(bytes: Buffer, start: number, end: number): boolean {
  return end - start <= 2 && (bytes[start] === 0x0a || (bytes[start] === 0x0d && bytes[start + 1] === 0x0a));
}
