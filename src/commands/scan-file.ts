import { basename, dirname } from 'node:path';
import type { Context } from '../cli-context.ts';
import { isDocumentKind } from '../sources/document-kinds.ts';
import { createCollector } from './collect-candidates.ts';
import { prepareScan } from './prepare-scan.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';
import { nothingScanned, scanRest } from './scan-rest.ts';
import type { Scanned } from './scanned.ts';

/** Scans one file. */
export async function scanFile(path: string, options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  const root = dirname(path);
  const name = basename(path);
  const { patterns, ignores, tables } = await prepareScan(path, undefined, options, events);
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
