import { type IgnoreRules, originCommit } from '../ignored.ts';
import { isGenericRule, isSameRule } from './gitleaks-rule-names.ts';

interface Entry {
  readonly line: number;
  readonly rule: string;
}

/**
 * `.gitleaksignore` (https://github.com/gitleaks/gitleaks): `file:rule:line`, and `commit:file:rule:line` for history.
 * The rule's name is gitleaks' own. With a commit the line is a fixed one that was looked at, so any pattern's match on it is meant, and
 * the same value at the same path is too. Without one the line may hold something else by now: there the rule must be for the same provider.
 */
export function gitleaksIgnoreRules(
  text: string,
  file: string,
): { readonly rules: IgnoreRules; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const anywhere = new Map<string, Entry[]>();
  const atCommit = new Map<string, Entry[]>();

  text.split(/\r?\n/).forEach((content, index) => {
    const entry = content.replace(/^\uFEFF/, '').trim();
    if (entry === '' || entry.startsWith('#')) return;
    // From both ends, for a path may hold a colon.
    const parts = /^(?:(?<commit>[0-9a-fA-F]{40}(?:[0-9a-fA-F]{24})?):)?(?<path>.+):(?<rule>[^:]+):(?<line>\d+)$/.exec(
      entry,
    )?.groups;
    if (!parts) {
      // The line itself is not shown: somebody may have put the secret there.
      warnings.push(`${file}:${index + 1}: this line is neither file:rule:line nor commit:file:rule:line; it ignores nothing`);
      return;
    }
    const path = parts.path!.replaceAll('\\', '/').replace(/^\.\//, '');
    const place = parts.commit ? `${parts.commit.toLowerCase()}:${path}:${parts.line}` : `${path}:${parts.line}`;
    const list = parts.commit ? atCommit : anywhere;
    list.set(place, [...(list.get(place) ?? []), { line: index + 1, rule: parts.rule! }]);
  });

  return {
    warnings,
    rules: {
      ignores({ pattern, location }, path) {
        if (path === undefined) return undefined;
        const commit = originCommit(location);
        const reviewed = commit && atCommit.get(`${commit}:${path}:${location.line}`)?.[0];
        if (reviewed) {
          return {
            by: 'file',
            entry: `${file}:${reviewed.line}`,
            reason: 'listed for gitleaks at this commit',
            alsoAtPath: true,
          };
        }
        const entry = anywhere
          .get(`${path}:${location.line}`)
          ?.find(({ rule }) => isSameRule(rule, pattern) || isGenericRule(rule) || pattern.generic);
        return entry && { by: 'file', entry: `${file}:${entry.line}`, reason: 'listed for gitleaks' };
      },
    },
  };
}
