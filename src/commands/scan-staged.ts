import type { Context } from '../cli-context.ts';
import type { Gap } from '../model/gap.ts';
import type { Match } from '../scan/match.ts';
import { type Change, touchesAddedLine } from '../sources/change.ts';
import type { Repository } from '../sources/repository.ts';
import { openBytesScanner } from './bytes-scanner.ts';
import { createCollector, pathFilter } from './collect-candidates.ts';
import { prepareScan } from './prepare-scan.ts';
import { remoteOf } from './remote-of.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';
import type { Scanned } from './scanned.ts';

/** Scans what is staged: of each file the lines that were added. */
export async function scanStaged(
  repository: Repository,
  root: string,
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
): Promise<Scanned> {
  const { stagedChanges } = await import('../sources/staged.ts');
  const { patterns, ignores, tables } = await prepareScan(root, repository, options, events);
  const isWanted = pathFilter(options);
  const gaps: Gap[] = [];
  const collected = createCollector(patterns, options);
  const scan = await openBytesScanner(patterns, tables, options, events);
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
