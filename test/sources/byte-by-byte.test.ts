import { describe, expect, test } from 'vitest';
import { positions } from '../../fixtures/ci-logs/positions.ts';
import { randomFrom } from '../../fixtures/random.ts';
import { endInSlice, spanInSlice, startInSlice } from '../../src/model/view.ts';
import { set } from './ci-logs/read-log.ts';
import { chats, documents, find, logs, type Opened, type Place } from './kinds.ts';

// Every byte of a finding stands in the document where it is said to: where that is changed there, it is found no more.

const kinds = { ...logs, ...chats, ...documents };
const all = positions(set.patterns, 'byte by byte');
/** Bytes of a long value, or in a place where each is much alike, that are looked at. */
const sampled = 5;

/** What a program prints in base64. */
const encoded = new Set(['docker auth', 'kubectl secret', 'base64 echo']);

/** What another letter or digit is written for: nothing that JSON, HTML or base64 would take for anything else. */
function another(byte: number): number {
  const character = String.fromCharCode(byte);
  if (/[0-8]/.test(character)) return byte + 1;
  if (/[a-eA-E]/.test(character)) return byte + 1;
  if (character === '9') return 0x30;
  if (/[fF]/.test(character)) return byte - 1;
  if (/[g-yG-Y]/.test(character)) return byte + 1;
  return /[zZ]/.test(character) ? byte - 1 : byte === 0x2d ? 0x5f : byte === 0x2b ? 0x2f : 0x61;
}

function spanOf({ view, start, end }: Place): string {
  const span = spanInSlice(view, start, end);
  return `${view.slice.start + span.start} ${view.slice.start + span.end}`;
}

/** What stands in the document for the byte at an offset of a view is changed. */
function changed({ bytes, open }: Opened, { view }: Place, offset: number): Opened {
  const from = view.slice.start + startInSlice(view, offset);
  const end = view.slice.start + endInSlice(view, offset + 1);
  expect(end).toBeGreaterThan(from);
  const other = Buffer.from(bytes);
  for (let at = from; at < end; at++)
    if (/[\w+/-]/.test(String.fromCharCode(other[at])) || end - from === 1) other[at] = another(other[at]);
  return { bytes: other, open };
}

function offsetsIn({ start, end }: Place, isEach: boolean, seed: number): readonly number[] {
  if (isEach) return Array.from({ length: end - start }, (_, index) => start + index);
  const random = randomFrom(seed);
  return [start, end - 1, ...Array.from({ length: sampled - 2 }, () => start + random.int(end - start))];
}

describe.each(Object.entries(kinds))('%s', (_kind, write) => {
  test.each(all.map((position, index) => ({ ...position, index })))('$name', async ({ name, lines, secret, index }) => {
    const written = write(lines);
    const found = await find(written, secret);
    // What is told only from logs and messages, and is not in these, has no place to check.
    if (found.length === 0) expect(Object.values(documents)).toContain(write);
    for (const place of found) {
      const span = spanOf(place);
      // The last four characters of base64 hold bits that nobody reads.
      const looked = encoded.has(name) ? { ...place, end: place.end - 4 } : place;
      for (const offset of offsetsIn(looked, name === 'echo', index)) {
        const again = await find(changed(written, place, offset), secret);
        expect(again.map(spanOf), `byte ${offset - place.start}`).not.toContain(span);
      }
    }
  });
});
