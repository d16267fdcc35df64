/**
 * Comments that allow what stands on their line, of quash and of the scanners that people come from.
 * Each is looked for as its own tool does: a tag that its tool finds anywhere on the line needs no comment sign before it;
 * a plain word (`ggignore`, `nosecret`) does, for it could be code.
 *
 *   quash:allow [pattern-id[,pattern-id...]] [reason]       quash:allow-next-line …
 *   gitleaks:allow  betterleaks:allow  trufflehog:ignore  kingfisher:ignore
 *   pragma: allowlist secret, pragma: whitelist secret      pragma: allowlist nextline secret   (detect-secrets)
 *   secretlint-disable-line [rule, ...]                     secretlint-disable-next-line …
 *   ggignore  nosecret
 */
const onLine =
  /quash:allow(?![-\w])(?=(?<scope>[^\r\n]{0,200}))|(?:gitleaks|betterleaks):allow\b|(?:trufflehog|kingfisher):ignore\b|pragma: ?(?:allow|white)list[ -]secret\b|secretlint-disable-line\b(?=(?<rules>[^\r\n]{0,200}))|(?<=(?:#|(?<!:)\/\/|\/\*|%|(?:--|;)[ \t])[ \t]{0,8})(?:ggignore|nosecret)(?![\w.-])/g;

const onLineBefore =
  /quash:allow-next-line\b(?=(?<scope>[^\r\n]{0,200}))|pragma: ?allowlist[ -]nextline[ -]secret\b|secretlint-disable-next-line\b(?=(?<rules>[^\r\n]{0,200}))/g;

/**
 * The tag of the comment on `line` that allows a match of the pattern, e.g. `quash:allow`; undefined when there is none.
 * Hand it no more of a line than the pattern's reach: what is decided here must not depend on bytes further away.
 * `generic` says that a generic detector made the match: `quash:allow generic` allows those alone.
 */
export function allowComment(line: string, patternId = '', generic = false): string | undefined {
  return firstThatCovers(onLine, line, patternId, generic);
}

/** As `allowComment`, for the line before the match's own: only the forms that name the next line count there. */
export function allowCommentBefore(previousLine: string, patternId = '', generic = false): string | undefined {
  return firstThatCovers(onLineBefore, previousLine, patternId, generic);
}

function firstThatCovers(tags: RegExp, line: string, patternId: string, generic: boolean): string | undefined {
  // Every tag holds one of these words, and most lines hold none of them.
  if (!/allow|ignore|secret/.test(line)) return undefined;
  for (const match of line.matchAll(tags)) {
    const { scope, rules } = match.groups ?? {};
    if (scope !== undefined && !coversPattern(scope, patternId, generic)) continue;
    if (rules !== undefined && !coversRule(rules, patternId)) continue;
    return match[0];
  }
  return undefined;
}

/**
 * What follows `quash:allow` is a list of pattern ids when its first word looks like ids do (lower case, with a hyphen), or is `generic`;
 * otherwise it is a reason, and the comment covers every pattern. An id that was mistyped allows nothing, which shows.
 */
function coversPattern(scope: string, patternId: string, generic: boolean): boolean {
  const first = /^[ \t]+(?<ids>[0-9a-z-]+(?:,[0-9a-z-]+)*)(?=[\s]|$)/.exec(scope)?.groups?.ids;
  const ids = first?.split(',') ?? [];
  if (ids.length === 0 || !ids.every((id) => id === 'generic' || /^[a-z0-9]+(?:-[a-z0-9]+)+$/.test(id))) return true;
  return ids.some((id) => id === patternId || (id === 'generic' && generic));
}

/** secretlint's rules are packages such as `@secretlint/secretlint-rule-slack`: their last word is a provider's name. */
function coversRule(rules: string, patternId: string): boolean {
  const named = [...rules.split(/--|\*\//, 1)[0]!.matchAll(/secretlint-rule-([0-9a-z]+)/g)].map((match) => match[1]);
  return named.length === 0 || named.some((provider) => patternId === provider || patternId.startsWith(`${provider}-`));
}
