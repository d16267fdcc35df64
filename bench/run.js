// Every claim of speed and memory, measured side by side in one run: `node bench/run.js --repositories DIR...`.
// See bench/README.md for what it needs and for what each part measures.

import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { expandExample } from '../dist/src/patterns/recipes.js';
import { compare, compareDifficult } from './equal.js';
import { race, ratio, runOnce, versionOf } from './measure.js';
import { contenderOf, peersOnPath } from './peers.js';
import { buildFiles, buildVersions } from './repositories.js';
import { buildLogArchive, buildSlackExport } from './sources.js';
import { fillLedger, measureTriage } from './triage.js';
import { measureVerifying } from './verify.js';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    repositories: { type: 'string', multiple: true, default: [] },
    repository: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
    note: { type: 'string', multiple: true, default: [] },
  },
});
const repositories = [...values.repositories, ...values.repository, ...positionals].map((path) => ({
  path: resolve(path),
  name: nameOf(path),
}));
const only = values.only.flatMap((list) => list.split(','));
const rounds = Number(values.rounds);
const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'dist/src/cli.js');
const scratch = mkdtempSync(join(tmpdir(), 'quash-bench-'));
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => process.exit(130));
process.on('exit', () => rmSync(scratch, { recursive: true, force: true }));
const env = { QUASH_EGRESS: 'loopback', QUASH_OFFLINE: '1', XDG_CONFIG_HOME: join(scratch, 'config') };
const peers = peersOnPath();
const sections = [];

/** `redis.git` is called redis; a folder called `repo` after the one that it lies in. */
function nameOf(path) {
  const name = basename(resolve(path)).replace(/\.git$/, '');
  return name === '' || name === 'repo' ? basename(dirname(resolve(path))) : name;
}

/** quash as a contender. */
function quash(args, { name = 'quash', ...options } = {}) {
  const count = ({ output }) => output.split('\n').filter((line) => line.startsWith('{"type":"finding"')).length;
  return { name, command: process.execPath, args: [cli, ...args], count, options: { env, ...options } };
}

function node(name, args, options = {}) {
  return { name, command: process.execPath, args, options };
}

const scanned = (folder, ...flags) => ['scan', '--quiet', '--format', 'jsonl', ...flags, folder];

const seconds = (value) => (value === undefined ? '–' : value < 1 ? `${Math.round(value * 1000)} ms` : `${value.toFixed(2)} s`);
const megabytes = (value) => (value === undefined ? '–' : `${Math.round(value)} MB`);

/** A claim, what was measured, and whether that is enough. */
function claim(text, measured, limit, isAtLeast = false, unit = '') {
  if (measured === undefined || Number.isNaN(measured)) return { text, measured: undefined, limit, isMet: undefined };
  return { text, measured, limit, isAtLeast, unit, isMet: isAtLeast ? measured >= limit : measured <= limit };
}

function wordsOf({ text, measured, limit, isAtLeast, unit, isMet }) {
  if (measured === undefined) return `${text}: not measured`;
  const shown = Number.isInteger(limit) && unit !== '' ? Math.round(measured) : measured.toFixed(2);
  return `${isMet ? 'met' : 'NOT MET'}: ${text}: ${shown}${unit} (wanted: at ${isAtLeast ? 'least' : 'most'} ${limit}${unit})`;
}

function section(title, columns, rows, claims = [], notes = [], figures = undefined) {
  const elsewhere = figures?.[0]?.elsewhere;
  const isBusy = elsewhere > 0.1 * availableParallelism();
  const warning = isBusy
    ? [
        `NOT A QUIET MACHINE: ${elsewhere.toFixed(1)} of ${availableParallelism()} cores worked for others; wall times and their ratios say little`,
      ]
    : [];
  const one = { title, elsewhere, columns, rows, claims, notes: [...warning, ...notes], figures };
  sections.push(one);
  console.log(`\n${shown(one)}`);
  // What was measured is kept when a long run is ended early.
  write();
}

function shown({ title, columns, rows, claims, notes }) {
  const table = [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
  const list = [...claims.map(wordsOf), ...notes].map((line) => `- ${line}\n`).join('');
  return `## ${title}\n\n${table}\n${list === '' ? '' : `\n${list}`}`;
}

const raceColumns = ['', 'wall', 'CPU', 'peak memory', 'of all processes', 'findings', 'wall, as often as quash'];

/** The rows of a race. A contender that failed says so and counts for nothing. */
function raceRows(results) {
  return results.map((one) =>
    one.failure
      ? [one.name, 'failed', '', '', '', '', one.failure.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 160)]
      : [
          one.name,
          seconds(one.wall),
          seconds(one.cpu),
          megabytes(one.memory),
          megabytes(one.tree),
          one.findings ?? '–',
          ratio(one, results[0]).toFixed(2),
        ],
  );
}

/** How far ahead of the fastest other one the first is, and which that is. */
function lead(own, others) {
  const running = others.filter(({ failure }) => !failure);
  if (own.failure || running.length === 0) return { name: 'no peer', times: undefined };
  const fastest = running.reduce((best, one) => (one.wall < best.wall ? one : best));
  return { name: fastest.name, times: ratio(fastest, own) };
}

async function history() {
  for (const { path, name } of repositories) {
    const [own, floor, plain, ...others] = await race(
      [
        quash(scanned(path)),
        node('inflating every entry once with zlib', [join(root, 'bench/inflate.js'), path]),
        {
          name: 'git cat-file, all objects',
          command: 'git',
          args: ['--git-dir', path, 'cat-file', '--batch', '--batch-all-objects'],
        },
        ...peers.map((peer) => contenderOf(peer, 'history', path, env, scratch)),
      ],
      rounds,
    );
    const fastest = lead(own, others);
    section(
      `History of ${name}`,
      raceColumns,
      raceRows([own, floor, plain, ...others]),
      [
        claim(`wall of ${fastest.name}, the fastest peer, by that of quash`, fastest.times, 4, true),
        claim('CPU of quash by that of inflating every blob and delta entry once', ratio(own, floor, 'cpu'), 2),
        claim('wall of quash by that of git cat-file of all objects', ratio(own, plain), 0.5),
        claim('peak memory', own.tree ?? own.memory, 512, false, ' MB'),
      ],
      [],
      [own, floor, plain, ...others],
    );
  }
}

async function versions() {
  const few = buildVersions(join(scratch, 'few.git'), 10);
  const many = buildVersions(join(scratch, 'many.git'), 100);
  const [small, large] = await race(
    [
      quash(scanned(few), { name: '40 files of 200 kB, 10 versions each' }),
      quash(scanned(many), { name: 'the same, 100 versions each' }),
    ],
    rounds,
  );
  for (const folder of [few, many]) rmSync(folder, { recursive: true });
  section(
    'Ten times the versions of the same files',
    raceColumns.with(-1, 'wall, as often as 10 versions'),
    raceRows([small, large]),
    [
      claim('wall of ten times the versions by that of once', ratio(large, small), 2),
      claim('CPU of ten times the versions by that of once', ratio(large, small, 'cpu'), 2),
    ],
    [],
    [small, large],
  );
}

/** The newest files of all given repositories, in one folder. */
function checkOut(folder) {
  for (const { path, name } of repositories) {
    const inner = join(folder, name);
    mkdirSync(inner, { recursive: true });
    const archive = execFileSync('git', ['--git-dir', path, 'archive', '--format=tar', 'HEAD'], { maxBuffer: 1 << 30 });
    execFileSync('tar', ['-x', '-C', inner], { input: archive });
  }
}

function sizeOf(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return {
    count: files.length,
    bytes: files.reduce((sum, file) => sum + statSync(join(file.parentPath ?? file.path, file.name)).size, 0),
  };
}

/** Forty files of 10 MB, made of the text files of a folder one after the other, as often as it takes. */
function pileUp(from, folder) {
  const texts = readdirSync(from, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath ?? entry.path, entry.name)))
    .filter((bytes) => !bytes.subarray(0, 8000).includes(0));
  mkdirSync(folder);
  let at = 0;
  for (let file = 0; file < 40; file++) {
    const into = openSync(join(folder, `f${file}.txt`), 'w');
    for (let have = 0; have < 10_000_000; at++) {
      const bytes = texts[at % texts.length].subarray(0, 10_000_000 - have);
      writeSync(into, bytes);
      have += bytes.length;
    }
    closeSync(into);
  }
}

async function files() {
  const generated = join(scratch, 'generated');
  buildFiles(generated, 5000, 7400);
  const folders = [['5,000 generated files', generated]];
  if (repositories.length > 0) {
    const checkout = join(scratch, 'checkout');
    checkOut(checkout);
    folders.push([`A checkout of ${repositories.map(({ name }) => name).join(', ')}`, checkout]);
  }
  for (const [title, folder] of folders) {
    const { count, bytes } = sizeOf(folder);
    const [own, ...others] = await race(
      [quash(scanned(folder)), ...peers.map((peer) => contenderOf(peer, 'files', folder, env, scratch))],
      Math.max(rounds, 5),
    );
    const fastest = lead(own, others);
    section(
      `${title}: ${count} files, ${Math.round(bytes / 1e6)} MB`,
      raceColumns,
      raceRows([own, ...others]),
      [claim(`wall of ${fastest.name}, the fastest peer, by that of quash`, fastest.times, 2, true)],
      [],
      [own, ...others],
    );
  }
  for (const [title, folder] of folders) {
    const large = join(scratch, 'large');
    pileUp(folder, large);
    const { bytes } = sizeOf(large);
    const [one, all, ...others] = await race(
      [
        quash(scanned(large, '--jobs', '1'), { name: 'quash, one thread' }),
        quash(scanned(large), { name: 'quash' }),
        ...peers.map((peer) => contenderOf(peer, 'files', large, env, scratch)),
      ],
      rounds,
    );
    rmSync(large, { recursive: true });
    section(
      `${title} piled up to 40 files of 10 MB`,
      raceColumns.with(-1, 'wall, as often as quash on one thread'),
      raceRows([one, all, ...others]),
      [claim('on one thread, start included', bytes / 1e6 / one.wall, 400, true, ' MB/s')],
      [],
      [one, all, ...others],
    );
  }
}

async function hook() {
  const folder = join(scratch, 'hook');
  mkdirSync(folder);
  execFileSync('git', ['init', '--quiet', '.'], { cwd: folder });
  buildFiles(folder, 20, 8000);
  execFileSync('git', ['add', '.'], { cwd: folder });
  const [empty, own] = await race(
    [
      node('node -e 0', ['-e', '0'], { memory: false }),
      quash(['hook', 'run', 'pre-commit'], { name: 'quash hook run pre-commit', cwd: folder, codes: [0], memory: false }),
    ],
    Math.max(rounds, 15),
  );
  const times = ratio(own, empty);
  section(
    'A hook with 20 staged files of 8 kB',
    ['', 'wall', 'CPU', 'wall, as often as node -e 0'],
    [empty, own].map((one) => [one.name, seconds(one.wall), seconds(one.cpu), ratio(one, empty).toFixed(2)]),
    [
      // Either of the two is enough.
      own.wall * 1000 <= 150
        ? claim('wall', own.wall * 1000, 150, false, ' ms')
        : claim('wall by that of node -e 0, or 150 ms', times, 3),
    ],
    [],
    [empty, own],
  );
}

async function start() {
  const [empty, own] = await race(
    [
      node('node -e 0', ['-e', '0'], { memory: false }),
      quash(['--version'], { name: 'quash --version', codes: [0], memory: false }),
    ],
    Math.max(rounds, 21),
  );
  section(
    'Start',
    ['', 'wall', 'CPU', 'wall, as often as node -e 0'],
    [empty, own].map((one) => [one.name, seconds(one.wall), seconds(one.cpu), ratio(one, empty).toFixed(2)]),
    [claim('wall by that of node -e 0', ratio(own, empty), 1.4)],
    [],
    [empty, own],
  );
}

async function hostile() {
  const folder = join(scratch, 'hostile');
  mkdirSync(folder);
  const fill = (name, text, bytes = 100_000_000) => {
    const path = join(folder, name);
    writeFileSync(path, Buffer.alloc(bytes, text));
    return path;
  };
  const userPatterns = (name, regex, rest) => {
    const path = join(folder, `${name}.yaml`);
    writeFileSync(
      path,
      `provider: hostile\ndocs: https://example.com\npatterns:\n  - { id: hostile-${name}, name: ${name}, regex: '${regex}', ${rest}, boundary: none, severity: low, identity: unknown }\n`,
    );
    return path;
  };
  const line = fill('line.txt', 'abc def 0123456789 ');
  const nearly = fill('nearly.txt', 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!zzz ', 20_000_000);
  const cases = [
    ['a line of 100 MB', scanned(line)],
    ['100 MB of a keyword with a value', scanned(fill('keyword.txt', 'password = token '))],
    ['100 MB of one keyword', scanned(fill('bare.txt', 'password'))],
    ['4 MB of one key id, 190,000 times', scanned(fill('partner.txt', `${['AK', 'IA'].join('')}QWERTYUIOPASDFGH `, 4_000_000))],
    ['100 MB of a key that never ends', scanned(fill('key.txt', `-----BEGIN RSA PRIVATE ${'KEY'}-----\nMIIEpAIBAAKCAQEA\n`))],
    // What fails stands before the literal: behind it, the kernel would turn the hit down without the regex.
    ...[
      ['nested', '(a{1,30}){1,30}b', 'literals: none, maxLength: 1000'],
      ['alternatives', '(?:a|a|aa|aaa){1,60}b!zzz', 'literals: [zzz]'],
      ['hits', '(?:[a-z ]{1,90}[0-9]){1,9}!zzz', 'literals: [zzz]'],
      ['blowup', '(?:(?:a{0,50}){0,50}b{0,50}){1,9}zzz', 'literals: [zzz], maxLength: 5000'],
      ['open', '(?:(?:a+)+)+[0-9]!zzz', 'literals: [zzz], maxLength: 5000'],
    ].map(([name, regex, rest]) => [
      `20 MB that nearly match the user's pattern ${regex.replaceAll('|', '\\|')}`,
      scanned(nearly, '--patterns', userPatterns(name, regex, rest)),
    ]),
  ];
  const rows = [];
  const figures = [];
  for (const [name, args] of cases) {
    try {
      const run = await runOnce(process.execPath, [cli, ...args], { env, codes: [0, 1, 2, 3], read: true, limitMs: 300_000 });
      const { wall, cpu, memory, status, output, errors } = run;
      const gaps = output.split('\n').filter((one) => one.startsWith('{"type":"gap"')).length;
      const told =
        status === 2
          ? `refused: ${errors.trim().split('\n').at(-1).replaceAll(folder, '').slice(0, 160).replaceAll('|', '\\|')}`
          : `exit ${status}, ${gaps} gaps`;
      rows.push([name, seconds(wall), seconds(cpu), megabytes(memory), told]);
      figures.push({ name, wall, cpu, memory, status, gaps });
    } catch (error) {
      rows.push([name, 'failed', '', '', error.message]);
      figures.push({ name, failure: error.message });
    }
  }
  section(
    'Hostile input',
    ['', 'wall', 'CPU', 'peak memory', 'ended with'],
    rows,
    [
      claim('cases that failed', figures.filter(({ failure }) => failure).length, 0),
      claim('peak memory of the worst', Math.max(...figures.map(({ memory }) => memory ?? 0)), 512, false, ' MB'),
    ],
    [],
    figures,
  );
}

async function sources() {
  const token = expandExample(
    JSON.parse(readFileSync(join(root, 'dist/patterns.json'), 'utf8')).patterns.find(({ id }) => id === 'github-pat-classic'),
    '{{secret}}',
    'bench',
  ).secret;
  const bytes = 1e9;
  for (const [name, build] of [
    ['The logs of a run of GitHub Actions', buildLogArchive],
    ['The export of a Slack workspace', buildSlackExport],
  ]) {
    const path = join(scratch, 'source.zip');
    await build(path, bytes, token);
    const packed = statSync(path).size;
    const [own] = await race([quash(scanned(path))], rounds);
    rmSync(path);
    section(
      `${name}: 1 GB in a zip of ${Math.round(packed / 1e6)} MB`,
      [...raceColumns.slice(0, -1), 'rate'],
      raceRows([own]).map((row) => row.with(-1, own.failure ? '' : `${Math.round(bytes / 1e6 / own.wall)} MB/s`)),
      [
        claim('peak memory', own.tree ?? own.memory, 300, false, ' MB'),
        claim('findings that are not the one planted', Math.abs((own.findings ?? Number.NaN) - 1), 0),
      ],
      [],
      [own],
    );
  }
}

async function equal() {
  const results = [];
  for (const confidence of [0.5, 0.3]) {
    for (const { path, name } of repositories) results.push({ name, confidence, ...(await compare(path, confidence)) });
    results.push({ name: 'built to be difficult', confidence, ...(await compareDifficult(scratch, confidence)) });
  }
  for (const { name, lines, wrong = [] } of results) {
    for (const line of lines.filter((one) => !one.startsWith('='))) console.log(`${name}: ${line}`);
    for (const { scenario, version, isThere } of wrong)
      console.log(`${name}: ${scenario}, version ${version}: ${isThere ? 'not found' : 'found'}`);
  }
  section(
    'The delta walk and a plain walk',
    ['repository', 'confidence from', 'objects', 'matches by deltas', 'in whole objects', 'missed', 'added', 'set'],
    results.map((one) => [
      one.name,
      one.confidence,
      one.objects,
      one.deltas,
      one.whole,
      one.missed,
      one.added,
      one.digests[0] === one.digests[1] ? one.digests[0] : one.digests.join(' / '),
    ]),
    [
      claim(
        'matches missed or added',
        results.reduce((sum, { missed, added }) => sum + missed + added, 0),
        0,
      ),
      claim(
        `of ${results.reduce((sum, { planted = [] }) => sum + planted.length, 0)} planted places, wrong`,
        results.reduce((sum, { wrong = [] }) => sum + wrong.length, 0),
        0,
      ),
      claim(
        'objects read by one walk only',
        results.reduce((sum, one) => sum + Math.abs(one.objects - one.wholeObjects), 0),
        0,
      ),
    ],
    [],
    results.map(({ lines, planted, wrong, ...one }) => one),
  );
}

async function verify() {
  const { figures, limits } = await measureVerifying({ cli, env, scratch });
  const [offline, answered, ...dead] = figures;
  const count = (value) => (value === undefined ? '–' : value.toLocaleString('en'));
  section(
    '10,000 findings, and their providers',
    [
      '',
      'wall',
      'CPU',
      'peak memory',
      'live',
      'dead',
      'unknown',
      'requests',
      'asked twice',
      'most at once, a host',
      'most in a second, a host',
    ],
    figures.map((one) =>
      one.failure
        ? [one.name, 'failed', '', '', '', '', '', '', '', '', one.failure.replaceAll(/\s+/g, ' ').slice(0, 160)]
        : [
            one.name,
            seconds(one.wall),
            seconds(one.cpu),
            megabytes(one.memory),
            ...[one.live, one.dead, one.unknown, one.requests, one.twice, one.concurrency, one.perSecond].map(count),
          ],
    ),
    [
      claim('requests that were not one for each finding', Math.abs((answered.requests ?? Number.NaN) - 10_000), 0),
      claim('secrets asked about twice', answered.twice, 0),
      claim('verdicts that were neither live nor dead', answered.unknown, 0),
      claim('requests at once to a host, by its limit', answered.concurrency / limits.concurrency, 1),
      // The slices in which a second is dealt out are not those of the server's clock.
      claim('requests in a second to a host, by its limit', answered.perSecond / limits.perSecond, 1.2),
      claim('peak memory', Math.max(...figures.map(({ memory }) => memory ?? Number.NaN)), 512, false, ' MB'),
      ...dead.map((one) => claim(`${one.name}: wall`, one.wall, 60, false, ' s')),
    ],
    [],
    [{ elsewhere: undefined, ...offline }, answered, ...dead],
  );
}

async function triage() {
  const home = join(scratch, 'triage');
  const own = { PATH: process.env.PATH, HOME: home, TERM: 'xterm-256color', QUASH_OFFLINE: '1', QUASH_EGRESS: 'loopback' };
  await fillLedger(cli, home, own);
  const figures = await measureTriage(cli, own, Math.max(rounds, 5));
  rmSync(home, { recursive: true });
  const { bare, first, rows, whole, early, keys, byKey, firstByBare } = figures;
  const times = (ms) => `${(ms / bare).toFixed(1)}`;
  section(
    'The terminal UI over 50,000 findings, 160x50',
    ['', 'wall', 'as often as node -e 0'],
    [
      ['node -e 0', seconds(bare / 1000), '1.0'],
      ['start to first paint', seconds(first / 1000), times(first)],
      ['start to the first findings', seconds(rows / 1000), times(rows)],
      ['start to the whole list', seconds(whole / 1000), times(whole)],
      ['key to paint while the list is read, 95 of 100', seconds(early / 1000), ''],
      ['key to paint, median', seconds(keys.median / 1000), ''],
      ['key to paint, 95 of 100', seconds(keys.p95 / 1000), ''],
      ['key to paint, worst', seconds(keys.worst / 1000), ''],
    ],
    [claim('key to paint, 95 of 100', keys.p95, 50, false, ' ms'), claim('start to first paint by node -e 0', firstByBare, 6)],
    [`Slowest keys: ${slowest(byKey)}`],
    [figures],
  );
}

/** The keys that take longest, each by its median. */
function slowest(byKey) {
  const sorted = byKey.toSorted((a, b) => b.ms - a.ms).slice(0, 5);
  return sorted.map(({ key, ms }) => `${JSON.stringify(key)} ${Math.round(ms)} ms`).join(', ');
}

function write() {
  const date = new Date().toISOString().slice(0, 10);
  const cpu = cpus()[0].model;
  const machine = `${cpu
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '')}-${availableParallelism()}-cores`;
  const name = `${date}-${machine}${only.length > 0 ? `-${only.join('-')}` : ''}`;
  const known = new Map(repositories.map(({ path, name: short }) => [path, `${short}.git`]));
  const command = `node bench/run.js ${process.argv
    .slice(2)
    .map((word) => known.get(resolve(word)) ?? (/\s/.test(word) ? `'${word}'` : word))
    .join(' ')}`.trim();
  const about = {
    date,
    quash: versionOf(process.execPath, cli, '--version'),
    patterns: createHash('sha256')
      .update(readFileSync(join(root, 'dist/scan-patterns.json')))
      .digest('hex')
      .slice(0, 12),
    node: process.version,
    git: versionOf('git', '--version'),
    cpu,
    cores: availableParallelism(),
    platform: `${process.platform} ${process.arch}`,
    peers: peers.map(({ name: peer, version, ...rest }) => ({
      name: peer,
      version,
      history: `${peer} ${rest.history('DIR').join(' ')}`,
      files: `${peer} ${rest.files('DIR').join(' ')}`,
    })),
    rounds,
    command,
    notes: values.note,
  };
  const head = [
    `# ${date}`,
    '',
    `${about.quash}, node ${about.node}, ${about.git}, ${cpu}, ${about.cores} cores, ${about.platform}.`,
    `Command: \`${command}\``,
    '',
    ...about.peers.map((peer) => `- ${peer.name} ${peer.version}: \`${peer.history}\`, \`${peer.files}\``),
    ...values.note.map((note) => `- ${note}`),
    '',
    'Contenders took turns, one warm-up round first; wall and CPU are medians, a ratio is the median of the ratios of each round,',
    'peak memory is that of the largest process at its worst, and of all processes together in the warm-up round.',
    '',
  ];
  const folder = join(root, 'bench/results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${name}.md`), `${head.join('\n')}\n${sections.map(shown).join('\n')}`);
  writeFileSync(join(folder, `${name}.json`), `${JSON.stringify({ ...about, sections }, null, 2)}\n`);
  return `bench/results/${name}.md and .json`;
}

const parts = { history, versions, files, sources, hook, start, hostile, equal, verify, triage };
const unknown = only.filter((part) => !(part in parts));
if (unknown.length > 0) {
  console.error(`choosing what to measure: there is no ${unknown.join(', ')}; parts are ${Object.keys(parts).join(', ')}`);
  process.exit(2);
}
for (const { name, version } of peers) console.log(`peer: ${name} ${version}`);
for (const [name, part] of Object.entries(parts)) if (only.length === 0 || only.includes(name)) await part();
console.log(`\nwritten: ${write()}`);
