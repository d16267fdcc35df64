import { chmod, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { addIgnoreEntry, ignoreFileRules, parseIgnoreFile } from '../../src/ledger/ignore-file.ts';
import { candidate, temporaryFolder, value, weak } from './candidates.ts';

const today = new Date('2026-06-15T12:00:00Z');
const salt = `salt: ${'ab'.repeat(16)}`;
const parse = (text: string) => parseIgnoreFile(text, '.quashignore', today);
const ask = (text: string, of: ReturnType<typeof candidate>, path = 'src/a.ts') => ignoreFileRules(parse(text)).ignores(of, path);

describe('entries', () => {
  it('ignore what a path covers, and say where and why', () => {
    expect(ask('\uFEFF# ours\r\n\r\npath:src/ # made-up keys\r\n', candidate({}))).toEqual({
      by: 'file',
      entry: '.quashignore:3',
      reason: 'made-up keys',
    });
    expect(ask('path:docs/ # x', candidate({}))).toBeUndefined();
    expect(ignoreFileRules(parse('path:* # x')).ignores(candidate({ origin: { kind: 'stdin' } }), undefined)).toBeUndefined();
  });

  it('ignore a pattern, a family of patterns, or all generic ones', () => {
    expect(ask('pattern:example-api-key # x', candidate({}))).toBeDefined();
    expect(ask('pattern:example-api # x', candidate({}))).toBeUndefined();
    expect(ask('pattern:example-* # x', candidate({}))).toBeDefined();
    expect(ask('pattern:*-api-* # x', candidate({}))).toBeDefined();
    expect(ask('pattern:*-api # x', candidate({}))).toBeUndefined();
    expect(ask('pattern:*key*key # x', candidate({}))).toBeUndefined();
    expect(ask('pattern:generic # x', candidate({}))).toBeUndefined();
    expect(ask('pattern:generic # x', weak())).toBeDefined();
  });

  it('want everything on the line to hold', () => {
    const text = 'pattern:example-api-key path:"test data/**" # x';
    expect(ask(text, candidate({}), 'test data/a')).toBeDefined();
    expect(ask(text, candidate({ id: 'example-token' }), 'test data/a')).toBeUndefined();
    expect(ask(text, candidate({}), 'test/a')).toBeUndefined();
  });

  it('keep a # that stands in a path', () => {
    expect(ask('path:c#/keys # x', candidate({}), 'c#/keys/a')).toBeDefined();
  });

  it('count up to and with the last day, then say that they expired', () => {
    const rules = parse('path:src/ until 2026-06-15 # soon\npath:lib/ until 2026-06-14 # past');
    expect(ignoreFileRules(rules).ignores(candidate({}), 'src/a')).toBeDefined();
    expect(ignoreFileRules(rules).ignores(candidate({}), 'lib/a')).toBeUndefined();
    expect(rules.warnings).toEqual([expect.stringMatching(/^\.quashignore:2: expired on 2026-06-14/)]);
  });

  it('give a reason without what a terminal acts on', () => {
    expect(ask('path:src/ # a\u001b[31m b\u202ec', candidate({}))?.reason).toBe('a [31m b c');
  });
});

describe('lines that cannot be checked', () => {
  it.each([
    ['path:src/', 10, 'no reason'],
    ['path:src/ #', 12, 'no reason'],
    ['path:src/ #   ', 12, 'no reason'],
    ['src/ # x', 1, 'neither'],
    ['path:src/ made up', 11, 'reason goes after'],
    ['paths:src/ # x', 1, 'neither'],
    ['path: # x', 6, 'empty'],
    ['path:src/[a # x', 10, ']'],
    ['path:!src # x', 6, '!'],
    ['path:"src # x', 6, 'partner'],
    ['path:a path:b # x', 8, 'two paths'],
    ['pattern:Not_An_Id # x', 9, 'not a pattern id'],
    ['path:a until tomorrow # x', 14, 'date'],
    ['path:a until 2026-02-30 # x', 14, 'date'],
    ['path:a until # x', 8, 'date'],
    ['path:a until 2026-07-01 until 2026-07-02 # x', 25, 'twice'],
    ['until 2026-07-01 # x', 7, 'needs'],
    ['# only this\n<<<<<<< HEAD', 1, 'merge'],
    [`${salt}\nfingerprint:abcd # x`, 13, 'not a fingerprint'],
    [`${salt}\nfingerprint:scrypt-30:${'0'.repeat(64)} # x`, 13, 'not a fingerprint'],
    [`\nfingerprint:${'0'.repeat(64)} # x`, 1, 'salt'],
    ['salt: 12', 7, 'hex'],
  ])('%j at column %i', (text, column, problem) => {
    const line = text.split('\n').length;
    expect(() => parse(text)).toThrow(expect.objectContaining({ code: 'config' }));
    expect(() => parse(text)).toThrow(
      new RegExp(`^reading the ignore file:\\n\\.quashignore:${line}:${column}: .*${literally(problem)}`),
    );
  });

  it('are all told of at once, none with what stands on it', () => {
    const pasted = value('pasted');
    const told = () => parse(`${pasted} # x\nfingerprint:${pasted} # y\npath:ok/ # z\nwrong`);
    expect(told).toThrow(/:1:1: .*\n\.quashignore:2:13: .*\n\.quashignore:4:1: /);
    expect(told).not.toThrow(pasted);
  });

  it('include a flood of salts', () => {
    expect(() => parse(Array.from({ length: 9 }, (_, index) => `salt: ${'0'.repeat(31)}${index}`).join('\n'))).toThrow('9 salts');
  });
});

describe('addIgnoreEntry', () => {
  it('makes a file that ignores the credential wherever it stands, and holds nothing of it', async () => {
    const file = join(await temporaryFolder(), '.quashignore');
    const secret = value('leaked');
    await addIgnoreEntry(file, { credential: candidate({ secret }), reason: 'rotated\non Monday' }, today);
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/^salt: [0-9a-f]{32}\nfingerprint:[0-9a-f]{64} # rotated on Monday\n$/);
    expect(text).not.toContain(secret);
    const rules = ignoreFileRules(parse(text));
    expect(rules.ignores(candidate({ secret, path: 'anywhere/else.ts', line: 99 }), 'anywhere/else.ts')?.reason).toBe(
      'rotated on Monday',
    );
    expect(rules.ignores(candidate({ secret: value('other') }), 'src/a.ts')).toBeUndefined();
    expect(rules.ignores(candidate({ secret, provider: 'other' }), 'src/a.ts')).toBeUndefined();
    expect((await stat(file)).mode & 0o777).toBe(0o644);
  });

  it('stretches weak values, and only looks at them where the pattern is the entry’s', async () => {
    const file = join(await temporaryFolder(), '.quashignore');
    await addIgnoreEntry(file, { credential: weak(), reason: 'test database' }, today);
    const text = await readFile(file, 'utf8');
    expect(text).toMatch(/\nfingerprint:scrypt-15:[0-9a-f]{64} pattern:generic-password # test database\n$/);
    const rules = ignoreFileRules(parse(text));
    await rules.prepare?.(weak());
    expect(rules.ignores(weak(), 'src/a.ts')).toBeDefined();
    expect(ignoreFileRules(parse(text)).ignores(weak(), undefined)).toBeDefined();
    const { pattern } = candidate({ id: 'generic-secret', provider: 'generic', generic: true });
    expect(rules.ignores({ ...weak(), pattern }, 'src/a.ts')).toBeUndefined();
  });

  it('gives two repositories different fingerprints for the same value', async () => {
    const folder = await temporaryFolder();
    for (const name of ['a', 'b']) await addIgnoreEntry(join(folder, name), { credential: candidate({}), reason: 'x' }, today);
    const [a, b] = await Promise.all(['a', 'b'].map(async (name) => (await readFile(join(folder, name), 'utf8')).split('\n')[1]));
    expect(a).not.toBe(b);
  });

  it('leaves other lines as they are, keeps fingerprints in order, and changes an entry that is there', async () => {
    const file = join(await temporaryFolder(), '.quashignore');
    await writeFile(file, '# ours\npath:docs/ # samples\n');
    const secrets = ['a', 'b', 'c', 'd', 'e'].map((name) => value(name));
    for (const secret of secrets) await addIgnoreEntry(file, { credential: candidate({ secret }), reason: 'x' }, today);
    await addIgnoreEntry(file, { credential: candidate({ secret: secrets[2]! }), reason: 'again', until: '2026-12-31' }, today);
    await addIgnoreEntry(file, { path: 'a b/', pattern: 'example-api-key', reason: 'y' }, today);
    await addIgnoreEntry(file, { path: 'a b/', pattern: 'example-api-key', reason: 'z' }, today);
    const lines = (await readFile(file, 'utf8')).split('\n');
    const fingerprints = lines.filter((line) => line.startsWith('fingerprint:'));
    expect(lines[0]).toBe('# ours');
    expect(lines).toContain('path:docs/ # samples');
    expect(fingerprints).toHaveLength(5);
    expect(fingerprints).toEqual([...fingerprints].sort());
    expect(fingerprints.filter((line) => line.endsWith(' until 2026-12-31 # again'))).toHaveLength(1);
    expect(lines.filter((line) => line.includes('a b'))).toEqual(['path:"a b/" pattern:example-api-key # z']);
  });

  it('survives a merge that keeps the lines of both sides', async () => {
    const folder = await temporaryFolder();
    await addIgnoreEntry(join(folder, 'ours'), { credential: candidate({ secret: value('ours') }), reason: 'x' }, today);
    await addIgnoreEntry(join(folder, 'theirs'), { credential: candidate({ secret: value('theirs') }), reason: 'y' }, today);
    const merged = `${await readFile(join(folder, 'theirs'), 'utf8')}${await readFile(join(folder, 'ours'), 'utf8')}`;
    const rules = ignoreFileRules(parse(merged));
    expect(rules.ignores(candidate({ secret: value('ours') }), 'a')?.reason).toBe('x');
    expect(rules.ignores(candidate({ secret: value('theirs') }), 'a')?.reason).toBe('y');
    const file = join(folder, 'merged');
    await writeFile(file, merged);
    await addIgnoreEntry(file, { credential: candidate({ secret: value('ours') }), reason: 'z' }, today);
    expect((await readFile(file, 'utf8')).match(/fingerprint:/g)).toHaveLength(2);
  });

  it('refuses what it could not read again, and leaves the file as it was', async () => {
    const folder = await temporaryFolder();
    const file = join(folder, '.quashignore');
    await writeFile(file, 'path:a # x\n');
    await expect(addIgnoreEntry(file, { path: '[', reason: 'x' }, today)).rejects.toMatchObject({ code: 'config' });
    await expect(addIgnoreEntry(file, { path: 'b', reason: ' ' }, today)).rejects.toMatchObject({ code: 'config' });
    await expect(addIgnoreEntry(file, { path: 'b', reason: 'x', until: 'soon' }, today)).rejects.toMatchObject({
      code: 'config',
    });
    expect(await readFile(file, 'utf8')).toBe('path:a # x\n');
    expect(await readdir(folder)).toEqual(['.quashignore']);
  });

  it('keeps a link a link, and the mode', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'real'), '');
    await chmod(join(folder, 'real'), 0o640);
    await symlink('real', join(folder, 'link'));
    await addIgnoreEntry(join(folder, 'link'), { path: 'a', reason: 'x' }, today);
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('path:a # x\n');
    expect((await stat(join(folder, 'real'))).mode & 0o777).toBe(0o640);
  });
});

function literally(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
