import type { Config } from '../config.ts';

/** The pattern files that the user named: without those of what is scanned. */
export function ownPatterns(files: readonly string[], config: Config): readonly string[] {
  const foreign = new Set(
    config.files
      .filter(({ owner }) => owner === 'target')
      .flatMap(({ entries }) => [entries.get('patterns')?.value ?? []].flat().map(String)),
  );
  return files.filter((file) => !foreign.has(file));
}
