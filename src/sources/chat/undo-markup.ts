import { readSequence, type Sequence } from '../ci-logs/escape-sequences.ts';
import { entities } from '../lazy-packages.ts';
import { type DecodedText, markOf, marks, push, pushCodePoint } from './decoded-text.ts';

/** What a client may have written into a text: Slack's links, HTML's tags, or neither; entities and typography it may be in any. */
export type Markup = 'slack' | 'html' | 'none';

const space = 0x20;
const newline = 0x0a;
// Longer ones are not links, and looking for their end would make many `<` cost a look at all that follows each.
const longestLink = 8192;
const longestTag = 65_536;
const longestEntity = 34;

/** Undoes what clients did to a text, in place: nothing that is undone is longer than what stood for it. */
export function undoMarkup(text: DecodedText, markup: Markup): void {
  const undone = marks.ampersand | marks.typography | (markup === 'none' ? 0 : marks.angle);
  if ((text.marks & undone) === 0) return;
  const end = text.length;
  text.length = 0;
  undo(text, 0, end, markup, undone);
}

/** Reads [start, end) and writes at the text's length, which is never past what was read. */
function undo(text: DecodedText, start: number, end: number, markup: Markup, undone: number): void {
  const { bytes, from, to } = text;
  let write = text.length;
  let at = start;
  // Of the link that it reads: where its label begins and where it ends.
  let bar = -1;
  let close = -1;
  while (at < end) {
    const byte = bytes[at];
    if ((markOf[byte] & undone) === 0 && at !== bar && at !== close) {
      if (write !== at) {
        bytes[write] = byte;
        from[write] = from[at];
        to[write] = to[at];
      }
      write++;
      at++;
      continue;
    }
    text.length = write;
    if (at === bar) {
      put(text, space, at, at + 1);
      at++;
    } else if (at === close) {
      // Behind a label that is not what the link was made of.
      if (bar >= 0) put(text, space, at, at + 1);
      bar = -1;
      close = -1;
      at++;
    } else if (byte === 0x26) at = undoEntity(text, at, end);
    else if (byte !== 0x3c) at = undoCharacter(text, at, end);
    else if (markup === 'html') at = undoTag(text, at, end, undone);
    else {
      const linkEnd = closingBracket(bytes, at + 1, Math.min(end, at + longestLink));
      if (linkEnd < 0 || !isSlackLink(bytes, at + 1, linkEnd)) keep(text, at++);
      else {
        const labelBar = indexIn(bytes, 0x7c, at + 1, linkEnd);
        const isTyped = labelBar >= 0 && endsWith(bytes, at + 1, labelBar, labelBar + 1, linkEnd);
        close = linkEnd;
        bar = isTyped ? -1 : labelBar;
        at = isTyped ? labelBar + 1 : at + 1;
      }
    }
    write = text.length;
  }
  text.length = write;
}

/** Keeps a byte where reading has come to: it moves to where writing has come to. */
function keep(text: DecodedText, read: number): void {
  const write = text.length++;
  text.bytes[write] = text.bytes[read];
  text.from[write] = text.from[read];
  text.to[write] = text.to[read];
}

/** Writes one ASCII byte for what was read in [start, end). */
function put(text: DecodedText, byte: number, start: number, end: number): void {
  const from = text.from[start];
  const to = text.to[end - 1];
  const write = text.length++;
  text.bytes[write] = byte;
  text.from[write] = from;
  text.to[write] = to;
}

/*
 * Slack writes `<https://…>`, `<https://…|label>`, `<@U1>`, `<#C1|name>`. Where the label is what the link was made of, it is what was
 * typed: `postgres://u:<mailto:p@h|p@h>` was one word. https://docs.slack.dev/messaging/formatting-message-text
 */

function closingBracket(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x3e) return at;
    if (byte === 0x3c || byte === newline) return -1;
  }
  return -1;
}

function isSlackLink(bytes: Uint8Array, start: number, end: number): boolean {
  const first = bytes[start];
  if (first === 0x40 || first === 0x23 || first === 0x21) return true;
  // A scheme and a colon.
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x3a) return at > start;
    const letter = byte | 0x20;
    const inScheme = (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || (byte >= 0x2b && byte <= 0x2e);
    if (!inScheme) return false;
  }
  return false;
}

function indexIn(bytes: Uint8Array, byte: number, start: number, end: number): number {
  for (let at = start; at < end; at++) if (bytes[at] === byte) return at;
  return -1;
}

function endsWith(bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean {
  const length = to - from;
  if (length === 0 || length > end - start) return false;
  for (let at = 0; at < length; at++) if (bytes[end - length + at] !== bytes[from + at]) return false;
  return true;
}

// Elements that begin a line of their own, or a cell.
const breaking = /^\/?(?:br|p|div|li|ul|ol|tr|td|th|table|pre|blockquote|h[1-6]|hr|attachment|section|article)$/;
const hidden = /^(?:script|style)$/;

/**
 * HTML as clients write it into a message: tags go, with a line's end where they begin a line; what a link leads to stays, as
 * its text need not say it. Returns where to read on.
 */
function undoTag(text: DecodedText, at: number, end: number, undone: number): number {
  const { bytes } = text;
  const close = tagEnd(bytes, at + 1, Math.min(end, at + longestTag));
  if (close < 0) {
    keep(text, at);
    return at + 1;
  }
  if (bytes[at + 1] === 0x21) {
    // What a comment says was written by somebody too.
    undo(text, at + 2, close, 'none', undone & ~marks.angle);
    put(text, newline, close, close + 1);
    return close + 1;
  }
  const name = /^\/?[a-z0-9]*/.exec(bytes.toString('latin1', at + 1, Math.min(close, at + 20)).toLowerCase())?.[0] ?? '';
  if (breaking.test(name)) put(text, newline, at, close + 1);
  else if (hidden.test(name)) put(text, space, at, close + 1);
  undoAttributes(text, at + 1 + name.length, close, undone);
  return close + 1;
}

function tagEnd(bytes: Uint8Array, start: number, end: number): number {
  const first = bytes[start] | 0x20;
  const opens = (first >= 0x61 && first <= 0x7a) || bytes[start] === 0x2f || bytes[start] === 0x21;
  if (!opens || start >= end) return -1;
  let quote = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    // Another tag begins: this one lost its end, and what looks like its attributes may be text.
    if (byte === 0x3c) return -1;
    if (quote !== 0) {
      if (byte === quote) quote = 0;
    } else if (byte === 0x3e) return at;
    else if ((byte === 0x22 || byte === 0x27) && bytes[at - 1] === 0x3d) quote = byte;
  }
  return -1;
}

const kept = /^(?:href|src|title|alt|content|value)$/;

/** Leaves the values of attributes that a person or a program wrote. */
function undoAttributes(text: DecodedText, start: number, end: number, undone: number): void {
  let at = start;
  while (at < end) {
    const equals = indexIn(text.bytes, 0x3d, at, end);
    if (equals < 0 || equals + 1 >= end) return;
    const quote = text.bytes[equals + 1];
    if (quote !== 0x22 && quote !== 0x27) {
      at = equals + 1;
      continue;
    }
    const close = indexIn(text.bytes, quote, equals + 2, end);
    if (close < 0) return;
    const name = /[a-z-]*$/.exec(text.bytes.toString('latin1', Math.max(start, equals - 16), equals).toLowerCase())?.[0] ?? '';
    if (kept.test(name)) {
      put(text, space, equals, equals + 1);
      undo(text, equals + 2, close, 'none', undone & ~marks.angle);
      put(text, space, close, close + 1);
    }
    at = close + 1;
  }
}

/** `&amp;`, `&lt;`, `&#8203;`, `&nbsp;` and all others that HTML names. Returns where to read on. */
function undoEntity(text: DecodedText, at: number, end: number): number {
  const { bytes } = text;
  const close = entityEnd(bytes, at + 1, Math.min(end, at + longestEntity));
  const written = close < 0 ? '' : bytes.toString('latin1', at, close + 1);
  const meant = common.get(written) ?? (written === '' ? '' : entities().decodeHTML(written));
  if (close < 0 || meant === written || Buffer.byteLength(meant) > written.length) {
    keep(text, at);
    return at + 1;
  }
  const from = text.from[at];
  const to = text.to[close];
  for (const character of meant) {
    const code = character.codePointAt(0)!;
    const typed = plain(code);
    if (typed === undefined) pushCodePoint(text, code, from, to);
    else for (let index = 0; index < typed.length; index++) push(text, typed.charCodeAt(index), from, to);
  }
  return close + 1;
}

// The five that most clients write.
const common = new Map([
  ['&amp;', '&'],
  ['&lt;', '<'],
  ['&gt;', '>'],
  ['&quot;', '"'],
  ['&#39;', "'"],
]);

function entityEnd(bytes: Uint8Array, start: number, end: number): number {
  for (let at = start; at < end; at++) {
    const byte = bytes[at];
    if (byte === 0x3b) return at > start ? at : -1;
    const letter = byte | 0x20;
    const inEntity = (letter >= 0x61 && letter <= 0x7a) || (byte >= 0x30 && byte <= 0x39) || (byte === 0x23 && at === start);
    if (!inEntity) return -1;
  }
  return -1;
}

/**
 * What clients make of what was typed: curled quotes, dashes, spaces that do not break. What no eye sees goes: zero-width
 * characters, soft hyphens, marks of direction. Returns where to read on.
 */
function undoCharacter(text: DecodedText, at: number, end: number): number {
  const { bytes } = text;
  const byte = bytes[at];
  if (byte === 0x1b) return undoSequence(text, at, end);
  const length = byte === 0xc2 ? 2 : 3;
  if (at + length > end) {
    keep(text, at);
    return at + 1;
  }
  const code =
    length === 2 ? (bytes[at + 1] & 0x3f) | 0x80 : ((byte & 0x0f) << 12) | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f);
  const meant = plain(code);
  if (meant === undefined) {
    for (let read = at; read < at + length; read++) keep(text, read);
  } else {
    for (let index = 0; index < meant.length; index++) put(text, meant.charCodeAt(index), at, at + length);
  }
  return at + length;
}

const sequence: Sequence = { end: 0, kind: 'style', inner: 0, innerEnd: 0 };

/** A sequence of a terminal: a style goes, a move is a blank, and what is within a string is text. Returns where to read on. */
function undoSequence(text: DecodedText, at: number, end: number): number {
  readSequence(text.bytes, at, end, sequence);
  if (sequence.kind === 'style') return sequence.end;
  const next = sequence.kind === 'string' ? sequence.inner : sequence.end;
  put(text, space, at, next);
  return next;
}

function plain(code: number): string | undefined {
  if (code === 0xa0 || code === 0x202f || code === 0x2007) return ' ';
  if (code === 0xad || code === 0xfeff || code === 0x2060) return '';
  if (code < 0x200b || code > 0x2212) return undefined;
  if (code <= 0x200f || (code >= 0x202a && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069)) return '';
  if (code === 0x2010 || code === 0x2011 || code === 0x2013 || code === 0x2212) return '-';
  // What was typed as two.
  if (code === 0x2014) return '--';
  if (code >= 0x2018 && code <= 0x201b) return "'";
  if (code >= 0x201c && code <= 0x201f) return '"';
  return undefined;
}
