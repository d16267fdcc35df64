import { type IgnoreCandidate, originCommit } from '../ignored.ts';
import { plainText } from '../plain-text.ts';
import { compileForeign, quoted, remembered } from './foreign-regex.ts';
import type { GitleaksAllowlist } from './gitleaks-schema.ts';
import { lineOf, lineUpToSecret } from './line-of.ts';

/** An allowlist of gitleaks, ready to be asked. */
export interface Allowlist {
  readonly description: string;
  /** Ids of the gitleaks rules that it is for; undefined: for everything. */
  readonly targets: readonly string[] | undefined;
  allows(candidate: IgnoreCandidate, path: string | undefined): boolean;
}

type Check = (candidate: IgnoreCandidate, path: string | undefined) => boolean;

const targets: Readonly<Record<string, (candidate: IgnoreCandidate) => string | undefined>> = {
  secret: ({ secret }) => secret.reveal(),
  match: lineUpToSecret,
  line: lineOf,
};

/** Compiles an allowlist for the rules in `rules`; what it names and cannot be honoured goes to `warn`. */
export function compileAllowlist(
  list: GitleaksAllowlist,
  rules: readonly string[] | undefined,
  warn: (what: string) => void,
): Allowlist | undefined {
  const description = plainText(list.description ?? '', 120) || 'allowlist';
  const condition = (list.condition || 'OR').toUpperCase();
  const target = list.regextarget || 'secret';
  if (!['OR', '||', 'AND', '&&'].includes(condition) || !Object.hasOwn(targets, target)) {
    warn(`the allowlist ${quoted(description)} is not honoured: its condition or regexTarget is unknown`);
    return undefined;
  }
  const compile = (sources: readonly string[]) =>
    compileForeign(sources, (source, problem) =>
      warn(`${quoted(source)} of the allowlist ${quoted(description)} is not honoured: ${problem}`),
    );
  const checks: Check[] = [];
  if (list.commits?.length) {
    const commits = new Set(list.commits.map((commit) => commit.trim().toLowerCase()));
    checks.push(({ location }) => commits.has(originCommit(location) ?? ''));
  }
  // A criterion whose regexes were all refused stays, and holds for nothing: dropped, AND would allow more than was asked for.
  if (list.paths?.length) {
    const matches = remembered(compile(list.paths) ?? (() => false));
    checks.push((_, path) => matches(path));
  }
  if (list.regexes?.length) {
    const matches = remembered(compile(list.regexes) ?? (() => false));
    checks.push((candidate) => matches(targets[target]!(candidate)));
  }
  if (list.stopwords?.length) {
    const words = list.stopwords.map((word) => word.toLowerCase());
    const holdsWord = remembered((value) => words.some((word) => value.includes(word)));
    checks.push(({ secret }) => holdsWord(secret.reveal().toLowerCase()));
  }
  if (checks.length === 0) {
    warn(`the allowlist ${quoted(description)} names nothing`);
    return undefined;
  }
  const isAnd = condition === 'AND' || condition === '&&';
  return {
    description,
    targets: rules,
    allows: (candidate, path) =>
      isAnd ? checks.every((check) => check(candidate, path)) : checks.some((check) => check(candidate, path)),
  };
}
