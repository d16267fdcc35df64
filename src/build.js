// Builds dist/: TypeScript, the bundle, the AssemblyScript kernel, the patterns, the JSON Schemas; and re2 when npm left it unbuilt.
// Plain JavaScript, since it runs before anything else is there: `npm ci` and `npm run build` end in it.

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from './bundle.js';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

async function main() {
  // Installed as a dependency there are no sources to build and no compilers to do it with.
  if (!existsSync(join(root, 'node_modules', 'typescript'))) return;
  buildRe2();
  rmStale();
  rmStale('dist/revokers');
  run('TypeScript', join(root, 'node_modules/typescript/bin/tsc'), ['-p', root]);
  await bundle(root);
  run('the kernel', join(root, 'node_modules/assemblyscript/bin/asc.js'), [
    '--config',
    join(root, 'src/scan/kernel/assembly/asconfig.json'),
  ]);
  run('the patterns', join(root, 'dist/src/patterns/build.js'), []);
  chmodSync(join(root, 'dist/src/cli.js'), 0o755);
}

/** Whether re2's binary is there and fits this Node. */
function re2Loads() {
  const script = "new (require('re2'))('a').test('a')";
  return spawnSync(process.execPath, ['-e', script], { cwd: root }).status === 0;
}

/**
 * Runs re2's own install script where npm did not (package.json denies it, so that this does it): it fetches a prebuilt
 * binary, or compiles. Headers that stand beside node spare node-gyp their download.
 */
function buildRe2() {
  if (re2Loads()) return;
  process.stdout.write('building re2, which takes about a minute\n');
  const prefix = dirname(dirname(process.execPath));
  const hasHeaders = existsSync(join(prefix, 'include/node/node.h'));
  const npm = process.env.npm_execpath;
  const [command, first] = npm ? [process.execPath, [npm]] : ['npm', []];
  const built = spawnSync(command, [...first, 'run', 'install'], {
    cwd: join(root, 'node_modules/re2'),
    env: {
      ...process.env,
      JOBS: 'max',
      ...(hasHeaders ? { npm_config_nodedir: prefix } : {}),
    },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (built.status === 0 && re2Loads()) return;
  const lines = `${built.stdout ?? ''}\n${built.stderr ?? ''}`.trim().split('\n');
  process.stderr.write(`${lines.slice(-25).join('\n')}\n\n`);
  if (built.signal || lines.some((line) => /\b(?:Killed|Terminated)\b/.test(line))) {
    fail('building re2: the compiler was stopped, by hand or for want of memory; run npm ci again');
  }
  fail(
    'building re2: its native part could not be compiled; install Python 3, make and a C++20 compiler, then run npm ci again\n' +
      '  Debian, Ubuntu: apt-get install -y python3 make g++\n' +
      '  Fedora: dnf install -y python3 make gcc-c++      Alpine: apk add python3 make g++\n' +
      '  macOS: xcode-select --install                    Windows: the Visual Studio Build Tools, "Desktop development with C++"',
  );
}

/** Removes output whose source is gone: tests and dynamic imports would find it. */
function rmStale(folder = 'dist/src') {
  const at = join(root, folder);
  if (!existsSync(at)) return;
  for (const name of readdirSync(at)) {
    const path = `${folder}/${name}`;
    if (statSync(join(root, path)).isDirectory()) rmStale(path);
    const source = path.replace(/^dist\//, '').replace(/\.js$/, '');
    if (!['', '.ts', '.tsx'].some((ending) => existsSync(join(root, source + ending))))
      rmSync(join(root, path), { recursive: true });
  }
}

function run(what, script, args) {
  const { status } = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) fail(`building ${what}: it failed, as printed above; correct that and run npm run build`);
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

await main();
const { configJsonSchema } = await import(pathToFileURL(join(root, 'dist/src/config.js')).href).catch(() => ({}));
if (configJsonSchema) {
  const schema = configJsonSchema();
  writeFileSync(
    join(root, 'dist/quash.schema.json'),
    typeof schema === 'string' ? schema : `${JSON.stringify(schema, null, 2)}\n`,
  );
}
