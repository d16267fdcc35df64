import { describe, expect, it } from 'vitest';
import { gitleaksIgnoreRules } from '../../../src/ledger/compat/gitleaks-ignore.ts';
import { candidate, weak } from '../candidates.ts';

const commit = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';
const text = `# found in 2023, rotated

src\\config\\aws.js:aws-access-token:12
${commit}:src/old config.py:generic-api-key:7
docs/a:b.md:github-pat:3
src/newrelic.js:new-relic-user-api-key:1
src/g.js:generic-api-key:2
not a fingerprint
`;
const { rules, warnings } = gitleaksIgnoreRules(text, '.gitleaksignore');

describe('.gitleaksignore', () => {
  it('ignores file:rule:line where the rule is for the same provider', () => {
    const aws = candidate({ provider: 'aws', line: 12 });
    expect(rules.ignores(aws, 'src/config/aws.js')).toEqual({
      by: 'file',
      entry: '.gitleaksignore:3',
      reason: 'listed for gitleaks',
    });
    expect(rules.ignores(candidate({ provider: 'aws', line: 13 }), 'src/config/aws.js')).toBeUndefined();
    expect(rules.ignores(aws, 'src/config/aws.ts')).toBeUndefined();
    expect(rules.ignores(aws, undefined)).toBeUndefined();
    expect(rules.ignores(candidate({ provider: 'github', line: 3 }), 'docs/a:b.md')).toBeDefined();
    expect(rules.ignores(candidate({ provider: 'newrelic', line: 1 }), 'src/newrelic.js')).toBeDefined();
  });

  it('reports what another provider’s pattern finds on that line by now', () => {
    expect(rules.ignores(candidate({ provider: 'stripe', line: 12 }), 'src/config/aws.js')).toBeUndefined();
  });

  it('does not tell generic matches from others', () => {
    const { pattern } = weak();
    expect(rules.ignores({ ...candidate({ line: 12 }), pattern }, 'src/config/aws.js')).toBeDefined();
    expect(rules.ignores(candidate({ provider: 'stripe', line: 2 }), 'src/g.js')).toBeDefined();
  });

  it('ignores commit:file:rule:line in that commit, whatever the pattern', () => {
    const origin = { kind: 'git', path: 'src/old config.py', blob: 'b', commit } as const;
    expect(rules.ignores(candidate({ provider: 'stripe', line: 7, origin }), 'src/old config.py')).toMatchObject({
      entry: '.gitleaksignore:4',
      alsoAtPath: true,
    });
    const later = { ...origin, commit: 'b'.repeat(40) };
    expect(rules.ignores(candidate({ provider: 'stripe', line: 7, origin: later }), 'src/old config.py')).toBeUndefined();
    expect(rules.ignores(candidate({ provider: 'stripe', line: 7 }), 'src/old config.py')).toBeUndefined();
  });

  it('warns of lines that it cannot use', () => {
    expect(warnings).toEqual([expect.stringMatching(/^\.gitleaksignore:8: /)]);
  });
});
