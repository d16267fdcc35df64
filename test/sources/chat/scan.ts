import type { Gap } from '../../../src/model/gap.ts';
import type { ChatOrigin } from '../../../src/model/origin.ts';
import { endInSlice, originAt, startInSlice, type View } from '../../../src/model/view.ts';
import { compilePatterns, patternsFolder } from '../../../src/patterns/compile.ts';
import { expandExample } from '../../../src/patterns/recipes.ts';
import { createScanner } from '../../../src/scan/scanner.ts';
import type { Document, FormatContext, TextFormat } from '../../../src/sources/document.ts';
import { exportOf } from './documents.ts';

const patterns = compilePatterns(patternsFolder).patterns;
let scanner: ReturnType<typeof createScanner> | undefined;

/** A value of a pattern, the same for the same seed. */
export function secretOf(seed: string, id = 'github-pat-classic'): string {
  const pattern = patterns.find((each) => each.id === id)!;
  return expandExample(pattern, '{{secret}}', seed).secret!;
}

export interface Seen {
  readonly pattern: string;
  readonly value: string;
  readonly origin: ChatOrigin;
  /** What stands in the document where the value is. */
  readonly written: string;
  readonly line: number;
}

export async function viewsOf(format: TextFormat, document: Document, context: FormatContext) {
  const views: View[] = [];
  const gaps: Gap[] = [];
  for await (const each of format.views(document, context)) {
    if ('slice' in each) views.push(each);
    else gaps.push(each);
  }
  return { views, gaps };
}

/** What a scan finds in one file of an export. */
export async function scanExport(
  format: TextFormat,
  files: Readonly<Record<string, string | Uint8Array>>,
  path: string,
  chunkBytes?: number,
) {
  const { document, context } = exportOf(files, chunkBytes);
  const { views, gaps } = await viewsOf(format, document(path), context(path));
  scanner ??= createScanner(patterns, { minConfidence: 0.5 });
  const seen: Seen[] = [];
  for (const view of views) {
    for (const match of scanner.scan(view.bytes)) {
      const start = startInSlice(view, match.start);
      const end = endInSlice(view, match.end);
      seen.push({
        pattern: patterns[match.pattern].id,
        value: Buffer.from(view.bytes.subarray(match.start, match.end)).toString(),
        origin: originAt(view, match.start) as ChatOrigin,
        written: Buffer.from(view.slice.bytes.subarray(start, end)).toString(),
        line: view.slice.line + Buffer.from(view.slice.bytes.subarray(0, start)).toString('latin1').split('\n').length - 1,
      });
    }
  }
  return { seen, gaps, views };
}
