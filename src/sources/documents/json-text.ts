import type { Gap } from '../../model/gap.ts';
import { buildView, type View, type ViewBuilder } from '../../model/view.ts';
import { originOf } from '../archives/member-document.ts';
import type { Document, TextFormat } from '../document.ts';
import { type CutSlice, cutSlices } from './slices.ts';

/**
 * Kinds of JSON in which text is wrapped deeper than in others. Read without a parser, so that what is cut off or damaged is
 * read as far as it goes, and a document of any size in slices.
 *
 * Of each string the escapes are decoded. A string that ends a line and is followed by another in its list is one text with
 * it: a notebook keeps a cell so. And `value` is shown under the name that stands beside it (`"name": "Authorization",
 * "value": …` of HAR and Postman), or over its object (`"db_password": {"value": …}` of Terraform).
 */
export const jupyter = kind('jupyter', [
  ['"cell_type"', '"cells"'],
  ['"nbformat"', '"cells"'],
]);
/** http://www.softwareishard.com/blog/har-12-spec/ */
export const har = kind('har', [
  ['"creator"', '"log"'],
  ['"entries"', '"request"', '"log"'],
]);
/** https://schema.postman.com/ */
export const postman = kind('postman', [
  ['"_postman_id"'],
  ['schema.getpostman.com'],
  ['"_postman_variable_scope"'],
  ['"_postman_exported_at"'],
]);
/** https://developer.hashicorp.com/terraform/internals/json-format, and the state, which is documented by its own code only. */
export const terraform = kind('terraform', [
  ['"terraform_version"', '"serial"'],
  ['"terraform_version"', '"format_version"'],
  ['"lineage"', '"serial"', '"version"'],
]);
/** https://github.com/opencontainers/image-spec/blob/main/config.md */
export const imageConfig = kind('image-config', [
  ['"architecture"', '"config"', '"os"'],
  ['"architecture"', '"rootfs"', '"diff_ids"'],
  ['"container_config"'],
]);

const recogniseBytes = 8192;
/** Of each kind what is rarest. */
const anyMark =
  /"(?:cell_type|nbformat|creator|entries|_postman_|terraform_version|lineage|architecture|container_config)|schema\.getpostman/;

/** Whether a head could be one of these kinds: of a JSON file that is none, 5 microseconds instead of 50 for asking each. */
export function mayWrapText(head: Uint8Array): boolean {
  return anyMark.test(Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, recogniseBytes)).toString('latin1'));
}

function kind(name: string, marks: readonly (readonly string[])[]): TextFormat {
  return {
    name,
    recognise(head) {
      if (!beginsObject(head)) return 0;
      const text = Buffer.from(head.buffer, head.byteOffset, Math.min(head.length, recogniseBytes));
      return marks.some((all) => all.every((mark) => text.includes(mark))) ? 0.9 : 0;
    },
    views: jsonViews,
  };
}

function beginsObject(head: Uint8Array): boolean {
  let at = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0;
  while (isSpace(head[at])) at++;
  return head[at] === openBrace;
}

async function* jsonViews(document: Document): AsyncGenerator<View | Gap> {
  const origin = originOf(document);
  let state = freshState();
  for await (const slice of cutSlices(document.bytes())) {
    const builder = buildView(slice);
    builder.piece(origin);
    state = readSlice(slice, builder, state);
    yield builder.build();
  }
}

const quote = 0x22;
const backslash = 0x5c;
const openBrace = 0x7b;
const mostNameBytes = 200;
const mostDepth = 256;

/** Where a reader stands between two slices. */
interface State {
  readonly isInString: boolean;
  /** The names of the objects and lists that are open, innermost last; empty in a list. */
  readonly open: readonly string[];
  /** What `name` or `key` said in the innermost object. */
  readonly named: string;
}

function freshState(): State {
  return { isInString: false, open: [], named: '' };
}

/** Reads a slice into a view. Returns the state at the place where the next slice begins. */
function readSlice({ bytes, next }: CutSlice, view: ViewBuilder, state: State): State {
  let { isInString, named } = state;
  let open = [...state.open];
  let atNext = state;
  /** From here on bytes are still to be copied. */
  let pending = 0;
  let stringStart = 0;
  let endsLine = false;
  let key = '';
  let last = '';

  const flush = (end: number) => {
    view.copy(pending, end);
    pending = end;
  };

  for (let at = 0; at < bytes.length; ) {
    if (next !== undefined && at <= next) atNext = { isInString, open: [...open], named };
    const byte = bytes[at];
    if (isInString) {
      if (byte === backslash) {
        const decoded = readEscape(bytes, at);
        flush(at);
        view.replace(decoded.text, at, decoded.end);
        pending = decoded.end;
        endsLine = decoded.text === '\n';
        at = decoded.end;
      } else if (byte === quote) {
        isInString = false;
        last = nameIn(bytes, stringStart, at);
        const follower = endsLine ? nextString(bytes, at + 1) : undefined;
        if (follower === undefined) at++;
        else {
          // The rest of a text that is kept line by line.
          flush(at);
          pending = follower + 1;
          stringStart = follower + 1;
          at = follower + 1;
          isInString = true;
        }
        endsLine = false;
        // The value of the key that was read last.
        if (!isInString && isNaming(key)) named = last;
      } else {
        endsLine = false;
        at++;
      }
      continue;
    }
    switch (byte) {
      case quote: {
        const shown = named || (open.at(-1) ?? '');
        if (shown !== '' && isValueKey(bytes, at)) {
          flush(at);
          view.replace(JSON.stringify(shown), at, at + valueKey.length);
          pending = at + valueKey.length;
          key = 'value';
          at = pending;
          break;
        }
        isInString = true;
        stringStart = ++at;
        endsLine = false;
        break;
      }
      case 0x3a: // :
        key = last;
        at++;
        break;
      case openBrace:
      case 0x5b: // [
        open.push(byte === openBrace ? key : '');
        if (open.length > mostDepth) open = open.slice(-mostDepth);
        key = '';
        named = '';
        at++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        key = '';
        named = '';
        at++;
        break;
      case 0x2c: // ,
        key = '';
        at++;
        break;
      default:
        at++;
    }
  }
  flush(bytes.length);
  return atNext;
}

const valueKey = '"value"';

function isValueKey(bytes: Uint8Array, at: number): boolean {
  for (let index = 0; index < valueKey.length; index++) if (bytes[at + index] !== valueKey.charCodeAt(index)) return false;
  let after = at + valueKey.length;
  while (isSpace(bytes[after])) after++;
  return bytes[after] === 0x3a;
}

function isNaming(key: string): boolean {
  return key === 'name' || key === 'key';
}

function nameIn(bytes: Uint8Array, start: number, end: number): string {
  return end - start > mostNameBytes ? '' : Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
}

/** Where the string begins that follows as the next of a list; undefined where something else does. */
function nextString(bytes: Uint8Array, from: number): number | undefined {
  let at = from;
  while (isSpace(bytes[at])) at++;
  if (bytes[at] !== 0x2c) return undefined;
  at++;
  while (isSpace(bytes[at])) at++;
  return bytes[at] === quote ? at : undefined;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

const shortEscapes: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
  '/': '/',
};

/** An escape at a backslash: what it stands for, and where it ends. One that is none stands for itself. */
function readEscape(bytes: Uint8Array, at: number): { readonly text: string; readonly end: number } {
  const letter = String.fromCharCode(bytes[at + 1] ?? 0);
  const short = shortEscapes[letter];
  if (short !== undefined) return { text: short, end: at + 2 };
  const unit = letter === 'u' ? hexUnit(bytes, at + 2) : undefined;
  if (unit === undefined) return { text: '\\', end: at + 1 };
  const low =
    unit >= 0xd800 && unit < 0xdc00 && bytes[at + 6] === backslash && bytes[at + 7] === 0x75 ? hexUnit(bytes, at + 8) : undefined;
  if (low !== undefined && low >= 0xdc00 && low < 0xe000) return { text: String.fromCharCode(unit, low), end: at + 12 };
  return { text: String.fromCharCode(unit), end: at + 6 };
}

function hexUnit(bytes: Uint8Array, at: number): number | undefined {
  if (at + 4 > bytes.length) return undefined;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + at, 4).toString('latin1');
  return /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : undefined;
}
