import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Origin } from '../model/origin.ts';

interface Place {
  readonly origin: Origin;
  readonly line: number;
}

/** The address of a place: the file on this machine, or its page at the repository's host; undefined when there is none. */
export function locationUrl(place: Place, root: string, repositoryUrl: string | undefined): string | undefined {
  const { origin } = place;
  const told = origin.kind === 'ci-log' ? origin.url : origin.kind === 'chat' ? origin.permalink : undefined;
  // It comes out of what was scanned: only an address of the web is made a link.
  if (told !== undefined && URL.canParse(told) && new URL(told).protocol === 'https:') return new URL(told).href;
  if (origin.kind === 'ci-log' || origin.kind === 'chat') return pathToFileURL(join(root, origin.path)).href;
  if (origin.kind === 'file' || origin.kind === 'staged' || origin.kind === 'archive') {
    return pathToFileURL(join(root, origin.path)).href;
  }
  return webUrl(place, repositoryUrl);
}

/** The page of a place in history at the repository's host. GitHub, GitLab and Gitea answer to these addresses. */
export function webUrl({ origin, line }: Place, repositoryUrl: string | undefined): string | undefined {
  if (repositoryUrl === undefined || (origin.kind !== 'git' && origin.kind !== 'commit')) return undefined;
  // A nested repository has another address than the one that the target came from.
  if (origin.repository && origin.repository !== '.' && origin.repository !== repositoryUrl) return undefined;
  const base = webBase(repositoryUrl);
  if (base === undefined) return undefined;
  if (origin.kind === 'commit') return `${base}/commit/${origin.commit}`;
  if (origin.kind !== 'git' || !origin.commit || origin.path === undefined) return undefined;
  return `${base}/blob/${origin.commit}/${encodePath(origin.path)}#L${line}`;
}

/** A path as the path of a URI: every segment percent-encoded. Lone surrogates, which no URI can hold, become U+FFFD. */
export function encodePath(path: string): string {
  return path
    .replace(/\p{Cs}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
}

/** The web address of a remote, `git@host:owner/name.git` among them, without user, password and suffix. */
function webBase(remote: string): string | undefined {
  const scp = /^[\w.-]+@([\w.-]+):(?!\/\/)(.+)$/.exec(remote);
  const address = scp ? `https://${scp[1]}/${scp[2]}` : remote;
  if (!URL.canParse(address)) return undefined;
  const { protocol, host, pathname } = new URL(address);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return `${protocol}//${host}${pathname.replace(/\/+$/, '').replace(/\.git$/, '')}`;
}
