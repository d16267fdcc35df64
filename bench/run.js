// Every claim of speed and memory, measured side by side in one run: `node bench/run.js --repository DIR ...`.
// See bench/README.md for what it needs and for what each part measures.

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compare } from './equal.js';
import { race, runOnce, versionOf } from './measure.js';

const { values } = parseArgs({
  options: {
    repository: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '3' },
  },
});
const rounds = Number(values.rounds);
const root = fileURLToPath(new URL('..', import.meta.url));
const cli = join(root, 'dist/src/cli.js');
const scratch = mkdtempSync(join(tmpdir(), 'quash-bench-'));
const env = { QUASH_EGRESS: 'loopback', QUASH_OFFLINE: '1', XDG_CONFIG_HOME: join(scratch, 'config') };
const sections = [];

/** Peers on PATH: how each scans a bare repository's history, and a folder, without asking anybody. */
const peers = [
  {
    name: 'betterleaks',
    version: versionOf('betterleaks', '--version'),
    history: (folder) => ['betterleaks', ['git', folder, '--silent']],
    files: (folder) => ['betterleaks', ['filesystem', folder, '--silent']],
  },
  {
    name: 'kingfisher',
    version: versionOf('kingfisher', '--version'),
    history: (folder) => ['kingfisher', ['scan', folder, '--no-validate', '--no-update-check', '-f', 'jsonl']],
    files: (folder) => [
      'kingfisher',
      ['scan', folder, '--no-validate', '--no-update-check', '--git-history', 'none', '-f', 'jsonl'],
    ],
    codes: [0, 200, 205],
  },
  {
    name: 'gitleaks',
    version: versionOf('gitleaks', 'version'),
    history: (folder) => ['gitleaks', ['git', folder, '--no-banner']],
    files: (folder) => ['gitleaks', ['dir', folder, '--no-banner']],
  },
].filter(
  ({ name, version }, index, all) =>
    version !== undefined && !(name === 'gitleaks' && all.some((other, at) => at < index && other.version === version)),
);

function quash(args, options = {}) {
  return runOnce(process.execPath, [cli, ...args], { env, ...options });
}

function section(title, columns, rows, notes = []) {
  sections.push({ title, columns, rows, notes });
  console.log(`\n## ${title}\n\n${table(columns, rows)}${notes.map((note) => `\n${note}`).join('')}`);
}

function table(columns, rows) {
  return [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}

const seconds = (value) => `${value.toFixed(2)} s`;
const times = (value) => `${value.toFixed(2)}`;
const megabytes = (value) => `${Math.round(value)} MB`;
const wants = (part) => values.only.length === 0 || values.only.includes(part);

function history() {
  for (const repository of values.repository.map((path) => resolve(path))) {
    const name = basename(resolve(repository, '..')) || basename(repository);
    const contenders = [
      { name: 'quash', run: () => quash(['scan', '--quiet', '--format', 'jsonl', repository]) },
      { name: 'inflate once (zlib)', run: () => runOnce(process.execPath, [join(root, 'bench/inflate.js'), repository]) },
      {
        name: 'git cat-file, all objects',
        run: () => runOnce('git', ['--git-dir', repository, 'cat-file', '--batch', '--batch-all-objects']),
      },
    ];
    const [own, floor, plain] = race(contenders, rounds);
    // Peers take long: one run each, and the fastest of them is what counts.
    const others = peers.map(({ name, history: command, codes }) => ({
      name,
      runs: 1,
      ...runOnce(...command(repository), { codes: codes ?? [0, 1, 2], env }),
    }));
    const fastest = others.reduce((best, one) => (!best || one.wall < best.wall ? one : best), undefined);
    section(
      `History of ${name}`,
      ['', 'wall', 'CPU', 'peak memory', 'runs'],
      [own, floor, plain, ...others].map((one) => [
        one.name,
        seconds(one.wall),
        seconds(one.cpu),
        megabytes(one.memory),
        one.runs,
      ]),
      [
        `CPU, quash / inflating once: ${times(own.cpu / floor.cpu)} (wanted: at most 2.0)`,
        `wall, quash / git cat-file: ${times(own.wall / plain.wall)} (wanted: at most 0.5)`,
        ...(fastest ? [`wall, ${fastest.name} / quash: ${times(fastest.wall / own.wall)} (wanted: at least 4)`] : []),
        `peak memory: ${megabytes(own.memory)} (wanted: at most 512 MB)`,
      ],
    );
  }
}

/** A repository of `versions` versions of twenty files, each a small change of the one before. */
function buildVersions(versions) {
  const folder = join(scratch, `versions-${versions}`);
  mkdirSync(folder);
  const git = (...args) =>
    execFileSync('git', args, {
      cwd: folder,
      env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  git('init', '--quiet', '--initial-branch=main', '.');
  git('config', 'user.name', 'Bench');
  git('config', 'user.email', 'bench@example.com');
  const files = Array.from({ length: 20 }, (_, file) =>
    Array.from({ length: 3000 }, (_, line) => `line ${line} of file ${file} says ${(line * 7919 + file) % 104729}`),
  );
  for (let version = 0; version < versions; version++) {
    files.forEach((lines, file) => {
      lines[(version * 131 + file * 17) % lines.length] = `changed in version ${version}, file ${file}`;
      writeFileSync(join(folder, `file-${file}.txt`), `${lines.join('\n')}\n`);
    });
    git('add', '.');
    git('commit', '--quiet', '--message', `Version ${version}`);
  }
  git('repack', '-a', '-d', '-f', '--depth=50', '--window=20', '--quiet');
  return folder;
}

function versions() {
  const few = buildVersions(30);
  const many = buildVersions(300);
  const [small, large] = race(
    [few, many].map((folder) => ({
      name: folder,
      run: () => quash(['scan', '--no-tree', '--quiet', '--format', 'jsonl', folder]),
    })),
    rounds,
  );
  section(
    'Ten times the versions of the same files',
    ['versions', 'wall', 'CPU', 'peak memory'],
    [
      ['30', seconds(small.wall), seconds(small.cpu), megabytes(small.memory)],
      ['300', seconds(large.wall), seconds(large.cpu), megabytes(large.memory)],
    ],
    [`wall, 300 / 30: ${times(large.wall / small.wall)} (wanted: below 2)`],
  );
}

/** Files that look like source code: lines of identifiers, numbers and strings, the same on every run. */
function buildFiles(folder, count, bytes) {
  mkdirSync(folder, { recursive: true });
  const words =
    'const value return function if else for import export token list index buffer config path user name handle error result state key map set item node tree text line file open read write close data type option default'.split(
      ' ',
    );
  let seed = 42;
  const next = (limit) => {
    seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
    return seed % limit;
  };
  for (let file = 0; file < count; file++) {
    let text = '';
    while (text.length < bytes) {
      const indent = '  '.repeat(next(4));
      text += `${indent}${words[next(words.length)]} ${words[next(words.length)]}${next(100)} = ${words[next(words.length)]}(${next(9999)}, '${words[next(words.length)]} ${words[next(words.length)]}'); // ${words[next(words.length)]}\n`;
    }
    const inner = join(folder, `d${file % 97}`);
    mkdirSync(inner, { recursive: true });
    writeFileSync(join(inner, `f${file}.js`), text.slice(0, bytes));
  }
}

function files() {
  const small = join(scratch, 'files');
  buildFiles(small, 5000, 7400);
  const large = join(scratch, 'large');
  buildFiles(large, 40, 10_000_000);
  const contenders = [
    { name: 'quash', run: () => quash(['scan', '--quiet', '--format', 'jsonl', small]) },
    ...peers.map(({ name, files: command, codes }) => ({
      name,
      run: () => runOnce(...command(small), { codes: codes ?? [0, 1, 2], env }),
    })),
  ];
  const [own, ...others] = race(contenders, rounds);
  const fastest = others.reduce((best, one) => (!best || one.wall < best.wall ? one : best), undefined);
  const [core] = race(
    [{ name: 'quash, one thread', run: () => quash(['scan', '--quiet', '--jobs', '1', '--format', 'jsonl', large]) }],
    rounds,
  );
  section(
    '5,000 files, 37 MB; and 400 MB in 40 files',
    ['', 'wall', 'CPU', 'peak memory'],
    [own, ...others, core].map((one) => [one.name, seconds(one.wall), seconds(one.cpu), megabytes(one.memory)]),
    [
      ...(fastest ? [`wall, ${fastest.name} / quash: ${times(fastest.wall / own.wall)} (wanted: at least 2)`] : []),
      `400 MB on one core: ${Math.round(400 / core.wall)} MB/s (wanted: 400)`,
    ],
  );
}

function hook() {
  const folder = join(scratch, 'hook');
  mkdirSync(folder);
  execFileSync('git', ['init', '--quiet', '.'], { cwd: folder });
  buildFiles(folder, 20, 8000);
  execFileSync('git', ['add', '.'], { cwd: folder });
  const [own, node, version] = race(
    [
      { name: 'quash hook run pre-commit', run: () => quash(['hook', 'run', 'pre-commit'], { cwd: folder, codes: [0] }) },
      { name: 'node -e 0', run: () => runOnce(process.execPath, ['-e', '0']) },
      { name: 'quash --version', run: () => quash(['--version']) },
    ],
    Math.max(rounds, 7),
  );
  section(
    'Start, and a hook with 20 staged files',
    ['', 'wall', 'CPU'],
    [own, node, version].map((one) => [one.name, seconds(one.wall), seconds(one.cpu)]),
    [
      `hook: ${Math.round(own.wall * 1000)} ms, ${times(own.wall / node.wall)} times node -e 0 (wanted: at most 150 ms or 3 times)`,
      `--version: ${times(version.wall / node.wall)} times node -e 0 (wanted: at most 1.4)`,
    ],
  );
}

function hostile() {
  const folder = join(scratch, 'hostile');
  mkdirSync(folder);
  writeFileSync(join(folder, 'line.txt'), Buffer.alloc(100_000_000, 'abc def 0123456789 '));
  writeFileSync(join(folder, 'keyword.txt'), Buffer.alloc(100_000_000, 'password = token '));
  writeFileSync(
    join(folder, 'hostile.yaml'),
    "provider: hostile\npatterns:\n  - { id: hostile-nested, name: Nested, regex: '(?:(?:a{0,50}){0,50}b{0,50}){1,9}ccc', literals: [ccc], maxLength: 5000 }\n  - { id: hostile-any, name: Any, regex: '(?:[a-z ]{0,900}x){1,9}', literals: none, maxLength: 9000 }\n",
  );
  const cases = [
    ['a line of 100 MB', ['scan', '--quiet', '--format', 'jsonl', join(folder, 'line.txt')]],
    ['100 MB of keywords', ['scan', '--quiet', '--format', 'jsonl', join(folder, 'keyword.txt')]],
    [
      'hostile regexes, a line of 100 MB',
      ['scan', '--quiet', '--format', 'jsonl', '--patterns', join(folder, 'hostile.yaml'), join(folder, 'line.txt')],
    ],
  ];
  section(
    'Hostile input',
    ['', 'wall', 'CPU', 'peak memory'],
    cases.map(([name, args]) => {
      const { wall, cpu, memory } = quash(args, { codes: [0, 1, 2, 3] });
      return [name, seconds(wall), seconds(cpu), megabytes(memory)];
    }),
  );
}

async function equal() {
  const rows = [];
  for (const repository of values.repository.map((path) => resolve(path))) {
    const name = basename(resolve(repository, '..')) || basename(repository);
    for (const confidence of [0.5, 0.3]) {
      const { deltas, whole, missed, added } = await compare(repository, name, confidence, console.log);
      rows.push([name, confidence, deltas, whole, missed, added]);
    }
  }
  section('Delta walk and plain walk', ['repository', 'confidence', 'by deltas', 'whole objects', 'missed', 'added'], rows);
}

const parts = { history, versions, files, hook, hostile, equal };
try {
  console.log(
    `# quash ${versionOf(process.execPath, cli, '--version')}, node ${process.version}, ${cpus()[0].model}, ${availableParallelism()} cores, ${new Date().toISOString().slice(0, 10)}`,
  );
  for (const peer of peers) console.log(`peer: ${peer.name} ${peer.version}`);
  for (const [name, part] of Object.entries(parts)) if (wants(name)) await part();
  const date = new Date().toISOString().slice(0, 10);
  const folder = join(root, 'bench/results');
  mkdirSync(folder, { recursive: true });
  const name = `${date}-${availableParallelism()}-cores${values.only.length > 0 ? `-${values.only.join('-')}` : ''}`;
  const header = [
    `# ${date}`,
    '',
    `quash ${versionOf(process.execPath, cli, '--version')}, node ${process.version}, ${cpus()[0].model}, ${availableParallelism()} cores. Medians of ${rounds} runs after a warm-up; peers ran once on histories.`,
    `Command: \`node bench/run.js ${process.argv
      .slice(2)
      .map((word) => (statOf(word) ? basename(resolve(word, '..')) : word))
      .join(' ')}\``,
    ...peers.map((peer) => `Peer: ${peer.name} ${peer.version}`),
  ];
  const body = sections.map(
    ({ title, columns, rows, notes }) =>
      `## ${title}\n\n${table(columns, rows)}\n\n${notes.map((note) => `- ${note}\n`).join('')}`,
  );
  writeFileSync(join(folder, `${name}.md`), `${header.join('\n')}\n\n${body.join('\n')}`);
  console.log(`\nwritten: bench/results/${readdirSync(folder).find((file) => file.startsWith(name))}`);
} finally {
  rmSync(scratch, { recursive: true, force: true });
}

function statOf(path) {
  return statSync(path, { throwIfNoEntry: false });
}
