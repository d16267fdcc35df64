import type { Gap } from '../../../src/model/gap.ts';
import type { View } from '../../../src/model/view.ts';
import { loadPatterns } from '../../../src/patterns/pattern-set.ts';
import { createScanner } from '../../../src/scan/scanner.ts';
import { ciLogFormats } from '../../../src/sources/ci-logs/formats.ts';
import { type Document, defaultLimits, type TextFormat } from '../../../src/sources/document.ts';

export const { set } = await loadPatterns({ withExamples: true });
const scanner = createScanner(set.patterns, { minConfidence: 0.5 });

export interface Log {
  readonly path: string;
  readonly member?: string;
  readonly bytes: Uint8Array;
}

/** A document of bytes in memory, in chunks of an odd size. */
export function documentOf({ path, member, bytes }: Log, chunk = 60_001): Document {
  return {
    path,
    ...(member !== undefined && { member }),
    size: bytes.length,
    head: async () => bytes.subarray(0, 64 << 10),
    async *bytes() {
      for (let at = 0; at < bytes.length; at += chunk) yield bytes.subarray(at, at + chunk);
    },
    whole: async () => bytes,
  };
}

/** The format that is surest of a log. */
export function formatOf({ path, bytes }: Log): TextFormat | undefined {
  let best: TextFormat | undefined;
  let most = 0;
  for (const format of ciLogFormats) {
    const sure = format.recognise(bytes.subarray(0, 64 << 10), path);
    if (sure > most) {
      most = sure;
      best = format;
    }
  }
  return best;
}

export async function viewsOf(log: Log, format = formatOf(log)): Promise<readonly View[]> {
  if (!format) throw new Error(`${log.path}: no format knows it`);
  const views: View[] = [];
  const context = { signal: new AbortController().signal, limits: defaultLimits };
  for await (const view of format.views(documentOf(log), context)) {
    if (isGap(view)) throw new Error(view.detail);
    views.push(view);
  }
  return views;
}

function isGap(view: View | Gap): view is Gap {
  return 'reason' in view;
}

export interface Found {
  readonly view: View;
  readonly pattern: string;
  readonly secret: string;
  readonly start: number;
  readonly end: number;
}

/** What the scanner finds in views. */
export function findIn(views: readonly View[]): readonly Found[] {
  return views.flatMap((view) =>
    scanner
      .scan(view.bytes)
      .map(({ pattern, secret, start, end }) => ({ view, pattern: set.patterns[pattern].id, secret, start, end })),
  );
}
