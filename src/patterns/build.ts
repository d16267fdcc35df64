import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import type { PatternSet } from '../model/pattern.ts';
import { writeTables } from '../scan/literal-tables.ts';
import { compilePatterns, patternsFolder } from './compile.ts';
import { patternJsonSchema } from './schema.ts';

/**
 * Compiles `patterns/*.yaml` to `dist/patterns.json`, to the parts of it that scans and verification read, and to the tables of
 * its literals; brings `patterns/schema.json` up to date.
 */
export function buildPatterns(): PatternSet {
  const schema = patternJsonSchema();
  const schemaFile = new URL('../patterns/schema.json', distFolder);
  if (readIfThere(schemaFile) !== schema) writeFileSync(schemaFile, schema);
  const set = compilePatterns(patternsFolder);
  mkdirSync(distFolder, { recursive: true });
  writeFileSync(new URL('patterns.json', distFolder), JSON.stringify(set));
  const bare = set.patterns.map((pattern) => ({
    ...pattern,
    examples: [],
    counterExamples: [],
    verify: undefined,
    unverified: undefined,
    runbook: undefined,
  }));
  writeFileSync(new URL('scan-patterns.json', distFolder), JSON.stringify({ ...set, patterns: bare }));
  const verifications = set.patterns.flatMap(({ id, verify }) => (verify ? [[id, verify]] : []));
  writeFileSync(new URL('verifications.json', distFolder), JSON.stringify(Object.fromEntries(verifications)));
  const reasons = set.patterns.flatMap(({ id, unverified }) => (unverified ? [[id, unverified]] : []));
  writeFileSync(new URL('unverified.json', distFolder), JSON.stringify(Object.fromEntries(reasons)));
  writeFileSync(new URL('scan-tables.bin', distFolder), writeTables(set));
  return set;
}

function readIfThere(file: URL): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    const { patterns, version } = buildPatterns();
    process.stdout.write(`${patterns.length} patterns, version ${version}\n`);
  } catch (error) {
    if (!(error instanceof QuashError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}
