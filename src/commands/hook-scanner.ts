import type { Context } from '../cli-context.ts';
import type { Options } from '../flags.ts';
import { git } from '../git/run-git.ts';
import type { HookFinding, HookScanner } from '../hook/run-hook.ts';
import { loadIgnores } from '../ledger/ignores.ts';
import { type Pattern, severities } from '../model/pattern.ts';
import { Secret } from '../model/secret.ts';
import { loadPatterns, mergePatterns } from '../patterns/pattern-set.ts';
import { neutralise } from '../report/neutralise.ts';
import type { Match } from '../scan/match.ts';
import { createScanner } from '../scan/scanner.ts';
import type { Change } from '../sources/change.ts';
import { findRepository } from '../sources/repository.ts';
import { builtTables, matcher, patternPaths } from './collect-candidates.ts';

/**
 * The scanner of a hook run: patterns, options and ignore files as a scan would take them, without threads, store or
 * provider. Of a bare repository the ignore files are those of HEAD, which a push has not changed yet.
 */
export async function openHookScanner(options: Options<'hook run'>, context: Context): Promise<HookScanner> {
  const { cwd } = context;
  const repository = findRepository(cwd, context.env);
  const top = repository?.workTree ?? cwd;
  const { set: loaded } = await loadPatterns({ files: options.patterns });
  const ignores = await loadIgnores({
    target: top,
    ...(repository?.workTree === undefined && repository !== undefined
      ? { readFromTree: (path: string) => readFromHead(path, cwd) }
      : {}),
    baselines: options.baseline === undefined ? [] : [options.baseline],
    isEnabled: options.ignore,
    patternIds: new Set(loaded.patterns.map(({ id }) => id)),
  });
  if (!options.quiet) for (const warning of ignores.warnings) context.stderr.write(`quash: ${neutralise(warning)}\n`);

  const least = severities.indexOf((options.minSeverity ?? 'info') as Pattern['severity']);
  const { set } = mergePatterns(loaded, ignores.patterns);
  const patterns = set.patterns.filter(
    ({ id, severity }) => (options.pattern.length === 0 || options.pattern.includes(id)) && severities.indexOf(severity) >= least,
  );
  const scanner = createScanner(patterns, { minConfidence: options.minConfidence, ...builtTables(set, patterns) });
  const isExcluded = matcher('--exclude', options.exclude);
  const countsAt = patternPaths();

  return {
    scan(change) {
      const path = 'path' in change.origin ? change.origin.path : undefined;
      if (path !== undefined && isExcluded(path)) return [];
      const found = scanner
        .scan(change.bytes)
        .filter(
          (match) => !(options.ignore && match.allowedBy) && (path === undefined || countsAt(patterns[match.pattern]!, path)),
        );
      const provided = found.filter((match) => !patterns[match.pattern]!.generic);
      const named = new Set(provided.flatMap((match) => [match.secret, ...Object.values(match.parts)]));
      return found.flatMap((match): HookFinding[] => {
        const pattern = patterns[match.pattern]!;
        // A value that a provider's pattern knows is not reported a second time as a generic one.
        if (pattern.generic && named.has(match.secret)) return [];
        const secret = new Secret(match.secret);
        const parts = Object.fromEntries(Object.entries(match.parts).map(([name, value]) => [name, new Secret(value)]));
        if (ignores.ignores({ pattern, secret, parts, location: { ...match, origin: change.origin } })) return [];
        return [{ name: pattern.name, secret, line: match.line, column: match.column, span: spanOf(match, pattern, change) }];
      });
    },
  };
}

async function readFromHead(path: string, cwd: string): Promise<string | undefined> {
  return git(['cat-file', 'blob', `HEAD:${path}`], { cwd, inherit: 'hook' }).then(
    (bytes) => bytes.toString(),
    () => undefined,
  );
}

/** The lines of a match and of the parts that belong to it, which stand within a distance that the pattern says. */
function spanOf(match: Match, { parts }: Pattern, { bytes }: Change): readonly [number, number] {
  let first = match.line;
  let last = match.endLine;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const part of parts) {
    const value = match.parts[part.name];
    if (!value) continue;
    const from = Math.max(0, match.start - part.within - value.length);
    const near = text.subarray(from, Math.min(text.length, match.end + part.within + value.length));
    const at = near.indexOf(value);
    // Not there as it is: it was decoded, and stands where the match does.
    if (at < 0) continue;
    first = Math.min(first, match.line - lineBreaks(text, from + at, match.start));
    last = Math.max(last, match.endLine + lineBreaks(text, match.end, from + at + value.length));
  }
  return [first, last];
}

function lineBreaks(text: Buffer, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf(0x0a, from); at >= 0 && at < to; at = text.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
