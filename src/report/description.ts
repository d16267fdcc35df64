import type { ChatOrigin, CiLogOrigin, Within } from '../model/origin.ts';
import { originName, shortHash } from './origin-path.ts';
import type { FindingRecord, LocationRecord, VerdictRecord } from './record.ts';

/** `src/a.ts:3:12`. Not neutralised. */
export function placeName(location: Pick<LocationRecord, 'origin' | 'line' | 'column'>): string {
  return `${originName(location.origin)}:${location.line}:${location.column}`;
}

/** What a verdict says beyond its state, as separate phrases. Not neutralised. */
export function verdictDetails(verdict: VerdictRecord): string[] {
  return [
    verdict.canary === undefined ? '' : 'a trap',
    ...toldDetails(verdict),
    verdict.state === 'live' ? '' : (verdict.evidence ?? verdict.reason ?? ''),
  ].filter(Boolean);
}

/** What its provider told of a credential, as separate phrases. Not neutralised. */
export function toldDetails({
  identity,
  account,
  scopes,
  created,
  expires,
  lastUsed,
}: Pick<VerdictRecord, 'identity' | 'account' | 'scopes' | 'created' | 'expires' | 'lastUsed'>): string[] {
  return [
    identity === null ? '' : `identity ${identity}`,
    account === null ? '' : `account ${account}`,
    scopes?.length ? `scopes ${scopes.join(', ')}` : '',
    created === null ? '' : `created ${created}`,
    expires === null ? '' : `expires ${expires}`,
    lastUsed === null ? '' : `last used ${lastUsed}`,
  ].filter(Boolean);
}

/** What was asked and what came back, a line each: `GET https://api.example.com/v1/me: 401, dead: …`. Not neutralised. */
export function askedLines({ asked = [] }: VerdictRecord): string[] {
  return asked.map(
    ({ method, url, status, outcome }) => `${method} ${url}: ${status === undefined ? '' : `${status}, `}${outcome}`,
  );
}

/**
 * Where a location stands in history, as separate phrases; none for one that is not in history. `isStill`: the working tree
 * has it at the same place. Not neutralised.
 */
export function historyDetails({ origin }: Pick<LocationRecord, 'origin'>, isStill = false): string[] {
  if (origin.kind === 'ci-log') return jobDetails(origin);
  if (origin.kind === 'chat') return messageDetails(origin);
  if (!('commit' in origin) && origin.kind !== 'git') return [];
  const author = authorName(origin);
  const date = origin.date?.slice(0, 10) ?? '';
  if (origin.kind !== 'git') return [author, date].filter(Boolean);
  return [
    origin.commit ? `first in ${shortHash(origin.commit)}` : '',
    author,
    date,
    origin.versions !== undefined && origin.versions > 1 ? `${origin.versions} versions` : '',
    isStill ? 'still in the working tree' : '',
    !isStill && origin.lastCommit && origin.lastCommit !== origin.commit ? `last in ${shortHash(origin.lastCommit)}` : '',
    ...withinDetails(origin.within),
  ].filter(Boolean);
}

function withinDetails(within: Within | undefined): string[] {
  switch (within?.kind) {
    case undefined:
      return [];
    case 'ci-log':
      return jobDetails(within);
    case 'chat':
      return messageDetails(within);
    case 'notebook':
      return [`cell ${within.cell}`];
    default:
      return within satisfies never;
  }
}

function jobDetails({ system, repository, run, job, step, timestamp }: Omit<CiLogOrigin, 'path' | 'member'>): string[] {
  return [
    repository ? `${system} of ${repository}` : system,
    run === undefined ? '' : `run ${run}`,
    job === undefined ? '' : `job ${job}`,
    step === undefined ? '' : `step ${step}`,
    timestamp ?? '',
  ].filter(Boolean);
}

function messageDetails({
  system,
  workspace,
  channel,
  author,
  timestamp,
  edited,
  deleted,
  attachment,
}: Omit<ChatOrigin, 'path' | 'member'>): string[] {
  return [
    workspace ? `${system} of ${workspace}` : system,
    channel === undefined ? '' : `#${channel}`,
    author ? authorName({ author: author.name ?? author.id ?? '', email: author.email ?? '' }) : '',
    timestamp ?? '',
    attachment === undefined ? '' : `attached as ${attachment}`,
    edited ? 'edited' : '',
    deleted ? 'deleted' : '',
  ].filter(Boolean);
}

/** The first commit that held a finding, unless one of the locations shown beside it names it already. Not neutralised. */
export function firstDetails({ first }: Pick<FindingRecord, 'first'>, shown: readonly LocationRecord[]): string[] {
  if (!first || shown.some(({ origin }) => 'commit' in origin && origin.commit === first.commit)) return [];
  return [`first in ${shortHash(first.commit)}`, authorName(first), first.date.slice(0, 10)];
}

/** `Ada Lovelace <ada@example.com>`, or as much of it as is known. */
export function authorName({ author, email }: { readonly author?: string; readonly email?: string }): string {
  return [author, email && `<${email}>`].filter(Boolean).join(' ');
}

/** A reason of a gap in words: `too large`. */
export function reasonWords(reason: string): string {
  return reason.replaceAll('-', ' ');
}
