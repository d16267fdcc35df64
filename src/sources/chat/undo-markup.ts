import { decodeHTML } from 'entities';
import { type DecodedText, markOf, marks, pushCodePoint } from './decoded-text.ts';

// Each of these shortens the text in place: none writes more bytes than it has read.

/** Keeps a byte where reading has come to: it moves to where writing has come to. */
function keep(text: DecodedText, read: number): void {
  const write = text.length++;
  if (write === read) return;
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

const space = 0x20;
const newline = 0x0a;
// Longer ones are not links, and looking for their end would make many `<` cost a look at all that follows each.
const longestLink = 8192;
const longestTag = 65_536;
const longestEntity = 34;

/**
 * Slack's `<https://…>`, `<https://…|label>`, `<@U1>`, `<#C1|name>`. Where the label is what the link was made of, it is what was
 * typed: `postgres://u:<mailto:p@h|p@h>` was one word. https://docs.slack.dev/messaging/formatting-message-text
 */
export function undoSlackLinks(text: DecodedText): void {
  const { bytes } = text;
  const end = text.length;
  if ((text.marks & marks.angle) === 0) return;
  let at = 0;
  while (at < end && bytes[at] !== 0x3c) at++;
  text.length = at;
  while (at < end) {
    const close = bytes[at] === 0x3c ? closingBracket(bytes, at + 1, Math.min(end, at + longestLink)) : -1;
    if (close < 0 || !isSlackLink(bytes, at + 1, close)) {
      keep(text, at++);
      continue;
    }
    const bar = indexIn(bytes, 0x7c, at + 1, close);
    if (bar < 0) {
      for (let read = at + 1; read < close; read++) keep(text, read);
    } else if (endsWith(bytes, at + 1, bar, bar + 1, close)) {
      for (let read = bar + 1; read < close; read++) keep(text, read);
    } else {
      for (let read = at + 1; read < bar; read++) keep(text, read);
      put(text, space, bar, bar + 1);
      for (let read = bar + 1; read < close; read++) keep(text, read);
      put(text, space, close, close + 1);
    }
    at = close + 1;
  }
}

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
 * its text need not say it.
 */
export function undoTags(text: DecodedText): void {
  const { bytes } = text;
  const end = text.length;
  if ((text.marks & marks.angle) === 0) return;
  let at = 0;
  while (at < end && bytes[at] !== 0x3c) at++;
  text.length = at;
  while (at < end) {
    const close = bytes[at] === 0x3c ? tagEnd(bytes, at + 1, Math.min(end, at + longestTag)) : -1;
    if (close < 0) {
      keep(text, at++);
      continue;
    }
    if (bytes[at + 1] === 0x21) {
      // What a comment says was written by somebody too.
      for (let read = at + 2; read < close; read++) keep(text, read);
      put(text, newline, close, close + 1);
      at = close + 1;
      continue;
    }
    const tag = bytes.toString('latin1', at + 1, Math.min(close, at + 20)).toLowerCase();
    const name = /^\/?[a-z0-9]*/.exec(tag)?.[0] ?? '';
    if (breaking.test(name)) put(text, newline, at, close + 1);
    else if (hidden.test(name)) put(text, space, at, close + 1);
    keepAttributes(text, at + 1 + name.length, close);
    at = close + 1;
  }
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

/** Values of attributes that a person or a program wrote. */
function keepAttributes(text: DecodedText, start: number, end: number): void {
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
      for (let read = equals + 2; read < close; read++) keep(text, read);
      put(text, space, close, close + 1);
    }
    at = close + 1;
  }
}

/** `&amp;`, `&lt;`, `&#8203;`, `&nbsp;` and all others that HTML names. */
export function undoEntities(text: DecodedText): void {
  const { bytes } = text;
  const end = text.length;
  if ((text.marks & marks.ampersand) === 0) return;
  let at = 0;
  while (at < end && bytes[at] !== 0x26) at++;
  text.length = at;
  while (at < end) {
    const close = bytes[at] === 0x26 ? entityEnd(bytes, at + 1, Math.min(end, at + longestEntity)) : -1;
    const written = close < 0 ? '' : bytes.toString('latin1', at, close + 1);
    const meant = close < 0 ? '' : (common.get(written) ?? decodeHTML(written));
    if (close < 0 || meant === written || Buffer.byteLength(meant) > written.length) {
      keep(text, at++);
      continue;
    }
    const from = text.from[at];
    const to = text.to[close];
    text.marks |= marks.typography;
    for (const character of meant) pushCodePoint(text, character.codePointAt(0)!, from, to);
    at = close + 1;
  }
}

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
 * characters, soft hyphens, marks of direction.
 */
export function undoTypography(text: DecodedText): void {
  const { bytes } = text;
  const end = text.length;
  if ((text.marks & marks.typography) === 0) return;
  let at = 0;
  while (at < end && !isLead[bytes[at]]) at++;
  text.length = at;
  while (at < end) {
    const byte = bytes[at];
    if (!isLead[byte]) {
      keep(text, at++);
      continue;
    }
    const length = byte === 0xc2 ? 2 : 3;
    if (at + length > end) {
      keep(text, at++);
      continue;
    }
    const code =
      length === 2
        ? (bytes[at + 1] & 0x3f) | 0x80
        : ((byte & 0x0f) << 12) | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f);
    const meant = plain(code);
    if (meant === undefined) {
      for (let read = at; read < at + length; read++) keep(text, read);
    } else {
      for (let index = 0; index < meant.length; index++) put(text, meant.charCodeAt(index), at, at + length);
    }
    at += length;
  }
}

const isLead = markOf.map((mark) => (mark === marks.typography ? 1 : 0));

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
