import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve, sep } from 'node:path';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { git, printable } from '../git/run-git.ts';
import { type Ignores, loadIgnores } from '../ledger/ignores.ts';
import type { Candidate } from '../model/candidate.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import { type Pattern, severities } from '../model/pattern.ts';
import { loadPatterns, mergePatterns } from '../patterns/pattern-set.ts';
import type { LiteralTables } from '../scan/literal-tables.ts';
import type { Match } from '../scan/match.ts';
import { maySpeakOtherwise } from '../scan/sniff.ts';
import { createTurnedDownCollector } from '../scan/turned-down.ts';
import { type Change, touchesAddedLine } from '../sources/change.ts';
import { type DocumentKind, isDocumentKind } from '../sources/document-kinds.ts';
import { type Repository, repositoryAt } from '../sources/repository.ts';
import { resolveTarget, type Target, type TargetKind } from '../sources/target.ts';
import { builtTables, createCollector, pathFilter } from './collect-candidates.ts';
import type { OtherFile, ScannedFiles } from './scan-files.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';
import type { OthersSetting, ScannedOthers } from './scan-others.ts';

/** What scanning a command's targets gave. */
export interface Scanned {
  readonly candidates: readonly Candidate[];
  readonly gaps: readonly Gap[];
  readonly patterns: readonly Pattern[];
  readonly ignores: Ignores;
  /** Candidates that a comment on their line allows. */
  readonly allowed: readonly Candidate[];
  readonly bytes: number;
  readonly objects: number;
  /** The folder that paths are relative to. */
  readonly root: string;
  readonly repositoryUrl?: string;
}

/** Scans all targets of a command, one after the other. */
export async function scanTargets(options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  if (options.home) return scanHome(options, context, events);
  const parts: Scanned[] = [];
  const targets: { readonly text: string; readonly isFile: boolean }[] = [];
  for (const text of options.targets) {
    const as = isDocumentKind(options.as) ? undefined : (options.as as TargetKind | undefined);
    const target = resolveTarget(text, context.cwd, as);
    targets.push({ text, isFile: target.kind === 'file' });
    const part = await scanTarget(target, options, context, events);
    events.found?.(part.candidates, part.ignores);
    parts.push(part);
  }
  if (parts.length === 1) return parts[0];
  const sum = (pick: (part: Scanned) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    ...parts[0],
    candidates: parts.flatMap((part, index) => part.candidates.map((candidate) => inTarget(candidate, targets[index]))),
    gaps: parts.flatMap((part) => part.gaps),
    patterns: [...new Map(parts.flatMap((part) => part.patterns).map((pattern) => [pattern.id, pattern])).values()],
    allowed: parts.flatMap((part, index) => part.allowed.map((candidate) => inTarget(candidate, targets[index]))),
    bytes: sum((part) => part.bytes),
    objects: sum((part) => part.objects),
    root: context.cwd,
    ignores: everyOf(parts.map((part) => part.ignores)),
  };
}

/** Of several targets, each path says which it is in. */
function inTarget(candidate: Candidate, { text, isFile }: { readonly text: string; readonly isFile: boolean }): Candidate {
  const { origin } = candidate.location;
  if (!('path' in origin) || origin.path === undefined || text === '-' || text === '.') return candidate;
  const prefix = text.replace(/\/+$/, '');
  const path = isFile ? prefix : `${prefix}/${origin.path}`;
  return { ...candidate, location: { ...candidate.location, origin: { ...origin, path } } };
}

function everyOf(all: readonly Ignores[]): Ignores {
  return {
    ignores: (candidate) => all.map((one) => one.ignores(candidate)).find(Boolean),
    sift: (finding) =>
      all.reduce(
        (sofar, one) => {
          const next = one.sift({ ...finding, locations: sofar.reported });
          return { reported: next.reported, ignored: [...sofar.ignored, ...next.ignored] };
        },
        { reported: finding.locations, ignored: [] } as ReturnType<Ignores['sift']>,
      ),
    prepare: async (credentials) => {
      const list = [...credentials];
      for (const one of all) await one.prepare(list);
    },
    patterns: all.flatMap((one) => one.patterns),
    warnings: all.flatMap((one) => one.warnings),
  };
}

async function scanTarget(target: Target, options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  if (target.kind === 'url') {
    const { withClone } = await import('../sources/clone.ts');
    return withClone(
      target.url,
      { signal: context.signal, onProgress: ({ stage, percent }) => events.progress?.(`clone: ${stage}`, percent, 100, 0) },
      async (gitDir) => ({
        ...(await scanRepository(
          { kind: 'repository', path: gitDir, repository: { gitDir, commonDir: gitDir } },
          options,
          context,
          events,
        )),
        repositoryUrl: target.url,
      }),
    );
  }
  if (target.kind === 'stdin') return scanStdin(options, context, events);
  if (target.kind === 'file') return scanFile(target.path, options, context, events);
  if (isDocumentKind(options.as)) return scanFolderAs(target.path, options.as, options, context, events);
  if (target.kind === 'folder') {
    if (target.within && asksForHistory(options)) {
      throw new QuashError(
        'usage',
        `scanning a part of the history of ${target.path}: it is a folder inside a repository; scan the repository, or pass --as repository`,
      );
    }
    return scanFolder(target.path, undefined, options, context, events);
  }
  return scanRepository(target, options, context, events);
}

function asksForHistory(options: ScanOptions): boolean {
  return Boolean(
    options.range || options.since || options.sinceCommit || options.branch?.length || options.unreachable || options.staged,
  );
}

/** The patterns and ignore rules that apply to a target. */
async function prepare(root: string, repository: Repository | undefined, options: ScanOptions, events: ScanEvents) {
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

async function scanRepository(
  target: Extract<Target, { kind: 'repository' }>,
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
): Promise<Scanned> {
  const { repository } = target;
  if (options.staged) return scanStaged(repository, target.path, options, context, events);
  if (options.tree && repository.workTree !== undefined) return scanFolder(target.path, repository, options, context, events);
  const { patterns, ignores } = await prepare(target.path, repository, options, events);
  const collected = createCollector(patterns, options);
  const history = options.history
    ? await scanHistoryOf(repository, undefined, patterns, options, context, events)
    : { objects: 0, bytes: 0, candidates: [], gaps: [] };
  collected.addAll(history.candidates);
  return {
    ...collected.result(),
    gaps: history.gaps,
    patterns,
    ignores,
    bytes: history.bytes,
    objects: history.objects,
    root: target.path,
    ...(await remoteOf(repository)),
  };
}

async function remoteOf(repository: Repository): Promise<{ readonly repositoryUrl?: string }> {
  const url = await git(['config', '--get', 'remote.origin.url'], { cwd: repository.gitDir, gitDir: repository.gitDir }).then(
    (bytes) => bytes.toString('utf8').trim(),
    // It has none.
    () => '',
  );
  return url ? { repositoryUrl: url } : {};
}

async function scanHistoryOf(
  repository: Repository,
  name: string | undefined,
  patterns: readonly Pattern[],
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
) {
  const { scanHistory } = await import('../scan/history.ts');
  const since = options.since === undefined ? undefined : Math.floor(new Date(options.since).getTime() / 1000);
  const revisions = [
    ...(options.range ? [options.range] : []),
    ...(options.branch ?? []).map((branch) => branch),
    ...(options.sinceCommit ? ['HEAD', `^${options.sinceCommit}`] : []),
  ];
  let opener: Awaited<ReturnType<typeof blobOpener>> | undefined;
  const result = await scanHistory(repository, {
    patterns,
    minConfidence: options.minConfidence,
    maxBytes: options.maxSize,
    ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
    selection: { revisions, ...(since === undefined ? {} : { since }), withUnreachable: options.unreachable },
    signal: context.signal,
    onProgress: (objects, total, bytes) => events.progress?.('history', objects, total, bytes),
    explains: events.turnedDown !== undefined,
    // Unpacking costs as much again as all of the walk, where there is something to unpack.
    ...(options.openBlobs && {
      openBlob: async (name: string, bytes: Uint8Array) => {
        opener ??= await blobOpener(patterns, options, context);
        return opener(name, bytes);
      },
    }),
  });
  const within = <T extends { readonly kind: string }>(origin: T): T =>
    name !== undefined && ['git', 'commit', 'tag', 'note'].includes(origin.kind) ? { ...origin, repository: name } : origin;
  for (const { origin, ...row } of result.turnedDown) events.turnedDown?.(row, within(origin));
  if (name === undefined) return result;
  return {
    ...result,
    candidates: result.candidates.map((candidate) => ({
      ...candidate,
      location: { ...candidate.location, origin: within(candidate.location.origin) },
    })),
    gaps: result.gaps.map((gap) => ({
      ...gap,
      origin:
        gap.origin.kind === 'repository'
          ? { ...gap.origin, repository: gap.origin.repository === '.' ? name : `${name}/${gap.origin.repository}` }
          : within(gap.origin),
    })),
  };
}

async function blobOpener(patterns: readonly Pattern[], options: ScanOptions, context: Context) {
  const { createBlobOpener } = await import('./scan-blobs.ts');
  const { readLimits } = await import('../sources/limits.ts');
  return createBlobOpener(patterns, options.minConfidence, readLimits(options.limit ?? []), context.signal);
}

/** A folder's files; the history of the repository whose top it is, and of those nested in it. */
async function scanFolder(
  root: string,
  repository: Repository | undefined,
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
): Promise<Scanned> {
  const { patterns, ignores, tables } = await prepare(root, repository, options, events);
  const { listFiles } = await import('../sources/files.ts');
  const { openFilesScan, sizesToKnow } = await import('./scan-files.ts');
  const isWanted = pathFilter(options);
  const gaps: Gap[] = [];
  const nested: { readonly name: string; readonly repository: Repository }[] = [];
  const asksForPart = asksForHistory(options);
  const history = options.history && !asksForPart;
  // A linked worktree has the history of the repository that it belongs to, which is read once.
  const read = new Set(repository ? [realpathSync(repository.commonDir)] : []);
  const objectFolders = new Set<string>();
  const wants = (path: string, kind: 'file' | 'folder') => {
    if (kind === 'file') return isWanted(path, 'file');
    if (!isWanted(path, 'folder') || objectFolders.has(path)) return false;
    const inner = history ? repositoryAt(`${root}/${path}`) : undefined;
    if (inner === undefined) {
      if (history && hasGitFolder(`${root}/${path}`)) gaps.push(brokenRepository(path));
      return true;
    }
    if (inner.workTree === undefined) objectFolders.add(`${path}/objects`);
    if (!belongsTo(inner, root)) {
      gaps.push({
        origin: { kind: 'repository', repository: path },
        reason: 'outside-root',
        detail: `its .git names a repository outside of what is scanned, ${inner.gitDir}; scan that one by its own name`,
      });
      return true;
    }
    const common = realpathSync(inner.commonDir);
    if (!read.has(common)) nested.push({ name: path, repository: inner });
    read.add(common);
    return true;
  };
  if (history && repository === undefined && options.as === undefined && hasGitFolder(root)) gaps.push(brokenRepository('.'));
  const ownHistory =
    repository && (options.history || asksForPart)
      ? scanHistoryOf(repository, undefined, patterns, options, context, events)
      : undefined;
  ownHistory?.catch(() => {});
  let objects = 0;
  const collected = createCollector(patterns, options);
  const { minConfidence, maxSize } = options;
  const scan = openFilesScan({ root, patterns, tables, minConfidence, maxSize }, options, context.signal, events);
  let result: ScannedFiles;
  try {
    for await (const entry of listFiles(root, { isWanted: wants, signal: context.signal, sizes: sizesToKnow })) {
      if ('reason' in entry) {
        gaps.push(entry);
        continue;
      }
      scan.add(entry);
      objects++;
    }
    result = await scan.finish();
  } finally {
    await scan.close();
  }
  const others = await scanRest(result, { root, patterns, tables, options, context, events, collect: collected.add });
  gaps.push(...result.gaps, ...others.gaps);
  let bytes = result.bytes + others.bytes;
  objects += others.objects - result.others.length;
  const tellFound = () => events.found?.(collected.result().candidates, ignores);
  tellFound();
  const isNested = (origin: Gap['origin']) =>
    nested.some(({ name }) => origin.kind === 'repository' && origin.repository === name);
  const histories = [
    ownHistory,
    ...nested.map((inner) => () => scanHistoryOf(inner.repository, inner.name, patterns, options, context, events)),
  ];
  for (const one of histories) {
    const scanned = await (typeof one === 'function' ? one() : one);
    if (!scanned) continue;
    collected.addAll(scanned.candidates);
    tellFound();
    // A submodule that is checked out is a nested repository, and was scanned as one.
    gaps.push(...scanned.gaps.filter(({ origin, reason }) => reason !== 'submodule' || !isNested(origin)));
    bytes += scanned.bytes;
    objects += scanned.objects;
  }
  return {
    ...collected.result(),
    gaps,
    patterns,
    ignores,
    bytes,
    objects,
    root,
    ...(repository ? await remoteOf(repository) : {}),
  };
}

/** Whether a folder has a `.git`, whatever it is worth. */
function hasGitFolder(folder: string): boolean {
  return lstatSync(join(folder, '.git'), { throwIfNoEntry: false }) !== undefined;
}

function brokenRepository(repository: string): Gap {
  return {
    origin: { kind: 'repository', repository },
    reason: 'corrupt',
    detail:
      'its .git is none that git can use, so no history was read: HEAD, objects or refs are missing or damaged; run git status there',
  };
}

/**
 * Whether a nested repository lies below the root, or is a linked worktree that the repository elsewhere knows of. A `.git`
 * file may name any folder of this machine, and a scanned folder must not lead to what it is not part of.
 */
function belongsTo({ gitDir, workTree }: Repository, root: string): boolean {
  if (realpathSync(gitDir).startsWith(realpathSync(root) + sep)) return true;
  if (workTree === undefined) return false;
  try {
    const known = readFileSync(join(gitDir, 'gitdir'), 'utf8').trim();
    return realpathSync(resolve(gitDir, known)) === realpathSync(join(workTree, '.git'));
  } catch {
    // No worktree's folder: nothing there that points back.
    return false;
  }
}

async function scanFile(path: string, options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  const root = dirname(path);
  const name = basename(path);
  const { patterns, ignores, tables } = await prepare(path, undefined, options, events);
  const { openFilesScan } = await import('./scan-files.ts');
  const collected = createCollector(patterns, options);
  const { minConfidence, maxSize } = options;
  const as = isDocumentKind(options.as) ? options.as : undefined;
  const scan = openFilesScan({ root, patterns, tables, minConfidence, maxSize }, { jobs: 1 }, context.signal, events);
  if (as === undefined) scan.add({ path: name });
  const result = as === undefined ? await scan.finish() : { ...nothingScanned, others: [{ path: name }] };
  const others = await scanRest(result, {
    ...{ root, patterns, tables, options, context, events, collect: collected.add },
    ...(as ? { as } : {}),
  });
  return {
    ...collected.result(),
    gaps: [...result.gaps, ...others.gaps],
    patterns,
    ignores,
    bytes: result.bytes + others.bytes,
    objects: result.others.length > 0 ? others.objects : 1,
    root,
  };
}

const nothingScanned: ScannedFiles = { files: [], gaps: [], others: [], bytes: 0 };

/** A folder of which everything was said to be of one kind. */
async function scanFolderAs(
  root: string,
  as: DocumentKind,
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
): Promise<Scanned> {
  if (as === 'archive')
    throw new QuashError(
      'usage',
      `taking ${printable(root)} as an archive: it is a folder; leave out --as, archives in it are read`,
    );
  const { patterns, ignores, tables } = await prepare(root, undefined, options, events);
  const { listFiles } = await import('../sources/files.ts');
  const isWanted = pathFilter(options);
  const gaps: Gap[] = [];
  const files: OtherFile[] = [];
  for await (const entry of listFiles(root, { isWanted, signal: context.signal, sizes: 0 })) {
    if ('reason' in entry) gaps.push(entry);
    else files.push({ path: entry.path });
  }
  const collected = createCollector(patterns, options);
  const setting = { root, patterns, tables, options, context, events, as, collect: collected.add };
  const others = await scanRest({ ...nothingScanned, others: files }, setting);
  return { ...collected.result(), ...others, gaps: [...gaps, ...others.gaps], patterns, ignores, root };
}

/** What tools keep in the home folder, and nothing else of it; what that is comes first. */
async function scanHome(options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  if (options.targets.length !== 1 || options.targets[0] !== '.')
    throw new QuashError('usage', 'scanning the home folder: --home takes no TARGET; scan the other one by a call of its own');
  const { listHome } = await import('../sources/home-places.ts');
  const { openFilesScan } = await import('./scan-files.ts');
  const root = context.env.HOME || homedir();
  const isWanted = pathFilter(options);
  const places = (await listHome(root))
    .map(({ name, paths }) => ({ name, paths: paths.filter((path) => isWanted(path, 'file')) }))
    .filter(({ paths }) => paths.length > 0);
  context.signal.throwIfAborted();
  const count = places.reduce((sum, { paths }) => sum + paths.length, 0);
  events.warn(`--home reads these ${count} files of ${root}, and no others:`);
  for (const { name, paths } of places) {
    const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
    events.warn(`  ${name}: ${paths.slice(0, 3).join(', ')}${more}`);
  }
  const { patterns, ignores, tables } = await prepare(root, undefined, options, events);
  const collected = createCollector(patterns, options);
  const { minConfidence, maxSize } = options;
  const scan = openFilesScan({ root, patterns, tables, minConfidence, maxSize }, options, context.signal, events);
  let result: ScannedFiles;
  try {
    for (const { paths } of places) for (const path of paths) scan.add({ path });
    result = await scan.finish();
  } finally {
    await scan.close();
  }
  const others = await scanRest(result, { root, patterns, tables, options, context, events, collect: collected.add });
  return {
    ...collected.result(),
    gaps: [...result.gaps, ...others.gaps],
    patterns,
    ignores,
    bytes: result.bytes + others.bytes,
    objects: count - result.others.length + others.objects,
    root,
  };
}

/** Scans what the threads left to somebody else, and collects what they found. */
async function scanRest({ files, others }: ScannedFiles, setting: OthersSetting): Promise<ScannedOthers> {
  if (others.length > 0) {
    const { scanOthers } = await import('./scan-others.ts');
    return scanOthers(others, files, setting);
  }
  for (const { path, matches } of files) for (const match of matches) setting.collect(match, { kind: 'file', path });
  return { gaps: [], bytes: 0, objects: 0 };
}

async function scanStdin(options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  const { readStdin } = await import('../sources/stdin.ts');
  const { patterns, ignores, tables } = await prepare(context.cwd, undefined, options, events);
  const { bytes, gap } = await readStdin(context.stdin, options.maxSize, context.signal);
  const collected = createCollector(patterns, options);
  const as = isDocumentKind(options.as) ? options.as : undefined;
  const gaps: readonly Gap[] = gap ? [gap] : [];
  if (as !== undefined || maySpeakOtherwise(bytes.subarray(0, 4096), '-')) {
    const { scanBytesAsKnown } = await import('./scan-others.ts');
    const known = await scanBytesAsKnown(bytes, {
      ...{ root: context.cwd, patterns, tables, options, context, events, collect: collected.add },
      ...(as ? { as } : {}),
    });
    if (known) return { ...collected.result(), ...known, gaps: [...gaps, ...known.gaps], patterns, ignores, root: context.cwd };
  }
  const scan = await openScanner(patterns, tables, options, events);
  for (const match of scan(bytes, { kind: 'stdin' })) collected.add(match, { kind: 'stdin' });
  return { ...collected.result(), gaps, patterns, ignores, bytes: bytes.length, objects: 1, root: context.cwd };
}

async function scanStaged(
  repository: Repository,
  root: string,
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
): Promise<Scanned> {
  const { stagedChanges } = await import('../sources/staged.ts');
  const { patterns, ignores, tables } = await prepare(root, repository, options, events);
  const isWanted = pathFilter(options);
  const gaps: Gap[] = [];
  const collected = createCollector(patterns, options);
  const scan = await openScanner(patterns, tables, options, events);
  let bytes = 0;
  let objects = 0;
  for await (const change of stagedChanges({ cwd: root, maxSize: options.maxSize, signal: context.signal })) {
    if ('reason' in change) {
      gaps.push(change);
      continue;
    }
    const { origin } = change;
    if ('path' in origin && origin.path !== undefined && !isWanted(origin.path, 'file')) continue;
    objects++;
    bytes += change.bytes.length;
    for (const match of newMatches(scan(change.bytes, origin), change)) collected.add(match, origin);
  }
  return { ...collected.result(), gaps, patterns, ignores, bytes, objects, root, ...(await remoteOf(repository)) };
}

function newMatches(matches: readonly Match[], change: Change): readonly Match[] {
  return matches.filter(({ line, endLine }) => touchesAddedLine(change, line, endLine));
}

/** Scans pieces of bytes in this thread, and tells of what it turned down. */
async function openScanner(
  patterns: readonly Pattern[],
  tables: LiteralTables | undefined,
  options: ScanOptions,
  events: ScanEvents,
): Promise<(bytes: Uint8Array, origin: Origin) => readonly Match[]> {
  const { createScanner } = await import('../scan/scanner.ts');
  const collector = events.turnedDown ? createTurnedDownCollector() : undefined;
  const scanner = createScanner(patterns, {
    minConfidence: options.minConfidence,
    ...(tables ? { tables } : {}),
    ...(collector ? { turnedDown: collector.turnedDown } : {}),
  });
  return (bytes, origin) => {
    const matches = scanner.scan(bytes);
    for (const row of collector?.take(bytes) ?? []) events.turnedDown?.(row, origin);
    return matches;
  };
}
