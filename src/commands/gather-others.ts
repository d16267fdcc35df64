import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Match } from '../scan/match.ts';
import { createScanner } from '../scan/scanner.ts';
import { createTurnedDownCollector } from '../scan/turned-down.ts';
import type { OthersPart, OthersSettings } from './others-job.ts';
import type { DocumentScan } from './scan-documents.ts';
import type { ScanEvents } from './scan-options.ts';

/** A scan of documents that keeps what it finds, and what it kept so far. */
export function gatherOthers(
  { root, patterns, tables, minConfidence, limits, as, module }: OthersSettings,
  {
    signal,
    counters,
    turnedDown,
  }: { readonly signal: AbortSignal; readonly counters: Int32Array; readonly turnedDown?: ScanEvents['turnedDown'] },
): { readonly scan: DocumentScan; readonly part: () => OthersPart } {
  const found: { readonly match: Match; readonly origin: Origin }[] = [];
  const exports: string[] = [];
  const gaps: Gap[] = [];
  let bytes = 0;
  let objects = 0;
  let chats = 0;
  let told = 0;
  const collector = turnedDown ? createTurnedDownCollector() : undefined;
  const scanner = createScanner(
    patterns,
    { minConfidence, ...(tables ? { tables } : {}), ...(collector ? { turnedDown: collector.turnedDown } : {}) },
    module,
  );
  const scan: DocumentScan = {
    root,
    scanner,
    ...(collector ? { turnedDown: collector } : {}),
    limits,
    signal,
    ...(as ? { as } : {}),
    events: {
      match: (match, origin) => found.push({ match, origin }),
      ...(turnedDown ? { turnedDown } : {}),
      chatExport: ({ path, member }) => {
        chats++;
        if (member === undefined) exports.push(path);
      },
      gap: (gap) => gaps.push(gap),
      read: (more, isNew) => {
        bytes += more;
        if (isNew) {
          objects++;
          Atomics.add(counters, 1, 1);
        }
        const kilobytes = Math.floor(bytes / 1024);
        Atomics.add(counters, 2, kilobytes - told);
        told = kilobytes;
      },
    },
  };
  return { scan, part: () => ({ found, exports, gaps, bytes, objects, chats }) };
}
