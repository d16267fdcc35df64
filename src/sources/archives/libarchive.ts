import type { Gap } from '../../model/gap.ts';
import type { Container, Document, FormatContext } from '../document.ts';
import { gapIn, placeIn, streamDocument } from './member-document.ts';
import { freshOutcome, gapOfOutcome, unpackWithin } from './unpack.ts';

const readBytes = 65_536;

/**
 * 7z, and what libarchive reads beside it: RAR, cab, xar, and ar, in which Debian packages are. libarchive runs as
 * WebAssembly, in a memory of its own for each archive, with the whole archive in it; its members come out in pieces.
 * It has no locale there: characters of names beyond ASCII are shown as stars.
 */
export const sevenZip = container('7z', [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c]);
export const rar = container('rar', [0x52, 0x61, 0x72, 0x21, 0x1a, 0x07]);
export const cab = container('cab', [0x4d, 0x53, 0x43, 0x46, 0, 0, 0, 0]);
export const xar = container('xar', [0x78, 0x61, 0x72, 0x21]);
export const ar = container('ar', [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e, 0x0a]);

function container(name: string, magic: readonly number[]): Container {
  return { name, recognise: (head) => (magic.every((byte, at) => head[at] === byte) ? 1 : 0), members: readArchive };
}

async function* readArchive(document: Document, { limits }: FormatContext): AsyncGenerator<Document | Gap> {
  const whole = await document.whole(limits.maxWholeBytes);
  if ('reason' in whole) {
    yield whole;
    return;
  }
  // Loaded here: most scans meet no such archive.
  const { ArchiveReader, libarchiveWasm } = await import('libarchive-wasm');
  const library = await libarchiveWasm();
  // What libarchive throws is told as a gap, whatever it is: a hostile archive can bring it to any end.
  const attempt = <T>(work: () => T): T | { readonly error: string } => {
    try {
      return work();
    } catch (error) {
      return { error: (error as Error).message || 'it is damaged' };
    }
  };
  const reader = attempt(() => new ArchiveReader(library, new Int8Array(whole.buffer, whole.byteOffset, whole.length)));
  if ('error' in reader) {
    yield failure(document, reader.error);
    return;
  }
  for (;;) {
    const pointer = attempt(() => reader.nextEntryPointer());
    if (typeof pointer !== 'number') {
      yield failure(document, pointer.error);
      return;
    }
    if (pointer === 0) break;
    const entry = attempt(() => ({
      name: reader.getEntryPathname(pointer) ?? '',
      type: reader.getEntryFiletype(pointer),
      size: reader.getEntrySize(pointer),
      isEncrypted: reader.isEntryEncrypted(pointer),
    }));
    if ('error' in entry) {
      yield failure(document, entry.error);
      return;
    }
    const { name, type, size, isEncrypted } = entry;
    if (type !== 'File') continue;
    const place = placeIn(document, name || 'unnamed');
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
  if (typeof left === 'string' && left !== '') yield failure(document, left);
}

function failure(document: Pick<Document, 'path' | 'member'>, error: string): Gap {
  return /ncrypt|passphrase/.test(error)
    ? gapIn(document, 'encrypted', 'it is locked with a password; unpack it with that and scan the folder')
    : gapIn(
        document,
        'corrupt',
        `it cannot be unpacked in full (${error.replace(/\s+/g, ' ').slice(0, 100)}); what could be read was; get an intact copy`,
      );
}
