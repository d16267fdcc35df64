import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { git } from '../git/run-git.ts';
import type { Ledger } from '../ledger/store.ts';
import type { StoredLocation } from '../model/stored-finding.ts';
import { repositoryAt } from '../sources/repository.ts';
import type { DetailHistory, Fate } from '../triage/state.ts';

// As many as anybody reads; more would not fit a command line everywhere.
const mostCommits = 200;

/** All that is known of a finding besides itself: its history, what its revoker says, what its commits are called. */
export async function detailOf(ledger: Ledger, id: string, patterns: readonly string[]): Promise<DetailHistory> {
  const [finding, history] = await Promise.all([ledger.get(id), ledger.history(id)]);
  const [fate, subjects] = await Promise.all([fateOf(finding.pattern), subjectsOf(history.locations, patterns)]);
  return { ...history, ...(fate && { fate }), subjects };
}

async function fateOf(pattern: { readonly id: string; readonly revoker?: string }): Promise<Fate | undefined> {
  const { revokerNames, revokerOf } = await import('../revoke/load-revokers.ts');
  if (pattern.revoker === undefined || !revokerNames().includes(pattern.revoker)) return undefined;
  const revoker = await revokerOf(pattern);
  if (!revoker) return undefined;
  const { authority, admin, tasks, mints = false } = revoker;
  const by = {
    none: 'by whoever holds the value',
    self: 'by the credential itself',
    admin: `with ${admin?.what ?? 'a credential of ours'}`,
  };
  return {
    mints,
    how: `an API, ${by[authority]}${tasks.enable ? '; can be undone for a time' : '; cannot be undone'}`,
  };
}

/** The first lines of the messages of commits, by commit, of the repositories that are on this machine. One that holds a secret is left out. */
async function subjectsOf(locations: readonly StoredLocation[], files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const byFolder = new Map<string, Set<string>>();
  for (const { origin, place } of locations) {
    if (!('commit' in origin) || !/^[0-9a-f]{40,64}$/.test(origin.commit ?? '') || !place.startsWith(`${hostname()}:`)) continue;
    const nested = 'repository' in origin ? (origin.repository ?? '') : '';
    const folder = join(place.slice(hostname().length + 1), nested);
    byFolder.set(folder, (byFolder.get(folder) ?? new Set()).add(origin.commit as string));
  }
  const all = await Promise.all([...byFolder].map(([folder, commits]) => readSubjects(folder, [...commits])));
  const subjects = all.flat();
  if (subjects.length === 0) return new Map();
  const [{ loadPatterns }, { createScanner }] = await Promise.all([
    import('../patterns/pattern-set.ts'),
    import('../scan/scanner.ts'),
  ]);
  const { patterns } = (await loadPatterns({ files })).set;
  scanner ??= createScanner(patterns, { minConfidence: 0 });
  const { scan } = scanner;
  return new Map(subjects.filter(([, subject]) => scan(Buffer.from(subject)).length === 0));
}

let scanner: { readonly scan: (bytes: Uint8Array) => readonly unknown[] } | undefined;

async function readSubjects(folder: string, commits: readonly string[]): Promise<readonly (readonly [string, string])[]> {
  const repository = existsSync(folder) ? repositoryAt(folder) : undefined;
  if (!repository) return [];
  const { gitDir } = repository;
  const args = [
    'log',
    '--no-walk=unsorted',
    '--ignore-missing',
    '--no-patch',
    '--format=%H %s',
    ...commits.slice(0, mostCommits),
  ];
  const text = await git(args, { cwd: gitDir, gitDir }).then(
    (bytes) => bytes.toString('utf8'),
    // It moved on since it was scanned.
    () => '',
  );
  return text.split('\n').flatMap((line) => {
    const [, commit = '', subject = ''] = /^([0-9a-f]+) (.*)$/.exec(line) ?? [];
    return subject === '' ? [] : [[commit, subject] as const];
  });
}
