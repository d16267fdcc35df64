import { normaliseHost } from './hosts.ts';
import type { Place } from './places.ts';

/** A credential of ours for a server, as people keep it: a connection URL. */
export interface AdminUrl extends Place {
  /** In lower case, without the colon. */
  readonly scheme: string;
  readonly user: string;
  readonly password: string;
  /** What stands behind the host, decoded, without its first slash. */
  readonly path: string;
  /** Names in lower case. */
  readonly settings: Readonly<Record<string, string>>;
}

/** Reads such a URL. The problem is a phrase that shows nothing of it. */
export function readAdminUrl(
  text: string,
  schemes: readonly string[],
  defaultPort: number,
): AdminUrl | { readonly problem: string } {
  const wanted = `the credential of ours must be a URL, ${schemes[0]}://USER:PASSWORD@HOST:PORT`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const scheme = url?.protocol.slice(0, -1) ?? '';
  if (!url || !schemes.includes(scheme)) return { problem: `${wanted}; what was given is none` };
  const host = normaliseHost(url.hostname.replace(/^\[(.*)\]$/, '$1'));
  if (host === undefined) return { problem: `${wanted}; what was given has no host` };
  try {
    return {
      scheme,
      host,
      port: Number(url.port) || defaultPort,
      user: decodeURIComponent(url.username),
      password: decodeURIComponent(url.password),
      path: decodeURIComponent(url.pathname.replace(/^\//, '')),
      settings: Object.fromEntries([...url.searchParams].map(([name, value]) => [name.toLowerCase(), value])),
    };
  } catch {
    return { problem: `${wanted}; what was given holds a % that begins no escape: write it as %25` };
  }
}
