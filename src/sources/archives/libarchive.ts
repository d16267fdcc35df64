import type { LibarchiveWasm } from 'libarchive-wasm';
import type { Gap } from '../../model/gap.ts';
import type { Container, Document, FormatContext } from '../document.ts';
import { compiledOnce } from './compiled-once.ts';
import { gapIn, leafDocument, placeIn, streamDocument } from './member-document.ts';
import { freshOutcome, gapOfOutcome, unpackWithin } from './unpack.ts';

const readBytes = 65_536;
/** An archive that holds nothing is no longer than its header; xar has a list in XML besides. */
const emptyBytes = 64;

/**
 * 7z, and what libarchive reads beside it: RAR, cab, xar, and ar, in which Debian packages are. libarchive runs as
 * WebAssembly, in a memory of its own for each archive, with the whole archive in it; its members come out in pieces.
 * It has no locale there: characters of names beyond ASCII are shown as stars.
 */
export const sevenZip = libarchiveContainer('7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]);
export const rar = libarchiveContainer('rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]);
export const cab = libarchiveContainer('cab', [0x4d, 0x53, 0x43, 0x46, 0, 0, 0, 0]);
export const xar = libarchiveContainer('xar', [0x78, 0x61, 0x72, 0x21]);
export const ar = libarchiveContainer('ar', [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e, 0x0a]);

/** A container that libarchive reads; `load` gives it an instance for each archive. */
export function libarchiveContainer(name: string, magic: readonly number[], load = loadLibarchive): Container {
  return {
    name,
    recognise: (head) => (magic.every((byte, at) => head[at] === byte) ? 1 : 0),
    members: (document, context) => readArchive(name, document, context, load),
  };
}

/** libarchive in a memory of its own. Loaded here: most scans meet no such archive. */
export async function loadLibarchive(): Promise<LibarchiveWasm> {
  const { libarchiveWasm } = await import('libarchive-wasm');
  return libarchiveWasm({ instantiateWasm: await compiledOnce('libarchive-wasm/dist/libarchive.wasm') });
}

async function* readArchive(
  name: string,
  document: Document,
  { limits }: FormatContext,
  load: typeof loadLibarchive,
): AsyncGenerator<Document | Gap> {
  const whole = await document.whole(limits.maxWholeBytes);
  if ('reason' in whole) {
    yield whole;
    return;
  }
  const { ArchiveReader } = await import('libarchive-wasm');
  const library = await load();
  // What libarchive throws is told as a gap, whatever it is: a hostile archive can bring it to any end.
  const attempt = <T>(work: () => T): T | { readonly error: string } => {
    try {
      return work();
    } catch (error) {
      return { error: (error as Error).message || 'it is damaged' };
    }
  };
  const broken = function* (error: string): Generator<Document | Gap> {
    yield failure(document, error);
    // What is not packed in it can be read all the same.
    if (!isLocked(error)) yield leafDocument(placeIn(document, '(all bytes)'), whole);
  };
  const reader = attempt(() => new ArchiveReader(library, new Int8Array(whole.buffer, whole.byteOffset, whole.length)));
  if ('error' in reader) {
    yield* broken(reader.error);
    return;
  }
  let members = 0;
  for (;;) {
    const pointer = attempt(() => reader.nextEntryPointer());
    if (typeof pointer !== 'number') {
      yield* broken(pointer.error);
      return;
    }
    if (pointer === 0) break;
    members++;
    const entry = attempt(() => ({
      name: reader.getEntryPathname(pointer) ?? '',
      type: reader.getEntryFiletype(pointer),
      size: reader.getEntrySize(pointer),
      isEncrypted: reader.isEntryEncrypted(pointer),
    }));
    if ('error' in entry) {
      yield* broken(entry.error);
      return;
    }
    const { name: said, type, size, isEncrypted } = entry;
    // What else it is said to be has no bytes; what has some is read, whatever it is said to be.
    if (type !== 'File' && size === 0) continue;
    const place = placeIn(document, said || 'unnamed');
    if (isEncrypted) {
      yield gapIn(place, 'encrypted', 'it is locked with a password; unpack it with that and scan the folder');
      continue;
    }
    const outcome = freshOutcome();
    const read = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        const chunk = attempt(() => reader.readData(readBytes));
        if ('error' in chunk) {
          outcome.error = chunk.error;
          return;
        }
        if (chunk.length === 0) return;
        yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length);
      }
    };
    // How much of the archive a member takes is not known: the ratio counts against all of it.
    const packed = async function* (): AsyncGenerator<Uint8Array> {
      yield whole;
    };
    yield streamDocument(place, size, () =>
      unpackWithin(
        async function* (source) {
          for await (const _ of source) yield* read();
        },
        packed(),
        limits,
        outcome,
      ),
    );
    const gap = outcome.error?.includes('ncrypt') ? failure(place, outcome.error) : gapOfOutcome(place, outcome, limits);
    if (gap) yield gap;
  }
  const left = attempt(() => library.error_string(reader.archive));
  if (typeof left === 'string' && left !== '') yield* broken(left);
  // Of a 7z without its list at the end, and of an ar with a wrong size in it, libarchive says nothing.
  else if (members === 0 && name !== 'xar' && whole.length > emptyBytes) yield* broken('it has no members');
  else if (name === 'ar' && !reachesEnd(whole)) yield* broken('its members do not fill it');
}

/** Whether the sizes in the headers of an ar lead to its end. https://man.freebsd.org/cgi/man.cgi?query=ar&sektion=5 */
function reachesEnd(whole: Uint8Array): boolean {
  const bytes = Buffer.from(whole.buffer, whole.byteOffset, whole.length);
  let at = 8;
  while (at + 60 <= bytes.length) {
    const size = Number.parseInt(bytes.toString('latin1', at + 48, at + 58), 10);
    if (!(size >= 0)) return false;
    at += 60 + size + (size % 2);
  }
  // The padding of the last may be left out.
  return at === bytes.length || at === bytes.length + 1;
}

function isLocked(error: string): boolean {
  return /ncrypt|passphrase/.test(error);
}

function failure(document: Pick<Document, 'path' | 'member'>, error: string): Gap {
  return isLocked(error)
    ? gapIn(document, 'encrypted', 'it is locked with a password; unpack it with that and scan the folder')
    : gapIn(
        document,
        'corrupt',
        `it cannot be unpacked in full (${error.replace(/\s+/g, ' ').slice(0, 100)}); what could be read was; get an intact copy`,
      );
}
