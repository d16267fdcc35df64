import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type BuiltRepository, buildRepository } from '../../fixtures/repositories/builder.ts';
import { git } from '../../src/git/run-git.ts';
import { type CloneProgress, withClone } from '../../src/sources/clone.ts';

let folder: string;
let temporary: string;
let repository: BuiltRepository;
const closers: (() => void)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-test-'));
  temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  vi.stubEnv('TMPDIR', temporary);
  vi.stubEnv('GIT_CONFIG_GLOBAL', '/dev/null');
  repository = buildRepository(join(folder, 'app'));
  repository.write('a', 'one\n');
  repository.commit('first');
  repository.git('update-ref', 'refs/pull/1/head', 'HEAD');
});
afterEach(() => {
  for (const close of closers.splice(0)) close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

async function port(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  closers.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

const refs = async (gitDir: string) =>
  (await git(['for-each-ref', '--format=%(refname)'], { cwd: gitDir })).toString().trim().split('\n');

describe('cloning', () => {
  test('every ref, nothing checked out, no hooks, in a folder only we can enter, that is gone afterwards', async () => {
    const progress: CloneProgress[] = [];
    const result = await withClone(`file://${repository.path}`, { onProgress: (step) => progress.push(step) }, async (gitDir) => {
      expect(await refs(gitDir)).toEqual(['refs/heads/main', 'refs/pull/1/head']);
      expect(existsSync(join(gitDir, 'hooks'))).toBe(false);
      expect(existsSync(join(gitDir, 'a'))).toBe(false);
      expect(statSync(dirname(gitDir)).mode & 0o777).toBe(0o700);
      return 'seen';
    });
    expect(result).toBe('seen');
    expect(progress[0]).toEqual({ stage: expect.stringMatching(/^\w+$/), percent: expect.any(Number) });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('over http on loopback, as a server of plain files gives it', async () => {
    repository.git('update-server-info');
    const server = createHttpServer(async (request, response) => {
      const file = join(repository.gitDir, new URL(request.url ?? '', 'http://x').pathname.replace('/app.git', ''));
      const bytes = await readFile(file).catch(() => undefined);
      response.writeHead(bytes ? 200 : 404).end(bytes);
    });
    const at = await port(server);
    await withClone(`http://user:hunter2@127.0.0.1:${at}/app.git`, {}, async (gitDir) => {
      expect(await refs(gitDir)).toContain('refs/heads/main');
    });
    const missing = withClone(`http://user:hunter2@127.0.0.1:${at}/none.git`, {}, async () => {});
    await expect(missing).rejects.toMatchObject({
      code: 'source',
      message: expect.stringMatching(/^cloning http:\/\/\*\*\*@127\.0\.0\.1:\d+\/none\.git: .*not found/),
    });
    const error = await missing.catch((reason) => reason);
    expect(`${error.stack}${error.message}${JSON.stringify(error)}${String(error.cause)}`).not.toContain('hunter2');
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('over git:// from a git daemon', async () => {
    const probe = createServer();
    const at = await port(probe);
    for (const close of closers.splice(0)) close();
    const daemon: ChildProcess = spawn(
      'git',
      ['daemon', '--export-all', `--base-path=${folder}`, '--listen=127.0.0.1', `--port=${at}`, '--reuseaddr', '--verbose'],
      {
        env: repository.env(),
        stdio: ['ignore', 'ignore', 'pipe'],
        detached: true,
      },
    );
    closers.push(() => process.kill(-daemon.pid!));
    await new Promise<void>((ready) => daemon.stderr!.on('data', (text: Buffer) => text.includes('Ready to rumble') && ready()));
    await withClone(`git://127.0.0.1:${at}/app`, {}, async (gitDir) => {
      expect(await refs(gitDir)).toEqual(['refs/heads/main', 'refs/pull/1/head']);
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('what is not a repository, and what the scan throws, leave nothing behind', async () => {
    await expect(withClone(`file://${folder}/none`, {}, async () => {})).rejects.toMatchObject({
      code: 'source',
      message: expect.stringContaining('check the URL'),
    });
    await expect(
      withClone(`file://${repository.path}`, {}, async () => {
        throw new Error('from the scan');
      }),
    ).rejects.toThrow('from the scan');
    await expect(withClone('ext::sh -c id', {}, async () => {})).rejects.toMatchObject({ code: 'usage' });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('a git configuration that rewrites the URL to a program is not followed', async () => {
    const config = join(folder, 'gitconfig');
    writeFileSync(config, `[url "ext::touch ${folder}/ran #"]\n\tinsteadOf = https://\n[protocol]\n\tallow = always\n`);
    vi.stubEnv('GIT_CONFIG_GLOBAL', config);
    await expect(withClone('https://127.0.0.1/x', {}, async () => {})).rejects.toThrow(/transport 'ext' not allowed/);
    expect(existsSync(join(folder, 'ran'))).toBe(false);
  });

  test('nothing outside this machine is cloned under QUASH_EGRESS', async () => {
    const before = process.env.QUASH_EGRESS;
    process.env.QUASH_EGRESS = 'loopback';
    try {
      for (const url of ['https://git.example.com/a/b.git', 'ssh://git@git.example.com/a', 'git@git.example.com:a/b.git']) {
        await expect(withClone(url, {}, async () => 'cloned')).rejects.toThrow('QUASH_EGRESS allows this machine only');
      }
    } finally {
      if (before === undefined) delete process.env.QUASH_EGRESS;
      else process.env.QUASH_EGRESS = before;
    }
  });

  test('an interruption while it waits ends git and leaves nothing behind', async () => {
    const controller = new AbortController();
    const silent = createServer(() => controller.abort());
    const at = await port(silent);
    await expect(withClone(`git://127.0.0.1:${at}/app`, { signal: controller.signal }, async () => {})).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('an interruption while it is scanned leaves nothing behind', async () => {
    const controller = new AbortController();
    const scanning = withClone(`file://${repository.path}`, { signal: controller.signal }, async () => {
      controller.abort();
      controller.signal.throwIfAborted();
    });
    await expect(scanning).rejects.toThrow();
    expect(readdirSync(temporary)).toEqual([]);
  });
});
