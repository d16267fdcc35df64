import type { Gap } from '../../model/gap.ts';
import type { Container, Document, FormatContext } from '../document.ts';
import { bunzip2 } from './bzip2.ts';
import { inflate, type Unpack } from './inflate.ts';
import { placeIn, streamDocument } from './member-document.ts';
import { freshOutcome, gapOfOutcome, unpackWithin } from './unpack.ts';
import { unxz } from './xz.ts';
import { unzstd } from './zstd.ts';

/** One document in other clothes: where it is an archive itself, its own name is left out of its members' names. */
export interface Wrapping extends Container {
  readonly isWrapping: true;
}

/** gzip, RFC 1952. */
export const gzip = wrapping('gzip', [0x1f, 0x8b, 0x08], /\.(?:gz|gzip)$/i, inflate('gzip'));
/** bzip2. */
export const bzip2 = wrapping('bzip2', [0x42, 0x5a, 0x68], /\.bz2?$/i, bunzip2);
/** xz, https://tukaani.org/xz/xz-file-format.txt */
export const xz = wrapping('xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00], /\.xz$/i, unxz);
/** zstd, RFC 8878. */
export const zstd = wrapping('zstd', [0x28, 0xb5, 0x2f, 0xfd], /\.zst(?:d)?$/i, unzstd);

const tarNames = /\.(?:tgz|tbz2?|txz|tzst)$/i;

function wrapping(name: string, magic: readonly number[], ending: RegExp, unpack: Unpack): Wrapping {
  return {
    name,
    isWrapping: true,
    recognise: (head) => (magic.every((byte, at) => head[at] === byte) ? 1 : 0),
    members: (document, context) => unwrap(document, context, ending, unpack),
  };
}

async function* unwrap(
  document: Document,
  { limits }: FormatContext,
  ending: RegExp,
  unpack: Unpack,
): AsyncGenerator<Document | Gap> {
  const outcome = freshOutcome();
  const place = placeIn(document, innerName(document, ending));
  yield streamDocument(place, undefined, () => unpackWithin(unpack, document.bytes(), limits, outcome));
  const gap = gapOfOutcome(place, outcome, limits);
  if (gap) yield gap;
}

/** What a wrapped file is called: its name without the ending of the wrapping. A name within it could be any, and is not used. */
function innerName({ path, member = path }: Document, ending: RegExp): string {
  const name = member.slice(member.lastIndexOf('/') + 1);
  const inner = name.replace(ending, '').replace(tarNames, '.tar');
  return inner === name || inner === '' ? 'content' : inner;
}
