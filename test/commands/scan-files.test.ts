import { execFileSync } from 'node:child_process';
import { chmodSync, closeSync, ftruncateSync, mkdirSync, openSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildRepository } from '../../fixtures/repositories/builder.ts';
import { binary, cleanEnvironment, runProgram, temporaryFolder } from '../cli/binary.ts';
import { invent, inventPart, places, scan } from './scans.ts';

const github = (seed: string) => invent('github-pat-classic', seed);

function folderOf(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = temporaryFolder();
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}

const isRoot = process.getuid?.() === 0;

describe('every file of a folder', () => {
  test('hidden, ignored by git, empty, without a line break at the end', async () => {
    const folder = folderOf({
      '.env': `A=${github('hidden')}`,
      '.gitignore': 'ignored/\n.env\n',
      'ignored/a': `A=${github('ignored')}\n`,
      '.config/.deep/.x': `A=${github('deep')}\n`,
      empty: '',
    });
    const found = await scan(['.'], { cwd: folder });
    expect(found.secrets).toEqual([github('hidden'), github('ignored'), github('deep')].sort());
    expect(found.summary).toMatchObject({ complete: true, objects: 5 });
  });

  test('links lead nowhere: to the root, to each other, out of it; and none of them is a gap', async () => {
    const outside = folderOf({ a: `A=${github('outside')}\n` });
    const folder = folderOf({ a: `A=${github('inside')}\n` });
    symlinkSync('.', join(folder, 'loop'));
    symlinkSync('two', join(folder, 'one'));
    symlinkSync('one', join(folder, 'two'));
    symlinkSync(outside, join(folder, 'out'));
    symlinkSync(join(outside, 'a'), join(folder, 'out-file'));
    symlinkSync('a', join(folder, 'twin'));
    const found = await scan(['.'], { cwd: folder });
    expect(found.secrets).toEqual([github('inside')]);
    expect(found.of(github('inside')).locations).toHaveLength(1);
    expect(found.summary).toMatchObject({ complete: true });
  });

  test('a pipe is a gap and nothing waits for it', async () => {
    const folder = folderOf({ a: `A=${github('beside')}\n` });
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    const found = await scan(['.'], { cwd: folder });
    expect(found.gaps).toEqual([expect.objectContaining({ reason: 'special-file', origin: { kind: 'file', path: 'pipe' } })]);
    expect(found.secrets).toEqual([github('beside')]);
    expect(found.code).toBe(1);
  });

  test.skipIf(isRoot)('what may not be read is a gap', async () => {
    const folder = folderOf({ a: 'x', 'b/c': 'x' });
    chmodSync(join(folder, 'a'), 0);
    chmodSync(join(folder, 'b'), 0);
    const found = await scan(['.'], { cwd: folder });
    chmodSync(join(folder, 'b'), 0o700);
    expect(found.gaps.map(({ reason }) => reason)).toEqual(['unreadable', 'unreadable']);
    expect(found.code).toBe(3);
  });

  test('names with line breaks, escape sequences and marks that turn the reading order', async () => {
    const names = ['line\nbreak', 'red\x1b[31m', 'turned\u202etxt.exe', ' ', 'a"b', '-rf', '*'];
    const folder = folderOf(Object.fromEntries(names.map((name) => [name, `${github('names')}\n`])));
    const found = await scan(['.'], { cwd: folder });
    expect(places(found.of(github('names')), 'file').map(({ origin }) => origin.path)).toEqual([...names].sort());
  });

  test('a name that is no UTF-8 is read, or told of', async () => {
    const folder = temporaryFolder();
    writeFileSync(Buffer.concat([Buffer.from(`${folder}/caf`), Buffer.from([0xe9])]), `A=${github('latin')}\n`);
    const found = await scan(['.'], { cwd: folder });
    expect(found.secrets).toEqual([github('latin')]);
    expect(found.summary).toMatchObject({ complete: true });
  });

  test('a file given by its name, and several targets', async () => {
    const folder = folderOf({ 'a/x': `A=${github('x')}\n`, 'b/y': `A=${github('y')}\nB=${github('x')}\n` });
    const one = await scan(['a/x'], { cwd: folder });
    expect(one.of(github('x')).locations.map(({ origin }) => origin)).toEqual([{ kind: 'file', path: 'x' }]);
    const both = await scan(['a/x', 'b'], { cwd: folder });
    expect(both.of(github('x')).locations.map(({ origin }) => origin)).toEqual([
      { kind: 'file', path: 'a/x' },
      { kind: 'file', path: 'b/y' },
    ]);
    expect(both.summary).toMatchObject({ objects: 2, findings: 2 });
  });

  test('what is not there is a usage error', async () => {
    const found = await scan(['nowhere'], { cwd: temporaryFolder() });
    expect(found).toMatchObject({ code: 2, stdout: '' });
    expect(found.stderr).toMatch(/^quash: looking at nowhere: there is no such file or folder/);
  });
});

describe('every kind of content', () => {
  const text = (seed: string) => `# héllo\nkey: ${github(seed)}\n`;
  const swapped = (bytes: Buffer) => Buffer.from(bytes).swap16();

  test.each([
    ['UTF-16, little end first, marked', (seed: string) => Buffer.from(`\ufeff${text(seed)}`, 'utf16le')],
    ['UTF-16, big end first, marked', (seed: string) => swapped(Buffer.from(`\ufeff${text(seed)}`, 'utf16le'))],
    ['UTF-16, little end first', (seed: string) => Buffer.from(text(seed), 'utf16le')],
    ['UTF-16, big end first', (seed: string) => swapped(Buffer.from(text(seed), 'utf16le'))],
  ])('%s', async (_, bytes) => {
    const content = bytes('wide');
    const folder = folderOf({ a: content });
    const [place] = (await scan(['.'], { cwd: folder })).of(github('wide')).locations;
    expect(place).toMatchObject({ line: 2, column: 6, endColumn: 6 + github('wide').length, decoded: ['utf16'] });
    const inFile = Buffer.from(content.subarray(place!.start, place!.end));
    expect([inFile.toString('utf16le'), inFile.length % 2 === 0 ? swapped(inFile).toString('utf16le') : '']).toContain(
      github('wide'),
    );
  });

  test('UTF-8 with a mark, CRLF and characters of four bytes before the secret: columns count UTF-16 units', async () => {
    const content = `\ufeffone\r\n😀é ${github('utf8')}\r\n`;
    const folder = folderOf({ a: content });
    const [place] = (await scan(['.'], { cwd: folder })).of(github('utf8')).locations;
    expect(place).toMatchObject({ line: 2, column: 5 });
    expect(Buffer.from(content).subarray(place!.start, place!.end).toString()).toBe(github('utf8'));
  });

  test('binary: what providers know is found', async () => {
    const folder = folderOf({ a: Buffer.concat([Buffer.alloc(100), Buffer.from(github('binary')), Buffer.alloc(100)]) });
    expect((await scan(['.'], { cwd: folder })).secrets).toEqual([github('binary')]);
  });

  test('one line of 100 MB, with a secret in its middle and at its end', async () => {
    const folder = temporaryFolder();
    const file = openSync(join(folder, 'huge'), 'w');
    const chunk = Buffer.alloc(1 << 20, 'lorem ipsum ');
    for (let i = 0; i < 100; i++) {
      writeSync(file, chunk);
      if (i === 50) writeSync(file, ` "${github('middle')}" `);
    }
    writeSync(file, ` "${github('end')}"`);
    closeSync(file);
    const found = await scan(['.'], { cwd: folder });
    expect(found.secrets).toEqual([github('middle'), github('end')].sort());
    for (const { locations } of found.findings) expect(locations[0]!.context!.length).toBeLessThan(1000);
    expect(found.of(github('end')).locations[0]).toMatchObject({ line: 1 });
  });

  test('larger than --max-size is a gap; a file that only claims a size is read or told of in time', async () => {
    const folder = folderOf({ small: `A=${github('small')}\n` });
    const file = openSync(join(folder, 'sparse'), 'w');
    ftruncateSync(file, 300_000_000);
    closeSync(file);
    const found = await scan(['.'], { cwd: folder });
    expect(found.gaps).toEqual([expect.objectContaining({ reason: 'too-large', origin: { kind: 'file', path: 'sparse' } })]);
    expect(found.gaps[0]?.detail).toMatch(/300,?000,?000|300 MB/);
    const allowed = await scan(['--max-size', '400MB', '.'], { cwd: folder });
    expect(allowed.summary).toMatchObject({ complete: true, findings: 1 });
  });

  test('objects larger than --max-size in history', async () => {
    const app = buildRepository(join(temporaryFolder(), 'app'));
    app.write('a', `${'x'.repeat(5000)}\n`);
    app.commit('large');
    for (const repack of [false, true]) {
      if (repack) app.git('repack', '-adfq');
      const found = await scan(['--max-size', '4000', '--no-tree', '.'], { cwd: app.path });
      expect(found.gaps.map(({ reason }) => reason)).toEqual(['too-large']);
      expect(found.code).toBe(3);
    }
  });
});

describe('which paths', () => {
  const files = {
    'src/a.js': `A=${github('a')}\n`,
    'src/b.py': `A=${github('b')}\n`,
    'vendor/lib/c.js': `A=${github('c')}\n`,
    'd.js': `A=${github('d')}\n`,
  };

  test.each([
    [
      ['--include', '*.js'],
      ['a', 'c', 'd'],
    ],
    [
      ['--include', '**/*.js', '--exclude', 'vendor/**'],
      ['a', 'd'],
    ],
    [
      ['--exclude', 'vendor', '--exclude', '*.py'],
      ['a', 'd'],
    ],
    [
      ['--exclude', 'vendor/'],
      ['a', 'b', 'd'],
    ],
    [
      ['--include', 'src/**'],
      ['a', 'b'],
    ],
    [
      ['--include', 'src/'],
      ['a', 'b'],
    ],
    [['--exclude', '**'], []],
  ])('%s, in files and in history', async (flags, seeds) => {
    const app = buildRepository(join(temporaryFolder(), 'app'));
    for (const [path, content] of Object.entries(files)) app.write(path, content);
    app.commit('all');
    expect((await scan([...flags, '.'], { cwd: app.path })).secrets).toEqual(seeds.map(github).sort());
    expect((await scan([...flags, '--no-tree', '.'], { cwd: app.path })).secrets).toEqual(seeds.map(github).sort());
  });

  test('a glob that is none is a usage error', async () => {
    const found = await scan(['--include', '[', '.'], { cwd: temporaryFolder() });
    expect(found.code).toBe(2);
    expect(found.stderr).toContain('--include');
  });
});

describe('what is one finding', () => {
  test('two secrets on one line hide each other', async () => {
    const folder = folderOf({ a: `curl -u ${github('left')}:${invent('slack-bot-token')} https://example.com\n` });
    const found = await runProgram(process.execPath, [binary, 'scan', '--format', 'jsonl', '.'], { cwd: folder });
    expect(found.stdout).not.toContain(github('left'));
    expect(found.stdout).not.toContain(invent('slack-bot-token'));
    expect(found.stdout.match(/"type":"finding"/g)).toHaveLength(2);
  });

  test('a key pair is one, its halves on lines of their own; the same id alone elsewhere joins it', async () => {
    const [id, key] = [invent('aws-access-key'), inventPart('aws-access-key', 'secret')];
    const folder = folderOf({
      'a.env': `AWS_ACCESS_KEY_ID=${id}\nREGION=x\nAWS_SECRET_ACCESS_KEY=${key}\n`,
      'b.txt': `the key ${id} was leaked\n`,
    });
    const found = await scan(['.'], { cwd: folder });
    expect(found.findings.map(({ pattern, parts }) => [pattern, parts])).toContainEqual(['aws-access-key', { secret: key }]);
    expect(found.secrets.filter((secret) => secret === id)).toHaveLength(1);
    expect(found.secrets).not.toContain(key);
  });

  test('a multi-line key has an end line, and its text shows nowhere', async () => {
    const body = Array.from({ length: 12 }, (_, i) =>
      Buffer.from(`line ${i} of a made-up key, 48 bytes of it`.padEnd(48, '.')).toString('base64'),
    );
    const pem = ['-----BEGIN ', 'RSA PRIVATE KEY-----\n', `${body.join('\n')}\n`, '-----END ', 'RSA PRIVATE KEY-----\n'].join('');
    const folder = folderOf({ 'key.pem': `intro\n${pem}`, 'key.json': JSON.stringify({ private_key: pem }) });
    const found = await scan(['.'], { cwd: folder });
    expect(found.findings).toHaveLength(1);
    const lines = places(found.findings[0]!, 'file').find(({ origin }) => origin.path === 'key.pem')!;
    expect([lines.line, lines.endLine]).toEqual([2, 15]);
    for (const format of ['text', 'jsonl', 'csv', 'html']) {
      const { stdout } = await runProgram(process.execPath, [binary, 'scan', '--format', format, '.'], { cwd: folder });
      for (const line of body) expect(stdout).not.toContain(line);
    }
  });
});

describe('stdin', () => {
  test('is scanned to its end', async () => {
    const found = await scan(['-'], { cwd: temporaryFolder(), stdin: `a\nkey ${github('stdin')}\n` });
    expect(found.of(github('stdin')).locations).toEqual([
      expect.objectContaining({ origin: { kind: 'stdin' }, line: 2, column: 5, start: 6 }),
    ]);
    expect(found.code).toBe(1);
  });

  test('past --max-size is a gap, and what came before is scanned', async () => {
    const found = await scan(['--max-size', '100', '-'], {
      cwd: temporaryFolder(),
      stdin: `${github('early')}\n${'x'.repeat(200)}`,
    });
    expect(found.secrets).toEqual([github('early')]);
    expect(found.gaps.map(({ reason }) => reason)).toEqual(['too-large']);
  });

  test('empty is clean', async () => {
    expect(await scan(['-'], { cwd: temporaryFolder(), stdin: '' })).toMatchObject({ code: 0, findings: [] });
  });
});

test('--explain says where each candidate stands that was turned down, in files, history, stdin and the index', async () => {
  const broken = `${github('explain').slice(0, -1)}${github('explain').endsWith('0') ? '1' : '0'}`;
  const content = `one\ntwo\n  key = ${broken}\n`;
  const app = buildRepository(join(temporaryFolder(), 'app'));
  app.write('a', content);
  app.commit('broken');
  app.remove('a');
  app.commit('gone');
  app.write('b', content);
  app.git('add', 'b');
  const rows = async (...args: readonly string[]) =>
    (await scan(['--explain', ...args], { cwd: app.path, stdin: content })).turnedDown
      .filter(({ pattern }) => pattern === 'github-pat-classic')
      .map(({ origin, line, column, reason }) => ({ origin, line, column, reason }));
  const at = { line: 3, column: 9, reason: expect.stringContaining('checksum') };
  expect(await rows('.')).toEqual(
    expect.arrayContaining([
      { origin: { kind: 'file', path: 'b' }, ...at },
      { origin: expect.objectContaining({ kind: 'git', blob: app.git('rev-parse', 'HEAD~1:a'), path: 'a' }), ...at },
    ]),
  );
  expect(await rows('-')).toEqual([{ origin: { kind: 'stdin' }, ...at }]);
  expect(await rows('--staged')).toEqual([{ origin: { kind: 'staged', path: 'b' }, ...at }]);
  const shown = await runProgram(process.execPath, [binary, 'scan', '--explain', '--no-history', '.'], {
    cwd: app.path,
    env: cleanEnvironment(),
  });
  expect(shown.stdout).toMatch(/turned down {2}b:3:9 /);
  expect(shown.stdout).not.toContain(broken);
});
