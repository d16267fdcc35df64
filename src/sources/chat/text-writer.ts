import type { ViewBuilder } from '../../model/view.ts';
import { createDecodedText, type DecodedText, markOf, takeJsonString, writeDecoded } from './decoded-text.ts';
import type { Role } from './shape.ts';
import { type Markup, undoMarkup } from './undo-markup.ts';

/** Writes the texts of one message into a view, each on a line of its own, each once. */
export interface TextWriter {
  /** A message begins. */
  begin(): void;
  /** Texts that follow belong to another part of it: nothing joins them to those before. */
  part(): void;
  /** What was taken into `text` already, and decoded. */
  writeTaken(view: ViewBuilder, bytes: Buffer, text: DecodedText, role: Role): void;
  /** The inside of a JSON string. `isJoined`: right behind the text before it. `before` is called where there is something to write. */
  write(view: ViewBuilder, bytes: Buffer, start: number, end: number, role: Role, isJoined?: boolean, before?: () => void): void;
}

export function createTextWriter(): TextWriter {
  const text: DecodedText = createDecodedText();
  // What the message said so far, to know a repetition by.
  let said = Buffer.allocUnsafe(1024);
  let length = 0;
  let between: string | undefined;
  // Its first text, as it stands.
  let firstStart = 0;
  let firstEnd = 0;

  function remember(given: Uint8Array, start: number, end: number): void {
    const size = end - start + 1;
    if (length + size > said.length) {
      const grown = Buffer.allocUnsafe((length + size) * 2);
      said.copy(grown, 0, 0, length);
      said = grown;
    }
    for (let at = start; at < end; at++) said[length++] = given[at];
    said[length++] = 0x0a;
  }

  /** Whether each line was said: markup that goes leaves the same words on other lines. */
  function isSaid(given: Buffer): boolean {
    const all = said.subarray(0, length);
    if (all.includes(given)) return true;
    const lines = given.toString('latin1').split('\n');
    // What would cost more to compare than to scan again.
    if (lines.length * all.length > 50_000_000) return false;
    return lines.every((line) => line.trim() === '' || all.includes(line.trim(), 0, 'latin1'));
  }

  function write(
    view: ViewBuilder,
    bytes: Buffer,
    start: number,
    end: number,
    role: Role,
    isJoined?: boolean,
    before?: () => void,
  ): void {
    if (end <= start) return;
    const isRepeat = role === 'repeat' || role === 'repeat-slack' || role === 'repeat-html';
    // What is the same as it stands need not be decoded to be known again.
    if (
      isRepeat &&
      firstEnd - firstStart >= end - start &&
      bytes.subarray(firstStart, firstEnd).includes(bytes.subarray(start, end))
    )
      return;
    const isPlain = !isMarked(bytes, start, end);
    if (!isPlain) {
      takeJsonString(text, bytes, start, end);
      undoMarkup(text, markupOf(role));
    }
    const given = isPlain ? bytes : text.bytes;
    const from = isPlain ? start : 0;
    const to = isPlain ? end : text.length;
    if (isRepeat && isSaid(given.subarray(from, to))) return;
    if (role === 'token-url' && !/xox[a-z]-|xapp-/.test(given.subarray(from, to).toString('latin1'))) return;
    before?.();
    if (between !== undefined && !(isJoined && between === '\n')) view.replace(between, start, start);
    if (isPlain) view.copy(start, end);
    else writeDecoded(text, bytes, view);
    remember(given, from, to);
    if (firstEnd === 0) {
      firstStart = start;
      firstEnd = end;
    }
    between = role === 'label' || role === 'slack-label' ? ': ' : '\n';
  }

  return {
    begin() {
      length = 0;
      firstStart = 0;
      firstEnd = 0;
      between = undefined;
    },
    part() {
      between = undefined;
    },
    writeTaken(view, bytes, taken, role) {
      if (taken.length === 0) return;
      const given = taken.bytes.subarray(0, taken.length);
      if (role.startsWith('repeat') && isSaid(given)) return;
      if (between !== undefined) view.replace('\n', taken.from[0], taken.from[0]);
      writeDecoded(taken, bytes, view);
      remember(given, 0, given.length);
      between = '\n';
    },
    write,
  };
}

/** What markup a text of this role may hold. */
export function markupOf(role: Role): Markup {
  if (role === 'slack' || role === 'repeat-slack' || role === 'slack-label') return 'slack';
  return role === 'html' || role === 'repeat-html' ? 'html' : 'none';
}

function isMarked(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (markOf[bytes[at]] !== 0) return true;
  return false;
}

/** A scalar of JSON as a string; an escaped one is unescaped. */
export function readJsonValue(bytes: Buffer, start: number, end: number, kind: number): string {
  const written = bytes.toString('utf8', start, end);
  if (kind !== 1) return written;
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    // An escape that is none: as it stands.
    return written;
  }
}
