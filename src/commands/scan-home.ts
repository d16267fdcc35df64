import { homedir } from 'node:os';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { createCollector, pathFilter } from './collect-candidates.ts';
import { prepareScan } from './prepare-scan.ts';
import type { ScannedFiles } from './scan-files.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';
import { scanRest } from './scan-rest.ts';
import type { Scanned } from './scanned.ts';

/** What tools keep in the home folder, and nothing else of it; what that is comes first. */
export async function scanHome(options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  if (options.targets.length !== 1 || options.targets[0] !== '.')
    throw new QuashError('usage', 'scanning the home folder: --home takes no TARGET; scan the other one by a call of its own');
  const { listHome } = await import('../sources/home-places.ts');
  const { openFilesScan } = await import('./scan-files.ts');
  const root = context.env.HOME || homedir();
  const isWanted = pathFilter(options);
  const places = (await listHome(root, context.env))
    .map(({ name, paths }) => ({ name, paths: paths.filter((path) => isWanted(path, 'file')) }))
    .filter(({ paths }) => paths.length > 0);
  context.signal.throwIfAborted();
  const count = places.reduce((sum, { paths }) => sum + paths.length, 0);
  events.warn(`--home reads these ${count} files of ${root}, and no others:`);
  for (const { name, paths } of places) {
    const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
    events.warn(`  ${name}: ${paths.slice(0, 3).join(', ')}${more}`);
  }
  const { patterns, ignores, tables } = await prepareScan(root, undefined, options, events);
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
