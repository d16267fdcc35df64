import { describe, expect, it } from 'vitest';
import { readGitleaksConfig } from '../../../src/ledger/compat/gitleaks-config.ts';
import { nameSecretGroup } from '../../../src/ledger/compat/secret-group.ts';
import { Secret } from '../../../src/model/secret.ts';
import { candidate, value, weak } from '../candidates.ts';

const commit = 'a94a8fe5ccb19ba61c4c0873d391e987982fbbd3';
const read = (text: string, files: Record<string, string> = {}) =>
  readGitleaksConfig(text, '.gitleaks.toml', async (path) => files[path]);

const realistic = `
title = "Acme"
[extend]
useDefault = true
disabledRules = ["generic-api-key", "sidekiq-secret"]

[[rules]]
id = "acme-token"
description = "Acme API token"
regex = '''(?i)\\b(acme_[a-z0-9]{32})(?:['"\\s;]|$)'''
entropy = 3.5
keywords = ["acme_"]
tags = ["internal"]

[[rules]]
id = "acme_legacy"
regex = '''(user|pass)=([0-9a-f]{32})'''
secretGroup = 2
keywords = ["ACME"]
path = '''(?i)\\.ini$'''
  [[rules.allowlists]]
  condition = "AND"
  paths = ['''^legacy/''']
  regexes = ['''^0{32}$''']

[[rules]]
id = "pem-file"
path = '''\\.pem$'''

[[rules]]
id = "github-pat"
[rules.allowlist]
stopwords = ["Sample"]

[allowlist]
description = "global"
paths = ['''(^|/)testdata/''']
regexes = ['''EXAMPLE$''']
commits = ["${commit.toUpperCase()}"]
`;

describe('rules', () => {
  it('become patterns of the provider gitleaks that yield to built-in ones', async () => {
    const { patterns } = await read(realistic);
    expect(patterns.map(({ id }) => id)).toEqual(['gitleaks-acme-token', 'gitleaks-acme-legacy']);
    expect(patterns[0]).toMatchObject({
      provider: 'gitleaks',
      name: 'Acme API token',
      regex: expect.stringContaining('(?<secret>acme_[a-z0-9]{32})'),
      literals: [{ text: 'acme_', caseSensitive: false }],
      boundary: { left: 'none', right: 'none' },
      entropy: 3.5,
      parts: [],
      generic: true,
      confidence: 1,
      source: { file: '.gitleaks.toml', line: 8 },
    });
  });

  it('look for a keyword that is no part of the match near it', async () => {
    const { patterns, warnings } = await read(realistic);
    expect(patterns[1]).toMatchObject({
      regex: '(?:user|pass)=(?<secret>[0-9a-f]{32})',
      parts: [{ name: 'keyword', regex: '(?i:acme)', required: true, identifies: false }],
    });
    expect(patterns[1]!.literals.length).toBeGreaterThan(0);
    expect(warnings).toContainEqual(expect.stringMatching(/^\.gitleaks\.toml: "acme_legacy": looked for only within 1000 bytes/));
  });

  it('report outside their path nothing', async () => {
    const { rules } = await read(realistic);
    const legacy = candidate({ provider: 'gitleaks', id: 'gitleaks-acme-legacy', generic: true });
    expect(rules.ignores(legacy, 'a/b.txt')?.reason).toBe('outside the path of the rule');
    expect(rules.ignores(legacy, 'a/b.INI')).toBeUndefined();
  });

  it('that cannot be honoured are told of', async () => {
    const { patterns, warnings } = await read(`
      [[rules]]
      id = "path-only"
      path = "x"
      [[rules]]
      id = "lookahead"
      regex = "(?=a)abc[0-9]{20}"
      [[rules]]
      id = "group"
      regex = "abc_(x)"
      secretGroup = 2
      [[rules]]
      id = "composite"
      regex = "abc_[0-9]{20}"
      [[rules.required]]
      id = "path-only"
      [[rules]]
      id = "empty"
      regex = "a*"
      [[rules]]
      id = "a-b"
      regex = "first_[0-9]{20}"
      [[rules]]
      id = "a_b"
      regex = "second_[0-9]{20}"
      [[rules]]
      id = "hidden"
      regex = "hidden_[0-9]{20}"
      skipReport = true
      [extend]
      url = "https://example.com/x.toml"
    `);
    expect(patterns.map(({ id }) => id)).toEqual(['gitleaks-a-b']);
    for (const rule of ['path-only', 'lookahead', 'group', 'composite', 'empty', 'a_b']) {
      expect(warnings.filter((warning) => warning.includes(`the rule "${rule}" is left out`))).toHaveLength(1);
    }
    expect(warnings).toHaveLength(7);
    expect(warnings.at(-1)).toContain('url is not honoured');
  });

  it('of any length are capped, and need no keyword', async () => {
    const { patterns, warnings } = await read(`[[rules]]\nid = "long"\nregex = '''acme:(.+);([a-z]+)'''`);
    expect(patterns[0]).toMatchObject({ maxLength: 4096, literals: [{ text: 'acme:' }] });
    expect(warnings).toEqual([expect.stringContaining('"long": several groups'), expect.stringContaining('4096 bytes')]);
  });

  it('without fixed text are told of, as they slow the scan', async () => {
    const { patterns, warnings } = await read(`[[rules]]\nid = "hex"\nregex = '''\\b[0-9a-f]{32}\\b'''\nkeywords = ["acme"]`);
    expect(patterns[0]).toMatchObject({ literals: [], parts: [{ name: 'keyword' }] });
    expect(warnings).toEqual([
      expect.stringContaining('"hex": looked for only'),
      expect.stringContaining('"hex": no fixed text'),
    ]);
  });

  it('do not drive the terminal', async () => {
    const { patterns } = await read(`[[rules]]\nid = "x"\ndescription = "a\\u001b[31mb"\nregex = "acme_[0-9]{9}"`);
    expect(patterns[0]!.name).toBe('a [31mb');
  });

  it('are read through a chain of files, the nearer ones first', async () => {
    const { patterns, warnings } = await read('[extend]\npath = "base.toml"\n[[rules]]\nid = "x"\nregex = "near_[0-9]{9}"', {
      'base.toml':
        '[extend]\npath = "base.toml"\n[[rules]]\nid = "x"\nregex = "far_[0-9]{9}"\n[[rules]]\nid = "y"\nregex = "far_[0-9]{8}"',
    });
    expect(patterns.map(({ regex }) => regex)).toEqual(['near_[0-9]{9}', 'far_[0-9]{8}']);
    expect(warnings).toEqual([expect.stringContaining('more than 2 files deep')]);
    expect((await read('[extend]\npath = "../secret.toml"')).warnings).toEqual([expect.stringContaining('no such file')]);
  });
});

describe('allowlists', () => {
  it('hold for everything by path, value or commit', async () => {
    const { rules } = await read(realistic);
    expect(rules.ignores(candidate({}), 'deep/testdata/a')).toEqual({ by: 'file', entry: '.gitleaks.toml', reason: 'global' });
    expect(rules.ignores(candidate({ secret: `${value('a')}EXAMPLE` }), 'src/a')).toBeDefined();
    expect(rules.ignores(candidate({ origin: { kind: 'git', path: 'src/a', blob: 'b', commit } }), 'src/a')).toBeDefined();
    expect(rules.ignores(candidate({ provider: 'aws' }), 'src/a')).toBeUndefined();
  });

  it('of a rule hold for the patterns of its provider', async () => {
    const { rules } = await read(realistic);
    expect(rules.ignores(candidate({ provider: 'github', secret: 'ghx_SAMPLE00000' }), 'src/a')).toBeDefined();
    expect(rules.ignores(candidate({ provider: 'aws', secret: 'ghx_SAMPLE00000' }), 'src/a')).toBeUndefined();
  });

  it('with AND want all of it, and OR any', async () => {
    const { rules } = await read(realistic);
    const legacy = { provider: 'gitleaks', id: 'gitleaks-acme-legacy', generic: true };
    expect(rules.ignores(candidate({ ...legacy, secret: '0'.repeat(32) }), 'legacy/a.ini')).toBeDefined();
    expect(rules.ignores(candidate({ ...legacy, secret: '0'.repeat(32) }), 'src/a.ini')).toBeUndefined();
    expect(rules.ignores(candidate({ ...legacy, secret: '1'.repeat(32) }), 'legacy/a.ini')).toBeUndefined();
  });

  it('with AND allow nothing when one of its regexes cannot be used', async () => {
    const { rules, warnings } = await read(`[[allowlists]]\ncondition = "and"\npaths = ["^src/"]\nregexes = ["(?!x)y"]`);
    expect(warnings).toEqual([expect.stringContaining('is not honoured')]);
    expect(rules.ignores(candidate({}), 'src/a')).toBeUndefined();
  });

  it('look at the line, or at what comes before the value', async () => {
    const { rules } = await read(`
      [[allowlists]]
      regexTarget = "line"
      regexes = ["# public$"]
      [[allowlists]]
      regexTarget = "match"
      regexes = ["demo_key"]
    `);
    const secret = value('on a line');
    const on = (line: string) => candidate({ secret, context: line.replace('@', String(new Secret(secret))) });
    expect(rules.ignores(on('key = "@" # public'), 'a')).toBeDefined();
    expect(rules.ignores(on('key = "@" # public?'), 'a')).toBeUndefined();
    expect(rules.ignores(on('demo_key = "@"'), 'a')).toBeDefined();
    expect(rules.ignores(on('key = "@" # demo_key'), 'a')).toBeUndefined();
    expect(rules.ignores(candidate({ secret }), 'a')).toBeUndefined();
  });

  it('can be for some rules only, and keys may be spelled in any case', async () => {
    const { rules } = await read(`[[Allowlists]]\nTARGETRULES = ["slack-bot-token"]\nStopWords = ["test"]`);
    expect(rules.ignores(candidate({ provider: 'slack', secret: 'a-TEST-b' }), 'a')).toBeDefined();
    expect(rules.ignores(candidate({ provider: 'aws', secret: 'a-TEST-b' }), 'a')).toBeUndefined();
  });

  it('that are hostile do not hang', async () => {
    const { rules } = await read(`[[allowlists]]\nregexes = ['''^(a+)+$''', '''(x+x+)+y''']`);
    expect(rules.ignores(candidate({ secret: `${'a'.repeat(50_000)}!` }), 'a')).toBeUndefined();
  });

  it('that say nothing known are told of', async () => {
    const { warnings } = await read(`[[allowlists]]\ndescription = "none"\n[[allowlists]]\ncondition = "XOR"\npaths = ["a"]`);
    expect(warnings).toEqual([expect.stringContaining('"none" names nothing'), expect.stringContaining('unknown')]);
  });
});

it('disabled rules turn off the generic detectors, or the pattern of that id', async () => {
  const { rules, warnings } = await read(realistic);
  expect(rules.ignores(weak(), 'a')?.reason).toBe('a disabled rule');
  expect(rules.ignores(candidate({ id: 'sidekiq-secret', provider: 'sidekiq' }), 'a')).toBeDefined();
  expect(rules.ignores(candidate({ provider: 'gitleaks', id: 'gitleaks-acme-token', generic: true }), 'a')).toBeUndefined();
  expect(warnings).toContainEqual(expect.stringContaining('"sidekiq-secret" is disabled only where'));
});

it.each([
  ['a = ', /\.gitleaks\.toml:1:\d+: not TOML/],
  ['[[rules]]\nregex = "x"', /rules\.0\.id/],
  ['[[rules]]\nid = "x"\nentropy = "high"', /rules\.0\.entropy/],
])('a configuration that is none is refused: %j', async (text, message) => {
  await expect(read(text)).rejects.toMatchObject({ code: 'config', message: expect.stringMatching(message) });
});

describe('nameSecretGroup', () => {
  it.each([
    ['a(b)c(d)', 2, 'a(?:b)c(?<secret>d)', 2],
    ['a(b)c', 0, 'a(?<secret>b)c', 1],
    ['abc', 0, 'abc', 0],
    ['(?i)(?:x)(?P<n>y)(?<m>z)', 2, '(?i)(?:x)(?:y)(?<secret>z)', 2],
    ['\\(a\\)(b)', 1, '\\(a\\)(?<secret>b)', 1],
    ['[(](b)[^)(]([])(])', 2, '[(](?:b)[^)(](?<secret>[])(])', 2],
    ['[[:alpha:](]+(b)', 1, '[[:alpha:](]+(?<secret>b)', 1],
    ['\\Q(a)\\E(b)', 1, '\\Q(a)\\E(?<secret>b)', 1],
    ['(?-i:(a))', 1, '(?-i:(?<secret>a))', 1],
  ])('%s, group %i', (regex, group, expected, groups) => {
    expect(nameSecretGroup(regex, group)).toEqual({ regex: expected, groups });
  });
});
