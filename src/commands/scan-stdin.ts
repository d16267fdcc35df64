import type { Context } from '../cli-context.ts';
import type { Gap } from '../model/gap.ts';
import { maySpeakOtherwise } from '../scan/sniff.ts';
import { isDocumentKind } from '../sources/document-kinds.ts';
import { openBytesScanner } from './bytes-scanner.ts';
import { createCollector } from './collect-candidates.ts';
import { prepareScan } from './prepare-scan.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';
import type { Scanned } from './scanned.ts';

/** Scans what comes in on stdin, as what it is. */
export async function scanStdin(options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  const { readStdin } = await import('../sources/stdin.ts');
  const { patterns, ignores, tables } = await prepareScan(context.cwd, undefined, options, events);
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
  const scan = await openBytesScanner(patterns, tables, options, events);
  for (const match of scan(bytes, { kind: 'stdin' })) collected.add(match, { kind: 'stdin' });
  return { ...collected.result(), gaps, patterns, ignores, bytes: bytes.length, objects: 1, root: context.cwd };
}
