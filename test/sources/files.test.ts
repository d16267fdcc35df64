import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ListOptions, listFiles, readFileBytes } from '../../src/sources/files.ts';
import { readStdin } from '../../src/sources/stdin.ts';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'quash-test-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function write(path: string, content = path): void {
  mkdirSync(join(root, path, '..'), { recursive: true });
  writeFileSync(join(root, path), content);
}

/** Listed paths in order; a gap as `path: reason`. */
async function list(options?: ListOptions, at = root): Promise<string[]> {
  const out: string[] = [];
  for await (const item of listFiles(at, options))
    out.push('reason' in item ? `${(item.origin as { path: string }).path}: ${item.reason}` : item.path);
  return out;
}

describe('listing files', () => {
  test('hidden and ignored files and nested work trees, but nothing named .git', async () => {
    for (const path of [
      '.env',
      '.gitignore',
      'b/.hidden/x',
      'b/a',
      '.git/config',
      'nested/.git/HEAD',
      'nested/src/a',
      'linked/.git',
      'linked/a',
      'node_modules/x/index.js',
      'z.git/HEAD',
    ])
      write(path);
    write('.gitignore', '.env\nnode_modules\n');
    expect(await list()).toEqual([
      '.env',
      '.gitignore',
      'b/a',
      'b/.hidden/x',
      'linked/a',
      'nested/src/a',
      'node_modules/x/index.js',
      'z.git/HEAD',
    ]);
  });

  test('sizes come along', async () => {
    write('a', '12345');
    const items = [];
    for await (const item of listFiles(root)) items.push(item);
    expect(items).toEqual([{ path: 'a', size: 5 }]);
  });

  test('sizes are asked for no longer than wanted, and what is no file is still told of', async () => {
    write('a', '12345');
    write('b', '123');
    write('c/d', '1');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    const items = [];
    for await (const item of listFiles(root, { sizes: 1 })) items.push(item);
    expect(items).toEqual([
      { path: 'a', size: 5 },
      { path: 'b' },
      expect.objectContaining({ reason: 'special-file', origin: { kind: 'file', path: 'pipe' } }),
      { path: 'c/d' },
    ]);
  });

  test('links are neither followed nor gaps, whether to files, folders, loops or nowhere', async () => {
    write('in/a');
    const outside = mkdtempSync(join(tmpdir(), 'quash-test-'));
    writeFileSync(join(outside, 'secret'), 'x');
    for (const [link, to] of [
      ['to-file', 'in/a'],
      ['to-folder', 'in'],
      ['loop', '.'],
      ['nowhere', 'gone'],
      ['out-file', join(outside, 'secret')],
      ['out-folder', outside],
    ] as const)
      symlinkSync(to, join(root, link));
    expect(await list()).toEqual(['in/a']);
    expect(readFileBytes(root, 'out-file', 100)).toMatchObject({ reason: 'outside-root' });
    rmSync(outside, { recursive: true });
  });

  test('a pipe and a socket are gaps, and are never waited for', async () => {
    write('a');
    execFileSync('mkfifo', [join(root, 'pipe')]);
    expect(await list()).toEqual(['a', 'pipe: special-file']);
    expect(readFileBytes(root, 'pipe', 100)).toMatchObject({ reason: 'special-file', origin: { kind: 'file', path: 'pipe' } });
    expect(readFileBytes('/dev', 'null', 100)).toMatchObject({ reason: 'special-file' });
  });

  test.skipIf(process.getuid?.() === 0)(
    'a folder and a file that may not be read are gaps, and the rest is still listed',
    async () => {
      write('a/x');
      write('b');
      write('c/y');
      chmodSync(join(root, 'a'), 0);
      chmodSync(join(root, 'b'), 0);
      try {
        expect(await list()).toEqual(['b', 'a: unreadable', 'c/y']);
        expect(readFileBytes(root, 'b', 100)).toMatchObject({ reason: 'unreadable' });
      } finally {
        chmodSync(join(root, 'a'), 0o755);
      }
    },
  );

  test('a folder that goes while it is walked is a gap', async () => {
    write('a/x');
    write('b/y');
    const seen: string[] = [];
    for await (const item of listFiles(root)) {
      seen.push('reason' in item ? `${(item.origin as { path: string }).path}: ${item.reason}` : item.path);
      rmSync(join(root, 'b'), { recursive: true, force: true });
    }
    expect(seen).toEqual(['a/x', 'b: unreadable']);
  });

  test('names that are not UTF-8 are read by their bytes, folders and files', async () => {
    const raw = (...pieces: readonly (string | number)[]) =>
      Buffer.concat([
        Buffer.from(`${root}/`),
        ...pieces.map((piece) => (typeof piece === 'string' ? Buffer.from(piece) : Buffer.from([piece]))),
      ]);
    mkdirSync(raw('caf', 0xe9));
    writeFileSync(raw('caf', 0xe9, '/ü'), 'inside');
    writeFileSync(raw('caf', 0xe9, '/b', 0xff), 'both');
    write('caf\ufffd-real', 'x');
    const contents: [string, string][] = [];
    for await (const item of listFiles(root)) {
      if ('reason' in item) throw new Error(item.detail);
      const bytes = readFileBytes(root, item.path, 100, item.rawPath);
      contents.push([item.path, 'reason' in bytes ? bytes.detail : Buffer.from(bytes).toString()]);
    }
    expect(contents).toEqual([
      ['caf\ufffd-real', 'x'],
      ['caf\ufffd/b\ufffd', 'both'],
      ['caf\ufffd/ü', 'inside'],
    ]);
  });

  test('what is not wanted is not listed, and its folders are not entered', async () => {
    for (const path of ['a/x.txt', 'a/y.md', 'b/x.txt']) write(path);
    const asked: string[] = [];
    const isWanted = (path: string, kind: 'file' | 'folder') => {
      asked.push(path);
      return kind === 'folder' ? path !== 'b' : path.endsWith('.txt');
    };
    expect(await list({ isWanted })).toEqual(['a/x.txt']);
    expect(asked).not.toContain('b/x.txt');
  });

  test('an aborted listing stops, a root that is not there is an error', async () => {
    write('a');
    await expect(list({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'interrupted' });
    await expect(list({}, join(root, 'gone'))).rejects.toMatchObject({ code: 'source' });
  });
});

describe('reading a file', () => {
  test('its bytes, unless they are more than the limit', () => {
    write('a', 'x'.repeat(100));
    expect(Buffer.from(readFileBytes(root, 'a', 100) as Uint8Array).toString()).toBe('x'.repeat(100));
    expect(readFileBytes(root, 'a', 99)).toEqual({
      origin: { kind: 'file', path: 'a' },
      reason: 'too-large',
      detail: '100 bytes, more than the 99 of --max-size',
    });
    expect(readFileBytes(root, 'gone', 99)).toMatchObject({ reason: 'unreadable' });
    write('empty', '');
    expect(readFileBytes(root, 'empty', 99)).toHaveLength(0);
  });

  test.runIf(process.platform === 'linux')('a file that claims to be empty, as those of /proc do', () => {
    expect(Buffer.from(readFileBytes('/proc/self', 'status', 100_000) as Uint8Array).toString()).toMatch(/^Name:/);
    expect(readFileBytes('/proc/self', 'status', 10)).toMatchObject({ reason: 'too-large' });
  });
});

describe('reading stdin', () => {
  test('all of it', async () => {
    expect(await readStdin(Readable.from([Buffer.from('ab'), Buffer.from('c')]), 3)).toEqual({ bytes: Buffer.from('abc') });
  });

  test('no more than the limit, with a gap, and without waiting for the end', async () => {
    const endless = Readable.from(
      (function* () {
        for (;;) yield Buffer.alloc(1000, 'x');
      })(),
    );
    const { bytes, gap } = await readStdin(endless, 2500);
    expect(bytes).toHaveLength(2500);
    expect(gap).toMatchObject({ origin: { kind: 'stdin' }, reason: 'too-large' });
    expect(endless.destroyed).toBe(true);
  });

  test('until it is interrupted', async () => {
    const controller = new AbortController();
    const reading = readStdin(new PassThrough(), 100, controller.signal);
    controller.abort();
    await expect(reading).rejects.toMatchObject({ code: 'interrupted' });
  });
});
