import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { QuashError } from '../errors.ts';

/** Where a ledger is. */
export type Place =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly shown: string };

/**
 * Reads what `--store` says: a path, a PostgreSQL URL, or `none` (undefined). Without it the ledger is
 * `$XDG_DATA_HOME/quash/ledger.db`, by default under `~/.local/share`.
 */
export function placeOf(store: string | undefined, env: Readonly<NodeJS.ProcessEnv>, cwd: string): Place | undefined {
  if (store === 'none') return undefined;
  if (store === undefined) return { kind: 'sqlite', file: join(dataFolder(env), 'quash', 'ledger.db') };
  if (/^postgres(?:ql)?:\/\//i.test(store)) return { kind: 'postgres', url: store, shown: withoutPassword(store) };
  // A drive letter is no scheme.
  if (/^[a-z][a-z0-9+.-]+:/i.test(store)) {
    throw new QuashError('usage', 'opening the ledger: --store takes the path of a file, a postgres:// URL, or none');
  }
  return { kind: 'sqlite', file: resolve(cwd, store) };
}

function dataFolder(env: Readonly<NodeJS.ProcessEnv>): string {
  // The XDG specification says that a relative path there is to be ignored.
  if (env.XDG_DATA_HOME && isAbsolute(env.XDG_DATA_HOME)) return env.XDG_DATA_HOME;
  return join(env.HOME || homedir(), '.local', 'share');
}

function withoutPassword(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new QuashError('usage', 'opening the ledger: the URL that --store names is none; write postgres://USER@HOST/DATABASE');
  }
  url.password = '';
  url.searchParams.delete('password');
  return url.href;
}
