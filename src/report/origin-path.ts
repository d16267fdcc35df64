import type { Gap } from '../model/gap.ts';

type AnyOrigin = Gap['origin'];

/**
 * The path of an origin relative to the target, or undefined when it has none. A path in a nested repository's history is
 * relative to that repository, so the repository's own path goes in front; a repository known by URL has none.
 */
export function originPath(origin: AnyOrigin): string | undefined {
  switch (origin.kind) {
    case 'file':
    case 'staged':
      return origin.path;
    case 'archive':
    case 'ci-log':
    case 'chat':
      return origin.path;
    case 'git':
      return origin.path === undefined ? undefined : inRepository(origin.repository, origin.path);
    case 'commit':
    case 'tag':
    case 'note':
    case 'stdin':
    case 'repository':
      return undefined;
    default:
      return origin satisfies never;
  }
}

/** What a person calls an origin: its path, the member of an archive after `!/`, the object of a history, `standard input`. */
export function originName(origin: AnyOrigin): string {
  switch (origin.kind) {
    case 'archive':
    case 'ci-log':
    case 'chat':
      return `${origin.path}${inMember(origin.member)}`;
    case 'commit':
      return `message of commit ${shortHash(origin.commit)}${ofRepository(origin.repository)}`;
    case 'tag':
      return `message of tag ${shortHash(origin.commit)}${ofRepository(origin.repository)}`;
    case 'note':
      return `note on ${shortHash(origin.commit)}${ofRepository(origin.repository)}`;
    case 'stdin':
      return 'standard input';
    case 'repository':
      return origin.repository === '' || origin.repository === '.' ? 'the repository' : `repository ${origin.repository}`;
    case 'git':
      return `${originPath(origin) ?? `blob ${shortHash(origin.blob)}${ofRepository(origin.repository)}`}${inMember(origin.member)}`;
    case 'file':
    case 'staged':
      return origin.path;
    default:
      return origin satisfies never;
  }
}

function inMember(member: string | undefined): string {
  return member === undefined ? '' : `!/${member}`;
}

/** The first twelve digits of an object's hash: enough for any repository, and the same everywhere in a report. */
export function shortHash(hash: string): string {
  return hash.slice(0, 12);
}

function inRepository(repository: string | undefined, path: string): string {
  if (!repository || repository === '.' || repository.includes('://')) return path;
  return `${repository}/${path}`;
}

function ofRepository(repository: string | undefined): string {
  return repository && repository !== '.' ? ` of ${repository}` : '';
}
