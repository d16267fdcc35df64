import { QuashError } from '../errors.ts';
import { printable } from '../git/run-git.ts';

/** The ways git may speak to a remote. Others (`ext::`, any remote helper) can run programs of the URL's choosing. */
export const cloneProtocols = ['https', 'http', 'ssh', 'git', 'file'] as const;

// host:path and user@host:path, as scp writes it; git takes it for ssh unless a slash comes before the colon.
const scpForm = /^(?:[\w.+-]+@)?[\w.-]+:(?!\/\/|:)[^\s]+$/;

/** Whether TARGET is meant as a URL; asked only of what is not there on disk. */
export function looksLikeUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:(:|\/\/)/i.test(text) || (scpForm.test(text) && !/^[a-z]:/i.test(text));
}

/**
 * A URL that git may be given. Throws QuashError('usage') for protocols that can run programs and for values that git or
 * ssh would take for an option (CVE-2017-1000117 and its kin).
 */
export function cloneUrl(text: string): string {
  const refuse = (why: string) => new QuashError('usage', `cloning ${printable(text)}: ${why}`);
  if (/[\p{Cc}\s]/u.test(text)) throw refuse('a URL holds no spaces or control characters; quote or encode them');
  if (text.startsWith('-')) throw refuse('it looks like an option; give a URL such as https://host/team/app.git');
  const protocol = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text)?.[1]?.toLowerCase();
  if (protocol === undefined) {
    if (!scpForm.test(text) || /^[a-z][a-z0-9+.-]*::/i.test(text))
      throw refuse(`only ${cloneProtocols.join(', ')} and user@host:path are cloned`);
    const [host = '', path = ''] = splitOnce(text, ':');
    if (/(^|@)-/.test(host) || path.startsWith('-')) throw refuse('its host or path looks like an option');
    return text;
  }
  if (!cloneProtocols.some((known) => known === protocol))
    throw refuse(`only ${cloneProtocols.join(', ')} and user@host:path are cloned`);
  if (!URL.canParse(text)) throw refuse('it is not a URL; give one such as https://host/team/app.git');
  const { hostname, username, pathname } = new URL(text);
  if ([hostname, username, pathname.slice(1)].some((part) => /^(-|%2d)/i.test(part)))
    throw refuse('its host, user or path looks like an option');
  return text;
}

/** The host that a clone would speak to; empty for one that speaks to none. */
export function cloneHost(url: string): string {
  if (URL.canParse(url) && /^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return new URL(url).hostname;
  const [place] = splitOnce(url, ':');
  return place.slice(place.indexOf('@') + 1);
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return [text.slice(0, at), text.slice(at + 1)];
}
