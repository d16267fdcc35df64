import type { Gap } from '../../model/gap.ts';
import type { Document, Limits } from '../document.ts';
import { collect, gapIn } from './member-document.ts';

/** Bytes that can be read in any order. */
export interface RandomAccess {
  readonly size: number;
  readonly range: (start: number, end: number) => Promise<Uint8Array>;
}

/** A document's bytes in any order: as it offers them, or held in memory up to `maxWholeBytes`. */
export async function randomAccess(document: Document, { maxWholeBytes }: Limits): Promise<RandomAccess | Gap> {
  if (document.range !== undefined && document.size !== undefined) return { size: document.size, range: document.range };
  const held = await collect(document.bytes(), maxWholeBytes);
  if (held === undefined)
    return gapIn(
      document,
      'too-large',
      `more than ${maxWholeBytes} bytes inside an archive, and it is read in no fixed order; raise maxWholeBytes, or unpack the outer archive and scan the folder`,
    );
  return { size: held.length, range: async (start, end) => held.subarray(start, end) };
}

/** The bytes from `offset` on. */
export function from({ size, range }: RandomAccess, offset: number): RandomAccess {
  return { size: Math.max(0, size - offset), range: (start, end) => range(start + offset, end + offset) };
}
