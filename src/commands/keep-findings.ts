import { hostname } from 'node:os';
import { basename, dirname } from 'node:path';
import type { Context } from '../cli-context.ts';
import type { Options } from '../flags.ts';
import { git } from '../git/run-git.ts';
import { actorOf } from '../ledger/actor.ts';
import { fingerprintKey } from '../ledger/key.ts';
import { keyCheck } from '../ledger/key-check.ts';
import type { ScannedTarget, ScanOutcome, ScanRecord } from '../ledger/store.ts';
import type { Finding } from '../model/finding.ts';
import { formatCount } from '../report/quantities.ts';
import { foldFindings } from '../scan/fold.ts';
import { resolveTarget, type TargetKind } from '../sources/target.ts';
import { readVersion } from '../version.ts';
import { pathFilter } from './collect-candidates.ts';
import { openOrMakeStore } from './open-store.ts';
import type { Scanned } from './scanned.ts';
import { identifyWith } from './settle-findings.ts';

/** What a scan gave, for the ledger. */
export interface Kept {
  readonly scanned: Scanned;
  readonly findings: readonly Finding[];
  readonly known: readonly Pick<Finding, 'fingerprint' | 'locations'>[];
  readonly startedAt: Date;
}

const usualConfidence = 0.5;

/** Keeps what a scan found in the ledger; gives a sentence on what is new against what was known. */
export async function keepFindings(kept: Kept, options: Options<'scan'>, context: Context): Promise<string> {
  const record = await recordOf(kept, options, context);
  if ('notice' in record) return `nothing was kept in the ledger: ${record.notice}`;
  const ledger = await openOrMakeStore(options, context);
  try {
    return `${ledger.place}: ${outcomeWords(await ledger.recordScan(record, kept.findings, kept.scanned.gaps))}`;
  } finally {
    await ledger.close();
  }
}

/** What a ledger is told of a scan; or why none can be, in words. */
export async function recordOf(
  { scanned, findings, known, startedAt }: Kept,
  options: Options<'scan'>,
  context: Context,
): Promise<ScanRecord | { readonly notice: string }> {
  const isAnything = findings.length > 0 || scanned.allowed.length > 0;
  const { key, notice } = isAnything ? await fingerprintKey(context.env) : { key: undefined, notice: undefined };
  if (notice) return { notice };
  const patterns = new Map(scanned.patterns.map((pattern) => [pattern.id, pattern]));
  return {
    startedAt: startedAt.toISOString(),
    endedAt: new Date().toISOString(),
    actor: actorOf(context.env),
    host: hostname(),
    version: readVersion(),
    bytes: scanned.bytes,
    objects: scanned.objects,
    root: scanned.root,
    targets: await Promise.all(options.targets.map((text) => targetOf(text, scanned, options, context))).then((all) =>
      all.flat(),
    ),
    ...(key && { keyCheck: keyCheck(key) }),
    looksFor: (id) => {
      const pattern = patterns.get(id);
      return pattern !== undefined && (!pattern.generic || options.minConfidence <= usualConfidence);
    },
    // What a comment allows is not reported, and still there.
    known: key ? [...known, ...foldFindings(scanned.allowed, identifyWith(key))] : known,
  };
}

/** `3 new, 12 still there, 1 gone`, with what is rarer only when it happened. */
export function outcomeWords({ new: added, still, gone, resurrected, releaked }: ScanOutcome): string {
  const rare = [
    [gone, 'gone'],
    [resurrected, 'live again after it was dead'],
    [releaked, 'leaked again after it was gone'],
  ] as const;
  return [
    `${formatCount(added.length)} new`,
    `${formatCount(still.length)} still there`,
    ...rare.filter(([ids]) => ids.length > 0).map(([ids, words]) => `${formatCount(ids.length)} ${words}`),
  ].join(', ');
}

/** What a target is in the ledger, and what of it the scan looked at whole. */
async function targetOf(
  text: string,
  scanned: Scanned,
  options: Options<'scan'>,
  context: Context,
): Promise<readonly ScannedTarget[]> {
  const target = resolveTarget(text, context.cwd, options.as as TargetKind | undefined);
  const isPart = Boolean(
    options.staged || options.range || options.since || options.sinceCommit || options.branch.length > 0 || options.unreachable,
  );
  const isWanted = pathFilter(options);
  const wanted = (path: string) => isWanted(path, 'file');
  const history = options.history && !isPart && wanted;
  switch (target.kind) {
    case 'stdin':
      return [];
    case 'file': {
      const name = basename(target.path);
      return [{ root: dirname(target.path), tree: (path) => path === name, history: false }];
    }
    case 'folder':
      return [{ root: target.path, tree: options.tree && !isPart && wanted, history }];
    case 'url':
      return [{ root: scanned.root, repository: repositoryName(target.url), tree: false, history }];
    case 'repository': {
      const { gitDir, workTree } = target.repository;
      const url = await git(['config', '--get', 'remote.origin.url'], { cwd: gitDir, gitDir }).then(
        (bytes) => bytes.toString('utf8').trim(),
        // It has none.
        () => '',
      );
      return [
        {
          root: target.path,
          ...(url && { repository: repositoryName(url) }),
          tree: options.tree && !isPart && workTree !== undefined && wanted,
          history,
        },
      ];
    }
    default:
      return target satisfies never;
  }
}

/** The name of a repository for all who clone it, however they do: `github.com/team/app`. Whoever's credentials stand in the URL, they are left out. */
function repositoryName(url: string): string {
  const [, host, path] = /^(?:[a-z+]+:\/\/)?(?:[^@/]*@)?([^:/]+)(?::\d+(?=\/))?[:/]+(.+?)(?:\.git)?\/?$/i.exec(url) ?? [];
  return host === undefined || path === undefined || url.startsWith('/') || url.startsWith('.')
    ? url
    : `${host.toLowerCase()}/${path}`;
}
