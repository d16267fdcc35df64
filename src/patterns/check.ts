import type { Pattern, PatternSet } from '../model/pattern.ts';
import { unnamedGroups } from './lint.ts';
import { type ExpandedExample, expandExample, RecipeError } from './recipes.ts';

/** What the check needs to know of a match. */
export interface CheckedMatch {
  /** Index into the set's patterns. */
  readonly pattern: number;
  readonly secret: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly start: number;
  readonly end: number;
}

/** The real pipeline, from bytes to matches. */
export type CheckScan = (set: PatternSet, bytes: Uint8Array) => readonly CheckedMatch[] | Promise<readonly CheckedMatch[]>;

export interface CheckProblem {
  readonly level: 'error' | 'warning';
  readonly pattern: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
}

export interface CheckResult {
  readonly patterns: number;
  readonly examples: number;
  readonly counterExamples: number;
  readonly problems: readonly CheckProblem[];
}

/**
 * Runs what each pattern says of itself through the real pipeline: each example must be found by its own pattern, with
 * the value that was put in, and by no pattern of another provider; no counter-example may be found by it.
 * With `only`, those patterns alone are held to that, and the others' examples tell whether they find too much.
 */
export async function checkPatterns(
  set: PatternSet,
  scan: CheckScan,
  { only = () => true }: { readonly only?: (pattern: Pattern) => boolean } = {},
): Promise<CheckResult> {
  const problems: CheckProblem[] = [];
  const counts = { patterns: 0, examples: 0, counterExamples: 0 };
  const rivalsOf = rivalSets(set);
  for (const [index, pattern] of set.patterns.entries()) {
    const isChecked = only(pattern);
    const report = (level: CheckProblem['level'], message: string, about = pattern) =>
      problems.push({ level, pattern: about.id, file: about.source.file, line: about.source.line, message });
    const expand = (text: string, name: string) =>
      tryExpand(pattern, text, name, (message) => isChecked && report('error', message));
    const rivals = rivalsOf(pattern, isChecked ? undefined : only);

    for (const [number, text] of pattern.examples.entries()) {
      const name = `example ${number + 1}`;
      const expanded = expand(text, name);
      if (!expanded) continue;
      const bytes = Buffer.from(expanded.text);
      if (isChecked) {
        const messages = exampleProblems(set, index, expanded, await scan(set, bytes));
        for (const message of messages) report('error', `${name}: ${message}`);
      }
      for (const rival of await patternsFound(rivals, bytes, scan)) {
        if (isChecked) {
          report(
            'error',
            `${name}: ${rival.id} finds something in it as well; make one of the two patterns narrower, or the example plainer`,
          );
        } else {
          report('error', `it finds something in ${name} of ${pattern.id}; make it narrower`, rival);
        }
      }
    }
    if (!isChecked) continue;

    counts.patterns++;
    counts.examples += pattern.examples.length;
    counts.counterExamples += pattern.counterExamples.length;
    if (pattern.examples.length === 0) report('error', 'it has no example; add one, such as NAME={{secret}}');
    for (const warning of warningsOf(pattern)) report('warning', warning);
    for (const [number, { text, why }] of pattern.counterExamples.entries()) {
      const name = `counter-example ${number + 1} (${why})`;
      const expanded = expand(text, name);
      const matches = expanded ? await scan(set, Buffer.from(expanded.text)) : [];
      if (matches.some((match) => match.pattern === index)) {
        report('error', `${name} is found; narrow the regex, raise entropy, or add it to allow`);
      }
    }
  }
  return { ...counts, problems };
}

function tryExpand(pattern: Pattern, text: string, name: string, report: (message: string) => void): ExpandedExample | undefined {
  try {
    return expandExample(pattern, text, name);
  } catch (error) {
    if (!(error instanceof RecipeError)) throw error;
    report(`${name}: ${error.message}`);
    return undefined;
  }
}

function exampleProblems(set: PatternSet, index: number, expanded: ExpandedExample, matches: readonly CheckedMatch[]): string[] {
  const pattern = set.patterns[index]!;
  const own = matches.filter((match) => match.pattern === index);
  const problems: string[] = [];
  // What a provider's pattern knows is never a generic finding as well: it is found all the same.
  const isNamed = matches.some(
    ({ secret, pattern: other }) => (expanded.secret ?? secret) === secret && !set.patterns[other]!.generic,
  );
  if (own.length === 0 && pattern.generic && isNamed) return problems;
  if (own.length === 0) problems.push(`it is not found; ${whyMissed(pattern)}`);
  else if (expanded.secret !== undefined && !own.some(({ secret }) => secret === expanded.secret)) {
    problems.push(
      `what is found is not its value: ${own[0]!.secret.length} characters instead of ${expanded.secret.length}; look at the regex's ends and at boundary`,
    );
  }
  const holder = own.find(({ secret }) => secret === expanded.secret) ?? own[0];
  for (const [name, value] of Object.entries(expanded.parts)) {
    if (holder && holder.parts[name] !== value) {
      problems.push(
        `its part ${name} is ${holder.parts[name] === undefined ? 'not found' : 'another value'}; look at the part's regex and at within`,
      );
    }
  }
  return problems;
}

/**
 * The patterns that must find nothing in a pattern's examples: those of other providers that do not yield to it, as
 * generic and less confident ones do. They are scanned for without the pattern itself: of matches that overlap the
 * pipeline reports one, and which one must not hide that there are two.
 */
function rivalSets(set: PatternSet): (pattern: Pattern, among: ((pattern: Pattern) => boolean) | undefined) => PatternSet {
  const known = new Map<string, PatternSet>();
  return (pattern, among) => {
    const key = `${pattern.provider} ${pattern.confidence} ${pattern.generic} ${among ? 'some' : 'all'}`;
    const isRival = (other: Pattern) =>
      !pattern.generic &&
      !other.generic &&
      other.provider !== pattern.provider &&
      other.confidence >= pattern.confidence &&
      (among?.(other) ?? true);
    const rivals = known.get(key) ?? { version: `${set.version} against ${key}`, patterns: set.patterns.filter(isRival) };
    known.set(key, rivals);
    return rivals;
  };
}

async function patternsFound(set: PatternSet, bytes: Uint8Array, scan: CheckScan): Promise<readonly Pattern[]> {
  if (set.patterns.length === 0) return [];
  const matches = await scan(set, bytes);
  return [...new Set(matches.map(({ pattern }) => set.patterns[pattern]!))];
}

function whyMissed(pattern: Pattern): string {
  const suspects = [
    pattern.detector === undefined
      ? 'what stands before and after it (boundary)'
      : `what ${pattern.detector} takes for a placeholder, and its confidence`,
    ...(pattern.entropy > 0 ? [`its entropy (at least ${pattern.entropy})`] : []),
    ...(pattern.checksum !== undefined ? [`its checksum (${pattern.checksum})`] : []),
    ...(pattern.parts.some(({ required }) => required) ? ['its required parts'] : []),
    ...(pattern.allow.length > 0 ? ['allow'] : []),
  ];
  return `look at ${suspects.join(', ')}`;
}

function warningsOf(pattern: Pattern): string[] {
  const warnings: string[] = [];
  if (pattern.literals.length === 0 && pattern.detector === undefined) {
    warnings.push(
      'literals: none runs the regex on every byte that is scanned, which is many times slower; give it a literal if you can',
    );
  }
  if (unnamedGroups(pattern.regex) > 0)
    warnings.push('its regex captures what nobody reads, which is slower; write (?:…) in place of (…)');
  return warnings;
}
