import { existsSync } from 'node:fs';
import { open, realpath, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { QuashError } from '../errors.ts';
import type { Finding } from '../model/finding.ts';
import type { Location } from '../model/location.ts';
import type { Pattern } from '../model/pattern.ts';
import type { IgnoreCandidate, Ignored, IgnoreRules } from './ignored.ts';
import { originPath } from './ignored.ts';

/** What a scan is of, and which baselines it was given. */
export interface IgnoreSources {
  /** The folder or file that is scanned; the paths of its locations are relative to it. */
  readonly target: string;
  /** The top of the git work tree that the target lies in; paths in history and in the index are relative to it. */
  readonly worktree?: string;
  /**
   * Reads a file of the repository's own tree, for one without a work tree: a bare repository, a clone of a URL. Its root is then `target`.
   */
  readonly readFromTree?: (path: string) => Promise<string | undefined>;
  /** Files given with `--baseline`. */
  readonly baselines?: readonly string[];
  /** False with `--no-ignore`: nothing is ignored. The rules of a gitleaks configuration still come along, for they only add. */
  readonly isEnabled?: boolean;
  /** The ids of all patterns that are scanned for: an entry for another is told of, as it may be mistyped. */
  readonly patternIds?: ReadonlySet<string>;
  readonly now?: Date;
}

/** All that says what is not to be reported. */
export interface Ignores {
  ignores(candidate: IgnoreCandidate): Ignored | undefined;
  /** Parts a finding's locations in those to report and those that are ignored. A finding with none to report is an ignored one. */
  sift(finding: Pick<Finding, 'pattern' | 'secret' | 'parts' | 'locations'>): SiftedLocations;
  /** Does beforehand, on other threads, what weak values would take long over; `ignores` and `sift` need it only to be fast. */
  prepare(credentials: Iterable<Omit<IgnoreCandidate, 'location'>>): Promise<void>;
  /** Patterns out of a scanned repository's gitleaks configuration, to be scanned for under the provider `gitleaks`. */
  readonly patterns: readonly Pattern[];
  /** For the user: expired entries, and what cannot be honoured. */
  readonly warnings: readonly string[];
}

export interface SiftedLocations {
  readonly reported: readonly Location[];
  readonly ignored: readonly { readonly location: Location; readonly why: Ignored }[];
}

interface LoadedRules {
  readonly rules: IgnoreRules;
  /** The folder whose paths the rules speak of. */
  readonly folder: string;
}

const maxBytes = 16 * 1024 * 1024;

/**
 * Finds and reads what says which findings are known: `.quashignore`, `.gitleaksignore`, `.gitleaks.toml` or `gitleaks.toml`, and
 * `.secrets.baseline`, in the target's folder and at the top of its work tree, and the baselines that were given. Where none of them is
 * there, nothing else is loaded. A mistake in a file of quash is an error; another tool's file that cannot be read is a warning.
 */
export async function loadIgnores(sources: IgnoreSources): Promise<Ignores> {
  const loaded: LoadedRules[] = [];
  const patterns: Pattern[] = [];
  const warnings: string[] = [];
  const target = resolve(sources.target);
  const status = await stat(target).catch(() => undefined);
  const folder = status && !status.isDirectory() ? dirname(target) : target;
  const worktree = sources.worktree === undefined ? folder : resolve(sources.worktree);

  const collected: Collected = { loaded, patterns, warnings };
  const isEnabled = sources.isEnabled ?? true;
  for (const root of new Set([worktree, folder])) {
    const read = (name: string) =>
      sources.readFromTree && root === worktree ? sources.readFromTree(name) : readInside(root, name);
    const shown = (name: string) => toSlashes(relative(folder, join(root, name))) || name;
    await loadGitleaksConfig({ root, read, shown }, collected);
    if (isEnabled) await loadRuleFiles({ root, read, shown }, sources, collected);
  }
  if (!isEnabled) return ignoresOf([], patterns, warnings, folder, worktree);
  for (const file of sources.baselines ?? []) {
    const { readBaseline } = await import('./baseline.ts');
    const { rules, warnings: told } = await readBaseline(file);
    // A detect-secrets baseline names paths, as seen from where its file lies.
    loaded.push({ rules, folder: dirname(resolve(file)) });
    warnings.push(...told);
  }
  return ignoresOf(loaded, patterns, warnings, folder, worktree);
}

interface Collected {
  readonly loaded: LoadedRules[];
  readonly patterns: Pattern[];
  readonly warnings: string[];
}

interface RuleFolder {
  readonly root: string;
  readonly read: (name: string) => Promise<string | undefined>;
  /** A file's name in messages. */
  readonly shown: (name: string) => string;
}

async function loadGitleaksConfig({ root, read, shown }: RuleFolder, { loaded, patterns, warnings }: Collected): Promise<void> {
  for (const name of ['.gitleaks.toml', 'gitleaks.toml']) {
    const text = await read(name);
    if (text === undefined) continue;
    await orWarning(warnings, async () => {
      const { readGitleaksConfig } = await import('./compat/gitleaks-config.ts');
      const config = await readGitleaksConfig(text, shown(name), read);
      loaded.push({ rules: config.rules, folder: root });
      patterns.push(...config.patterns.filter(({ id }) => !patterns.some((other) => other.id === id)));
      warnings.push(...config.warnings);
    });
    return;
  }
}

async function loadRuleFiles(
  { root, read, shown }: RuleFolder,
  { now = new Date(), patternIds }: IgnoreSources,
  { loaded, warnings }: Collected,
): Promise<void> {
  const own = await read('.quashignore');
  if (own !== undefined) {
    const { ignoreFileRules, parseIgnoreFile } = await import('./ignore-file.ts');
    const file = parseIgnoreFile(own, shown('.quashignore'), now, patternIds);
    loaded.push({ rules: ignoreFileRules(file), folder: root });
    warnings.push(...file.warnings);
  }
  const gitleaks = await read('.gitleaksignore');
  if (gitleaks !== undefined) {
    const { gitleaksIgnoreRules } = await import('./compat/gitleaks-ignore.ts');
    const { rules, warnings: told } = gitleaksIgnoreRules(gitleaks, shown('.gitleaksignore'));
    loaded.push({ rules, folder: root });
    warnings.push(...told);
  }
  const secrets = await read('.secrets.baseline');
  if (secrets !== undefined) {
    await orWarning(warnings, async () => {
      const { detectSecretsRules, isDetectSecretsBaseline } = await import('./compat/detect-secrets.ts');
      const json = parseJson(secrets, shown('.secrets.baseline'));
      if (!isDetectSecretsBaseline(json)) {
        throw new QuashError('config', `${shown('.secrets.baseline')} is no baseline of detect-secrets`);
      }
      const { rules, warnings: told } = detectSecretsRules(json, shown('.secrets.baseline'));
      loaded.push({ rules, folder: root });
      warnings.push(...told);
    });
  }
}

async function orWarning(warnings: string[], load: () => Promise<void>): Promise<void> {
  try {
    await load();
  } catch (error) {
    if (!(error instanceof QuashError)) throw error;
    warnings.push(`${error.message}; it ignores nothing`);
  }
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new QuashError('config', `reading the detect-secrets baseline: ${file} is no JSON`, { cause });
  }
}

function ignoresOf(
  loaded: readonly LoadedRules[],
  patterns: readonly Pattern[],
  warnings: readonly string[],
  target: string,
  worktree: string,
): Ignores {
  const bases = { target: toSlashes(target), worktree: toSlashes(worktree) };
  const seen = loaded.map(({ rules, folder }) => ({ rules, pathFrom: pathSeenFrom(toSlashes(folder)) }));

  const ignores = (candidate: IgnoreCandidate): Ignored | undefined => {
    if (seen.length === 0) return undefined;
    const path = absolutePath(candidate.location, bases);
    for (const { rules, pathFrom } of seen) {
      const why = rules.ignores(candidate, path === undefined ? undefined : pathFrom(path));
      if (why) return why;
    }
    return undefined;
  };

  return {
    ignores,
    patterns,
    warnings,
    sift({ pattern, secret, parts, locations }) {
      if (seen.length === 0) return { reported: locations, ignored: [] };
      const judged = locations.map((location) => ({ location, why: ignores({ pattern, secret, parts, location }) }));
      const everywhere = new Map(
        judged.flatMap(({ location, why }) => (why?.alsoAtPath ? [[absolutePath(location, bases), why] as const] : [])),
      );
      const settled = judged.map(({ location, why }) => ({
        location,
        why: why ?? everywhere.get(absolutePath(location, bases)),
      }));
      return {
        reported: settled.filter(({ why }) => !why).map(({ location }) => location),
        ignored: settled.flatMap(({ location, why }) => (why ? [{ location, why }] : [])),
      };
    },
    async prepare(credentials) {
      const slow = seen.flatMap(({ rules }) => rules.prepare ?? []);
      if (slow.length === 0) return;
      // libuv's pool runs four at a time; more in flight only hold memory, 32 MB each.
      const queue = credentials[Symbol.iterator]();
      const work = async () => {
        for (let step = queue.next(); !step.done; step = queue.next()) for (const prepare of slow) await prepare(step.value);
      };
      await Promise.all(Array.from({ length: 4 }, work));
    },
  };
}

/**
 * Where a location's path lies on disk. A nested repository's own path stands before it; history and index of the target's own repository
 * speak from the top of the work tree, everything else from the target.
 */
function absolutePath(location: Location, bases: { readonly target: string; readonly worktree: string }): string | undefined {
  const path = originPath(location);
  if (path === undefined) return undefined;
  const { origin } = location;
  const member = 'member' in origin && origin.member !== undefined ? `!/${origin.member}` : '';
  if ('repository' in origin && origin.repository) return `${bases.target}/${origin.repository}/${path}`;
  return `${origin.kind === 'git' || origin.kind === 'staged' ? bases.worktree : bases.target}/${path}${member}`;
}

function pathSeenFrom(folder: string): (path: string) => string | undefined {
  const prefix = folder.endsWith('/') ? folder : `${folder}/`;
  return (path) => (path.startsWith(prefix) ? path.slice(prefix.length) : undefined);
}

function toSlashes(path: string): string {
  return sep === '/' ? path : path.replaceAll(sep, '/');
}

/**
 * The text of a file in a scanned folder, undefined where there is none. Only a regular file that lies inside is read: what a repository
 * brings along may be a link to elsewhere, or a pipe that never ends.
 */
async function readInside(root: string, name: string): Promise<string | undefined> {
  const file = join(root, name);
  // Mostly there is none, and a hook's start has no time for five rounds through the thread pool.
  if (!existsSync(file)) return undefined;
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined) return undefined;
  const top = await realpath(root);
  const status = await stat(real).catch(() => undefined);
  if (!status?.isFile() || !real.startsWith(top.endsWith(sep) ? top : `${top}${sep}`)) return undefined;
  if (status.size > maxBytes) {
    throw new QuashError(
      'config',
      `reading what to ignore: ${name} has ${status.size} bytes, at most ${maxBytes} are read; shorten it`,
    );
  }
  try {
    const handle = await open(real);
    try {
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw new QuashError('config', `reading what to ignore: ${name} cannot be read; check its permissions`, { cause });
  }
}
