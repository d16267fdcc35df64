import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { hostile } from './wires.ts';

async function run(...hosts: readonly string[]) {
  const server = await hostile();
  const child = spawn(process.execPath, ['fixtures/servers/guarded-client.js', server.origin, ...hosts], {
    env: { PATH: process.env.PATH, QUASH_EGRESS: 'loopback', HTTPS_PROXY: 'http://127.0.0.1:9' },
  });
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { stdout, stderr, exit: await exited, seen: server.seen };
}

test('within loopback an endpoint is asked, and nothing is left open afterwards', async () => {
  expect(await run('api.acme.test', 'api.acme.test')).toEqual({
    stdout: 'api.acme.test 200\napi.acme.test 200\n',
    stderr: '',
    exit: 0,
    seen: ['GET /ok', 'GET /ok'],
  });
});

test('within loopback any other host is a failure, and the run fails', async () => {
  const { stdout, stderr, exit } = await run('www.acme.test', 'api.acme.test');
  expect(stdout).toBe('www.acme.test host-refused\napi.acme.test 200\n');
  expect(stderr).toContain('QUASH_EGRESS=loopback refuses the name www.acme.test');
  expect(exit).toBe(70);
});
