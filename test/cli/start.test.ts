import { spawn } from 'node:child_process';
import { closeSync, constants, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { binary, cleanEnvironment, ended, runProgram, runQuash, temporaryFolder } from './binary.ts';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string };

/** The modules a run loads, by the last part of their address. */
async function modulesLoaded(args: readonly string[]): Promise<readonly string[]> {
  const folder = temporaryFolder();
  const log = join(folder, 'modules');
  const hooks = join(folder, 'hooks.mjs');
  const preload = join(folder, 'preload.mjs');
  writeFileSync(
    hooks,
    `import { appendFileSync } from 'node:fs';
export async function load(url, context, next) { appendFileSync(${JSON.stringify(log)}, url + '\\n'); return next(url, context); }`,
  );
  writeFileSync(preload, `import { register } from 'node:module'; register(${JSON.stringify(pathToFileURL(hooks).href)});`);
  const { code } = await runProgram(process.execPath, ['--import', pathToFileURL(preload).href, binary, ...args], {
    cwd: folder,
  });
  expect(code).toBe(0);
  return readFileSync(log, 'utf8').trim().split('\n');
}

test.each(['--version', '-V'])('%s prints the version', async (flag) => {
  expect(await runQuash([flag])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' });
});

test('--version loads one small module and no package', async () => {
  const loaded = (await modulesLoaded(['--version'])).filter((url) => !url.startsWith('node:'));
  expect(loaded.map((url) => url.split('/dist/')[1])).toEqual(['src/cli.js']);
});

test('a command loads nothing that it does not need', async () => {
  const loaded = await modulesLoaded(['config', 'show']);
  const files = new Set(loaded.filter((url) => !url.startsWith('node:')).map((url) => url.split('/dist/')[1]));
  expect([...files].sort()).toEqual([
    'bundle/cli-main.js',
    'bundle/config.js',
    'bundle/core.js',
    // Asked for by the environment of the tests.
    'bundle/egress-guard.js',
    'bundle/egress-guard2.js',
    'src/cli.js',
  ]);
});

test('an error that nobody foresaw exits with 70, and prints neither a secret nor where the user keeps files', async () => {
  const secret = `ghp_${'Zy9'.repeat(12)}`;
  const fault = `process.cwd = () => { throw new TypeError('cannot read ' + ${JSON.stringify(secret)} + ' in /home/someone/private/app.ts'); };`;
  const { code, stderr } = await runProgram(process.execPath, [
    '--import',
    `data:text/javascript,${encodeURIComponent(fault)}`,
    binary,
    'config',
    'show',
  ]);
  expect(code).toBe(70);
  expect(stderr).toContain('this is a bug in quash; please report it');
  expect(stderr).toMatch(/^TypeError: cannot read /m);
  expect(stderr).toMatch(/at .*src\/cli-main\.ts:\d+:\d+/);
  expect(stderr).not.toContain(secret.slice(4));
  expect(stderr).not.toContain('someone');
});

test('a reader that went away ends the run quietly, and not as a success', async () => {
  const fifo = join(temporaryFolder(), 'pipe');
  await runProgram('mkfifo', [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(fifo, constants.O_WRONLY);
  closeSync(reader);
  const child = spawn(process.execPath, [binary, 'completion', 'bash'], {
    env: cleanEnvironment(),
    stdio: ['ignore', writer, 'pipe'],
  });
  const { code, stderr } = await ended(child);
  closeSync(writer);
  expect({ code, stderr }).toEqual({ code: 130, stderr: '' });
});

test('a report that does not fit on the disk is told of, with exit code 2', async () => {
  // A file may grow to 1 KB here: writing on fails as it does on a full disk.
  const limited = 'trap "" XFSZ; ulimit -f 1; exec "$@" > report';
  const args = ['-c', limited, 'bash', process.execPath, binary, 'completion', 'bash'];
  const { code, stderr } = await runProgram('bash', args, { cwd: temporaryFolder() });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'quash: writing to stdout: EFBIG; make room, or write elsewhere with --output\n',
  });
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s ends a scan with 130', async (name) => {
  const child = spawn(process.execPath, [binary, 'scan', '-'], { env: cleanEnvironment(), stdio: 'pipe' });
  const end = ended(child);
  child.stdin.on('error', () => {});
  // More than a pipe holds: once it was taken, the scan has begun.
  await new Promise((resolve) => child.stdin.write('x\n'.repeat(500_000), resolve));
  child.kill(name);
  expect(await end).toMatchObject({ code: 130, signal: null, stdout: '' });
});

test('a word that QUASH_EGRESS does not know is refused', async () => {
  const { code, stderr } = await runQuash(['config', 'show'], { env: { QUASH_EGRESS: 'lopback' } });
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: 'quash: reading the environment: QUASH_EGRESS must be loopback, or not set\n',
  });
});
