import type { Pattern } from '../../model/pattern.ts';
import type { IgnoreCandidate, Ignored, IgnoreRules } from '../ignored.ts';
import { compileForeign, quoted, remembered } from './foreign-regex.ts';
import { type Allowlist, compileAllowlist } from './gitleaks-allowlist.ts';
import { differenceTexts, patternFromRule, type RuleDifference } from './gitleaks-rule.ts';
import { gitleaksProvider, isGenericRule, isSameRule, patternIdOfRule } from './gitleaks-rule-names.ts';
import { type GitleaksRule, type GitleaksToml, parseGitleaksToml } from './gitleaks-schema.ts';

/** What a gitleaks configuration asks for, in our terms. */
export interface GitleaksConfig {
  /** Its rules. They come on top of the built-in patterns and yield to them where both match a value. */
  readonly patterns: readonly Pattern[];
  /** Its allowlists, disabled rules, and the paths that its rules are limited to. */
  readonly rules: IgnoreRules;
  /** What it asks for and does not get. */
  readonly warnings: readonly string[];
}

interface Collected {
  readonly patterns: Map<string, { readonly rule: string; readonly pattern: Pattern }>;
  readonly pathLimits: Map<string, (path: string | undefined) => boolean>;
  readonly allowlists: Allowlist[];
  readonly disabled: string[];
  readonly differences: Map<RuleDifference, string[]>;
  readonly warnings: string[];
}

const maxExtends = 2;
// gitleaks itself has some two hundred. A scanned repository must not keep us busy with more than anybody uses.
const maxRules = 1000;
const maxRulesShown = 8;

/**
 * Reads a gitleaks configuration. `readExtended` gives the text of the file that `[extend] path` names, or undefined when it may not be read.
 * Throws a `config` error on what is no such configuration.
 */
export async function readGitleaksConfig(
  text: string,
  file: string,
  readExtended: (path: string) => Promise<string | undefined>,
): Promise<GitleaksConfig> {
  const collected: Collected = {
    patterns: new Map(),
    pathLimits: new Map(),
    allowlists: [],
    disabled: [],
    differences: new Map(),
    warnings: [],
  };
  let current = { text, file };
  for (let depth = 0; ; depth += 1) {
    const config = parseGitleaksToml(current.text, current.file);
    collectConfig(config, current, collected);
    const warn = (what: string) => collected.warnings.push(`${current.file}: ${what}`);
    if (config.extend?.url) {
      warn(
        '[extend] url is not honoured: nothing is fetched that a scanned repository names; save that file and use [extend] path',
      );
    }
    const path = config.extend?.path;
    if (!path) break;
    const content = depth < maxExtends ? await readExtended(path) : undefined;
    if (content === undefined) {
      const why = depth < maxExtends ? 'there is no such file in the scanned folder' : `it is more than ${maxExtends} files deep`;
      warn(`[extend] path ${quoted(path)} is not honoured: ${why}`);
      break;
    }
    current = { text: content, file: path };
  }
  for (const [difference, rules] of collected.differences) {
    const shown = rules.slice(0, maxRulesShown).map(quoted).join(', ');
    const more = rules.length > maxRulesShown ? ` and ${rules.length - maxRulesShown} more` : '';
    collected.warnings.push(`${file}: ${shown}${more}: ${differenceTexts[difference]}`);
  }
  return {
    patterns: [...collected.patterns.values()].map(({ pattern }) => pattern),
    rules: rulesOf(collected, file),
    warnings: collected.warnings,
  };
}

function collectConfig(config: GitleaksToml, { text, file }: { text: string; file: string }, collected: Collected): void {
  const lines = text.split('\n');
  const warn = (what: string, line?: number) => collected.warnings.push(`${file}${line ? `:${line}` : ''}: ${what}`);
  const rules = config.rules ?? [];
  if (rules.length > maxRules) warn(`${rules.length} rules, of which the first ${maxRules} are honoured`);
  for (const rule of rules.slice(0, maxRules)) {
    const line = lines.findIndex((content) => /^\s*id\s*=/i.test(content) && content.includes(rule.id)) + 1;
    for (const list of [rule.allowlist, ...(rule.allowlists ?? [])]) {
      const allowlist = list && compileAllowlist(list, [rule.id], (what) => warn(what, line));
      if (allowlist) collected.allowlists.push(allowlist);
    }
    collectRule(rule, { file, line: Math.max(line, 1) }, collected, (what) => warn(`the rule ${quoted(rule.id)} ${what}`, line));
  }
  for (const list of [config.allowlist, ...(config.allowlists ?? [])]) {
    const allowlist = list && compileAllowlist(list, list.targetrules, warn);
    if (allowlist) collected.allowlists.push(allowlist);
  }
  for (const rule of config.extend?.disabledrules ?? []) {
    collected.disabled.push(rule);
    if (isGenericRule(rule)) continue;
    warn(
      `the rule ${quoted(rule)} is disabled only where a pattern has that very id; write \`pattern:ID # reason\` in .quashignore`,
    );
  }
}

function collectRule(rule: GitleaksRule, source: Pattern['source'], collected: Collected, warn: (what: string) => void): void {
  // A rule without a regex of its own extends one of the default configuration; one that is not reported serves others.
  if ((rule.regex === undefined && rule.path === undefined) || rule.skipreport) return;
  const id = patternIdOfRule(rule.id);
  const taken = collected.patterns.get(id);
  if (taken) {
    // The same rule again is one that was overridden.
    if (taken.rule !== rule.id) warn(`is left out: its name comes out the same as that of ${quoted(taken.rule)}`);
    return;
  }
  const made = patternFromRule(rule, source);
  if ('problem' in made) {
    warn(`is left out: ${made.problem}`);
    return;
  }
  for (const difference of made.differences) {
    collected.differences.set(difference, [...(collected.differences.get(difference) ?? []), rule.id]);
  }
  collected.patterns.set(id, { rule: rule.id, pattern: made.pattern });
  if (!rule.path) return;
  const path = compileForeign([rule.path], (_, problem) => warn(`is not limited to its path: ${problem}`));
  if (path) collected.pathLimits.set(id, remembered(path));
}

function rulesOf({ pathLimits, disabled, allowlists }: Collected, file: string): IgnoreRules {
  const ignored = (reason: string): Ignored => ({ by: 'file', entry: file, reason });
  const listsOf = new Map<string, readonly Allowlist[]>();
  const allowlistsFor = (pattern: IgnoreCandidate['pattern']) => {
    const known = listsOf.get(pattern.id);
    if (known) return known;
    const lists = allowlists.filter(({ targets }) => !targets?.length || targets.some((rule) => isSameRule(rule, pattern)));
    listsOf.set(pattern.id, lists);
    return lists;
  };
  const isDisabled = ({ id, generic, provider }: IgnoreCandidate['pattern']) =>
    disabled.some((rule) =>
      isGenericRule(rule) ? generic && provider !== gitleaksProvider : rule === id || patternIdOfRule(rule) === id,
    );
  return {
    ignores(candidate, path) {
      const { pattern } = candidate;
      if (pathLimits.get(pattern.id)?.(path) === false) return ignored('outside the path of the rule');
      if (isDisabled(pattern)) return ignored('a disabled rule');
      const allowlist = allowlistsFor(pattern).find(({ allows }) => allows(candidate, path));
      return allowlist && ignored(allowlist.description);
    },
  };
}
