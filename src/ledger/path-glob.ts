import { createRequire } from 'node:module';
import type RE2 from 're2';

const require = createRequire(import.meta.url);

/** What a glob says, taken apart; `problem` is for the user, `at` the offset in the glob. */
export type GlobParse = { readonly regex: string; readonly literal: string; readonly exact?: string } | GlobProblem;

export interface GlobProblem {
  readonly problem: string;
  readonly at: number;
}

const maxGlobLength = 1024;

/**
 * Translates a glob to RE2, with the rules of `.gitignore`: without a slash in it (one at its end aside) it matches at any depth,
 * otherwise from the root; what matches a folder matches everything in it; `*`, `?` and `[...]` stay within one name, `**` crosses them;
 * `{a,b}` is either. RE2 and not a glob library's backtracking matcher, since a scanned repository writes these.
 */
export function parseGlob(glob: string): GlobParse {
  if (glob.length > maxGlobLength) return { problem: `is longer than ${maxGlobLength} characters`, at: maxGlobLength };
  if (glob.startsWith('!')) return { problem: 'cannot take back what another line ignores: `!` has no meaning here', at: 0 };
  const skipped = /^(?:\.\/|\/)?/.exec(glob)![0].length;
  const isFolder = glob.endsWith('/') && !glob.endsWith('\\/');
  const body = glob.slice(skipped, isFolder ? -1 : undefined);
  if (body === '') return { problem: 'is empty', at: 0 };
  if (/(?:^|\/)\.\.(?:\/|$)/.test(body)) return { problem: 'may not leave its folder with `..`', at: glob.indexOf('..') };
  const isAnchored = skipped > 0 || body.includes('/');

  const translated = translate(body);
  if ('problem' in translated) return { problem: translated.problem, at: translated.at + skipped };
  const below = isFolder ? '/.*' : '(?:/.*)?';
  return {
    regex: `^${isAnchored ? '' : '(?:.*/)?'}${translated.regex}${below}$`,
    literal: translated.literal,
    ...(translated.isLiteral && isAnchored && !isFolder ? { exact: translated.literal } : {}),
  };
}

function translate(body: string): { regex: string; literal: string; isLiteral: boolean } | GlobProblem {
  let regex = '';
  let longest = '';
  let run = '';
  let isLiteral = true;
  const openBraces: number[] = [];
  // Text between braces is one of several, so it is not in every path that matches.
  const take = (character: string) => {
    regex += escapeCharacter(character);
    if (openBraces.length > 0) return;
    run += character;
    if (run.length > longest.length) longest = run;
  };
  const vary = (piece: string) => {
    regex += piece;
    run = '';
    isLiteral = false;
  };

  for (let index = 0; index < body.length; index += 1) {
    const character = body[index]!;
    if (character === '\\') {
      index += 1;
      if (index === body.length) return { problem: 'ends in a lone backslash', at: index - 1 };
      take(body[index]!);
    } else if (character === '*') {
      const start = index;
      while (body[index + 1] === '*') index += 1;
      const isWholeName = (start === 0 || body[start - 1] === '/') && (index + 1 === body.length || body[index + 1] === '/');
      if (index === start || !isWholeName) {
        vary('[^/]*');
      } else if (index + 1 === body.length) {
        vary('.*');
      } else {
        vary('(?:.*/)?');
        index += 1;
      }
    } else if (character === '?') {
      vary('[^/]');
    } else if (character === '[') {
      const set = /^\[(?<not>[!^]?)(?<items>\]?(?:\\.|[^\]\\])*)\]/s.exec(body.slice(index));
      if (!set?.groups?.items) return { problem: 'has a `[` without its `]`', at: index };
      const items = set.groups.items.replace(/\\(.)|([[\]^&~])/gs, (_, escaped, plain) => escapeCharacter(escaped ?? plain));
      vary(`[${set.groups.not ? '^/' : ''}${items}]`);
      index += set[0].length - 1;
    } else if (character === '{') {
      openBraces.push(index);
      vary('(?:');
    } else if (character === '}' && openBraces.length > 0) {
      openBraces.pop();
      vary(')');
    } else if (character === ',' && openBraces.length > 0) {
      vary('|');
    } else {
      take(character);
    }
  }
  if (openBraces.length > 0) return { problem: 'has a `{` without its `}`', at: openBraces[0]! };
  try {
    compile(regex);
  } catch {
    return {
      problem: 'has a `[...]` that cannot be read, such as a range that runs backwards',
      at: Math.max(body.indexOf('['), 0),
    };
  }
  return { regex, literal: longest, isLiteral };
}

function escapeCharacter(character: string): string {
  return /[\\^$.*+?()[\]{}|&~-]/.test(character) ? `\\${character}` : character;
}

/** `s`: a path may hold a line break. Loaded late, as a hook run that finds nothing has no use for it. */
function compile(source: string): RE2 {
  const Regex = require('re2') as typeof RE2;
  return new Regex(source, 's');
}

/**
 * Which of many globs match a path: their indexes. A path is looked at once, and a glob's regex only runs on paths that hold
 * the longest literal of the glob.
 */
export function globMatcher(globs: readonly Extract<GlobParse, { regex: string }>[]): (path: string) => readonly number[] {
  const exact = new Map<string, number[]>();
  const others: { index: number; literal: string; source: string; regex?: RE2 }[] = [];
  globs.forEach((glob, index) => {
    if (glob.exact === undefined) others.push({ index, literal: glob.literal, source: glob.regex });
    else exact.set(glob.exact, [...(exact.get(glob.exact) ?? []), index]);
  });
  const seen = new Map<string, readonly number[]>();

  const search = (path: string): readonly number[] => {
    const hits: number[] = [];
    if (exact.size > 0) {
      for (let end = path.length; end > 0; end = path.lastIndexOf('/', end - 1))
        hits.push(...(exact.get(path.slice(0, end)) ?? []));
    }
    for (const glob of others) {
      if (!path.includes(glob.literal)) continue;
      glob.regex ??= compile(glob.source);
      if (glob.regex.test(path)) hits.push(glob.index);
    }
    return hits;
  };

  return (path) => {
    let hits = seen.get(path);
    if (!hits) {
      hits = search(path);
      seen.set(path, hits);
    }
    return hits;
  };
}
