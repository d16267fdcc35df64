import type { Pattern } from '../model/pattern.ts';
import type { BlobGap, OpenedBlob } from '../scan/history-options.ts';
import type { Match } from '../scan/match.ts';
import { createScanner } from '../scan/scanner.ts';
import { memoryDocument } from '../sources/archives/member-document.ts';
import { type Limits, tellingBytes } from '../sources/document.ts';
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
    const matches: { match: Match; member?: string }[] = [];
    const gaps: BlobGap[] = [];
    const memberOf = (origin: { readonly kind: string; readonly member?: string }) =>
      origin.member === undefined ? {} : { member: origin.member };
    await scanDocument(document, {
      root: undefined,
      scanner,
      limits,
      signal,
      events: {
        match: (match, origin) => matches.push({ match, ...memberOf(origin) }),
        gap: ({ origin, reason, detail }) => gaps.push({ reason, detail, ...memberOf(origin) }),
        read: () => {},
      },
    });
    return { matches, gaps };
  };
}
