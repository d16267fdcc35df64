import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { buildRepository } from '../../fixtures/repositories/builder.ts';
import { runQuash, temporaryFolder } from '../cli/binary.ts';
import { asking, playProviders } from './providers.ts';
import { invent } from './scans.ts';

// Who asks nobody loads nothing that could: seen by the scripts that V8 knows at the end, and by the files that were read.

const bundle = fileURLToPath(new URL('../../dist/bundle', import.meta.url));
const github = invent('github-pat-classic');

/** The files of the bundle that hold a module whose path matches. */
function chunksOf(path: RegExp): readonly string[] {
  return readdirSync(bundle)
    .filter((name) => name.endsWith('.js.map'))
    .filter((name) => {
      const { sources } = JSON.parse(readFileSync(join(bundle, name), 'utf8')) as { sources: string[] };
      return sources.some((source) => path.test(source));
    })
    .map((name) => name.slice(0, -'.map'.length));
}

async function loadedBy(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = asking) {
  const folder = temporaryFolder();
  const coverage = join(folder, 'coverage');
  mkdirSync(coverage);
  const log = join(folder, 'read');
  const trace = join(folder, 'trace.cjs');
  writeFileSync(
    trace,
    `const fs = require('node:fs'); const { readFileSync } = fs;
fs.readFileSync = (file, ...rest) => { fs.appendFileSync(${JSON.stringify(log)}, String(file) + '\\n'); return readFileSync(file, ...rest); };
require('node:module').syncBuiltinESMExports();\n`,
  );
  const { code, stderr } = await runQuash(args, {
    cwd,
    env: { ...env, NODE_V8_COVERAGE: coverage, NODE_OPTIONS: `--require=${trace}` },
  });
  expect(stderr).not.toContain('bug in quash');
  const scripts = readdirSync(coverage).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(join(coverage, name), 'utf8')) as { result: { url: string }[] };
    return result.map(({ url }) => url);
  });
  const read = readFileSync(log, 'utf8').split('\n');
  const speakers = chunksOf(/\/src\/wire\//);
  return {
    code,
    scripts: scripts.length,
    wire: speakers.filter((name) => scripts.some((url) => url.endsWith(`/dist/bundle/${name}`))),
    undici: scripts.filter((url) => url.includes('node_modules/undici')),
    hasVerifications: read.some((file) => file.endsWith('verifications.json')),
  };
}

const nothing = { wire: [], undici: [], hasVerifications: false };

function leaky() {
  const repository = buildRepository(join(temporaryFolder(), 'app'));
  repository.write('a', `A=${github}\n`);
  repository.git('add', 'a');
  return repository.path;
}

test('a scan that asks loads both, so that the others can be told apart', async () => {
  const { flags } = await playProviders('github-pat-classic');
  const loaded = await loadedBy(['scan', ...flags, '.'], leaky());
  expect(loaded.code).toBe(1);
  expect(loaded.wire).toContain('wire.js');
  expect(loaded.undici.length).toBeGreaterThan(0);
  expect(loaded.hasVerifications).toBe(true);
});

test('a hook run that finds something loads neither', async () => {
  const loaded = await loadedBy(['hook', 'run'], leaky());
  expect(loaded).toMatchObject({ code: 1, ...nothing });
  expect(loaded.scripts).toBeGreaterThan(0);
});

test('nor does a scan that may ask nobody', async () => {
  expect(await loadedBy(['scan', '--offline', '.'], leaky())).toMatchObject({ code: 1, ...nothing });
  expect(await loadedBy(['scan', '.'], leaky(), { QUASH_OFFLINE: '1' })).toMatchObject({ code: 1, ...nothing });
});

test('nor does a scan that finds nothing', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a'), 'nothing\n');
  expect(await loadedBy(['scan', '.'], folder)).toMatchObject({ code: 0, ...nothing });
});
