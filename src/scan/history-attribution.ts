import pLimit from 'p-limit';
import type { CommitGraph } from '../git/commit-graph.ts';
import { findInTable } from '../git/name-table.ts';
import { openObjectReader } from '../git/object-reader.ts';
import { packTypes } from '../git/pack.ts';
import type { Tips } from '../git/refs.ts';
import { type GitOptions, git } from '../git/run-git.ts';
import type { Appearance, TreeGraph } from '../git/tree-graph.ts';
import type { Candidate } from '../model/candidate.ts';
import { secretParts } from '../model/finding.ts';
import type { Gap } from '../model/gap.ts';
import type { Origin } from '../model/origin.ts';
import type { Pattern } from '../model/pattern.ts';
import { Secret } from '../model/secret.ts';
import type { Crew } from './history-crew.ts';
import type { Chunk, HistoryJob, ObjectMatch, ScanPart, TreeJob } from './history-job.ts';
import type { HistoryOptions, HistoryResult } from './history-options.ts';
import { nameOf } from './history-plan.ts';
import { commitName, type Selected } from './history-selection.ts';
import { readTreeGraph, reportSubmodules } from './history-trees.ts';
import type { TurnedDownPlace } from './turned-down.ts';

/** Gives each secret its paths and commits: one candidate a path, and one for each commit or tag message that holds it. */
export async function attribute(
  matches: readonly ObjectMatch[],
  job: HistoryJob,
  treeChunks: readonly Chunk[],
  parts: readonly ScanPart[],
  graph: CommitGraph,
  selected: Selected,
  tips: Tips,
  crew: Crew,
  options: HistoryOptions,
  gitOptions: GitOptions,
  gaps: Gap[],
  here: Pick<TreeJob, 'objects' | 'isPartial'>,
  /** Blobs in which something could not be read. */
  unread: Iterable<string> = [],
): Promise<
  Pick<HistoryResult, 'candidates' | 'turnedDown'> & {
    /** A path at which a blob stood that holds a match, or that could not be read. */
    readonly pathOf: (blob: string) => string | undefined;
    /** The same, of those that were asked for. */
    readonly wantedPathOf: (blob: string) => string | undefined;
  }
> {
  // The same object may lie in several packs.
  const blobs = new Map<string, number>();
  const byBlob: ObjectMatch[][] = [];
  const messages: { readonly match: ObjectMatch; readonly name: string }[] = [];
  const seen = new Set<string>();
  for (const match of matches) {
    const name = nameOf(job, match.object);
    const key = `${name} ${match.decision.pattern} ${match.start} ${match.end} ${match.decision.decoded?.join() ?? ''} ${match.member ?? ''}`;
    if (seen.has(key)) continue;
    seen.add(key);
    if (match.type !== packTypes.blob) {
      messages.push({ match, name });
      continue;
    }
    let blob = blobs.get(name);
    if (blob === undefined) {
      blob = byBlob.length;
      blobs.set(name, blob);
      byBlob.push([]);
    }
    byBlob[blob].push(match);
  }

  const turnedDown = distinct(parts, job);
  const toPlace = [
    ...unread,
    ...turnedDown.filter(({ type }) => type === packTypes.blob).map(({ name }) => name),
    ...parts.flatMap(({ faults }) => faults.map(({ object }) => nameOf(job, object))),
  ];
  for (const name of toPlace) {
    if (blobs.has(name)) continue;
    blobs.set(name, byBlob.length);
    byBlob.push([]);
  }

  const read = await readTreeGraph(blobs, job, treeChunks, parts, graph, selected, crew, gaps, here);
  const { treeGraph } = read;
  // Where a tree is lost, so is the way to what stands below it: it is reported without its path.
  const withUnreachable = options.selection.withUnreachable || (read.isDamaged && options.selection.revisions.length === 0);
  const named = await readNamed(selected.named, blobs, gitOptions, gaps);
  const places = placeSecrets(byBlob, [...blobs.keys()], treeGraph, graph, selected, named, withUnreachable);
  if (treeGraph.isCut()) {
    gaps.push({
      origin: { kind: 'repository', repository: '.' },
      reason: 'depth',
      detail: 'a file or folder stands at more paths, or deeper, than are followed; not every path of it is told',
    });
  }
  const wantedCommits = new Set<number>();
  for (const { first } of places) if (first !== undefined) wantedCommits.add(first);
  const commitMessages = messages.filter(({ match, name }) => isWantedMessage(match.type, name, graph, selected));
  for (const { match, name } of commitMessages) {
    if (match.type === packTypes.commit) wantedCommits.add(findInTable(graph.names, Buffer.from(name, 'hex'), 0));
  }
  const [authors, headers] = await Promise.all([
    readAuthors(
      [...wantedCommits].map((commit) => commitName(graph, commit)),
      gitOptions,
    ),
    readHeaders(new Set(commitMessages.map(({ name }) => name)), gitOptions, options),
  ]);
  reportSubmodules(treeGraph, graph, tips, selected, gaps);

  const candidates: Candidate[] = [];
  for (const place of places) {
    const firstCommit = place.first === undefined ? undefined : authors.get(commitName(graph, place.first));
    const isNote = place.first !== undefined && selected.notes[place.first] === 1;
    const origin: Origin = isNote
      ? { kind: 'note', commit: place.path!.replaceAll('/', ''), ...pick(firstCommit) }
      : {
          kind: 'git',
          ...(place.path === undefined ? {} : { path: place.path }),
          blob: place.blob,
          ...(place.first === undefined ? {} : { commit: commitName(graph, place.first), ...pick(firstCommit) }),
          ...(place.last === undefined ? {} : { lastCommit: commitName(graph, place.last) }),
          versions: place.versions,
          ...(place.match.member === undefined ? {} : { member: place.match.member }),
          ...(place.match.within === undefined ? {} : { within: place.match.within }),
        };
    candidates.push(candidateOf(place.match, origin, options.patterns));
  }
  for (const { match, name } of commitMessages) {
    const origin: Origin =
      match.type === packTypes.commit
        ? { kind: 'commit', commit: name, ...pick(authors.get(name)) }
        : { kind: 'tag', commit: name };
    candidates.push(candidateOf(inMessage(match, headers.get(name)), origin, options.patterns));
  }
  return {
    candidates,
    turnedDown: turnedDown.flatMap((row) => placeTurnedDown(row, blobs, treeGraph, graph, selected)),
    pathOf: (blob) => (blobs.has(blob) ? treeGraph.appearances(blobs.get(blob)!)[0]?.path : undefined),
    wantedPathOf: (blob) =>
      blobs.has(blob)
        ? treeGraph.appearances(blobs.get(blob)!).find(({ first }) => selected.wanted[first] === 1)?.path
        : undefined,
  };
}

type TurnedDownObject = TurnedDownPlace & { readonly type: number; readonly name: string };

/** What was turned down, once an object: the same one may lie in several packs. */
function distinct(parts: readonly ScanPart[], job: HistoryJob): TurnedDownObject[] {
  const rows = new Map<string, TurnedDownObject>();
  for (const { turnedDown } of parts) {
    for (const { object, ...row } of turnedDown) {
      const name = nameOf(job, object);
      rows.set(`${name} ${row.pattern} ${row.start} ${row.reason}`, { ...row, name });
    }
  }
  return [...rows.values()];
}

function placeTurnedDown(
  { type, name, ...row }: TurnedDownObject,
  blobs: ReadonlyMap<string, number>,
  treeGraph: TreeGraph,
  graph: CommitGraph,
  selected: Selected,
): HistoryResult['turnedDown'] {
  if (type !== packTypes.blob) {
    const kind = type === packTypes.commit ? 'commit' : 'tag';
    return isWantedMessage(type, name, graph, selected) ? [{ ...row, origin: { kind, commit: name } }] : [];
  }
  const place = treeGraph.appearances(blobs.get(name)!).find(({ first }) => selected.wanted[first] === 1);
  return place ? [{ ...row, origin: { kind: 'git', path: place.path, blob: name, commit: commitName(graph, place.first) } }] : [];
}

/** What stands before the message in a commit or a tag: how many bytes and lines. */
interface Header {
  readonly bytes: number;
  readonly lines: number;
}

async function readHeaders(
  names: ReadonlySet<string>,
  gitOptions: GitOptions,
  { maxBytes }: HistoryOptions,
): Promise<ReadonlyMap<string, Header>> {
  const headers = new Map<string, Header>();
  if (names.size === 0) return headers;
  const reader = openObjectReader(gitOptions, maxBytes);
  try {
    for (const name of names) reader.request(name);
    for (const name of names) {
      const object = await reader.next();
      if (object.state !== 'read') continue;
      const end = object.bytes.indexOf('\n\n');
      if (end >= 0) headers.set(name, { bytes: end + 2, lines: object.bytes.toString('latin1', 0, end).split('\n').length + 1 });
    }
  } catch (cause) {
    if (gitOptions.signal?.aborted) throw cause;
    // git gives up on a damaged object; what it did not come to is told of as it stands in the object.
  } finally {
    reader.close();
  }
  return headers;
}

/** People count a message's lines from its own first one. What stands in the header (an author's name) keeps its place there. */
function inMessage(match: ObjectMatch, header: Header | undefined): ObjectMatch {
  if (!header || match.start < header.bytes) return match;
  return {
    ...match,
    start: match.start - header.bytes,
    end: match.end - header.bytes,
    line: match.line - header.lines,
    endLine: match.endLine - header.lines,
  };
}

/** The paths of blobs with matches that a ref or a tag names without a commit: none of a file, those inside of a folder. */
async function readNamed(
  named: ReadonlySet<string>,
  blobs: ReadonlyMap<string, number>,
  gitOptions: GitOptions,
  gaps: Gap[],
): Promise<ReadonlyMap<number, readonly (string | undefined)[]>> {
  const paths = new Map<number, (string | undefined)[]>();
  const add = (name: string, path: string | undefined) => {
    const blob = blobs.get(name);
    if (blob !== undefined) paths.set(blob, [...(paths.get(blob) ?? []), path]);
  };
  for (const name of named) {
    if (blobs.has(name)) {
      add(name, undefined);
      continue;
    }
    try {
      const type = (await git(['cat-file', '-t', name], gitOptions)).toString('latin1').trim();
      if (type !== 'tree') continue;
      const listing = await git(['ls-tree', '-r', '-z', '--full-tree', name], gitOptions);
      for (const line of listing.toString('utf8').split('\0')) {
        const [, blob, path] = /^\d+ blob ([0-9a-f]+)\t(.*)$/s.exec(line) ?? [];
        if (blob !== undefined) add(blob, path);
      }
    } catch (cause) {
      if (gitOptions.signal?.aborted) throw cause;
      gaps.push({
        origin: { kind: 'git', blob: name },
        reason: 'corrupt',
        detail: `object ${name.slice(0, 12)}, which a ref names: git cannot read it; run git fsck`,
      });
    }
  }
  return paths;
}

function isWantedMessage(type: number, name: string, graph: CommitGraph, selected: Selected): boolean {
  if (type === packTypes.tag) return selected.tags === undefined || selected.tags.has(name);
  const commit = findInTable(graph.names, Buffer.from(name, 'hex'), 0);
  return commit >= 0 && selected.wanted[commit] === 1;
}

interface Place {
  readonly match: ObjectMatch;
  readonly blob: string;
  readonly path?: string;
  readonly first?: number;
  readonly last?: number;
  readonly versions: number;
}

/** One place for each secret and path: the oldest version there, and how many versions hold it. */
function placeSecrets(
  byBlob: readonly (readonly ObjectMatch[])[],
  names: readonly string[],
  treeGraph: TreeGraph,
  graph: CommitGraph,
  selected: Selected,
  named: ReadonlyMap<number, readonly (string | undefined)[]>,
  withUnreachable: boolean,
): Place[] {
  const { rank } = graph;
  const places = new Map<string, Place>();
  byBlob.forEach((matches, blob) => {
    const appearances: readonly Appearance[] = treeGraph.appearances(blob);
    const withoutCommit = named.get(blob) ?? (withUnreachable ? [undefined] : []);
    if (appearances.length === 0 && withoutCommit.length === 0) return;
    const firstOfEach = new Map<string, ObjectMatch>();
    for (const match of matches) {
      const key = `${match.decision.pattern}\0${match.decision.secret}\0${match.member ?? ''}`;
      const known = firstOfEach.get(key);
      if (!known || match.start < known.start) firstOfEach.set(key, match);
    }
    for (const [secret, match] of firstOfEach) {
      for (const path of appearances.length === 0 ? withoutCommit : []) {
        const where = path === undefined ? {} : { path };
        places.set(`${secret}\0${path ?? ''}\0${names[blob]}`, { match, blob: names[blob], ...where, versions: 1 });
      }
      for (const { path, first, last } of appearances) {
        const key = `${secret}\0${path}`;
        const other = places.get(key);
        if (!other) {
          places.set(key, { match, blob: names[blob], path, first, last, versions: 1 });
          continue;
        }
        const isOlder = rank[first] < rank[other.first!];
        places.set(key, {
          match: isOlder ? match : other.match,
          blob: isOlder ? names[blob] : other.blob,
          path,
          first: isOlder ? first : other.first!,
          last: rank[last] > rank[other.last!] ? last : other.last!,
          versions: other.versions + 1,
        });
      }
    }
  });
  return [...places.values()].filter(({ first }) => first === undefined || selected.wanted[first] === 1);
}

/** What a commit tells of its author; a damaged or made-up one may tell nothing. */
interface Author {
  readonly author?: string;
  readonly email?: string;
  readonly date?: string;
}

function pick(author: Author | undefined): Author {
  return author ?? {};
}

async function readAuthors(commits: readonly string[], gitOptions: GitOptions): Promise<ReadonlyMap<string, Author>> {
  const authors = new Map<string, Author>();
  if (commits.length === 0) return authors;
  const ask = (names: readonly string[]) =>
    git(['log', '--no-walk=unsorted', '--stdin', '-z', '--format=%H%n%an%n%ae%n%aI'], {
      ...gitOptions,
      input: `${names.join('\n')}\n`,
    });
  // git gives up at the first commit that is damaged: then each is asked about on its own, and the damaged one has no author.
  const outputs = await ask(commits).then(
    (output) => [output],
    () => {
      const oneOfFew = pLimit(4);
      return Promise.all(commits.slice(0, 1000).map((commit) => oneOfFew(() => ask([commit]).catch(() => Buffer.alloc(0)))));
    },
  );
  for (const record of outputs.flatMap((output) => output.toString('utf8').split('\0'))) {
    const [commit, author, email, date] = record.trim().split('\n');
    if (!commit) continue;
    authors.set(commit, {
      ...(author ? { author } : {}),
      ...(email ? { email } : {}),
      // Without an author line git prints the format back, and a year of five digits is no ISO 8601.
      ...(Number.isNaN(Date.parse(date ?? '')) ? {} : { date }),
    });
  }
  return authors;
}

function candidateOf(match: ObjectMatch, origin: Origin, patterns: readonly Pattern[]): Candidate {
  const { decision, start, end, line, column, endLine, endColumn } = match;
  return {
    pattern: patterns[decision.pattern],
    secret: new Secret(decision.secret),
    parts: Object.fromEntries(Object.entries(decision.parts).map(([name, value]) => [name, new Secret(value)])),
    ...(decision.otherParts ? { otherParts: secretParts(decision.otherParts) } : {}),
    confidence: decision.confidence,
    location: {
      origin,
      start,
      end,
      line,
      column,
      endLine,
      endColumn,
      context: decision.context,
      ...(match.copies ? { copies: match.copies } : {}),
      ...(decision.decoded ? { decoded: decision.decoded } : {}),
    },
    ...(decision.allowedBy ? { allowedBy: decision.allowedBy } : {}),
  };
}
