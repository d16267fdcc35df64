import { relative, resolve, sep } from 'node:path';
import type { Location } from '../model/location.ts';
import type { Origin } from '../model/origin.ts';
import type { ScannedTarget, ScanRecord } from './store.ts';

export type Side = 'tree' | 'history';

/** Where a location is for good: the same the next time it is scanned, whatever line it moved to and however the target was named. */
export interface Spot {
  readonly place: string;
  readonly side: Side;
  /** Without the how manieth it is there. */
  readonly key: string;
}

/** Whether an origin is in what is there now, or in what a history keeps. */
function sideOf({ kind }: Origin): Side {
  return kind === 'git' || kind === 'commit' || kind === 'tag' || kind === 'note' ? 'history' : 'tree';
}

/** The name of a folder of a machine, as a place. */
export function placeOfFolder(host: string, folder: string): string {
  return `${host}:${folder.split(sep).join('/').replace(/\/$/, '')}`;
}

/** The name of what a target's history is kept under. */
export function placeOfHistory(host: string, { repository, root }: ScannedTarget): string {
  return repository ?? placeOfFolder(host, root);
}

/** Says where a location of a scan is. */
export function spotOf({ origin }: Location, scan: Pick<ScanRecord, 'host' | 'root' | 'targets'>): Spot {
  const side = sideOf(origin);
  if (origin.kind === 'stdin') return { side, place: 'stdin', key: 'stdin' };
  const path = 'path' in origin ? origin.path : undefined;
  const absolute = resolve(scan.root, path ?? '.');
  const target = targetOf(absolute, scan.targets);
  if (side === 'tree') {
    // By its absolute path: a scan of the folder above finds it again.
    const member = 'member' in origin && origin.member !== undefined ? origin.member : '';
    const within = JSON.stringify([origin.kind, placeOfFolder(scan.host, absolute), member, messageOf(origin)]);
    return { side, place: placeOfFolder(scan.host, target?.root ?? scan.root), key: within };
  }
  const place = target ? placeOfHistory(scan.host, target) : placeOfFolder(scan.host, scan.root);
  const inner = 'repository' in origin ? (origin.repository ?? '') : '';
  if (origin.kind === 'git') {
    const inTarget = path === undefined ? origin.blob : target ? toSlashes(relative(target.root, absolute)) : path;
    const member = origin.member === undefined ? [] : [origin.member];
    return { side, place, key: JSON.stringify(['git', place, inner, inTarget, ...member]) };
  }
  return { side, place, key: JSON.stringify([origin.kind, place, inner, 'commit' in origin ? origin.commit : '']) };
}

/** `host:/path` of a spot in the tree, out of its key. */
export function absolutePathOf(key: string): string {
  return fieldsOf(key)[1] ?? '';
}

/** The path of a spot in a history, out of its key; empty where it has none, as a commit's message. */
export function pathInHistory(key: string): string {
  const [kind, , , path] = fieldsOf(key);
  return kind === 'git' ? (path ?? '') : '';
}

function fieldsOf(key: string): readonly string[] {
  return key.startsWith('[') ? (JSON.parse(key.slice(0, key.lastIndexOf(']') + 1)) as string[]) : [];
}

/** What tells messages of one export, or lines of one log, from each other where the document does not. */
function messageOf(origin: Origin): string {
  return origin.kind === 'chat' ? [origin.channel, origin.timestamp, origin.thread].join('|') : '';
}

function targetOf(path: string, targets: readonly ScannedTarget[]): ScannedTarget | undefined {
  const holding = targets.filter(({ root }) => isWithin(path, root));
  return holding.sort((a, b) => b.root.length - a.root.length)[0] ?? (targets.length === 1 ? targets[0] : undefined);
}

/** Whether a path is a folder or lies in it. */
export function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}

function toSlashes(path: string): string {
  return path.split(sep).join('/');
}
