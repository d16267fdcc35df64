import { readFileSync } from 'node:fs';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import type { Pattern, PatternSet } from '../model/pattern.ts';
import type { Verification } from '../model/verification.ts';

export interface LoadedPatterns {
  readonly set: PatternSet;
  /** Sentences for the user: which pattern of their own took the place of which. */
  readonly notices: readonly string[];
}

/**
 * The patterns that were compiled at build time, and those of the user's own `files` merged into them. Without files
 * this reads one JSON file: neither YAML nor schemas nor RE2 are loaded. Examples, counter-examples and `verify` come only when
 * asked for: they are most of the file, and a hook reads it at every commit.
 */
export async function loadPatterns({
  files = [],
  withExamples = false,
}: {
  readonly files?: readonly string[];
  readonly withExamples?: boolean;
} = {}): Promise<LoadedPatterns> {
  const builtIn = readCompiled<PatternSet>(withExamples ? 'patterns.json' : 'scan-patterns.json');
  if (files.length === 0) return { set: builtIn, notices: [] };
  const { compileUserPatterns } = await import('./compile.ts');
  return mergePatterns(builtIn, compileUserPatterns(files));
}

/** Adds patterns to a set; one with an id that is taken replaces the other in its place, and is told of. */
export function mergePatterns(set: PatternSet, added: readonly Pattern[]): LoadedPatterns {
  if (added.length === 0) return { set, notices: [] };
  const patterns = [...set.patterns];
  const notices: string[] = [];
  for (const pattern of added) {
    const index = patterns.findIndex(({ id }) => id === pattern.id);
    if (index < 0) {
      patterns.push(pattern);
      continue;
    }
    notices.push(
      `${pattern.source.file}:${pattern.source.line}: ${pattern.id} replaces the pattern of ${patterns[index]!.source.file}`,
    );
    patterns[index] = pattern;
  }
  return { set: { version: `${set.version}+${added.length}`, patterns }, notices };
}

/** How the providers of the built-in patterns are asked, by pattern; a file of its own, which neither a hook nor a clean scan reads. */
export function loadVerifications(): ReadonlyMap<string, Verification> {
  return new Map(Object.entries(readCompiled<Readonly<Record<string, Verification>>>('verifications.json')));
}

/** Why nobody is asked about the credentials of built-in patterns without `verify`, by pattern. */
export function loadUnverified(): ReadonlyMap<string, string> {
  return new Map(Object.entries(readCompiled<Readonly<Record<string, string>>>('unverified.json')));
}

function readCompiled<T>(name: string): T {
  const file = new URL(name, distFolder);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as T;
  } catch (cause) {
    throw new QuashError(
      'pattern',
      `reading the built-in patterns: dist/${name} is missing or damaged; run npm run build, or install quash again`,
      { cause },
    );
  }
}
