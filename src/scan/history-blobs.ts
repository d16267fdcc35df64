import { openObjectReader } from '../git/object-reader.ts';
import { packTypes } from '../git/pack.ts';
import type { GitOptions } from '../git/run-git.ts';
import type { HistoryJob, ObjectMatch, ScanPart } from './history-job.ts';
import type { BlobGap, HistoryOptions } from './history-options.ts';
import { nameOf } from './history-plan.ts';

/** What was found inside of blobs that are archives, documents, logs or exports. */
export interface OpenedBlobs {
  /** Their names: what was found in their own bytes counts for nothing. */
  readonly names: ReadonlySet<string>;
  readonly matches: readonly ObjectMatch[];
  readonly gaps: ReadonlyMap<string, readonly BlobGap[]>;
}

/** Reads the blobs that begin as an archive, a document, a log or an export does, once each, and scans what is in them. */
export async function openBlobs(
  parts: readonly ScanPart[],
  job: HistoryJob,
  gitOptions: GitOptions,
  { openBlob, maxBytes, signal }: HistoryOptions,
): Promise<OpenedBlobs> {
  const names = new Set<string>();
  const matches: ObjectMatch[] = [];
  const gaps = new Map<string, readonly BlobGap[]>();
  const held = new Map(parts.flatMap((part) => part.held).map((object) => [nameOf(job, object), object]));
  if (openBlob === undefined || held.size === 0) return { names, matches, gaps };
  const reader = openObjectReader(gitOptions, maxBytes);
  try {
    for (const [name, object] of held) {
      signal?.throwIfAborted();
      reader.request(name);
      const read = await reader.next();
      const opened = read.state === 'read' ? await openBlob(name, read.bytes) : undefined;
      if (!opened) continue;
      names.add(name);
      if (opened.gaps.length > 0) gaps.set(name, opened.gaps);
      for (const { match, member, within } of opened.matches) {
        const { start, end, line, column, endLine, endColumn, copies } = match;
        matches.push({
          ...{ object, type: packTypes.blob, decision: match, start, end, line, column, endLine, endColumn },
          ...(copies ? { copies } : {}),
          ...(member === undefined ? {} : { member }),
          ...(within === undefined ? {} : { within }),
        });
      }
    }
  } finally {
    reader.close();
  }
  return { names, matches, gaps };
}
