import { lstatSync, readFileSync, realpathSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import type { Context } from '../cli-context.ts';
import type { Gap } from '../model/gap.ts';
import { type Repository, repositoryAt } from '../sources/repository.ts';
import { createCollector, pathFilter } from './collect-candidates.ts';
import { prepareScan } from './prepare-scan.ts';
import { remoteOf } from './remote-of.ts';
import type { ScannedFiles } from './scan-files.ts';
import { asksForHistory, type ScanEvents, type ScanOptions } from './scan-options.ts';
import { scanHistoryOf } from './scan-repository-history.ts';
import { scanRest } from './scan-rest.ts';
import type { Scanned } from './scanned.ts';

/** A folder's files; the history of the repository whose top it is, and of those nested in it. */
export async function scanFolder(
  root: string,
  repository: Repository | undefined,
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
): Promise<Scanned> {
  const { patterns, ignores, tables } = await prepareScan(root, repository, options, events);
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
