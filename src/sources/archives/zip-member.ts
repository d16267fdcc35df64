import type { Gap } from '../../model/gap.ts';
import type { Document, Limits } from '../document.ts';
import { bunzip2 } from './bzip2.ts';
import { inflate, type Unpack } from './inflate.ts';
import { gapIn, streamDocument } from './member-document.ts';
import { checked, type MemberOutcome, stored, unpackWithin } from './unpack.ts';
import { unxz } from './xz.ts';
import { unzstd } from './zstd.ts';

/** A member as the archive describes it. */
export interface ZipEntry {
  readonly method: number;
  readonly isEncrypted: boolean;
  readonly packed: () => AsyncIterable<Uint8Array>;
  /** What it is said to be; unknown where its header leaves that to what follows it. */
  readonly packedSize?: number;
  readonly size?: number;
  readonly crc?: number;
}

// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.4.5
const methods: ReadonlyMap<number, Unpack> = new Map([
  [0, stored],
  [8, inflate('raw')],
  [12, bunzip2],
  [93, unzstd],
  [95, unxz],
]);

/** A member as a document, or the gap that it is. */
export function zipMember(
  place: Pick<Document, 'path' | 'member'>,
  { method, isEncrypted, packed, size, crc }: ZipEntry,
  limits: Limits,
  outcome: MemberOutcome,
): Document | Gap {
  if (isEncrypted || method === 99)
    return gapIn(place, 'encrypted', 'it is locked with a password; unpack it with that and scan the folder');
  const unpack = methods.get(method);
  if (unpack === undefined)
    return gapIn(place, 'unsupported', `it is packed by method ${method}, which is not read; unpack it and scan the folder`);
  const expected = { ...(size === undefined ? {} : { size }), ...(crc === undefined ? {} : { crc }) };
  return streamDocument(place, size, () => checked(unpackWithin(unpack, packed(), limits, outcome), expected, outcome));
}

/** A folder's own entry. One that holds bytes all the same is read as a file. */
export function isFolder(name: string, packedSize: number): boolean {
  return name.endsWith('/') && packedSize === 0;
}
