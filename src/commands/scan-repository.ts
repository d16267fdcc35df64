import type { Context } from '../cli-context.ts';
import type { Target } from '../sources/target.ts';
import { createCollector } from './collect-candidates.ts';
import { prepareScan } from './prepare-scan.ts';
import { remoteOf } from './remote-of.ts';
import { scanFolder } from './scan-folder.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';
import { scanHistoryOf } from './scan-repository-history.ts';
import { scanStaged } from './scan-staged.ts';
import type { Scanned } from './scanned.ts';

/** Scans a repository: what is staged, or its working tree and its history. */
export async function scanRepository(
  target: Extract<Target, { kind: 'repository' }>,
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
): Promise<Scanned> {
  const { repository } = target;
  if (options.staged) return scanStaged(repository, target.path, options, context, events);
  if (options.tree && repository.workTree !== undefined) return scanFolder(target.path, repository, options, context, events);
  const { patterns, ignores } = await prepareScan(target.path, repository, options, events);
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
