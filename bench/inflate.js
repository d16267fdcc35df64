// The floor: inflates every blob and every delta of a repository's packs once with zlib, in one process, and does nothing else.
// `node bench/inflate.js DIR [blobs]`; with `blobs`, deltas of blobs only.

import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { packTypes, readAt, readPackEntries } from '../dist/src/git/pack.js';
import { readPackIndex } from '../dist/src/git/pack-index.js';

const [, , gitDir, which] = process.argv;
const folder = join(gitDir, 'objects/pack');
let count = 0;
let bytes = 0;
for (const name of readdirSync(folder).filter((file) => file.endsWith('.idx'))) {
  const index = readPackIndex(join(folder, name), 20);
  const { entries } = readPackEntries(index);
  const file = openSync(index.packPath, 'r');
  const packed = Buffer.alloc(entries.dataBytes.reduce((most, size) => Math.max(most, size), 0));
  for (let entry = 0; entry < entries.count; entry++) {
    // Of whole objects only blobs; an entry's type is that of the object at the root of its chain.
    const isBlob = entries.type[entry] === packTypes.blob;
    if (!isBlob && (which === 'blobs' || entries.base[entry] === -1)) continue;
    const length = readAt(file, packed, 0, entries.dataAt[entry], entries.dataBytes[entry]);
    bytes += inflateSync(packed.subarray(0, length)).length;
    count++;
  }
  closeSync(file);
}
console.log(`${count} entries, ${bytes} bytes inflated`);
