import { readFileSync } from 'node:fs';
import { distFolder } from '../dist-folder.ts';
import { QuashError } from '../errors.ts';
import type { Pattern, PatternSet } from '../model/pattern.ts';

export interface LoadedPatterns {
  readonly set: PatternSet;
  /** Sentences for the user: which pattern of their own took the place of which. */
  readonly notices: readonly string[];
}

/**
 * The patterns that were compiled at build time, and those of the user's own `files` merged into them. Without files
 * this reads one JSON file: neither YAML nor schemas nor RE2 are loaded. Examples and counter-examples come only when asked
 * for: they are two thirds of the file, and a hook reads it at every commit.
 */
export async function loadPatterns({
  files = [],
  withExamples = false,
}: {
  readonly files?: readonly string[];
  readonly withExamples?: boolean;
} = {}): Promise<LoadedPatterns> {
  const builtIn = readCompiled(withExamples ? 'patterns.json' : 'scan-patterns.json');
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

function readCompiled(name: string): PatternSet {
  const file = new URL(name, distFolder);
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PatternSet;
  } catch (cause) {
    throw new QuashError(
      'pattern',
      `reading the built-in patterns: dist/${name} is missing or damaged; run npm run build, or install quash again`,
      { cause },
    );
  }
}
