import type { Origin, Within } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import type { BlobGap, OpenedBlob } from '../scan/history-options.ts';
import { createScanner } from '../scan/scanner.ts';
import { memoryDocument } from '../sources/archives/member-document.ts';
import { type Limits, tellingBytes } from '../sources/document.ts';
import { cellCounter } from '../sources/documents/notebook-cells.ts';
import { isKnown } from '../sources/is-known.ts';
import { scanDocument } from './scan-documents.ts';

/** Makes what scans blobs of a history as what they are: undefined for one that is no more than its bytes. */
export function createBlobOpener(
  patterns: readonly Pattern[],
  minConfidence: number,
  limits: Limits,
  signal: AbortSignal,
): (name: string, bytes: Uint8Array) => Promise<OpenedBlob | undefined> {
  const scanner = createScanner(patterns, { minConfidence });
  return async (name, bytes) => {
    if (!isKnown(bytes.subarray(0, tellingBytes), name)) return undefined;
    const document = memoryDocument({ path: name }, bytes);
    const cellAt = cellCounter(bytes);
    const matches: OpenedBlob['matches'][number][] = [];
    const gaps: BlobGap[] = [];
    const memberOf = (origin: { readonly kind: string; readonly member?: string }) =>
      origin.member === undefined ? {} : { member: origin.member };
    await scanDocument(document, {
      root: undefined,
      scanner,
      limits,
      signal,
      events: {
        match: (match, origin) => {
          const cell = origin.kind === 'file' ? cellAt(match.start) : undefined;
          const within = cell === undefined ? withinOf(origin) : ({ kind: 'notebook', cell } as const);
          matches.push({ match, ...memberOf(origin), ...(within && { within }) });
        },
        gap: ({ origin, reason, detail }) => gaps.push({ reason, detail, ...memberOf(origin) }),
        read: () => {},
      },
    });
    return { matches, gaps };
  };
}

/** Of a log's line or a message all but where its document lies: that is the path in the history. */
function withinOf(origin: Origin): Within | undefined {
  if (origin.kind !== 'ci-log' && origin.kind !== 'chat') return undefined;
  const { path: _path, member: _member, ...within } = origin;
  return within;
}
