import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import type { Ignores } from '../ledger/ignores.ts';
import type { Candidate } from '../model/candidate.ts';
import { isDocumentKind } from '../sources/document-kinds.ts';
import { resolveTarget, type Target, type TargetKind } from '../sources/target.ts';
import { scanFile } from './scan-file.ts';
import { scanFolder } from './scan-folder.ts';
import { scanFolderAs } from './scan-folder-as.ts';
import { scanHome } from './scan-home.ts';
import { asksForHistory, type ScanEvents, type ScanOptions } from './scan-options.ts';
import { scanRepository } from './scan-repository.ts';
import { scanStdin } from './scan-stdin.ts';
import type { Scanned } from './scanned.ts';

/** Scans all targets of a command, one after the other. */
export async function scanTargets(options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  // Said before the scan: a folder without archives, or a history whose blobs stay closed, never comes to the limits.
  if (options.limit.length > 0) {
    const { readLimits } = await import('../sources/limits.ts');
    readLimits(options.limit);
  }
  if (options.home) return scanHome(options, context, events);
  const parts: Scanned[] = [];
  const targets: { readonly text: string; readonly isFile: boolean }[] = [];
  for (const text of options.targets) {
    const as = isDocumentKind(options.as) ? undefined : (options.as as TargetKind | undefined);
    const target = resolveTarget(text, context.cwd, as);
    targets.push({ text, isFile: target.kind === 'file' });
    const part = await scanTarget(target, options, context, events);
    events.found?.(part.candidates, part.ignores);
    parts.push(part);
  }
  if (parts.length === 1) return parts[0];
  const sum = (pick: (part: Scanned) => number) => parts.reduce((total, part) => total + pick(part), 0);
  return {
    ...parts[0],
    candidates: parts.flatMap((part, index) => part.candidates.map((candidate) => inTarget(candidate, targets[index]))),
    gaps: parts.flatMap((part) => part.gaps),
    patterns: [...new Map(parts.flatMap((part) => part.patterns).map((pattern) => [pattern.id, pattern])).values()],
    allowed: parts.flatMap((part, index) => part.allowed.map((candidate) => inTarget(candidate, targets[index]))),
    bytes: sum((part) => part.bytes),
    objects: sum((part) => part.objects),
    root: context.cwd,
    ignores: everyOf(parts.map((part) => part.ignores)),
  };
}

/** Of several targets, each path says which it is in. */
function inTarget(candidate: Candidate, { text, isFile }: { readonly text: string; readonly isFile: boolean }): Candidate {
  const { origin } = candidate.location;
  if (!('path' in origin) || origin.path === undefined || text === '-' || text === '.') return candidate;
  const prefix = text.replace(/\/+$/, '');
  const path = isFile ? prefix : `${prefix}/${origin.path}`;
  return { ...candidate, location: { ...candidate.location, origin: { ...origin, path } } };
}

function everyOf(all: readonly Ignores[]): Ignores {
  return {
    ignores: (candidate) => all.map((one) => one.ignores(candidate)).find(Boolean),
    sift: (finding) =>
      all.reduce(
        (sofar, one) => {
          const next = one.sift({ ...finding, locations: sofar.reported });
          return { reported: next.reported, ignored: [...sofar.ignored, ...next.ignored] };
        },
        { reported: finding.locations, ignored: [] } as ReturnType<Ignores['sift']>,
      ),
    prepare: async (credentials) => {
      const list = [...credentials];
      for (const one of all) await one.prepare(list);
    },
    patterns: all.flatMap((one) => one.patterns),
    warnings: all.flatMap((one) => one.warnings),
  };
}

async function scanTarget(target: Target, options: ScanOptions, context: Context, events: ScanEvents): Promise<Scanned> {
  if (target.kind === 'url') {
    const { withClone } = await import('../sources/clone.ts');
    return withClone(
      target.url,
      { signal: context.signal, onProgress: ({ stage, percent }) => events.progress?.(`clone: ${stage}`, percent, 100, 0) },
      async (gitDir) => ({
        ...(await scanRepository(
          { kind: 'repository', path: gitDir, repository: { gitDir, commonDir: gitDir } },
          options,
          context,
          events,
        )),
        repositoryUrl: target.url,
      }),
    );
  }
  if (target.kind === 'stdin') return scanStdin(options, context, events);
  if (target.kind === 'file') return scanFile(target.path, options, context, events);
  if (isDocumentKind(options.as)) return scanFolderAs(target.path, options.as, options, context, events);
  if (target.kind === 'folder') {
    if (target.within && asksForHistory(options)) {
      throw new QuashError(
        'usage',
        `scanning a part of the history of ${target.path}: it is a folder inside a repository; scan the repository, or pass --as repository`,
      );
    }
    return scanFolder(target.path, undefined, options, context, events);
  }
  return scanRepository(target, options, context, events);
}
