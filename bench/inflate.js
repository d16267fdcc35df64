// The floor: inflates every blob and every delta of a repository's packs once with zlib, and does nothing else.

import { closeSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { packTypes, readAt, readPackEntries } from '../dist/src/git/pack.js';
import { readPackIndex } from '../dist/src/git/pack-index.js';

const folder = join(process.argv[2], 'objects/pack');
for (const name of readdirSync(folder).filter((file) => file.endsWith('.idx'))) {
  const index = readPackIndex(join(folder, name), 20);
  const { entries } = readPackEntries(index);
  const file = openSync(index.packPath, 'r');
  const packed = Buffer.alloc(entries.dataBytes.reduce((most, size) => Math.max(most, size), 0));
  for (let entry = 0; entry < entries.count; entry++) {
    // Of whole objects only blobs; deltas of every kind.
    if (entries.base[entry] === -1 && entries.type[entry] !== packTypes.blob) continue;
    const length = readAt(file, packed, 0, entries.dataAt[entry], entries.dataBytes[entry]);
    inflateSync(packed.subarray(0, length));
  }
  closeSync(file);
}
