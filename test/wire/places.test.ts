import { expect, test } from 'vitest';
import { placesOf } from '../../src/wire/places.ts';

test.each([
  ['db.acme.example', [['db.acme.example', 5432]]],
  ['db:5433', [['db', 5433]]],
  [
    '10.0.3.7:1,b',
    [
      ['10.0.3.7', 1],
      ['b', 5432],
    ],
  ],
  [
    '[fd00::7]:6000, [::1]',
    [
      ['fd00::7', 6000],
      ['::1', 5432],
    ],
  ],
  ['fd00::7', [['fd00::7', 5432]]],
  ['${HOST},{x},a:0,b:65536,c:x,/run/postgresql,good:1', [['good', 1]]],
  ['', []],
])('%s names its places in their order, and nothing else', (hosts, places) => {
  expect(placesOf(hosts, 5432)).toEqual(places.map(([host, port]) => ({ host, port })));
});
