import type { Pattern } from '../../model/pattern.ts';
import { AnalysisError, byteLengths, suggestLiterals } from '../../patterns/analyse.ts';
import { compilePattern } from '../../patterns/compile.ts';
import { parseRegex, RegexError } from '../../patterns/regex.ts';
import { patternSchema } from '../../patterns/schema.ts';
import { plainText } from '../plain-text.ts';
import { compileForeign } from './foreign-regex.ts';
import { gitleaksProvider, patternIdOfRule } from './gitleaks-rule-names.ts';
import type { GitleaksRule } from './gitleaks-schema.ts';
import { nameSecretGroup } from './secret-group.ts';

// A rule's keywords may stand anywhere in what gitleaks looks at together, often a whole file; a match that far from its keyword is noise.
const keywordDistance = 1000;
// For rules whose repetitions have no end.
const longestMatch = 4096;

/** How a pattern that was made of a rule differs from the rule. */
export type RuleDifference = 'first-group' | 'near-keyword' | 'capped' | 'slow';

/** What each difference means, after the names of the rules it is told of. */
export const differenceTexts: Readonly<Record<RuleDifference, string>> = {
  'first-group': 'several groups and no secretGroup; the first group is taken for the secret',
  'near-keyword': `looked for only within ${keywordDistance} bytes of a keyword, not in every file that holds one`,
  slow: 'no fixed text of three bytes in every match, so they run on everything, which slows the scan',
  capped: `matches of any length, of which ${longestMatch} bytes are looked at`,
};

/** What became of a rule: a pattern, with what is different about it, or the reason why there is none. */
export type RuleConversion =
  | { readonly pattern: Pattern; readonly differences: readonly RuleDifference[] }
  | { readonly problem: string };

/** Makes a pattern of a gitleaks rule that has a regex. `source` is where it stands. */
export function patternFromRule(rule: GitleaksRule, source: Pattern['source']): RuleConversion {
  if (rule.regex === undefined) return { problem: 'it has a path and no regex, and a file is no secret for its name' };
  if (rule.required?.length) return { problem: 'it requires matches of other rules' };
  const { regex, groups } = nameSecretGroup(rule.regex, rule.secretgroup ?? 0);
  if ((rule.secretgroup ?? 0) > groups) return { problem: `its secretGroup is ${rule.secretgroup}, its regex has ${groups}` };
  const unusable = compileProblem(regex);
  if (unusable) return { problem: `its regex cannot be used: ${withoutQuote(unusable)}` };

  const keywords = [...new Set((rule.keywords ?? []).map((keyword) => keyword.toLowerCase()).filter(Boolean))];
  try {
    const isBounded = byteLengths(parseRegex(regex)).max <= longestMatch;
    const common = {
      id: patternIdOfRule(rule.id),
      name: plainText(rule.description || rule.id, 100) || 'gitleaks rule',
      regex,
      boundary: 'none',
      entropy: Math.min(Math.max(rule.entropy ?? 0, 0), 8),
      ...(isBounded ? {} : { maxLength: longestMatch }),
      // So that a copy of gitleaks' own rules does not report a second time what a built-in pattern finds.
      generic: true,
    };
    const compile = (more: object) =>
      compilePattern(patternSchema.parse({ ...common, ...more }), { provider: gitleaksProvider, docs: undefined, source });
    // gitleaks looks for a keyword anywhere in the file; only one that every match holds can be searched for in its place.
    const byKeywords =
      keywords.length > 0 && keywords.every(isLiteral) ? unlessRefused(() => compile({ literals: keywords })) : undefined;
    const byOthers = () => {
      const literals = suggestLiterals(regex);
      return compile({
        literals: literals.length > 0 ? literals : 'none',
        parts: keywords.length > 0 ? [keywordPart(keywords)] : [],
      });
    };
    const pattern = byKeywords ?? byOthers();
    const differences: RuleDifference[] = [];
    if (!rule.secretgroup && groups > 1) differences.push('first-group');
    if (pattern.parts.length > 0) differences.push('near-keyword');
    if (!isBounded) differences.push('capped');
    if (pattern.literals.length === 0) differences.push('slow');
    return { pattern, differences };
  } catch (error) {
    if (error instanceof RegexError || error instanceof AnalysisError)
      return { problem: `its regex cannot be used: ${withoutQuote(error.message)}` };
    throw error;
  }
}

/** Undefined where the literals are not such that every match holds one. */
function unlessRefused(compile: () => Pattern): Pattern | undefined {
  try {
    return compile();
  } catch (error) {
    if (error instanceof AnalysisError && error.field === 'literals') return undefined;
    throw error;
  }
}

function compileProblem(regex: string): string | undefined {
  let found: string | undefined;
  compileForeign([regex], (_, problem) => {
    found = problem;
  });
  return found;
}

function isLiteral(keyword: string): boolean {
  return Buffer.byteLength(keyword) >= 3 && keyword.length <= 100;
}

function keywordPart(keywords: readonly string[]) {
  const alternatives = keywords.map((keyword) => keyword.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return { name: 'keyword', regex: `(?i:${alternatives.join('|')})`, within: keywordDistance };
}

/** RE2 quotes the regex that it refuses, and the secret itself may stand in it. */
function withoutQuote(message: string): string {
  return message.replace(/: .*$/s, '');
}
