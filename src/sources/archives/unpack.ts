import { crc32 } from 'node:zlib';
import type { Gap } from '../../model/gap.ts';
import type { Document, Limits } from '../document.ts';
import type { Outcome, Unpack } from './inflate.ts';
import { gapIn } from './member-document.ts';

/** Unpacked bytes before the ratio counts: a small file of spaces is no bomb. */
export const freeBytes = 10_000_000;

/** How reading a member went, to be looked at once it was read. */
export interface MemberOutcome extends Outcome {
  /** It gave more for its packed bytes than is followed. */
  isBomb?: boolean;
}

export function freshOutcome(): MemberOutcome {
  return { consumed: 0 };
}

/** Bytes as they are: what a member that is stored is unpacked with. */
export const stored: Unpack = async function* copy(source, outcome) {
  for await (const chunk of source) {
    outcome.consumed += chunk.length;
    yield chunk;
  }
};

/** Unpacks `source`, until it gives more for each packed byte than `limits` follow. */
export async function* unpackWithin(
  unpack: Unpack,
  source: AsyncIterable<Uint8Array>,
  { maxRatio }: Limits,
  outcome: MemberOutcome,
): AsyncGenerator<Uint8Array> {
  let packed = 0;
  let given = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of source) {
      packed += chunk.length;
      yield chunk;
    }
  }
  for await (const chunk of unpack(counted(), outcome)) {
    given += chunk.length;
    if (given > freeBytes && given > maxRatio * packed) {
      outcome.isBomb = true;
      return;
    }
    yield chunk;
  }
}

/** Compares what was read with what the archive said it would be; a difference is an error of the outcome. */
export async function* checked(
  source: AsyncIterable<Uint8Array>,
  expected: { readonly size?: number; readonly crc?: number },
  outcome: MemberOutcome,
): AsyncGenerator<Uint8Array> {
  let size = 0;
  let crc = 0;
  for await (const chunk of source) {
    size += chunk.length;
    crc = crc32(chunk, crc);
    yield chunk;
  }
  if (outcome.isBomb || outcome.error !== undefined) return;
  if (expected.size !== undefined && size < expected.size) outcome.error = `it ends after ${size} of ${expected.size} bytes`;
  else if (expected.crc !== undefined && crc !== expected.crc) outcome.error = 'its checksum does not fit its bytes';
}

/** What an outcome leaves untold about a member, as a gap. */
export function gapOfOutcome(
  member: Pick<Document, 'path' | 'member'>,
  { isBomb, error }: MemberOutcome,
  { maxRatio }: Limits,
): Gap | undefined {
  if (isBomb)
    return gapIn(
      member,
      'ratio',
      `it unpacks to more than ${maxRatio} times its size; what came before was read; raise maxRatio if it is meant to`,
    );
  if (error !== undefined)
    return gapIn(member, 'corrupt', `it cannot be unpacked in full (${error}); what could be read was; get an intact copy`);
  return undefined;
}
