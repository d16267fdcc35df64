import { expect, test } from 'vitest';
import type { Origin } from '../../src/model/origin.ts';
import type { StoredLocation } from '../../src/model/stored-finding.ts';
import { filesOf, gitShow, linkText, pageOf, sightOf } from '../../src/triage/places.ts';
import { storedFinding } from './stored-findings.ts';

const finding = storedFinding(1, {});
const [file] = finding.locations as [StoredLocation];

function at(origin: Origin, place = 'host:/home'): StoredLocation {
  return { ...file, origin, place };
}

const chat = (permalink: string): Origin => ({ kind: 'chat', system: 'slack', path: 'export.zip', permalink });
const blob: Origin = { kind: 'git', path: 'a b/c.env', blob: 'b'.repeat(40), commit: 'c'.repeat(40) };

test.each([
  ['a message', at(chat('https://team.example.com/archives/C1/p2')), 'https://team.example.com/archives/C1/p2'],
  ['a page that is not encrypted', at(chat('http://team.example.com/a')), undefined],
  ['a script', at(chat('javascript:alert(1)')), undefined],
  ['a file', at(chat('file:///etc/passwd')), undefined],
  ['a page with a password', at(chat('https://a:b@example.com/')), undefined],
  [
    'a blob of a hosted repository',
    at(blob, 'example.com/team/app'),
    `https://example.com/team/app/blob/${'c'.repeat(40)}/a%20b/c.env#L1`,
  ],
  ['a blob of a folder', at(blob), undefined],
  ['a blob of a nested repository', at({ ...blob, repository: 'vendor/x' }, 'example.com/team/app'), undefined],
  ['a file of a folder', file, undefined],
])('the page of %s', (_, location, page) => {
  expect(pageOf(location)).toBe(page);
});

test('a file is looked for on the machine that it was found on, and nowhere else', () => {
  expect(filesOf(at({ kind: 'file', path: 'a/b.env' }), 'host')).toEqual(['/home/a/b.env']);
  expect(filesOf(at({ kind: 'file', path: '../x/home/b.env' }, 'host:/x/home'), 'host')).toContain('/x/home/b.env');
  expect(filesOf(at({ kind: 'file', path: 'a/b.env' }), 'other')).toEqual([]);
  expect(filesOf(at({ kind: 'archive', path: 'a.zip', member: 'b.env' }), 'host')).toEqual([]);
  expect(filesOf(at({ kind: 'stdin' }), 'host')).toEqual([]);
  // What a ledger that was imported calls a folder is none of an editor's options.
  expect(filesOf(at({ kind: 'file', path: '-S.vimrc' }, 'host:'), 'host')).toEqual([]);
});

test('what is only in a history is shown by git', () => {
  expect(gitShow(at(blob))).toBe(`git cat-file -p ${'b'.repeat(40)}`);
  expect(gitShow(file)).toBeUndefined();
});

test('one looks first at where it still stands, and a link holds no secret', () => {
  const gone = { ...file, gone: '2026-05-02T00:00:00.000Z' };
  const standing = at({ kind: 'file', path: 'other.env' });
  expect(sightOf({ ...finding, locations: [gone, standing] })?.location).toBe(standing);
  expect(sightOf({ ...finding, locations: [gone] })?.location).toBe(gone);
  expect(sightOf({ ...finding, locations: [] })).toBeUndefined();
  expect(linkText({ finding, location: file })).toMatch(
    /^[0-9a-f]{12} {2}.* {2}abc…xyz \(redacted\) {2}src\/1\.env:1:1 in host:\/home$/,
  );
});
