import { dirname, relative } from 'node:path';
import type { Gap } from '../model/gap.ts';
import type { Writer } from './database.ts';
import { absolutePathOf, isWithin, pathInHistory, placeOfFolder, placeOfHistory } from './locations.ts';
import { locationsOf, type Standing } from './standing.ts';
import type { ScanRecord } from './store.ts';

/**
 * Marks what a scan looked at and did not find again, and gives the ids of the findings that by that stand no longer in the tree,
 * or nowhere. What could not be read is not gone, nor what was not looked for.
 */
export async function markGone(
  tx: Writer,
  scan: ScanRecord,
  seen: ReadonlySet<string>,
  gaps: readonly Gap[],
): Promise<readonly string[]> {
  const lost: Standing[] = [];
  for (const target of scan.targets) {
    const candidates = [...(await treeCandidates(tx, scan, target, gaps)), ...(await historyCandidates(tx, scan, target, gaps))];
    for (const one of candidates) {
      if (!seen.has(`${one.finding} ${one.key}`) && (scan.looksFor?.(one.pattern) ?? true)) lost.push(one);
    }
  }
  for (const { finding, key } of lost) {
    await tx.updateTable('location').set({ gone: scan.endedAt }).where('finding', '=', finding).where('key', '=', key).execute();
  }
  const after = await locationsOf(tx, [...new Set(lost.map(({ finding }) => finding))]);
  const gone: string[] = [];
  for (const [fingerprint, locations] of after) {
    const standing = locations.filter((one) => one.gone === null);
    const lostHere = lost.filter(({ finding }) => finding === fingerprint);
    const leftTheTree = lostHere.some(({ side }) => side === 'tree') && !standing.some(({ side }) => side === 'tree');
    if (standing.length === 0) {
      await tx.updateTable('finding').set({ gone: scan.endedAt }).where('fingerprint', '=', fingerprint).execute();
    }
    if (standing.length === 0 || leftTheTree) gone.push(fingerprint.slice(0, 12));
  }
  return gone.sort();
}

/** A folder and all that it lies in. */
function foldersAbove(folder: string): readonly string[] {
  const above = dirname(folder);
  return above === folder ? [folder] : [folder, ...foldersAbove(above)];
}

type Candidate = Standing & { readonly pattern: string };

async function treeCandidates(
  tx: Writer,
  { host }: ScanRecord,
  { root, tree }: ScanRecord['targets'][number],
  gaps: readonly Gap[],
): Promise<readonly Candidate[]> {
  if (tree === false) return [];
  const place = placeOfFolder(host, root);
  const rows = await tx
    .selectFrom('location')
    .innerJoin('finding', 'finding.fingerprint', 'location.finding')
    .select(['location.finding', 'key', 'place', 'side', 'location.gone', 'finding.pattern'])
    .where('side', '=', 'tree')
    .where('location.gone', 'is', null)
    .where(({ or, eb, fn, val, ref }) =>
      or([
        // The folder itself, and each above it that was scanned as a whole.
        eb(
          'place',
          'in',
          foldersAbove(root).map((folder) => placeOfFolder(host, folder)),
        ),
        // A folder below it, that was scanned by itself.
        eb(fn<string>('substr', [ref('place'), val(1), val(place.length + 1)]), '=', `${place}/`),
      ]),
    )
    .execute();
  const unread = gaps.flatMap(({ origin }) => ('path' in origin && origin.path !== undefined ? [origin.path] : []));
  const prefix = `${host}:`;
  return rows.filter(({ key }) => {
    const named = absolutePathOf(key);
    const path = named.startsWith(prefix) ? named.slice(prefix.length) : '';
    if (!isWithin(path, root)) return false;
    const inRoot = relative(root, path);
    return tree(inRoot) && !unread.some((one) => isWithin(inRoot, one));
  });
}

async function historyCandidates(
  tx: Writer,
  { host }: ScanRecord,
  target: ScanRecord['targets'][number],
  gaps: readonly Gap[],
): Promise<readonly Candidate[]> {
  const { history } = target;
  // A submodule is another repository's history; a file that could not be read is of the tree.
  const isUnread = ({ origin, reason }: Gap) => origin.kind !== 'file' && origin.kind !== 'archive' && reason !== 'submodule';
  if (history === false || gaps.some(isUnread)) return [];
  const rows = await tx
    .selectFrom('location')
    .innerJoin('finding', 'finding.fingerprint', 'location.finding')
    .select(['location.finding', 'key', 'place', 'side', 'location.gone', 'finding.pattern'])
    .where('side', '=', 'history')
    .where('location.gone', 'is', null)
    .where('place', '=', placeOfHistory(host, target))
    .execute();
  return rows.filter(({ key }) => history(pathInHistory(key)));
}
