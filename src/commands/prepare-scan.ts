import { QuashError } from '../errors.ts';
import { git } from '../git/run-git.ts';
import { loadIgnores } from '../ledger/ignores.ts';
import { type Pattern, severities } from '../model/pattern.ts';
import { loadPatterns, mergePatterns } from '../patterns/pattern-set.ts';
import type { Repository } from '../sources/repository.ts';
import { builtTables } from './collect-candidates.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';

/** The patterns and ignore rules that apply to a target. */
export async function prepareScan(root: string, repository: Repository | undefined, options: ScanOptions, events: ScanEvents) {
  const { set, notices } = await loadPatterns({ files: options.patterns });
  const ignores = await loadIgnores({
    target: root,
    ...(repository?.workTree === undefined ? {} : { worktree: repository.workTree }),
    ...(repository !== undefined && repository.workTree === undefined
      ? { readFromTree: (path: string) => readFromHead(path, repository.gitDir) }
      : {}),
    baselines: options.baseline === undefined ? [] : [options.baseline],
    isEnabled: options.ignore,
    patternIds: new Set(set.patterns.map(({ id }) => id)),
  });
  for (const notice of [...notices, ...ignores.warnings]) events.warn(notice);
  const { set: merged } = mergePatterns(set, ignores.patterns);
  const all = merged.patterns;
  const unknown = options.pattern.find((id) => !all.some((pattern) => pattern.id === id));
  if (unknown !== undefined)
    throw new QuashError(
      'usage',
      `looking for the pattern ${unknown}: there is none of that name; quash patterns list shows them all`,
    );
  const least = severities.indexOf((options.minSeverity ?? 'info') as Pattern['severity']);
  const patterns = all.filter(
    ({ id, severity }) => (options.pattern.length === 0 || options.pattern.includes(id)) && severities.indexOf(severity) >= least,
  );
  return { patterns, ignores, ...builtTables(merged, patterns) };
}

async function readFromHead(path: string, gitDir: string): Promise<string | undefined> {
  return git(['cat-file', 'blob', `HEAD:${path}`], { cwd: gitDir, gitDir }).then(
    (bytes) => bytes.toString(),
    // No such file there, or no commit yet.
    () => undefined,
  );
}
