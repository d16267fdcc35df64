import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { alphabets, randomFrom } from '../../fixtures/random.ts';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import { buildEditedHistory } from '../../fixtures/repositories/edited-history.ts';
import type { Pattern } from '../../src/model/pattern.ts';
import { compilePatterns, compileUserPatterns, patternsFolder } from '../../src/patterns/compile.ts';
import { differenceBetween, walkDeltas, walkPlainly } from './walks.ts';

/** Short reach and long, anchored literals and floating ones, literals in the middle, parts near and far, keys of no fixed length. */
const ownPatterns = `
provider: walk
docs: https://example.com
patterns:
  - { id: walk-token, name: Token, regex: 'tok_live_[0-9a-f]{24}', literals: [tok_live_], severity: high, identity: user }
  - { id: walk-service, name: Service, regex: '[a-z]{2,12}\\.svc\\.[0-9]{6}', literals: ['.svc.'], boundary: alnum, severity: low, identity: service }
  - { id: walk-password, name: Password, regex: '(?i:password)\\s{0,3}[:=]\\s{0,3}["''](?<secret>[^"''\\n]{6,40})["'']', literals: [password], boundary: none, severity: high, identity: user }
  - id: walk-pair
    name: Pair
    regex: 'KEYID[0-9A-F]{12}'
    literals: [KEYID]
    parts: [{ name: secret, regex: 'secretpart (?<secret>[0-9a-f]{32})', within: 300 }]
    severity: critical
    identity: service
  - id: walk-far
    name: Far
    regex: 'account-[0-9]{8}'
    literals: [account-]
    parts: [{ name: far, regex: 'far_away (?<secret>[0-9]{10})', within: 8000, direction: after }, { name: near, regex: '(?i:password)', within: 2000, required: false }]
    severity: low
    identity: service
  - { id: walk-key, name: Key, regex: '-----BEGIN WALK KEY-----(?<secret>[0-9A-Za-z+/=\\s]+)-----END WALK KEY-----', maxLength: 12000, literals: ['-----BEGIN WALK KEY-----'], boundary: none, severity: critical, identity: signing-key }
  - { id: walk-dense, name: Dense, regex: 'zq:[0-9]{4}', literals: ['zq:'], boundary: none, severity: low, identity: unknown }
`;

let folder: string;
let own: readonly Pattern[];
let shipped: readonly Pattern[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
  writeFileSync(join(folder, 'walk.yaml'), ownPatterns);
  own = compileUserPatterns([join(folder, 'walk.yaml')]);
  shipped = compilePatterns(patternsFolder).patterns;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Compares both walks; the one over deltas must have decided less and scanned most documents as deltas. */
function compare(repository: BuiltRepository, patterns: readonly Pattern[], minConfidence: number, hashBytes = 20) {
  const plain = walkPlainly(repository.gitDir, patterns, minConfidence);
  const deltas = walkDeltas(repository.gitDir, patterns, minConfidence, hashBytes);
  expect(deltas.faults).toEqual([]);
  const { missing, extra } = differenceBetween(deltas.matches, plain.matches);
  expect({ missing: missing.slice(0, 5), extra: extra.slice(0, 5) }).toEqual({ missing: [], extra: [] });
  expect(deltas).toMatchObject({ objects: plain.objects, bytes: plain.bytes });
  return { plain, deltas };
}

describe('histories of random edits', () => {
  test.each([1, 2, 3, 4])('%i', (seed) => {
    const repository = buildEditedHistory(join(folder, `history-${seed}`), randomFrom(seed), { files: 8, commits: 40 });
    const { plain, deltas } = compare(repository, own, 0.5);
    expect(plain.matches.size).toBeGreaterThan(1000);
    expect(deltas.deltas).toBeGreaterThan(deltas.objects / 3);
    expect(deltas.decided).toBeLessThan(0.85 * plain.decided);

    const all = compare(repository, [...shipped, ...own], 0.5);
    expect(all.deltas.decided).toBeLessThan(0.85 * all.plain.decided);
    // Below the threshold of the entropy detector every encoded run is judged.
    compare(repository, [...shipped, ...own], 0.1);
  });

  test('of a SHA-256 repository', () => {
    const repository = buildEditedHistory(join(folder, 'sha256'), randomFrom(77), {
      files: 4,
      commits: 20,
      objectFormat: 'sha256',
    });
    const { deltas } = compare(repository, own, 0.5, 32);
    expect(deltas.deltas).toBeGreaterThan(10);
  });
});

/** A repository of the versions of one file, each stored as a delta of another. */
function versions(name: string, contents: readonly (string | Buffer)[]): BuiltRepository {
  const repository = buildRepository(join(folder, name));
  contents.forEach((content, index) => {
    repository.write('file', content);
    repository.commit(`version ${index}`);
  });
  repository.git('repack', '-adfq', '--depth=50', '--window=100');
  return repository;
}

describe('what a delta cuts', () => {
  const filler = (seed: number, lines: number) => {
    const random = randomFrom(seed);
    return Array.from({ length: lines }, () => random.text(60, 'abcdefghijklmnopqrstuvwxyz (){};')).join('\n');
  };
  const head = `${filler(1, 200)}\n`;
  const tail = `\n${filler(2, 200)}`;
  const hex = '0123456789abcdef'.repeat(2);
  const token = `tok_live_${hex.slice(0, 24)}`;
  const key = (body: string) => `-----BEGIN WALK KEY-----\n${body}\n-----END WALK KEY-----`;
  const body = randomFrom(3).bytes(5000).toString('base64').replace(/.{64}/g, '$&\n');
  const encoded = (text: string) => Buffer.from(text).toString('base64').replace(/.{76}/g, '$&\n');

  test.each<[string, readonly string[], string, readonly boolean[]]>([
    ['a secret cut by a seam', [token, `${token.slice(0, 15)}-${token.slice(15)}`, token], 'walk-token', [true, false, true]],
    ['a secret that a deletion makes', [`${token.slice(0, 15)} cut here ${token.slice(15)}`, token], 'walk-token', [false, true]],
    [
      'a neighbour that touches it',
      [`(${token})`, `(x${token})`, `(${token}0)`, `(${token})`],
      'walk-token',
      [true, false, false, true],
    ],
    [
      'a partner that is edited 200 bytes away',
      ['', 'x'].map((x) => `KEYID0123456789AB${' '.repeat(200)}secretpart ${x}${hex}`),
      'walk-pair',
      [true, false],
    ],
    [
      'a partner that is edited 7,900 bytes away',
      ['far_away 0123456789', 'far_bway 0123456789', 'far_away 0123456789'].map(
        (far) => `account-01234567${filler(4, 128).slice(0, 7900)} ${far}`,
      ),
      'walk-far',
      [true, false, true],
    ],
    [
      'a keyword that is edited',
      ['password', 'passwort', 'PASSWORD'].map((word) => `${word} = "${hex}"`),
      'walk-password',
      [true, false, true],
    ],
    [
      'a key that is edited in the middle',
      [key(body), key(body.replace(/(.{3000})../s, '$1??')), key(body.replace(/(.{3000})../s, '$1AA'))],
      'walk-key',
      [true, false, true],
    ],
    [
      'an encoded block that is edited in the middle',
      [token, `tok_dead_${hex}`, token].map((secret) => encoded(`${filler(5, 10)} ${secret} ${filler(6, 20)}`)),
      'walk-token',
      [true, false, true],
    ],
    [
      'an encoded block that an inserted line shifts',
      ['', 'x', 'yyy', 'zzzz'].map((shift) => encoded(`${filler(5, 10)}${shift} ${token} ${filler(6, 20)}`)),
      'walk-token',
      [true, true, true, true],
    ],
  ])('%s', (name, middles, id, isThere) => {
    const repository = versions(
      name.replaceAll(/\W/g, '-'),
      middles.map((middle) => head + middle + tail),
    );
    const { deltas } = compare(repository, own, 0.5);
    expect(deltas.deltas).toBe(middles.length - 1);
    const pattern = own.findIndex((one) => one.id === id);
    const found = [...deltas.matches].map((line) => JSON.parse(line) as unknown[]).filter((match) => match[1] === pattern);
    middles.forEach((_, index) => {
      const blob = repository.git('rev-parse', `HEAD~${middles.length - 1 - index}:file`);
      expect([index, found.some((match) => match[0] === blob)]).toEqual([index, isThere[index]]);
    });
  });

  test.each([100, 150, 200, 230, 243, 244, 245, 300, 500])(
    'a comment that allows, edited %i bytes behind the value',
    (distance) => {
      const random = randomFrom(8);
      const value = (length: number) => random.text(length, alphabets.token);
      const values = [
        token,
        `api_key = "${value(30)}"`,
        `password: ${value(18)}`,
        // As far from its keyword as a detector looks for a value.
        `api_key ${' '.repeat(40)}=${' '.repeat(40)}"${value(256)}"`,
        `Authorization: Bearer eyJ${value(200)}.eyJ${value(150)}`,
      ];
      const middles = ['quash:allow', 'quash:adlow'].map((comment) =>
        values.map((one) => `${one} #${' '.repeat(distance)}${comment}`).join(`\n${filler(9, 20)}\n`),
      );
      const { plain, deltas } = compare(
        versions(
          `comment-${distance}`,
          middles.map((middle) => head + middle + tail),
        ),
        [...shipped, ...own],
        0.1,
      );
      expect(deltas.deltas).toBe(1);
      expect(plain.matches.size).toBe(2 * values.length);
      const allowed = [...plain.matches].filter((line) => line.includes('"quash:allow"'));
      // 256 bytes of the line behind a value are looked at.
      expect(allowed.length).toBe(distance < 243 ? values.length : distance > 245 ? 0 : allowed.length);
    },
  );

  test('files with more hits than are kept for their children', () => {
    const few = 'zq:0000 '.repeat(1000);
    const many = (count: number) => `${'zq:none '.repeat(count)}\n`;
    const contents = [60_000, 65_530, 65_537, 70_000, 65_000].flatMap((count) => [
      `${few}${many(count)}${token}`,
      `${few}${many(count / 2)}zq:1234${many(count / 2)}${token}`,
    ]);
    const { deltas, plain } = compare(versions('dense', contents), own, 0.5);
    // A hundred places of one value a document are told of.
    expect(plain.matches.size).toBeGreaterThan(1000);
    expect(deltas.deltas).toBeGreaterThan(0);
  });

  test('text that becomes UTF-16, binary, empty, and text again', () => {
    const text = `${head}password = "${hex}"\n${token}${tail}`;
    const contents = [
      text,
      Buffer.from(text, 'utf16le'),
      Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
      Buffer.concat([Buffer.from([0, 0, 0, 1]), Buffer.from(text)]),
      `${text}\0`,
      '',
      text.replace('p', 'P'),
    ];
    const { plain } = compare(versions('encodings', contents), [...shipped, ...own], 0.5);
    expect(plain.matches.size).toBeGreaterThan(6);
  });
});
