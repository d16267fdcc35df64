import { readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('../../dist/bundle/', import.meta.url));

function sourcesOf(chunk: string): readonly string[] {
  return (JSON.parse(readFileSync(join(folder, `${chunk}.map`), 'utf8')) as { sources: string[] }).sources;
}

/** A chunk, all that it imports at once, and the packages that are loaded with them. */
function loadedWith(chunk: string) {
  const chunks = new Set<string>();
  const packages = new Set<string>();
  const open = [chunk];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (chunks.has(name)) continue;
    chunks.add(name);
    for (const [, from] of readFileSync(join(folder, name), 'utf8').matchAll(
      /^(?:import|export)\b[^'"\n]*["']([^"'\n]+)["'];$/gm,
    )) {
      if (from!.startsWith('./')) open.push(from!.slice(2));
      else if (!isBuiltin(from!)) packages.add(from!);
    }
  }
  return { chunks, packages };
}

test('the first paint of the terminal UI waits for no package, and for nothing of the ledger', () => {
  for (const chunk of ['triage.js', 'run-screen.js']) {
    const { chunks, packages } = loadedWith(chunk);
    expect([...packages]).toEqual([]);
    const sources = [...chunks].filter((name) => name !== 'rolldown-runtime.js').flatMap(sourcesOf);
    expect(
      sources.filter((file) => /node_modules\/(?:kysely|age-encryption|zod)\/|src\/ledger\/(?:open-ledger|seal)\./.test(file)),
    ).toEqual([]);
  }
  const { chunks } = loadedWith('run-screen.js');
  expect([...chunks].flatMap((name) => (name === 'rolldown-runtime.js' ? [] : sourcesOf(name))).join('\n')).toMatch(
    /node_modules\/ink\//,
  );
});

test('what was bundled of packages has their licenses beside it', () => {
  const sources = readdirSync(folder)
    .filter((name) => name.endsWith('.js.map'))
    .flatMap((name) => sourcesOf(name.replace(/\.map$/, '')));
  const packages = new Set(
    sources.flatMap((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)\/(?!.*node_modules)/.exec(file)?.[1] ?? []),
  );
  expect([...packages]).toEqual(expect.arrayContaining(['ink', 'react', 'react-reconciler', 'kysely']));
  const entries = readFileSync(join(folder, 'LICENSES.txt'), 'utf8').split(/^-{80}$/m);
  for (const name of packages) {
    const entry = entries.find((one) => one.trim().startsWith(`${name} `));
    expect(entry, name).toMatch(/, (?:MIT|ISC|Apache-2\.0|BSD-\d-Clause)\n/);
  }
});

test('of React only the half that is for those who use it is bundled', () => {
  expect(sourcesOf('run-screen.js').filter((file) => /react.*\.development\.js$/.test(file))).toEqual([]);
});
