import { deflateRawSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { writeZip } from '../../../fixtures/archives/zip.ts';
import { isGap, memoryDocument } from '../../../src/sources/archives/member-document.ts';
import { zip } from '../../../src/sources/archives/zip.ts';
import { defaultLimits, type Share } from '../../../src/sources/document.ts';

const signal = new AbortController().signal;

/** The members that a thread reads, as often as it reads them, with what each gave. */
async function readBy(bytes: Uint8Array, take?: Share['take']): Promise<readonly string[]> {
  const share = take && { take, countBytes: () => 0, countEntry: () => 0 };
  const read: string[] = [];
  for await (const member of zip.members(memoryDocument({ path: 'a.zip' }, bytes), {
    limits: defaultLimits,
    signal,
    ...(share && { share }),
  })) {
    if (isGap(member)) continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of member.bytes()) chunks.push(chunk);
    read.push(`${member.member}: ${Buffer.concat(chunks).toString('latin1')}`);
  }
  return read;
}

// What stands inside of a member whose size the list makes up is found only by who looks behind its true end.
const hidden = writeZip([{ name: 'hidden', data: 'hidden text' }]);
const local = hidden.subarray(0, hidden.indexOf('PK\u0001\u0002', 0, 'latin1'));
const lies = {
  'a size that is too small': {
    inside: 'which goes on',
    bytes: writeZip([
      { name: 'one', data: 'text of one' },
      { name: 'two', data: 'text of two, which goes on', streamed: true, said: { packedSize: 5 } },
      { name: 'three', data: 'text of three', streamed: true, said: { packedSize: 5 } },
      { name: 'four', data: 'text of four' },
    ]),
  },
  'a size that hides a member': {
    inside: 'hidden text',
    bytes: writeZip([
      { name: 'one', data: 'text of one' },
      {
        name: 'two',
        data: 'text of two',
        streamed: true,
        packed: Buffer.concat([deflateRawSync('text of two'), local]),
        said: { crc: 1 },
      },
      { name: 'three', data: 'text of three' },
    ]),
  },
};

test.each(Object.entries(lies))(
  '%s is found out by the thread that read it, whoever salvages the rest',
  async (_, { bytes, inside }) => {
    const one = await readBy(bytes);
    expect(one.join()).toContain(inside);
    for (const owner of [0, 1]) {
      const parts = await Promise.all(
        [0, 1].map((thread) => readBy(bytes, (part) => (part === 0 ? thread === owner : part % 2 === thread))),
      );
      expect(parts.flat().sort()).toEqual([...one].sort());
    }
  },
);
