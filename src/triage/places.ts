import { basename, isAbsolute, join } from 'node:path';
import type { StoredFinding, StoredLocation } from '../model/stored-finding.ts';
import { placeName } from '../report/description.ts';
import { webUrl } from '../report/links.ts';
import { neutralise } from '../report/neutralise.ts';

/** As much of a place as leads there. */
export type Spot = Pick<StoredLocation, 'origin' | 'line' | 'column' | 'place' | 'gone'>;

/** A place of a finding, to be looked at. */
export interface Sight {
  readonly finding: Pick<StoredFinding, 'id' | 'pattern' | 'redacted'>;
  readonly location: Spot;
}

/** The place that one looks at first: the first where it still stands. */
export function sightOf(finding: Sight['finding'] & { readonly locations: readonly Spot[] }): Sight | undefined {
  const location = finding.locations.find(({ gone }) => gone === undefined) ?? finding.locations[0];
  return location && { finding, location };
}

/** The page of a place: what its log or message is known by, or the repository's host. Of the web and encrypted, or undefined. */
export function pageOf({ origin, line, place }: Spot): string | undefined {
  const told = origin.kind === 'ci-log' ? origin.url : origin.kind === 'chat' ? origin.permalink : undefined;
  // A history is known by `host.example/owner/name` wherever it was cloned to, else by a folder.
  const isHosted = /^[\w-]+(?:\.[\w-]+)+\/[^:]+$/.test(place);
  const address = told ?? (isHosted ? webUrl({ origin, line }, `https://${place}`) : undefined);
  if (address === undefined || !URL.canParse(address)) return undefined;
  const { protocol, username, password, href } = new URL(address);
  return protocol === 'https:' && username === '' && password === '' ? href : undefined;
}

/** The files of this machine that a place may be, the likeliest first. */
export function filesOf({ origin, place }: Spot, host: string): readonly string[] {
  const path = 'path' in origin ? origin.path : undefined;
  if (memberOf(origin) !== undefined || path === undefined || !place.startsWith(`${host}:`)) return [];
  const folder = place.slice(host.length + 1);
  // A path that begins otherwise, as with a dash, would be read as something else than a path.
  if (!isAbsolute(folder)) return [];
  // Of several targets each path begins with the target as it was typed.
  const inTarget = path
    .split(`${basename(folder)}/`)
    .slice(1)
    .join(`${basename(folder)}/`);
  return [join(folder, path), ...(inTarget === '' ? [] : [join(folder, inTarget)])];
}

/** The name of what it stands in, where that is packed into a file. */
export function memberOf(origin: Spot['origin']): string | undefined {
  return 'member' in origin ? origin.member : undefined;
}

/** What others may be sent of a finding: never its value, nor a line end of a path that would end a command where it is pasted. */
export function linkText({ finding: { id, pattern, redacted }, location }: Sight): string {
  return neutralise(`${id}  ${pattern.name}  ${redacted}  ${pageOf(location) ?? `${placeName(location)} in ${location.place}`}`);
}

/** How what is only in a history is shown; undefined where that is no question of git. */
export function gitShow({ origin }: Spot): string | undefined {
  if (origin.kind === 'commit') return `git show ${origin.commit}`;
  return origin.kind === 'git' ? `git cat-file -p ${origin.blob}` : undefined;
}
