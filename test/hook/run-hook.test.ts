import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import type { HookType } from '../../src/hook/hook-script.ts';
import { type HookFinding, type HookOptions, type HookScanner, runHook } from '../../src/hook/run-hook.ts';
import { Secret } from '../../src/model/secret.ts';

let folder: string;
let repository: BuiltRepository;
const none = '0'.repeat(40);
const token = `exk_${'ab12'.repeat(8)}`;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
  repository = buildRepository(join(folder, 'app'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Finds `exk_` tokens, and pairs such as `id=1` ... `key=exk_...` by the lines they span. */
const scanner: HookScanner = {
  scan({ bytes }) {
    const lines = Buffer.from(bytes).toString().split('\n');
    return lines.flatMap((line, index): HookFinding[] => {
      const at = line.indexOf('exk_');
      if (at < 0) return [];
      return [{ name: 'Example\u001b[31m key', secret: new Secret(line.slice(at, at + 36)), line: index + 1, column: at + 1 }];
    });
  },
};

async function run(type: HookType, options: Partial<HookOptions> & { readonly input?: string } = {}) {
  let printed = '';
  let warned = '';
  const exit = await runHook(type, {
    args: [],
    cwd: repository.path,
    env: {},
    stdin: Readable.from(options.input ? [Buffer.from(options.input)] : []),
    maxSize: 100_000,
    failOnGap: false,
    failOnFindings: true,
    openScanner: async () => scanner,
    print: (text) => {
      printed += text;
    },
    warn: (text) => {
      warned += text;
    },
    ...options,
  });
  return { exit, printed, warned };
}

describe('before a commit', () => {
  test('silent when clean, though the secret was there before', async () => {
    repository.write('a', `${token}\n`);
    repository.commit('first');
    expect(await run('pre-commit')).toEqual({ exit: 0, printed: '', warned: '' });
    repository.write('a', `${token}\nmore\n`);
    repository.git('add', '.');
    expect(await run('pre-commit')).toEqual({ exit: 0, printed: '', warned: '' });
  });

  test('each secret with its place, redacted, and how to go on', async () => {
    repository.write('dir/a\u202e', `x\n  key = ${token}\n`);
    repository.git('add', '.');
    const { exit, printed, warned } = await run('pre-commit');
    expect([exit, warned]).toEqual([1, '']);
    expect(printed).toBe(
      [
        'quash: 1 secret about to be committed',
        '',
        '  dir/a\\u{202e}:2:9  Example\\x1b[31m key  exk_…ab12 (redacted)',
        '',
        'Take it out and stage the file again.',
        'Not a secret? Put quash:allow on its line, or list it in .quashignore.',
        'Only this once: QUASH_SKIP=1 git commit goes on without the scan.',
        '',
      ].join('\n'),
    );
    expect(printed).not.toContain(token);
  });

  test('a credential in parts is new when any of its lines is', async () => {
    repository.write('a', `id\n${token}\n`);
    repository.commit('first');
    repository.write('a', `ID\n${token}\n`);
    repository.git('add', '.');
    const pairs: HookScanner = { scan: () => [{ name: 'Pair', secret: new Secret(token), line: 2, column: 1, span: [1, 2] }] };
    expect((await run('pre-commit', { openScanner: async () => pairs })).exit).toBe(1);
    const alone: HookScanner = { scan: () => [{ name: 'Alone', secret: new Secret(token), line: 2, column: 1 }] };
    expect((await run('pre-commit', { openScanner: async () => alone })).exit).toBe(0);
  });

  test('a gap is told and lets the commit through, unless asked otherwise', async () => {
    repository.write('large', 'x'.repeat(200_000));
    repository.git('add', '.');
    expect(await run('pre-commit')).toEqual({
      exit: 0,
      printed: '',
      warned: 'quash: not scanned: large: 200000 bytes, more than the 100000 of --max-size\n',
    });
    expect((await run('pre-commit', { failOnGap: true })).exit).toBe(3);
  });

  test('QUASH_SKIP goes past it, --fail-on none tells without failing', async () => {
    repository.write('a', token);
    repository.git('add', '.');
    expect(await run('pre-commit', { env: { QUASH_SKIP: '1' } })).toEqual({
      exit: 0,
      printed: '',
      warned: 'quash: not scanned, as QUASH_SKIP is set\n',
    });
    expect((await run('pre-commit', { env: { QUASH_SKIP: '0' } })).exit).toBe(1);
    const lenient = await run('pre-commit', { failOnFindings: false });
    expect([lenient.exit, lenient.printed.slice(0, 15)]).toEqual([0, 'quash: 1 secret']);
  });

  test('an error says how to go on without it, and a scanner that fails leaves no git behind', async () => {
    await expect(run('pre-commit', { cwd: folder })).rejects.toThrow(/not a git repository.*QUASH_SKIP=1 git commit goes on/);
    repository.write('a', 'x'.repeat(90_000));
    repository.git('add', '.');
    const failing = async () => Promise.reject(new Error('broken'));
    await expect(run('pre-commit', { openScanner: failing })).rejects.toThrow('broken');
  });
});

describe('before a push', () => {
  test('only the commits that the remote does not have', async () => {
    repository.write('a', `${token}\n`);
    const first = repository.commit('first');
    repository.git('update-ref', 'refs/remotes/origin/main', first);
    repository.write('a', `${token}\nclean\n`);
    const second = repository.commit('second');
    const pushed = `refs/heads/main ${second} refs/heads/main ${first}\n`;
    expect(await run('pre-push', { args: ['origin'], input: pushed })).toEqual({ exit: 0, printed: '', warned: '' });
    const branch = `refs/heads/x ${second} refs/heads/x ${none}\n`;
    expect((await run('pre-push', { args: ['origin'], input: branch })).exit).toBe(0);
    expect((await run('pre-push', { args: ['elsewhere'], input: branch })).exit).toBe(1);
    expect((await run('pre-push', { args: [], input: branch })).exit).toBe(1);
  });

  test('a secret that a later commit takes out again is still pushed; messages and tags count', async () => {
    repository.write('a', `${token}\n`);
    const first = repository.commit('first');
    repository.write('a', 'clean\n');
    const second = repository.commit(`remove ${token}`);
    repository.git('tag', '-a', 'v1', '-m', `tag ${token}`);
    const tag = repository.git('rev-parse', 'v1');
    const { exit, printed } = await run('pre-push', {
      input: `refs/heads/main ${second} refs/heads/main ${none}\nrefs/tags/v1 ${tag} refs/tags/v1 ${none}\n`,
    });
    expect(exit).toBe(1);
    expect(printed).toContain('quash: 3 secrets about to be pushed\n');
    expect(printed).toContain(`  ${first.slice(0, 10)} a:1:1  `);
    expect(printed).toContain(`  message of commit ${second.slice(0, 10)}:1:8  `);
    expect(printed).toContain(`  message of tag ${tag.slice(0, 10)}:`);
    expect(printed).not.toContain(token);
  });

  test('deletions and nothing to push are clean; the remote may hold what was never fetched', async () => {
    const first = repository.commit('first');
    expect((await run('pre-push', { input: `(delete) ${none} refs/heads/x ${first}\n` })).exit).toBe(0);
    expect((await run('pre-push', { input: `refs/heads/main ${first} refs/heads/main ${'1'.repeat(40)}\n` })).exit).toBe(0);
    await expect(run('pre-push', { input: 'nonsense\n' })).rejects.toMatchObject({ code: 'usage' });
  });

  test('nothing on stdin does not mean that nothing is scanned', async () => {
    expect((await run('pre-push')).exit).toBe(0);
    repository.write('a', `${token}\n`);
    const first = repository.commit('first');
    expect((await run('pre-push', { args: ['origin'] })).exit).toBe(1);
    repository.git('update-ref', 'refs/remotes/origin/main', first);
    expect((await run('pre-push', { args: ['origin'] })).exit).toBe(0);
  });

  test('the pre-commit framework tells the range in variables, or only the branch', async () => {
    const first = repository.commit('first');
    repository.write('a', `${token}\n`);
    const second = repository.commit('second');
    const env = { PRE_COMMIT: '1', PRE_COMMIT_REMOTE_NAME: 'origin', PRE_COMMIT_LOCAL_BRANCH: 'refs/heads/main' };
    expect((await run('pre-push', { env: { ...env, PRE_COMMIT_FROM_REF: first, PRE_COMMIT_TO_REF: second } })).exit).toBe(1);
    expect((await run('pre-push', { env: { ...env, PRE_COMMIT_FROM_REF: second, PRE_COMMIT_TO_REF: second } })).exit).toBe(0);
    expect((await run('pre-push', { env })).exit).toBe(1);
    expect((await run('pre-push', { env: { PRE_COMMIT: '1' } })).exit).toBe(1);
    repository.git('update-ref', 'refs/remotes/origin/main', second);
    expect((await run('pre-push', { env })).exit).toBe(0);
  });
});

test('before a server receives, new objects are read from the quarantine', async () => {
  const remote = buildRepository(join(folder, 'remote'), { bare: true });
  repository.commit('base');
  repository.git('push', '-q', remote.path, 'main');
  repository.write('a', `${token}\n`);
  const pushed = repository.commit('secret');
  // What git does for a push: the objects lie in a folder of their own, which only the hook's environment names.
  const quarantine = join(remote.path, 'objects/incoming');
  execFileSync('cp', ['-r', join(repository.gitDir, 'objects'), quarantine]);
  const env = {
    GIT_DIR: '.',
    GIT_QUARANTINE_PATH: quarantine,
    GIT_OBJECT_DIRECTORY: quarantine,
    GIT_ALTERNATE_OBJECT_DIRECTORIES: join(remote.path, 'objects'),
  };
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    const old = remote.git('rev-parse', 'main');
    const { exit, printed } = await run('pre-receive', { cwd: remote.path, input: `${old} ${pushed} refs/heads/main\n` });
    expect(exit).toBe(1);
    expect(printed).toContain(`quash: 1 secret in this push, which is refused\n\n  ${pushed.slice(0, 10)} a:1:1  `);
    expect(printed).not.toContain('Only this once');
    expect((await run('pre-receive', { cwd: remote.path, input: `${old} ${none} refs/heads/main\n` })).exit).toBe(0);
  } finally {
    process.env = before;
  }
});
