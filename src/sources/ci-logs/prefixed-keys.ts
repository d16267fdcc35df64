import type { ViewBuilder } from '../../model/view.ts';

const opening = Buffer.from('-----BEGIN ');
const closing = Buffer.from('-----END ');
/** A key of 16,384 bits has as many lines of 64. */
const mostLines = 220;

/** Characters of base64. */
const encoded = new Uint8Array(256);
for (const character of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=') encoded[character.charCodeAt(0)] = 1;

/** What may stand behind the text of a line: `\n",` and the like. */
const trailing = new Uint8Array(256);
for (const character of ' \t\r"\'`,;\\') trailing[character.charCodeAt(0)] = 1;

/** More than this in front of a line is no prefix. */
const mostPrefix = 200;
/** From a key's first line to its last, with what is in front of each. */
const mostBytes = 48 << 10;

/** Adds the keys (RFC 7468) whose lines have something in front (`web_1  | `, `12:00:01 `, `> `), without it. */
export function addPrefixedKeys(text: Buffer, view: ViewBuilder): void {
  let floor = 0;
  for (let close = text.indexOf(closing); close !== -1; close = text.indexOf(closing, close + closing.length)) {
    // The last beginning before an end is its own: another one was cut off, and no text is taken twice.
    const from = Math.max(floor, close - mostBytes);
    const at = from + text.subarray(from, close).lastIndexOf(opening);
    floor = close;
    if (at < from) continue;
    let lineStart = at;
    while (lineStart > 0 && at - lineStart <= mostPrefix && text[lineStart - 1] !== 10) lineStart--;
    if (at - lineStart <= mostPrefix && !isBlank(text, lineStart, at)) addKey(text, lineStart, at, close, view);
  }
}

function isBlank(text: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (text[at] !== 0x20 && text[at] !== 0x09) return false;
  return true;
}

/** Adds the key that begins at `begin` and whose last line, or what is at the end of it, begins at `close`. */
function addKey(text: Buffer, lineStart: number, begin: number, close: number, view: ViewBuilder): void {
  const prefix = text.subarray(lineStart, begin);
  const firstFeed = text.indexOf(10, begin);
  // A key on one line is whole as it is.
  if (firstFeed === -1 || firstFeed > close) return;
  view.separate();
  view.copy(begin, endOfText(text, begin, firstFeed));
  let start = firstFeed + 1;
  for (let lines = 0; lines < mostLines; lines++) {
    view.replace('\n', start - 1, start);
    const feed = text.indexOf(10, start);
    const end = feed === -1 ? text.length : feed;
    if (close < end) {
      view.copy(close, endOfText(text, close, end));
      return;
    }
    const textEnd = endOfText(text, start, end);
    let textStart = textEnd;
    while (textStart > start && encoded[text[textStart - 1]] === 1) textStart--;
    if (text.subarray(start, start + prefix.length).equals(prefix)) textStart = Math.min(textEnd, start + prefix.length);
    view.copy(textStart, textEnd);
    start = end + 1;
  }
}

function endOfText(text: Buffer, start: number, end: number): number {
  let at = end;
  for (;;) {
    if (at > start && trailing[text[at - 1]] === 1) at--;
    else if (at - 2 >= start && text[at - 2] === 0x5c && text[at - 1] === 0x6e) at -= 2;
    else return at;
  }
}
