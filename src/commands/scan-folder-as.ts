import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { printable } from '../git/run-git.ts';
import type { Gap } from '../model/gap.ts';
import type { DocumentKind } from '../sources/document-kinds.ts';
import { createCollector, pathFilter } from './collect-candidates.ts';
import { prepareScan } from './prepare-scan.ts';
import type { OtherFile } from './scan-files.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';
import { nothingScanned, scanRest } from './scan-rest.ts';
import type { Scanned } from './scanned.ts';

/** A folder of which everything was said to be of one kind. */
export async function scanFolderAs(
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
  const { patterns, ignores, tables } = await prepareScan(root, undefined, options, events);
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
