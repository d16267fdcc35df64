import type { Origin } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import type { LiteralTables } from '../scan/literal-tables.ts';
import type { Match } from '../scan/match.ts';
import { createTurnedDownCollector } from '../scan/turned-down.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';

/** Scans pieces of bytes in this thread, and tells of what it turned down. */
export async function openBytesScanner(
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
