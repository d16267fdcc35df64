import { QuashError } from '../errors.ts';
import { globMatcher, parseGlob } from '../ledger/path-glob.ts';
import type { Candidate } from '../model/candidate.ts';
import { secretParts } from '../model/finding.ts';
import type { Origin } from '../model/origin.ts';
import type { Pattern, PatternSet } from '../model/pattern.ts';
import { Secret } from '../model/secret.ts';
import { type LiteralTables, readTables } from '../scan/literal-tables.ts';
import type { Match } from '../scan/match.ts';
import type { ScanOptions } from './scan-options.ts';

/** `--include` and `--exclude`, as a question about a path. Folders are only left out when they are excluded themselves. */
export function pathFilter({
  include,
  exclude,
}: Pick<ScanOptions, 'include' | 'exclude'>): (path: string, kind: 'file' | 'folder') => boolean {
  const isExcluded = matcher('--exclude', exclude);
  const isIncluded = include.length === 0 ? () => true : matcher('--include', include);
  return (path, kind) => !isExcluded(path) && (kind === 'folder' || isIncluded(path));
}

/** Whether a path matches one of the globs; `flag` is what they were given with. */
export function matcher(flag: string, globs: readonly string[]): (path: string) => boolean {
  if (globs.length === 0) return () => false;
  const matches = globMatcher(
    globs.map((glob) => {
      const parsed = parseGlob(glob);
      if ('problem' in parsed) throw new QuashError('usage', `reading ${flag} ${JSON.stringify(glob)}: it ${parsed.problem}`);
      return parsed;
    }),
  );
  return (path) => matches(path).length > 0;
}

/** Whether a pattern counts at a path, by its `paths`; its globs are read once. */
export function patternPaths(): (pattern: Pattern, path: string) => boolean {
  const filters = new Map<Pattern, (path: string) => boolean>();
  return (pattern, path) => {
    if (!pattern.paths) return true;
    let filter = filters.get(pattern);
    if (!filter) {
      const only = pattern.paths.only ? matcher(`paths.only of ${pattern.id}`, pattern.paths.only) : () => true;
      const not = matcher(`paths.not of ${pattern.id}`, pattern.paths.not ?? []);
      filter = (one) => only(one) && !not(one);
      filters.set(pattern, filter);
    }
    return filter(path);
  };
}

/** The tables of a set's literals that the build made, when it is scanned for all of it. */
export function builtTables(set: PatternSet, patterns: readonly Pattern[]): { readonly tables?: LiteralTables } {
  const tables = patterns.length === set.patterns.length ? readTables(set.version) : undefined;
  return tables ? { tables } : {};
}

/** Gathers candidates: those whose path counts for their pattern and the options, and that no comment allows. */
export function createCollector(patterns: readonly Pattern[], options: ScanOptions) {
  const candidates: Candidate[] = [];
  const allowed: Candidate[] = [];
  const isWanted = pathFilter(options);
  const countsAt = patternPaths();
  function addCandidate(candidate: Candidate): void {
    const { origin } = candidate.location;
    const path = 'path' in origin ? origin.path : undefined;
    if (path !== undefined && (!isWanted(path, 'file') || !countsAt(candidate.pattern, path))) return;
    if (candidate.allowedBy && options.ignore) {
      allowed.push(candidate);
      return;
    }
    candidates.push(candidate);
  }
  return {
    add(match: Match, origin: Origin): void {
      const {
        pattern,
        secret,
        parts,
        otherParts,
        confidence,
        allowedBy,
        start,
        end,
        line,
        column,
        endLine,
        endColumn,
        copies,
        decoded,
        context,
      } = match;
      addCandidate({
        pattern: patterns[pattern],
        secret: new Secret(secret),
        parts: Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, new Secret(value)])),
        ...(otherParts ? { otherParts: secretParts(otherParts) } : {}),
        confidence,
        location: {
          origin,
          start,
          end,
          line,
          column,
          endLine,
          endColumn,
          context,
          ...(copies ? { copies } : {}),
          ...(decoded ? { decoded } : {}),
        },
        ...(allowedBy ? { allowedBy } : {}),
      });
    },
    addAll(more: readonly Candidate[]): void {
      for (const candidate of more) addCandidate(candidate);
    },
    result: () => ({ candidates: candidates as readonly Candidate[], allowed: allowed as readonly Candidate[] }),
  };
}
