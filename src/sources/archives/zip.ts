import { Readable } from 'node:stream';
import type { Entry, LocalFileHeader, RandomAccessReader, ZipFile } from 'yauzl';
import type { Gap } from '../../model/gap.ts';
import type { Container, Document, FormatContext } from '../document.ts';
import { yauzl } from '../lazy-packages.ts';
import { chunksOf } from './file-document.ts';
import { gapIn, isGap, placeIn } from './member-document.ts';
import { from, type RandomAccess, randomAccess } from './random-access.ts';
import { freshOutcome, gapOfOutcome, type MemberOutcome } from './unpack.ts';
import { isFolder, zipMember } from './zip-member.ts';
import { hidesMember, salvageZip } from './zip-salvage.ts';

/**
 * zip and all that is one: jar, war, whl, nupkg, apk, ipa, Office documents, and crx, which is one behind a header. Read by
 * its central directory with yauzl, and where that is damaged or lost, by the headers in front of its members.
 * Names are told as they are: nothing is written anywhere, so `../` leads nowhere.
 */
export const zip: Container = {
  name: 'zip',
  recognise: (head) => (isZip(head) || isCrx(head) ? 1 : 0),
  async *members(document, context) {
    const whole = await randomAccess(document, context.limits);
    if ('reason' in whole) {
      yield whole;
      return;
    }
    const bytes = from(whole, crxHeaderBytes(await whole.range(0, 16)));
    const seen = new Map<number, number>();
    const lying = new Map<number, number>();
    let damage: string | undefined;
    try {
      const directory = await yauzl().fromRandomAccessReaderPromise(readerOf(bytes), bytes.size, {
        decodeStrings: false,
        validateEntrySizes: false,
        strictFileNames: true,
        autoClose: false,
      });
      damage = yield* listed(document, directory, bytes, { seen, lying }, context);
      if (damage === undefined && (await hidesMember(bytes, seen))) damage = 'it leaves out members';
    } catch (error) {
      damage = (error as Error).message;
    }
    if (damage === undefined) return;
    // Only who read a member knows that the list lies about it: of threads that share the archive each salvages its own of these.
    const isRest = context.share?.take(0) ?? true;
    if (!isRest && lying.size === 0) return;
    yield gapIn(
      document,
      'corrupt',
      `its list of members is damaged (${damage}); the members that could be found without it were read; get an intact copy`,
    );
    yield* salvageZip(document, bytes, { seen, ...(!isRest && { only: lying }) }, context);
  },
};

async function* listed(
  document: Document,
  directory: ZipFile,
  bytes: RandomAccess,
  { seen, lying }: { readonly seen: Map<number, number>; readonly lying: Map<number, number> },
  context: FormatContext,
): AsyncGenerator<Document | Gap, string | undefined> {
  let damage: string | undefined;
  let part = 0;
  for await (const entry of directory.eachEntry()) {
    const name = nameOf(entry);
    if (isFolder(name, entry.compressedSize)) {
      seen.set(entry.relativeOffsetOfLocalHeader, entry.relativeOffsetOfLocalHeader + 4);
      continue;
    }
    part++;
    const place = placeIn(document, name);
    const header = await localHeader(directory, entry);
    if ('error' in header) {
      damage = header.error;
      continue;
    }
    // Who reads by the list sees one member, who reads by the headers another: both are read.
    if (differs(entry, header)) damage = differing;
    else seen.set(entry.relativeOffsetOfLocalHeader, header.fileDataStart + entry.compressedSize);
    if (context.share && !context.share.take(part)) continue;
    const start = header.fileDataStart;
    const outcome: MemberOutcome = freshOutcome();
    const member = zipMember(
      place,
      {
        method: entry.compressionMethod,
        isEncrypted: entry.isEncrypted(),
        packed: () => chunksOf(bytes.range, start, Math.min(bytes.size, start + entry.compressedSize)),
        packedSize: entry.compressedSize,
        size: entry.uncompressedSize,
        crc: entry.crc32,
      },
      context.limits,
      outcome,
    );
    yield member;
    if (isGap(member)) continue;
    const gap = gapOfOutcome(place, outcome, context.limits);
    if (gap) yield gap;
    // Where the header leaves the sizes to others, those of the list may be what is wrong.
    if (outcome.error === undefined || areSizesTold(header)) continue;
    damage = differing;
    seen.delete(entry.relativeOffsetOfLocalHeader);
    lying.set(entry.relativeOffsetOfLocalHeader, start + entry.compressedSize);
  }
  return damage;
}

async function localHeader(directory: ZipFile, entry: Entry): Promise<LocalFileHeader | { readonly error: string }> {
  try {
    return await directory.readLocalFileHeaderPromise(entry);
  } catch (error) {
    return { error: (error as Error).message };
  }
}

const differing = 'it differs from the headers of its members';

function areSizesTold(header: LocalFileHeader): boolean {
  return (header.generalPurposeBitFlag & 8) === 0 && header.compressedSize !== 0xffff_ffff;
}

/** Whether list and header disagree on how a member is packed, or, where the header tells it, on how long it is. */
function differs(entry: Entry, header: LocalFileHeader): boolean {
  return (
    entry.compressionMethod !== header.compressionMethod ||
    ((entry.generalPurposeBitFlag ^ header.generalPurposeBitFlag) & 1) !== 0 ||
    (areSizesTold(header) && entry.compressedSize !== header.compressedSize)
  );
}

function nameOf(entry: Entry): string {
  return yauzl().getFileNameLowLevel(entry.generalPurposeBitFlag, entry.fileNameRaw, entry.extraFields, true);
}

/**
 * yauzl reads each header by itself; reading ahead makes thousands of them one read. It goes to and fro between the list and
 * the headers of the members, so that two places are held.
 */
function readerOf({ size, range }: RandomAccess): RandomAccessReader {
  const ahead = 65_536;
  let windows: readonly { readonly at: number; readonly bytes: Uint8Array }[] = [];
  async function read(length: number, position: number): Promise<Uint8Array> {
    let window = windows.find(({ at, bytes }) => position >= at && position + length <= at + bytes.length);
    if (window === undefined) {
      window = { at: position, bytes: await range(position, Math.min(size, position + Math.max(length, ahead))) };
      windows = [window, ...windows.slice(0, 1)];
    } else if (window !== windows[0]) {
      windows = [window, windows[0]];
    }
    return window.bytes.subarray(position - window.at, position - window.at + length);
  }
  return Object.assign(new (yauzl().RandomAccessReader as unknown as new () => RandomAccessReader)(), {
    _readStreamForRange: (start: number, end: number) => Readable.from(chunksOf(range, start, end)),
    read(buffer: Buffer, offset: number, length: number, position: number, callback: (error: Error | null) => void) {
      read(length, position).then(
        (bytes) => {
          buffer.set(bytes, offset);
          callback(bytes.length < length ? new Error('unexpected end of file') : null);
        },
        (error: Error) => callback(error),
      );
    },
  });
}

function isZip(head: Uint8Array): boolean {
  // A member's header, the end of an empty archive, or the mark of a first part.
  return (
    head[0] === 0x50 &&
    head[1] === 0x4b &&
    ((head[2] === 3 && head[3] === 4) || (head[2] === 5 && head[3] === 6) || (head[2] === 7 && head[3] === 8))
  );
}

function isCrx(head: Uint8Array): boolean {
  return head[0] === 0x43 && head[1] === 0x72 && head[2] === 0x32 && head[3] === 0x34;
}

/** https://source.chromium.org/chromium/chromium/src/+/main:components/crx_file/crx3.proto, and version 2 before it. */
function crxHeaderBytes(head: Uint8Array): number {
  if (!isCrx(head) || head.length < 16) return 0;
  const view = new DataView(head.buffer, head.byteOffset, 16);
  return view.getUint32(4, true) === 2 ? 16 + view.getUint32(8, true) + view.getUint32(12, true) : 12 + view.getUint32(8, true);
}
