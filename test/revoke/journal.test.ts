import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { type JournalLine, openJournal, problemAgainst, readJournal } from '../../src/revoke/journal.ts';
import { withLock } from '../../src/revoke/journal-lock.ts';
import { temporaryFolder } from '../cli/binary.ts';

const actor = 'ann@here';
const writer = fileURLToPath(new URL('journal-writer.js', import.meta.url));

function journalOf(count: number): { readonly file: string; readonly lines: readonly JournalLine[]; readonly text: string } {
  const file = join(temporaryFolder(), 'journal.jsonl');
  const journal = openJournal(file, { actor });
  for (let index = 0; index < count; index++)
    journal.append({ action: 'verified', finding: `f${index}`, evidence: `line — ${index}` });
  const lines = [...journal.lines()];
  journal.close();
  return { file, lines, text: readFileSync(file, 'latin1') };
}

function startWriter(file: string, name: string, count: number) {
  const child = spawn(process.execPath, [writer, file, name, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
  return { child, opened: once(child.stdout, 'data'), ended: once(child, 'close') };
}

describe('what is written is there, and chained', () => {
  test('lines are numbered, name who wrote them, and hold', () => {
    const { text, lines, file } = journalOf(3);
    expect(readJournal(text)).toMatchObject({ lines, torn: '' });
    expect(lines.map(({ seq, actor: by }) => [seq, by])).toEqual([
      [1, actor],
      [2, actor],
      [3, actor],
    ]);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    // Plain ASCII: half a line is text as well.
    expect(text).toMatch(/^[\x20-\x7e\n]*$/);
  });

  test('several lines at once are in one piece, and one run sees what another wrote', () => {
    const { file } = journalOf(1);
    const first = openJournal(file, { actor });
    const second = openJournal(file, { actor: 'bob@here' });
    first.append({ action: 'begun', finding: 'a' }, { action: 'begun', finding: 'b' });
    second.append({ action: 'verified', finding: 'c' });
    expect(first.lines().map(({ finding }) => finding)).toEqual(['f0', 'a', 'b', 'c']);
    const seen: number[] = [];
    first.appendIf((lines) => {
      seen.push(lines.length);
      return [];
    });
    expect(seen).toEqual([4]);
    first.close();
    second.close();
    expect(readJournal(readFileSync(file, 'latin1')).problem).toBeUndefined();
  });
});

describe('what was tampered with is told of', () => {
  const tampered: Readonly<Record<string, (lines: string[]) => string[]>> = {
    edited: (lines) => lines.with(2, lines[2]!.replace('line', 'life')),
    'edited at its end': (lines) => lines.with(-1, lines.at(-1)!.replace('line', 'life')),
    'made no JSON': (lines) => lines.with(2, lines[2]!.replace('{', '(')),
    'made no JSON at its end': (lines) => lines.with(-1, lines.at(-1)!.replace('{', '(')),
    'given another key': (lines) => lines.with(2, lines[2]!.replace('{', '{"note":"x",')),
    removed: (lines) => lines.toSpliced(2, 1),
    'removed at its beginning': (lines) => lines.slice(1),
    reordered: (lines) => lines.with(1, lines[2]!).with(2, lines[1]!),
    doubled: (lines) => lines.toSpliced(2, 0, lines[2]!),
    'put in': (lines) => lines.toSpliced(2, 0, 'nothing of ours'),
  };

  test.each(Object.entries(tampered))('a line %s', (_, change) => {
    const { file, text } = journalOf(5);
    const changed = `${change(text.trimEnd().split('\n')).join('\n')}\n`;
    expect(changed).not.toBe(text);
    expect(readJournal(changed).problem).toMatch(/^line \d/);
    writeFileSync(file, changed);
    expect(() => openJournal(file, { actor })).toThrow(/tampered with/);
  });

  test('lines cut off its end, or a journal written anew, by the line that was anchored', () => {
    const { lines, text } = journalOf(5);
    const { seq, hash } = lines.at(-1)!;
    expect(problemAgainst(readJournal(text), { seq, hash })).toBeUndefined();
    const cut = readJournal(`${text.split('\n').slice(0, 3).join('\n')}\n`);
    expect(cut.problem).toBeUndefined();
    expect(problemAgainst(cut, { seq, hash })).toMatch(/cut off/);
    expect(problemAgainst(readJournal(journalOf(6).text), { seq, hash })).toMatch(/written anew/);
  });

  test('a journal that becomes shorter while it is open', () => {
    const { file } = journalOf(5);
    const journal = openJournal(file, { actor });
    truncateSync(file, 10);
    expect(() => journal.append({ action: 'verified' })).toThrow(/shorter/);
    journal.close();
  });
});

test('cut off at any byte of its last line, it is healed by a line that says so, and nothing is lost', () => {
  const { text, lines } = journalOf(3);
  const folder = temporaryFolder();
  const start = text.lastIndexOf('\n', text.length - 2) + 1;
  for (let at = start; at < text.length; at++) {
    const file = join(folder, `journal-${at}.jsonl`);
    writeFileSync(file, text.slice(0, at));
    const journal = openJournal(file, { actor });
    journal.append({ action: 'verified', finding: 'after' });
    journal.close();
    const healed = readFileSync(file, 'latin1');
    // What was there stays where it is.
    expect(healed.startsWith(text.slice(0, at))).toBe(true);
    const read = readJournal(healed);
    expect(read, `cut at ${at}`).toMatchObject({ torn: '' });
    expect(read.problem).toBeUndefined();
    // Whole but for its line break, it counts.
    const isWhole = at === text.length - 1;
    const expected = [...lines.slice(0, isWhole ? 3 : 2).map(({ finding }) => finding), ...(at === start ? [] : [null]), 'after'];
    expect(read.lines.map(({ finding }) => finding)).toEqual(expected);
    // The half line is no place to hide something in.
    if (!isWhole && at > start + 3) {
      const forged = `${healed.slice(0, start)}${'x'.repeat(at - start)}${healed.slice(at)}`;
      expect(readJournal(forged).problem).toMatch(/^line 3/);
    }
  }
});

test('a healing that was itself cut off is healed again', () => {
  const { file, text } = journalOf(2);
  writeFileSync(file, text.slice(0, -20));
  openJournal(file, { actor }).close();
  const once = readFileSync(file, 'latin1');
  writeFileSync(file, once.slice(0, -30));
  openJournal(file, { actor }).close();
  const read = readJournal(readFileSync(file, 'latin1'));
  expect(read.problem).toBeUndefined();
  expect(read.lines.map(({ action }) => action)).toEqual(['verified', 'healed']);
});

describe('several processes', () => {
  test('append to one journal, and it holds', async () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    const names = ['ann', 'bob', 'eve'];
    const writers = names.map((name) => startWriter(file, name, 60));
    await Promise.all(writers.map(({ ended }) => ended));
    const { lines, problem } = readJournal(readFileSync(file, 'latin1'));
    expect(problem).toBeUndefined();
    for (const name of names) {
      const own = lines.filter(({ actor: by }) => by === name).map(({ finding }) => finding);
      expect(own).toEqual(Array.from({ length: 60 }, (_, index) => `${name}-${index}`));
    }
  });

  test('one that is killed while it writes leaves a journal that others go on with', async () => {
    const file = join(temporaryFolder(), 'journal.jsonl');
    for (let round = 0; round < 6; round++) {
      const doomed = startWriter(file, `doomed${round}`, 1e6);
      const other = startWriter(file, `other${round}`, 20);
      await Promise.all([doomed.opened, other.ended]);
      doomed.child.kill('SIGKILL');
      await doomed.ended;
    }
    const journal = openJournal(file, { actor });
    journal.append({ action: 'verified', finding: 'last' });
    journal.close();
    const { lines, problem } = readJournal(readFileSync(file, 'latin1'));
    expect(problem).toBeUndefined();
    expect(lines.at(-1)?.finding).toBe('last');
    for (let round = 0; round < 6; round++) expect(lines.filter(({ actor: by }) => by === `other${round}`)).toHaveLength(20);
  });
});

describe('the lock', () => {
  test('of a process that is gone is free; of one that runs it is waited for, and then told of', () => {
    const folder = join(temporaryFolder(), 'lock');
    mkdirSync(folder);
    const gone = { pid: 2 ** 22 + 1, host: hostname(), began: '1' };
    writeFileSync(join(folder, '7'), JSON.stringify(gone));
    expect(withLock(folder, () => 'in')).toBe('in');
    writeFileSync(join(folder, '9'), JSON.stringify({ pid: process.pid, host: hostname(), began: null }));
    expect(() => withLock(folder, () => 'in', { patienceMs: 20 })).toThrow(/process \d+ on .* holds it/);
    // The number of a process that is gone may be another's by now.
    writeFileSync(join(folder, '9'), JSON.stringify({ pid: process.pid, host: hostname(), began: '1' }));
    expect(withLock(folder, () => 'in')).toBe('in');
  });

  test('is given back when the work throws', () => {
    const folder = join(temporaryFolder(), 'lock');
    expect(() =>
      withLock(folder, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(withLock(folder, () => 'in', { patienceMs: 20 })).toBe('in');
  });
});

test('a journal that cannot be written is no journal', () => {
  const folder = temporaryFolder();
  appendFileSync(join(folder, 'file'), '');
  expect(() => openJournal(join(folder, 'file', 'journal.jsonl'), { actor })).toThrow(/ENOTDIR/);
  mkdirSync(join(folder, 'journal.jsonl'));
  expect(() => openJournal(join(folder, 'journal.jsonl'), { actor })).toThrow(/EISDIR/);
});
