// Puts what a run loads into few files, dist/bundle/: resolving and reading ninety modules costs a hook more than its scan.
// The modules of dist/src/ stay beside it, for the tests, the benchmarks and the build itself; only cli.js there is replaced.
// Unminified, with source maps for bug reports. As CommonJS it would start 2 ms sooner, and packages that are ES modules alone
// could not be imported by it.

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';

/** What a hook run and a scan of files load anyway: with everything that they import they are one file. The rest stays lazy. */
const core = [
  'cli-main.ts',
  'commands/hook.ts',
  'hook/run-hook.ts',
  'sources/staged.ts',
  'commands/hook-scanner.ts',
  'commands/scan.ts',
  'commands/scan-files.ts',
  'sources/files.ts',
];

/**
 * Packages of hundreds of small modules that somebody waits for at a prompt: they are bundled, with all that they import. The
 * licenses of what went in are beside it.
 */
const inlined = ['ink', 'react', 'kysely'];

/** What these import for their own developers alone, behind a switch. */
const leftOut = ['react-devtools-core', 'ws'];

/** Entry points beside the command line: threads. */
const workers = ['commands/scan-files-worker.ts', 'commands/scan-others-worker.ts', 'scan/history-worker.ts'];

/** Bundles the sources below `root`. */
export async function bundle(root) {
  const { rolldown } = await import('rolldown');
  const source = (file) => join(root, 'src', file);
  const folder = join(root, 'dist/bundle');
  const isPackage = (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith(root);
  const isExternal = (id, importer) => {
    if (!isPackage(id)) return false;
    if (isBuiltin(id)) return true;
    if (leftOut.includes(id)) return true;
    return !inlined.includes(packageOf(id)) && !isOfPackage(importer);
  };
  const named = (file) => file.split('/').at(-1).replace(/\.ts$/, '');
  const isLoud = ({ code }) => code !== 'INEFFECTIVE_DYNAMIC_IMPORT';
  const onLog = (level, log, next) => {
    if (isLoud(log)) next(level, log);
  };

  rmSync(folder, { recursive: true, force: true });
  const inner = await rolldown({
    input: Object.fromEntries(['cli-main.ts', ...workers].map((file) => [named(file), source(file)])),
    platform: 'node',
    external: isExternal,
    // What React does for its callers' mistakes takes several times as long as what it does.
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
    onLog,
  });
  let reached;
  const { output } = await inner.write({
    dir: folder,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name].js',
    sourcemap: true,
    sourcemapExcludeSources: true,
    codeSplitting: {
      groups: [
        {
          debugName: 'core',
          name(id, context) {
            reached ??= reachedFrom(core.map(source), context);
            return reached.has(id) ? 'core' : null;
          },
        },
      ],
    },
  });
  await inner.close();
  writeLicenses(folder, output);

  const outer = await rolldown({
    input: source('cli.ts'),
    platform: 'node',
    external: (id) => isPackage(id) || id.endsWith('/cli-main.ts'),
  });
  await outer.write({
    file: join(root, 'dist/src/cli.js'),
    format: 'esm',
    paths: (id) => (id.endsWith('/cli-main.ts') ? '../bundle/cli-main.js' : id),
  });
  await outer.close();
}

/** `@scope/name` or `name`, of what is imported. */
function packageOf(id) {
  return id
    .split('/')
    .slice(0, id.startsWith('@') ? 2 : 1)
    .join('/');
}

/** Whether a file belongs to a package; only those of the packages that are bundled are looked at. */
function isOfPackage(file) {
  return file !== undefined && /[/\\]node_modules[/\\]/.test(file);
}

/** Their licenses ask to go wherever the code goes. */
function writeLicenses(folder, output) {
  const packages = output
    .flatMap(({ moduleIds = [] }) => moduleIds)
    .flatMap((id) => /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/.exec(id.replace(/^\0/, '')) ?? []);
  const texts = [...new Set(packages)].sort().map((path) => {
    const { name, version, license } = JSON.parse(readFileSync(join(path, 'package.json'), 'utf8'));
    const file = readdirSync(path).find((one) => /^licen[cs]e/i.test(one));
    return `${name} ${version}, ${license}\n\n${file === undefined ? '' : readFileSync(join(path, file), 'utf8').trim()}\n`;
  });
  writeFileSync(join(folder, 'LICENSES.txt'), texts.join(`\n${'-'.repeat(80)}\n\n`));
}

/** Every module that these import, directly or not; what is imported lazily is not followed. */
function reachedFrom(files, context) {
  const reached = new Set();
  const open = [...files];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    const info = context.getModuleInfo(id);
    if (!info && files.includes(id))
      throw new Error(`bundling: nothing imports ${id}, which src/bundle.js names; correct its list`);
    if (!info || reached.has(id)) continue;
    reached.add(id);
    open.push(...info.importedIds);
  }
  return reached;
}
