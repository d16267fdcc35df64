import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type BuiltRepository, buildRepository, isolatedEnvironment } from '../../fixtures/repositories/builder.ts';
import { binary, cleanEnvironment, ended, temporaryFolder } from '../cli/binary.ts';
import { invent, scan } from './scans.ts';

const github = invent('github-pat-classic');
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  closers.push(() => server.close());
  return (server.address() as { port: number }).port;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}, cwd?: string): ChildProcess {
  return spawn(process.execPath, [binary, 'scan', ...args], {
    cwd,
    env: cleanEnvironment(env),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Processes of this machine whose environment holds a mark: a process, and whatever it started. */
function withMark(mark: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const isGone = /^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
        return !isGone && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(mark);
      } catch {
        return false;
      }
    });
}

function app(): BuiltRepository {
  const repository = buildRepository(join(temporaryFolder(), 'app'));
  repository.write('a', `${github}\n`);
  repository.commit('add');
  repository.remove('a');
  repository.commit('remove');
  return repository;
}

/** A pack that takes seconds to scan: whole files that are full of what looks like the names of secrets. */
function large(): BuiltRepository {
  const repository = buildRepository(join(temporaryFolder(), 'large'), { bare: true });
  const pieces: Buffer[] = [];
  const text = Buffer.alloc(1 << 20, 'const password = readPassword("token"); api_key = "lorem-ipsum"\n');
  const count = 100;
  for (let i = 0; i < count; i++) {
    text.write(`version ${i}`, i * 100);
    pieces.push(Buffer.from(`blob\nmark :${i + 1}\ndata ${text.length}\n`), Buffer.from(text), Buffer.from('\n'));
  }
  const files = Array.from({ length: count }, (_, i) => `M 100644 :${i + 1} f${i}\n`).join('');
  pieces.push(Buffer.from(`commit refs/heads/main\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nm\n${files}\n`));
  repository.pipe(Buffer.concat(pieces), '-c', 'core.compression=1', 'fast-import', '--quiet', '--depth=0');
  return repository;
}

describe.skipIf(process.platform !== 'linux')('stopped in the middle', () => {
  let repository: BuiltRepository;
  beforeAll(() => {
    repository = large();
  });

  test.each([
    ['SIGINT', '1'],
    ['SIGINT', '2'],
    ['SIGTERM', '2'],
  ] as const)('%s during a large history with %s jobs: 130, and no process is left', async (signal, jobs) => {
    const mark = `QUASH_TEST_MARK=${signal}-${jobs}-${process.pid}`;
    const [name, value] = mark.split('=') as [string, string];
    const child = start(['--jobs', jobs, '--format', 'jsonl', repository.path], { [name]: value });
    const result = ended(child);
    // It reads the packs: the thread pool and the handlers are there by then.
    const isReading = () => readdirSync(`/proc/${child.pid}/fd`).length > 0 && cpuTicks(child.pid!) > 60;
    while (child.exitCode === null && !isReading()) await new Promise((resolve) => setImmediate(resolve));
    child.kill(signal);
    const { code, stdout } = await result;
    expect(code).toBe(130);
    expect(stdout).not.toContain('"type":"summary"');
    expect(withMark(mark)).toEqual([]);
  });

  test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s while a clone is under way: its folder is removed', async (signal) => {
    const temporary = join(temporaryFolder(), 'tmp');
    mkdirSync(temporary);
    let connected: () => void;
    const connection = new Promise<void>((resolve) => {
      connected = resolve;
    });
    // Takes the connection and never answers.
    const port = await listen(createServer((socket) => socket.on('error', () => {}).once('data', () => connected())));
    const child = start([`http://127.0.0.1:${port}/app.git`], { TMPDIR: temporary });
    const result = ended(child);
    await connection;
    expect(readdirSync(temporary)).toEqual([expect.stringMatching(/^quash-clone-/)]);
    child.kill(signal);
    expect((await result).code).toBe(130);
    expect(readdirSync(temporary)).toEqual([]);
  });
});

function cpuTicks(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]!.split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}

describe('a URL', () => {
  test('file:// and http:// are cloned with every ref, scanned, and gone afterwards', async () => {
    const repository = app();
    repository.git('update-ref', 'refs/pull/1/head', 'HEAD');
    repository.git('update-server-info');
    const temporary = join(temporaryFolder(), 'tmp');
    mkdirSync(temporary);
    const server = createHttpServer((request, response) => {
      // The dumb protocol: plain files.
      try {
        const path = new URL(request.url!, 'http://localhost').pathname.replace(/^\/app\.git\//, '');
        response.end(readFileSync(join(repository.gitDir, path)));
      } catch {
        response.writeHead(404).end();
      }
    });
    const port = await listen(server);
    for (const url of [`file://${repository.path}`, `http://127.0.0.1:${port}/app.git`]) {
      const found = await scan([url], { env: { TMPDIR: temporary } });
      expect(found.stderr).toBe('');
      expect(found.of(github).locations.map(({ origin }) => origin.kind)).toEqual(['git']);
      expect(found.code).toBe(1);
      expect(readdirSync(temporary)).toEqual([]);
    }
  });

  test('git:// from a daemon', async () => {
    const repository = app();
    const probe = createServer();
    const port = await listen(probe);
    probe.close();
    const daemon = spawn(
      'git',
      [
        'daemon',
        '--reuseaddr',
        '--listen=127.0.0.1',
        `--port=${port}`,
        '--export-all',
        '--verbose',
        `--base-path=${join(repository.path, '..')}`,
      ],
      {
        env: isolatedEnvironment(),
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    closers.push(() => daemon.kill());
    await new Promise<void>((resolve) =>
      daemon.stderr.on('data', (text) => String(text).includes('Ready to rumble') && resolve()),
    );
    // git's own protocol goes past every proxy, so it is one of those that the guard refuses.
    const found = await scan([`git://127.0.0.1:${port}/app`], { env: { QUASH_EGRESS: '' } });
    expect(found.stderr).toBe('');
    expect(found.secrets).toEqual([github]);
  });

  test.each([
    ['nothing there', 'file:///nowhere/app.git', /cloning file:\/\/\/nowhere\/app\.git: /],
    ['a protocol that runs programs', 'ext::sh -c date', /cloning ext::sh -c date: /],
    ['an option in disguise', '--upload-pack=touch x', /upload-pack/],
  ])('%s: one line, exit 2, nothing left', async (_, url, message) => {
    const temporary = join(temporaryFolder(), 'tmp');
    mkdirSync(temporary);
    const found = await scan([url], { env: { TMPDIR: temporary } });
    expect(found.code).toBe(2);
    expect(found.stderr).toMatch(message);
    expect(found.stderr.trim().split('\n')).toHaveLength(1);
    expect(readdirSync(temporary)).toEqual([]);
  });

  test('a password in the URL shows nowhere', async () => {
    const password = ['hunter', 'two', '2222'].join('');
    const port = await listen(createHttpServer((_, response) => response.writeHead(403).end()));
    const found = await scan([`http://ada:${password}@127.0.0.1:${port}/app.git`]);
    expect(found.code).toBe(2);
    expect(found.stdout + found.stderr).not.toContain(password);
    const repository = app();
    repository.git('remote', 'add', 'origin', `https://ada:${password}@example.com/team/app.git`);
    for (const format of ['text', 'json', 'jsonl', 'sarif', 'gitlab', 'csv', 'junit', 'html']) {
      const { stdout, stderr } = await ended(start(['--format', format, repository.path], { FORCE_HYPERLINK: '1' }));
      expect(stdout.length).toBeGreaterThan(200);
      expect(stdout + stderr).not.toContain(password);
    }
  });
});

describe('nothing in a scanned repository is executed', () => {
  test('hooks, configuration, attributes and ignore files that would run programs', async () => {
    const repository = app();
    const proof = join(temporaryFolder(), 'proof');
    mkdirSync(proof);
    const trap = (name: string) => `touch ${join(proof, name)}; cat`;
    repository.write('.gitattributes', '* diff=trap filter=trap merge=trap\n');
    repository.write('b.txt', 'x\n');
    repository.commit('attributes');
    repository.write('b.txt', `${github}\n`);
    const settings = {
      'core.fsmonitor': trap('fsmonitor'),
      'core.pager': trap('pager'),
      'pager.log': trap('pager.log'),
      'core.sshCommand': trap('ssh'),
      'core.editor': trap('editor'),
      'core.hooksPath': join(repository.path, 'hooks'),
      'core.alternateRefsCommand': trap('alternates'),
      'diff.external': trap('external'),
      'diff.trap.command': trap('command'),
      'diff.trap.textconv': trap('textconv'),
      'filter.trap.clean': trap('clean'),
      'filter.trap.smudge': trap('smudge'),
      'filter.trap.process': trap('process'),
      'credential.helper': `!${trap('credential')}`,
      'gpg.program': join(repository.path, 'hooks/gpg'),
      'log.showSignature': 'true',
      'uploadpack.packObjectsHook': trap('upload'),
      'alias.log': `!${trap('alias')}`,
      'alias.cat-file': `!${trap('alias')}`,
      'extensions.partialClone': 'origin',
      'remote.origin.promisor': 'true',
      'remote.origin.url': `ext::sh -c ${JSON.stringify(trap('ext'))}`,
      'remote.origin.uploadpack': trap('uploadpack'),
    };
    mkdirSync(join(repository.path, 'hooks'));
    const script = (name: string) => `#!/bin/sh\n${trap(name)}\n`;
    const hooks = [
      'pre-commit',
      'post-checkout',
      'post-index-change',
      'reference-transaction',
      'fsmonitor-watchman',
      'pre-auto-gc',
      'gpg',
    ];
    for (const folder of [join(repository.path, 'hooks'), join(repository.gitDir, 'hooks')]) {
      mkdirSync(folder, { recursive: true });
      for (const hook of hooks) writeFileSync(join(folder, hook), script(`hook ${hook}`.replace(' ', '-')), { mode: 0o755 });
    }
    for (const tool of ['git', 'less', 'cat', 'sh']) {
      writeFileSync(join(repository.path, tool), script(`planted-${tool}`), { mode: 0o755 });
    }
    for (const [name, value] of Object.entries(settings)) repository.git('config', name, value);
    // A loose object that is gone makes git ask its promisor for it.
    const blob = repository.git('rev-parse', 'HEAD:b.txt');
    execFileSync('rm', ['-f', join(repository.gitDir, 'objects', blob.slice(0, 2), blob.slice(2))]);
    const runs = [
      ['.'],
      ['--staged', '.'],
      ['--range', 'HEAD~1..HEAD', '.'],
      ['--unreachable', '--explain', '.'],
      [`file://${repository.path}`],
    ];
    for (const args of runs) {
      const env = { PATH: `.:${process.env.PATH}`, GIT_EXTERNAL_DIFF: trap('env-external'), GIT_PAGER: trap('env-pager') };
      const found = await scan(args, { cwd: repository.path, env });
      expect([args, found.code]).toEqual([args, expect.toSatisfy((code) => [0, 1, 2, 3].includes(code))]);
      expect([args, readdirSync(proof)]).toEqual([args, []]);
    }
    expect((await scan(['.'], { cwd: repository.path })).secrets).toEqual([github]);
  });
});
