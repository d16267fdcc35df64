import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isLoopback } from '../../src/egress-guard.ts';
import { binary, runProgram } from './binary.ts';

const guard = new URL('../../dist/src/egress-guard.js', import.meta.url).href;

/** Runs a module's text in a process of its own, behind the guard. */
function runGuarded(source: string) {
  const text = `import { guardEgress } from ${JSON.stringify(guard)}; guardEgress(); const told = (error) => console.log(error.cause?.code ?? error.code);\n${source}`;
  return runProgram(process.execPath, ['--input-type=module', '-e', text]);
}

// 192.0.2.0/24 and 2001:db8::/32 are for documentation, and .test for tests: were one of these asked, nobody would answer.
const attempts: readonly (readonly [what: string, source: string, named: string])[] = [
  ['net', `(await import('node:net')).connect(443, '192.0.2.1').on('error', told)`, 'a connection to 192.0.2.1'],
  [
    'net by options',
    `(await import('node:net')).createConnection({ host: '2001:db8::1', port: 1 }).on('error', told)`,
    '2001:db8::1',
  ],
  ['net by name', `(await import('node:net')).connect(443, 'name.test').on('error', told)`, 'a connection to name.test'],
  ['tls', `(await import('node:tls')).connect(443, '192.0.2.1').on('error', told)`, '192.0.2.1'],
  ['http', `(await import('node:http')).get('http://192.0.2.1/').on('error', told)`, '192.0.2.1'],
  ['https by name', `(await import('node:https')).get('https://name.test/').on('error', told)`, 'name.test'],
  ['http2', `(await import('node:http2')).connect('https://192.0.2.1/').on('error', told)`, '192.0.2.1'],
  ['fetch', `await fetch('https://name.test/').catch(told)`, 'name.test'],
  ['fetch of a metadata address', `await fetch('http://169.254.169.254/').catch(told)`, '169.254.169.254'],
  ['lookup', `(await import('node:dns')).lookup('name.test', told)`, 'the name name.test'],
  ['a named import of lookup', `import { lookup } from 'node:dns'; lookup('name.test', {}, told)`, 'the name name.test'],
  ['a promised lookup', `await (await import('node:dns/promises')).lookup('name.test').catch(told)`, 'the name name.test'],
  ['resolve4', `(await import('node:dns')).resolve4('name.test', told)`, 'the name name.test'],
  ['a resolver of its own', `new (await import('node:dns')).Resolver().resolveTxt('name.test', told)`, 'the name name.test'],
  [
    'a promised resolver',
    `await new (await import('node:dns')).promises.Resolver().resolve('name.test').catch(told)`,
    'the name name.test',
  ],
  [
    'datagrams',
    `const socket = (await import('node:dgram')).createSocket('udp4'); try { socket.send('x', 53, '192.0.2.1') } catch (error) { told(error) } socket.close()`,
    'a datagram to 192.0.2.1',
  ],
  [
    'a local name that was pointed elsewhere',
    `(await import('node:net')).connect({ host: 'localhost', port: 1, lookup: (_n, options, done) => options.all ? done(null, [{ address: '192.0.2.1', family: 4 }]) : done(null, '192.0.2.1', 4) }).on('error', told)`,
    'localhost, which is 192.0.2.1',
  ],
];

test.each(attempts)('%s is refused, and fails the run', async (_what, source, named) => {
  const { code, stdout, stderr } = await runGuarded(source);
  expect(stdout).toBe('EGRESS\n');
  expect(stderr).toContain(`QUASH_EGRESS=loopback refuses`);
  expect(stderr).toContain(named);
  expect(code).toBe(70);
});

test('the run fails even if it says that it did not', async () => {
  const { code } = await runGuarded(`await fetch('https://name.test/').catch(() => {}); process.exit(0)`);
  expect(code).toBe(70);
});

const server = createServer((_request, response) => response.end('here'));
let origin = '';

beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

test.each(['127.0.0.1', 'localhost'])('%s is reached', async (host) => {
  const { code, stdout, stderr } = await runGuarded(
    `console.log(await (await fetch(${JSON.stringify(origin.replace('127.0.0.1', host))})).text())`,
  );
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'here\n', stderr: '' });
});

test.each(['https://name.test/x.git', 'ssh://git@name.test/x.git', 'git://name.test/x.git'])(
  'git, which quash starts, does not reach %s',
  async (url) => {
    const { stdout } = await runGuarded(
      `import { spawnSync } from 'node:child_process'; const { status, stderr } = spawnSync('git', ['ls-remote', ${JSON.stringify(url)}], { encoding: 'utf8' }); console.log(status, stderr)`,
    );
    // Without its proxy git ends with an error, or by the signal of a pipe that nobody reads.
    expect(stdout).toMatch(/^(128|null) /);
    expect(stdout).not.toMatch(/resolve/i);
  },
);

test('git reaches loopback', async () => {
  const requests: string[] = [];
  const note = (request: { url?: string | undefined }) => requests.push(request.url ?? '');
  server.on('request', note);
  await runGuarded(
    `import { spawn } from 'node:child_process'; const git = spawn('git', ['ls-remote', '${origin}/x.git']); await new Promise((resolve) => git.on('close', resolve))`,
  );
  server.off('request', note);
  expect(requests[0]).toContain('/x.git/info/refs');
});

test('QUASH_EGRESS=loopback puts the whole program behind it', async () => {
  const attempt = `import net from 'node:net'; const write = process.stdout.write; process.stdout.write = function (...args) { process.stdout.write = write; net.connect(443, '192.0.2.1').on('error', () => {}); return write.apply(this, args); };`;
  const args = ['--import', `data:text/javascript,${encodeURIComponent(attempt)}`, binary, 'completion', 'bash'];
  const { code, stderr } = await runProgram(process.execPath, args, { env: { QUASH_EGRESS: 'loopback' } });
  expect({ code, stderr }).toEqual({ code: 70, stderr: 'quash: QUASH_EGRESS=loopback refuses a connection to 192.0.2.1\n' });
});

test.each([
  ['127.0.0.1', true],
  ['127.9.9.9', true],
  ['::1', true],
  ['[::1]', true],
  ['::ffff:127.0.0.1', true],
  ['localhost', true],
  ['LOCALHOST.', true],
  ['api.localhost', true],
  ['128.0.0.1', false],
  ['0.0.0.0', false],
  ['::', false],
  ['::ffff:10.0.0.1', false],
  ['169.254.169.254', false],
  ['notlocalhost', false],
  ['localhost.name.test', false],
  ['127.0.0.1.name.test', false],
  ['127.1', false],
])('isLoopback(%j) is %s', (host, answer) => {
  expect(isLoopback(host)).toBe(answer);
});
