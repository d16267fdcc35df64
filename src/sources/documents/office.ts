import type { Gap } from '../../model/gap.ts';
import { buildView, type View, type ViewBuilder } from '../../model/view.ts';
import { originOf } from '../archives/member-document.ts';
import type { Document, TextFormat } from '../document.ts';
import { entities } from '../lazy-packages.ts';
import { type CutSlice, cutSlices } from './slices.ts';

const namespaces = [
  'http://schemas.openxmlformats.org/wordprocessingml/',
  'http://schemas.openxmlformats.org/spreadsheetml/',
  'http://schemas.openxmlformats.org/presentationml/',
  'http://schemas.openxmlformats.org/drawingml/',
  'http://purl.oclc.org/ooxml/',
  'urn:oasis:names:tc:opendocument:xmlns:office:',
] as const;
const recogniseBytes = 4096;

/**
 * The text of Office Open XML and ODF, out of the XML in their zips: runs that an editor cut a word into are joined,
 * paragraphs, rows and cells are lines. Of attributes only addresses are kept.
 * https://ecma-international.org/publications-and-standards/standards/ecma-376/, https://docs.oasis-open.org/office/OpenDocument/v1.3/
 */
export const office: TextFormat = {
  name: 'office',
  recognise(head) {
    const first = head[0] === 0xef ? head[3] : head[0];
    if (first !== 0x3c) return 0;
    const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, recogniseBytes));
    return namespaces.some((namespace) => text.includes(namespace)) ? 0.9 : 0;
  },
  views: officeViews,
};

async function* officeViews(document: Document): AsyncGenerator<View | Gap> {
  const origin = originOf(document);
  let isInTag = false;
  for await (const slice of cutSlices(document.bytes())) {
    const builder = buildView(slice);
    builder.piece(origin);
    isInTag = readSlice(slice, builder, isInTag);
    yield builder.build();
  }
}

/** Elements that end a line, and begin on one of their own, by their local names: paragraphs, rows, cells and strings of both families. */
const lineEnds = new Set([
  'p',
  'h',
  'si',
  'row',
  'c',
  'tr',
  'tc',
  'table-row',
  'table-cell',
  'list-item',
  'comment',
  'f',
  'v',
  'definedName',
  'connection',
]);
/** Elements that stand for a character. */
const characters: ReadonlyMap<string, string> = new Map([
  ['tab', '\t'],
  ['br', '\n'],
  ['cr', '\n'],
  ['line-break', '\n'],
  ['s', ' '],
  ['noBreakHyphen', '-'],
]);
const mostTagBytes = 65_536;

/** Reads a slice into a view. Returns whether the next begins within a tag. */
function readSlice({ bytes, next }: CutSlice, view: ViewBuilder, beginsInTag: boolean): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = beginsInTag ? text.indexOf('>') + 1 : 0;
  let isNextInTag = false;
  if (beginsInTag && at === 0) return true;
  while (at < text.length) {
    const tag = text.indexOf('<', at);
    const end = tag < 0 ? text.length : tag;
    copyText(text, at, end, view);
    if (tag < 0) break;
    const { close, isTag } = closeOf(text, tag);
    if (!isTag) {
      copyText(text, tag, close, view);
      view.replace('\n', close, close);
      at = close;
      continue;
    }
    if (next !== undefined && tag < next && (close < 0 || close >= next)) isNextInTag = true;
    if (close < 0) break;
    readTag(text, tag, close, view);
    at = close + 1;
  }
  return isNextInTag;
}

/** Where the tag ends that begins at `tag`, -1 where the bytes end before; or where the next begins, where this one lost its end. */
function closeOf(text: Buffer, tag: number): { readonly close: number; readonly isTag: boolean } {
  for (let at = tag + 1; at < text.length; at++) {
    if (text[at] === 0x3e) return { close: at, isTag: true };
    if (text[at] === 0x3c) return { close: at, isTag: false };
  }
  return { close: -1, isTag: true };
}

function readTag(text: Buffer, tag: number, close: number, view: ViewBuilder): void {
  const inner = text.toString('latin1', tag + 1, Math.min(close, tag + mostTagBytes));
  const [, slash, name] = /^(\/?)(?:[\w.-]+:)?([\w.-]+)/.exec(inner) ?? [];
  if (name === undefined) return;
  const isEmpty = inner.endsWith('/');
  const character = isEmpty ? characters.get(name) : undefined;
  if (character !== undefined) view.replace(character, tag, close + 1);
  else if (lineEnds.has(name) && (slash === '/' || isEmpty || (view.length > 0 && !view.endsLine)))
    view.replace('\n', tag, close + 1);
  if (!inner.includes('://')) return;
  for (const { 1: key, 2: value, index, 0: whole } of inner.matchAll(/([\w:.-]+)\s*=\s*["']([^"'<]*:\/\/[^"'<]*)["']/g)) {
    if (key.startsWith('xmlns') || key.endsWith('schemaLocation')) continue;
    const start = tag + 1 + index + whole.length - 1 - value.length;
    view.replace('\n', start, start);
    copyText(text, start, start + value.length, view);
    view.replace('\n', start + value.length, start + value.length);
  }
}

/** Text, with what its entities stand for. What only indents the tags is left out. */
function copyText(text: Buffer, from: number, end: number, view: ViewBuilder): void {
  if (end <= from || isIndent(text, from, end)) return;
  let at = from;
  for (let mark = text.indexOf('&', at); mark >= 0 && mark < end; mark = text.indexOf('&', mark + 1)) {
    const semicolon = text.indexOf(';', mark);
    if (semicolon < 0 || semicolon >= end || semicolon - mark > 12) continue;
    const entity = text.toString('latin1', mark, semicolon + 1);
    const decoded = entities().decodeXML(entity);
    if (decoded === entity) continue;
    view.copy(at, mark);
    view.replace(decoded, mark, semicolon + 1);
    at = semicolon + 1;
  }
  view.copy(at, end);
}

function isIndent(text: Buffer, from: number, end: number): boolean {
  let hasBreak = false;
  for (let at = from; at < end; at++) {
    const byte = text[at];
    if (byte === 0x0a) hasBreak = true;
    else if (byte !== 0x20 && byte !== 0x0d && byte !== 0x09) return false;
  }
  return hasBreak;
}
