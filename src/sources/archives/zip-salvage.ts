import type { Gap } from '../../model/gap.ts';
import type { Document, FormatContext } from '../document.ts';
import { yauzl } from '../lazy-packages.ts';
import { chunksOf } from './file-document.ts';
import { isGap, placeIn } from './member-document.ts';
import type { RandomAccess } from './random-access.ts';
import { freshOutcome, gapOfOutcome } from './unpack.ts';
import { isFolder, zipMember } from './zip-member.ts';

const headerBytes = 30;
const windowBytes = 1 << 16;
const memberMark = Buffer.from('PK\u0003\u0004', 'latin1');
/** A member that lost bytes may end in the first ones of the next header. */
const overlap = memberMark.length - 1;
/** Of the sizes and the checksum that follow a member, in zip64: APPNOTE, 4.3.9. */
const mostSizes = 24;
const mark = Buffer.from('PK', 'latin1');

/**
 * The members of a zip whose list is lost or damaged, by the headers that stand in front of them. Those in `seen` were read
 * by the list, up to where each ends; with `only`, those outside of its stretches are left to others. Where a member's end is
 * not known, the next header after it is looked for.
 */
export async function* salvageZip(
  document: Document,
  bytes: RandomAccess,
  { seen, only }: { readonly seen: ReadonlyMap<number, number>; readonly only?: ReadonlyMap<number, number> },
  context: FormatContext,
): AsyncGenerator<Document | Gap> {
  const isOthers = (at: number) => only !== undefined && ![...only].some(([start, end]) => start <= at && at < end);
  for (let at = await find(bytes, memberMark, 0); at !== undefined; ) {
    const header = await readHeader(bytes, at);
    if (header === undefined || seen.has(at) || isOthers(at)) {
      at = await find(bytes, memberMark, Math.max(at + 4, (seen.get(at) ?? 0) - overlap));
      continue;
    }
    const { name, start, method, isEncrypted, packedSize, size, crc } = header;
    const outcome = freshOutcome();
    // Of what is stored only a size tells the end; DEFLATE tells its own.
    const end =
      packedSize !== undefined
        ? Math.min(bytes.size, start + packedSize)
        : ((await findStoredEnd(bytes, start, method)) ?? bytes.size);
    if (!isFolder(name, end - start)) {
      const place = placeIn(document, name);
      const member = zipMember(
        place,
        {
          method,
          isEncrypted,
          packed: () => chunksOf(bytes.range, start, end),
          ...(size === undefined ? {} : { size }),
          ...(crc === undefined ? {} : { crc }),
        },
        context.limits,
        outcome,
      );
      yield member;
      const gap = isGap(member) ? undefined : gapOfOutcome(place, outcome, context.limits);
      if (gap) yield gap;
    }
    const after = start + outcome.consumed;
    // Without a checksum in the header what follows must tell: a header, or sizes with one behind them.
    const isFollowed = crc !== undefined || Buffer.from(await bytes.range(after, after + mostSizes + mark.length)).includes(mark);
    const isWhole = outcome.error === undefined && outcome.consumed > 0 && isFollowed;
    const next = isWhole ? Math.max(start, start + outcome.consumed - overlap) : start;
    at = await find(bytes, memberMark, next);
  }
}

interface Header {
  readonly name: string;
  readonly start: number;
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packedSize?: number;
  readonly size?: number;
  readonly crc?: number;
}

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.7
async function readHeader(bytes: RandomAccess, at: number): Promise<Header | undefined> {
  const fixed = Buffer.from(await bytes.range(at, at + headerBytes));
  if (fixed.length < headerBytes || fixed.includes(memberMark, 1)) return undefined;
  const flags = fixed.readUInt16LE(6);
  const nameBytes = fixed.readUInt16LE(26);
  const extraBytes = fixed.readUInt16LE(28);
  const start = at + headerBytes + nameBytes + extraBytes;
  const rest = Buffer.from(await bytes.range(at + headerBytes, start));
  // No name holds a header: one that seems to has a wrong length, and would hide the member whose header that is.
  if (rest.length < nameBytes || rest.includes(memberMark)) return undefined;
  const extra = extraFields(rest.subarray(nameBytes));
  const name = yauzl().getFileNameLowLevel(flags, rest.subarray(0, nameBytes), extra, true);
  const method = fixed.readUInt16LE(8);
  const isEncrypted = (flags & 1) !== 0;
  // Bit 3: sizes and checksum come after the data.
  if ((flags & 8) !== 0) return { name, start, method, isEncrypted };
  const wide = extra.find(({ id }) => id === 1)?.data;
  const packed = fixed.readUInt32LE(18);
  const size = fixed.readUInt32LE(22);
  const isWide = packed === 0xffff_ffff && wide !== undefined && wide.length >= 16;
  return {
    name,
    start,
    method,
    isEncrypted,
    packedSize: isWide ? Number(wide.readBigUInt64LE(8)) : packed,
    size: isWide ? Number(wide.readBigUInt64LE(0)) : size,
    crc: fixed.readUInt32LE(14),
  };
}

function extraFields(raw: Buffer): { id: number; data: Buffer }[] {
  try {
    return yauzl().parseExtraFields(raw);
  } catch {
    // A damaged extra field only costs the name in Unicode and the sizes past 4 GB.
    return [];
  }
}

/** Where what is stored without a size ends: at the next header of any kind. */
async function findStoredEnd(bytes: RandomAccess, start: number, method: number): Promise<number | undefined> {
  if (method !== 0) return undefined;
  for (let at = await find(bytes, mark, start); at !== undefined; at = await find(bytes, mark, at + 2)) {
    const [third, fourth] = (await bytes.range(at + 2, at + 4)) as Uint8Array & [number, number];
    if ((third === 3 && fourth === 4) || (third === 1 && fourth === 2) || (third === 7 && fourth === 8)) return at;
  }
  return undefined;
}

/** Whether a member's header stands where none of those in `seen` is: the list hides it, or lost it. */
export async function hidesMember(bytes: RandomAccess, seen: ReadonlyMap<number, number>): Promise<boolean> {
  let at = 0;
  for (const [start, end] of [...seen].sort(([a], [b]) => a - b)) {
    if (start > at && (await find(bytes, memberMark, at, start)) !== undefined) return true;
    at = Math.max(at, end);
  }
  return (await find(bytes, memberMark, at)) !== undefined;
}

/** Where bytes begin that stand before `end`. */
async function find({ size, range }: RandomAccess, wanted: Buffer, start: number, end = size): Promise<number | undefined> {
  const last = Math.min(size, end);
  for (let at = start; at < last; at += windowBytes) {
    const window = Buffer.from(await range(at, Math.min(last, at + windowBytes + wanted.length - 1)));
    const found = window.indexOf(wanted);
    if (found >= 0) return at + found;
    if (window.length === 0) return undefined;
  }
  return undefined;
}
