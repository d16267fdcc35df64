import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { compilePatterns, patternsFolder } from '../../src/patterns/compile.ts';
import { loadPatterns } from '../../src/patterns/pattern-set.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'quash-set-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('what the build compiled is what the pattern files say', async () => {
  const { set, notices } = await loadPatterns({ withExamples: true });
  expect(notices).toEqual([]);
  expect(set).toEqual(JSON.parse(JSON.stringify(compilePatterns(patternsFolder))));
});

test('loading it needs neither yaml nor zod nor RE2 nor regexpp', () => {
  const module = new URL('../../dist/src/patterns/pattern-set.js', import.meta.url).href;
  const hooks = 'export function load(url, context, next) { process._rawDebug(url); return next(url, context); }';
  const script = `
    import { register } from 'node:module';
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});
    const { loadPatterns } = await import(${JSON.stringify(module)});
    const { set } = await loadPatterns();
    console.log(set.patterns.length);
    if (process.argv[1]) await loadPatterns({ files: [process.argv[1]] });
  `;
  const own = join(folder, 'plain.yaml');
  writeFileSync(own, "provider: own\npatterns:\n  - { id: own-key, name: Own, regex: 'own_[0-9]{20}', literals: [own_] }\n");
  const loadedWith = (...args: readonly string[]) => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script, ...args], {
      encoding: 'utf8',
    });
    expect([status, Number(stdout) > 50], stderr).toEqual([0, true]);
    return stderr;
  };
  expect(loadedWith()).toContain(module);
  expect(loadedWith()).not.toContain('node_modules');
  // The same look sees them when a user's file needs them.
  for (const name of ['yaml', 'zod', 're2', 'regexpp']) expect(loadedWith(own)).toContain(`/${name}/`);
});

test('a file of the user joins, and an error in it names its line', async () => {
  const own = join(folder, 'own.yaml');
  writeFileSync(own, "provider: own\npatterns:\n  - { id: own-key, name: Own, regex: 'own_[0-9]{20}', literals: [own_] }\n");
  const { set } = await loadPatterns({ files: [own] });
  expect(set.patterns.at(-1)?.id).toBe('own-key');
  writeFileSync(own, "provider: own\npatterns:\n  - { id: own-key, name: Own, regex: 'own_[', literals: [own_] }\n");
  await expect(loadPatterns({ files: [own] })).rejects.toThrow(`${own}:3:38: the regex is not valid RE2: a class is not closed`);
});
