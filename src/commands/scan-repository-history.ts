import type { Context } from '../cli-context.ts';
import type { Pattern } from '../model/pattern.ts';
import type { Repository } from '../sources/repository.ts';
import type { ScanEvents, ScanOptions } from './scan-options.ts';

/** Scans the history of a repository; one that is nested has a name, which its origins then tell. */
export async function scanHistoryOf(
  repository: Repository,
  name: string | undefined,
  patterns: readonly Pattern[],
  options: ScanOptions,
  context: Context,
  events: ScanEvents,
) {
  const { scanHistory } = await import('../scan/history.ts');
  const since = options.since === undefined ? undefined : Math.floor(new Date(options.since).getTime() / 1000);
  const revisions = [
    ...(options.range ? [options.range] : []),
    ...(options.branch ?? []).map((branch) => branch),
    ...(options.sinceCommit ? ['HEAD', `^${options.sinceCommit}`] : []),
  ];
  let opener: Awaited<ReturnType<typeof blobOpener>> | undefined;
  const result = await scanHistory(repository, {
    patterns,
    minConfidence: options.minConfidence,
    maxBytes: options.maxSize,
    ...(options.jobs === undefined ? {} : { jobs: options.jobs }),
    selection: { revisions, ...(since === undefined ? {} : { since }), withUnreachable: options.unreachable },
    signal: context.signal,
    onProgress: (objects, total, bytes) => events.progress?.('history', objects, total, bytes),
    explains: events.turnedDown !== undefined,
    // Unpacking costs as much again as all of the walk, where there is something to unpack.
    ...(options.openBlobs && {
      openBlob: async (name: string, bytes: Uint8Array) => {
        opener ??= await blobOpener(patterns, options, context);
        return opener(name, bytes);
      },
    }),
  });
  const within = <T extends { readonly kind: string }>(origin: T): T =>
    name !== undefined && ['git', 'commit', 'tag', 'note'].includes(origin.kind) ? { ...origin, repository: name } : origin;
  for (const { origin, ...row } of result.turnedDown) events.turnedDown?.(row, within(origin));
  if (name === undefined) return result;
  return {
    ...result,
    candidates: result.candidates.map((candidate) => ({
      ...candidate,
      location: { ...candidate.location, origin: within(candidate.location.origin) },
    })),
    gaps: result.gaps.map((gap) => ({
      ...gap,
      origin:
        gap.origin.kind === 'repository'
          ? { ...gap.origin, repository: gap.origin.repository === '.' ? name : `${name}/${gap.origin.repository}` }
          : within(gap.origin),
    })),
  };
}

async function blobOpener(patterns: readonly Pattern[], options: ScanOptions, context: Context) {
  const { createBlobOpener } = await import('./scan-blobs.ts');
  const { readLimits } = await import('../sources/limits.ts');
  return createBlobOpener(patterns, options.minConfidence, readLimits(options.limit ?? []), context.signal);
}
