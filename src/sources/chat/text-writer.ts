import type { ViewBuilder } from '../../model/view.ts';
import { createDecodedText, type DecodedText, takeJsonString, takeRaw, writeDecoded } from './decoded-text.ts';
import type { Role } from './shape.ts';
import { marked, undoEntities, undoSlackLinks, undoTags, undoTypography } from './undo-markup.ts';

/** Writes the texts of one message into a view, each on a line of its own, each once. */
export interface TextWriter {
  /** A message begins. */
  begin(): void;
  /** Texts that follow belong to another part of it. */
  part(): void;
  /** The inside of a JSON string. */
  write(view: ViewBuilder, bytes: Uint8Array, start: number, end: number, role: Role): void;
  /** As `write`, right behind the text before it. */
  append(view: ViewBuilder, bytes: Uint8Array, start: number, end: number, role: Role): void;
}

export function createTextWriter(): TextWriter {
  const text: DecodedText = createDecodedText();
  // What the message said so far, to know a repetition by.
  let said = Buffer.allocUnsafe(4096);
  let length = 0;
  let between: string | undefined;

  function remember(given: Uint8Array): void {
    const size = given.length + 1;
    if (length + size > said.length) {
      const grown = Buffer.allocUnsafe((length + size) * 2);
      said.copy(grown, 0, 0, length);
      said = grown;
    }
    said.set(given, length);
    length += size;
    said[length - 1] = 0x0a;
  }

  function add(view: ViewBuilder, bytes: Uint8Array, start: number, end: number, role: Role, joint: string | undefined): void {
    if (end <= start) return;
    const isPlain = !isMarked(bytes, start, end);
    if (!isPlain) {
      takeJsonString(text, bytes, start, end);
      undoMarkup(text, role);
    }
    const given = isPlain ? bytesOf(bytes, start, end) : text.bytes.subarray(0, text.length);
    if (role.startsWith('repeat') && said.subarray(0, length).includes(given)) return;
    if (role === 'token-url' && !/xox[a-z]-|xapp-/.test(given.toString('latin1'))) return;
    if (joint) view.replace(joint, start, start);
    if (isPlain) view.copy(start, end);
    else writeDecoded(text, bytes, view);
    remember(given);
    between = role === 'label' || role === 'slack-label' ? ': ' : '\n';
  }

  return {
    begin() {
      length = 0;
      between = undefined;
    },
    part() {
      between = undefined;
    },
    write: (view, bytes, start, end, role) => add(view, bytes, start, end, role, between),
    append: (view, bytes, start, end, role) => add(view, bytes, start, end, role, between === ': ' ? between : undefined),
  };
}

/** Undoes what a client did to a text of this role. */
export function undoMarkup(text: DecodedText, role: Role): void {
  if (role === 'slack' || role === 'repeat-slack' || role === 'slack-label') undoSlackLinks(text);
  if (role === 'html' || role === 'repeat-html') undoTags(text);
  undoEntities(text);
  undoTypography(text);
}

/** Takes bytes as they are, and undoes what a client did to them. */
export function takeText(text: DecodedText, bytes: Uint8Array, start: number, end: number, role: Role): void {
  takeRaw(text, bytes, start, end);
  undoMarkup(text, role);
}

function isMarked(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (marked[bytes[at]]) return true;
  return false;
}

/** A scalar of JSON as a string; an escaped one is unescaped. */
export function readJsonValue(bytes: Uint8Array, start: number, end: number, kind: number): string {
  const written = bytesOf(bytes, start, end).toString();
  if (kind !== 1) return written;
  try {
    return JSON.parse(`"${written}"`) as string;
  } catch {
    // An escape that is none: as it stands.
    return written;
  }
}

function bytesOf(bytes: Uint8Array, start: number, end: number): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start);
}
