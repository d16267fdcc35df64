// Ten thousand findings, and the providers that are asked about them: servers on loopback that count, and networks that are dead.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDescriptions } from '../dist/fixtures/providers/description.js';
import { expandExample } from '../dist/src/patterns/recipes.js';
import { runOnce } from './measure.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const findings = 10_000;
/** What an answer takes: without it hardly two requests would ever be there at once. */
const answerMs = 20;
const limits = { concurrency: 8, perSecond: 100 };

/** Measures, and gives the section's title, columns, rows, figures and what is claimed of them. */
export async function measureVerifying({ cli, env, scratch }) {
  const folder = join(scratch, 'verify');
  const asked = plant(folder);
  // A value may look like that of another provider as well, which is not played.
  const only = asked.kinds.flatMap((id) => ['--pattern', id]);
  const run = async (name, endpointOf, server) => {
    const flags = [...asked.hosts].flatMap(([place, host]) => ['--endpoint', `${place}=${endpointOf(host)}`]);
    const args = [cli, 'scan', '--quiet', '--format', 'jsonl', ...only, ...flags, folder];
    const options = { env: { ...env, QUASH_OFFLINE: '' }, codes: [1, 4], read: true, limitMs: 900_000 };
    try {
      const { wall, cpu, memory, output } = await runOnce(process.execPath, args, options);
      const { live, dead, unknown } = JSON.parse(output.trimEnd().split('\n').at(-1));
      return { name, wall, cpu, memory, live, dead, unknown, ...server?.figures() };
    } catch (error) {
      return { name, failure: error.message };
    }
  };
  const offline = await runOnce(process.execPath, [cli, 'scan', '--quiet', '--format', 'jsonl', '--offline', ...only, folder], {
    env,
    codes: [1],
  });
  const figures = [{ name: 'nobody is asked (--offline)', ...offline }];
  const server = await startCountingServer(asked);
  const { concurrency, perSecond } = limits;
  figures.push(
    await run(
      `${asked.hosts.size} hosts that answer in ${answerMs} ms, ${concurrency} at a time and ${perSecond} a second each`,
      (host) => `${server.url}/${host}#concurrency=${concurrency}&perSecond=${perSecond}`,
      server,
    ),
  );
  await server.close();
  figures.push(await run('the connection is refused', () => 'http://127.0.0.1:1'));
  const hole = await openHole();
  figures.push(await run('connections are taken, and nothing answers', () => hole.url));
  await hole.fill();
  figures.push(await run('nothing takes a connection: every packet is dropped', () => hole.url));
  await hole.close();
  rmSync(folder, { recursive: true });
  return { figures, asked: asked.hosts.size, limits };
}

/** Writes a hundred files with a hundred secrets each, of every kind that one request answers for. */
function plant(folder) {
  const read = (name) => JSON.parse(readFileSync(join(root, 'dist', name), 'utf8'));
  const { patterns } = read('patterns.json');
  const verifications = read('verifications.json');
  const descriptions = readDescriptions(join(root, 'fixtures/providers'));
  const hosts = new Map();
  const routes = new Map();
  const kinds = patterns.filter((pattern) => {
    const { steps, sites } = verifications[pattern.id] ?? {};
    const own = (descriptions.find(({ provider }) => provider === pattern.provider)?.routes ?? []).filter(
      (route) => route.patterns?.includes(pattern.id) ?? true,
    );
    const isPlain = /^\w+ [a-z0-9.-]+\/[^{]*$/.test(own[0]?.on ?? '');
    if (steps?.length !== 1 || sites.length > 0 || own.length !== 1 || !isPlain || pattern.parts.length > 0) return false;
    if (!own[0].dead || steps[0].isNeverDead || pattern.generic) return false;
    hosts.set(`${pattern.provider}@${own[0].on.split(/[ /]/)[1]}`, own[0].on.split(/[ /]/)[1]);
    routes.set(own[0].on, own[0]);
    return true;
  });
  mkdirSync(folder);
  let made = 0;
  for (let file = 0; file < 100; file++) {
    const lines = Array.from({ length: findings / 100 }, () => {
      const pattern = kinds[made % kinds.length];
      return expandExample(pattern, pattern.examples[0], `bench ${made++}`).text;
    });
    writeFileSync(join(folder, `${file}.txt`), lines.join('\n\n'));
  }
  return { hosts, routes, kinds: kinds.map(({ id }) => id) };
}

/** Answers as documented, every other request live, and keeps count. */
async function startCountingServer({ routes }) {
  const seen = new Map();
  const now = new Map();
  const most = new Map();
  const times = new Map();
  let requests = 0;
  const server = createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const [, host, ...path] = request.url.split(/[?]/)[0].split('/');
      const route = routes.get(`${request.method} ${host}/${path.join('/')}`);
      const { host: _, ...headers } = request.headers;
      const what = createHash('sha256')
        .update(JSON.stringify([request.method, request.url, headers]))
        .update(Buffer.concat(chunks))
        .digest('hex');
      seen.set(what, (seen.get(what) ?? 0) + 1);
      times.set(host, [...(times.get(host) ?? []), performance.now()]);
      now.set(host, (now.get(host) ?? 0) + 1);
      most.set(host, Math.max(most.get(host) ?? 0, now.get(host)));
      const reply = route && (requests % 2 === 0 ? route.live : route.dead);
      requests++;
      setTimeout(() => {
        now.set(host, now.get(host) - 1);
        if (!reply) response.writeHead(400).end();
        else {
          response.writeHead(reply.status, { 'content-type': 'application/json', ...reply.headers });
          response.end(reply.json === undefined ? (reply.text ?? '') : JSON.stringify(reply.json));
        }
      }, answerMs);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    figures: () => ({
      requests,
      twice: [...seen.values()].filter((count) => count > 1).length,
      concurrency: Math.max(...most.values()),
      perSecond: Math.max(...[...times.values()].map(mostInASecond)),
    }),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

function mostInASecond(times) {
  let most = 0;
  for (let first = 0, last = 0; last < times.length; last++) {
    while (times[last] - times[first] >= 1000) first++;
    most = Math.max(most, last - first + 1);
  }
  return most;
}

/**
 * A process that listens and is stopped: the kernel takes connections for it, until its queue is full, and then drops every
 * packet that asks for another.
 */
async function openHole() {
  const script = `require('node:net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 4096 }, function () { console.log(this.address().port) })`;
  const start = async (backlog) => {
    const child = spawn(process.execPath, ['-e', script.replace('4096', String(backlog))], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(Number(text))));
    child.kill('SIGSTOP');
    return { child, port };
  };
  let { child, port } = await start(4096);
  const sockets = [];
  return {
    get url() {
      return `http://127.0.0.1:${port}`;
    },
    async fill() {
      child.kill('SIGKILL');
      ({ child, port } = await start(1));
      // One more than the queue holds; the last ones wait in vain.
      for (let n = 0; n < 8; n++) {
        const socket = connect(port, '127.0.0.1').on('error', () => {});
        sockets.push(socket);
        await Promise.race([
          new Promise((resolve) => socket.once('connect', resolve)),
          new Promise((resolve) => setTimeout(resolve, 300)),
        ]);
      }
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
