import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readDescriptions } from '../../fixtures/providers/description.ts';
import { type ProviderServer, startProviderServer } from '../../fixtures/providers/server.ts';
import type { StoredRecord } from '../../src/report/stored-record.ts';
import { newHome } from './homes.ts';
import { invent, inventPart } from './scans.ts';

let server: ProviderServer;
beforeAll(async () => {
  server = await startProviderServer(readDescriptions(new URL('../../fixtures/providers/', import.meta.url)));
});
afterAll(() => server.close());

const github = invent('github-pat-classic', 'imported');
const unheard = ['zq', 'k9Tn', 'Xw2Lr7', 'Vb4Pd8', 'Hs6Jm3'].join('');
const commit = 'c0ffee'.repeat(7).slice(0, 40);

const gitleaks = JSON.stringify([
  {
    RuleID: 'github-pat',
    Description: 'Uncovered a GitHub Personal Access Token',
    StartLine: 4,
    EndLine: 4,
    StartColumn: 10,
    EndColumn: 49,
    Match: `token = "${github}"`,
    Secret: github,
    File: 'deploy/run.sh',
    SymlinkFile: '',
    Commit: commit,
    Entropy: 4.9,
    Author: 'Ann',
    Email: 'ann@example.com',
    Date: '2024-05-01T10:00:00Z',
    Message: 'deploy',
    Tags: [],
    Fingerprint: `${commit}:deploy/run.sh:github-pat:4`,
  },
  {
    RuleID: 'acme-key',
    StartLine: 1,
    EndLine: 1,
    StartColumn: 1,
    EndColumn: 9,
    Match: unheard,
    Secret: unheard,
    File: 'acme.cfg',
    Commit: '',
  },
  {
    RuleID: 'acme-key',
    StartLine: 2,
    EndLine: 2,
    StartColumn: 1,
    EndColumn: 9,
    Match: 'REDACTED',
    Secret: 'REDACTED',
    File: 'acme.cfg',
    Commit: '',
  },
]);

const betterleaks = JSON.stringify([
  {
    ruleID: 'github-pat',
    description: 'GitHub Personal Access Token',
    confidence: 'high',
    match: `token = "${github}"`,
    secret: github,
    attributes: { path: 'deploy/run.sh', 'git.sha': commit, 'git.author_name': 'Ann', 'git.date': '2024-05-01T10:00:00Z' },
    location: { startLine: 4, endLine: 4, startColumn: 10, endColumn: 49 },
    validation: { status: 'valid' },
    tags: [],
  },
]);

const betterleaksNext = JSON.stringify([
  {
    schema_version: 2,
    ruleID: 'github-pat',
    match: { full: `token = "${github}"`, value: github },
    location: { path: 'deploy/run.sh', startLine: 4, endLine: 4, startColumn: 10, endColumn: 49 },
    tags: [],
  },
]);

const trufflehog = [
  { level: 'info', msg: 'finished scanning' },
  {
    SourceMetadata: {
      Data: {
        Git: {
          commit,
          file: 'deploy/run.sh',
          email: 'Ann <ann@example.com>',
          repository: 'https://someone:pass@git.example.com/team/app.git',
          timestamp: '2024-05-01 10:00:00 +0000',
          line: 4,
        },
      },
    },
    SourceID: 1,
    SourceType: 16,
    SourceName: 'trufflehog - git',
    DetectorType: 8,
    DetectorName: 'Github',
    DecoderName: 'PLAIN',
    Verified: true,
    Raw: github,
    RawV2: '',
    Redacted: '',
    ExtraData: null,
    StructuredData: null,
  },
]
  .map((line) => JSON.stringify(line))
  .join('\n');

const kingfisherFinding = {
  rule: { name: 'GitHub Personal Access Token', id: 'kingfisher.github.1' },
  finding: {
    snippet: github,
    fingerprint: '1234567890',
    confidence: 'medium',
    entropy: '4.90',
    validation: { status: 'Active Credential', response: '' },
    language: 'Shell',
    line: 4,
    column_start: 10,
    column_end: 49,
    path: 'deploy/run.sh',
    git_metadata: {
      repository_url: 'https://git.example.com/team/app',
      commit: { id: commit, date: '2024-05-01T10:00:00Z', committer: { name: 'Ann', email: 'ann@example.com' } },
      file: { path: 'deploy/run.sh' },
    },
  },
};

const reports = [
  ['gitleaks', gitleaks, 'gitleaks', '2 new'],
  ['Betterleaks', betterleaks, 'betterleaks', '1 new'],
  ['the next Betterleaks', betterleaksNext, 'betterleaks', '1 new'],
  ['TruffleHog', trufflehog, 'trufflehog', '1 new'],
  ['Kingfisher', `${JSON.stringify(kingfisherFinding)}\n{"audit":{}}\n`, 'kingfisher', '1 new'],
  ['Kingfisher as one document', JSON.stringify({ findings: [kingfisherFinding], metadata: {} }), 'kingfisher', '1 new'],
] as const;

test.each(reports)('a report of %s is taken over, and its findings are verified like our own', async (_, report, tool, added) => {
  const home = newHome();
  await home.quash(['keys', 'init']);
  writeFileSync(join(home.repository, 'report.json'), report);
  const imported = await home.quash(['findings', 'import', 'report.json']);
  expect(imported.code).toBe(0);
  expect(imported.stderr).toContain(`a report of ${tool}: ${added}, 0 still there`);
  expect(readFileSync(home.store).includes(github)).toBe(false);
  const listed = JSON.parse((await home.quash(['findings', 'list', '--format', 'json'])).stdout).findings as StoredRecord[];
  const ours = listed.find(({ pattern }) => pattern === 'github-pat-classic')!;
  expect(ours).toMatchObject({
    importedFrom: tool,
    provider: 'github',
    locations: [{ line: 4, origin: { path: 'deploy/run.sh' } }],
  });
  expect(JSON.stringify(ours)).not.toContain('pass@');
  server.add({ pattern: 'github-pat-classic', secret: github, parts: {}, state: 'live' });
  const endpoints = server.endpoints('github').flatMap((endpoint) => ['--endpoint', endpoint]);
  const verified = await home.quash(['verify', ours.id, '--format', 'json', ...endpoints]);
  expect(JSON.parse(verified.stdout).findings).toMatchObject([{ verdict: { state: 'live', identity: 'octocat' } }]);
  if (tool !== 'gitleaks') return;
  expect(imported.stderr).toContain('1 left out: the report shows no value of them');
  expect(listed.find(({ pattern }) => pattern === 'gitleaks-acme-key')).toMatchObject({ provider: 'generic' });
});

test('a scan finds again what was imported, as one finding', async () => {
  const home = newHome();
  await home.quash(['keys', 'init']);
  writeFileSync(join(home.repository, 'app.env'), `TOKEN=${github}\n`);
  await home.quash(['scan', '--offline']);
  writeFileSync(join(home.repository, 'report.json'), gitleaks);
  const { stderr } = await home.quash(['findings', 'import', 'report.json']);
  expect(stderr).toContain('a report of gitleaks: 1 new, 1 still there');
});

test('the parts of a credential are found in what a report shows of it', async () => {
  const home = newHome();
  await home.quash(['keys', 'init']);
  const id = 'aws-access-key';
  const secret = invent(id);
  const part = inventPart(id, 'secret');
  const line = {
    SourceMetadata: { Data: { Filesystem: { file: 'a.env', line: 2 } } },
    SourceName: 'trufflehog - filesystem',
    DetectorName: 'AWS',
    Raw: secret,
    RawV2: `${secret}:${part}`,
  };
  writeFileSync(join(home.repository, 'report.jsonl'), `${JSON.stringify(line)}\n`);
  await home.quash(['findings', 'import', 'report.jsonl']);
  const { findings } = JSON.parse((await home.quash(['findings', 'list', '--format', 'json'])).stdout);
  expect(findings).toMatchObject([{ pattern: id, parts: { secret: expect.stringContaining('redacted') } }]);
});

test('a detect-secrets baseline holds hashes alone, and that is said', async () => {
  const home = newHome();
  await home.quash(['keys', 'init']);
  const hashed = createHash('sha1').update(github).digest('hex');
  const entry = { type: 'GitHub Token', filename: 'a.env', hashed_secret: hashed, is_verified: false, line_number: 3 };
  const baseline = {
    version: '1.5.0',
    plugins_used: [{ name: 'GitHubTokenDetector' }],
    filters_used: [],
    results: { 'a.env': [entry] },
  };
  writeFileSync(join(home.repository, '.secrets.baseline'), JSON.stringify(baseline));
  const imported = await home.quash(['findings', 'import', '.secrets.baseline']);
  expect(imported.stderr).toContain('a report of detect-secrets: 1 new');
  expect(imported.stderr).toContain('1 value of it known by a hash alone');
  const { findings } = JSON.parse((await home.quash(['findings', 'list', '--format', 'json'])).stdout);
  expect(findings).toMatchObject([{ pattern: 'detect-secrets-github-token', secret: '… (redacted)', locations: [{ line: 3 }] }]);
  const verified = await home.quash(['verify', '--all', '--offline']);
  expect(verified.stderr).toContain('1 finding left out: only hashes of them are known');
  expect((await home.quash(['findings', 'show', findings[0].id])).stdout).toContain('no: only a hash of it is known');
});

test.each([
  ['no JSON', 'hello'],
  ['another tool’s', JSON.stringify({ results: [{ check_id: 'x' }] })],
  ['a damaged export of ours', JSON.stringify({ type: 'kept', finding: {} })],
])('a file that is %s is refused', async (_, content) => {
  const home = newHome();
  await home.quash(['keys', 'init']);
  writeFileSync(join(home.repository, 'report.json'), content);
  const { code, stderr } = await home.quash(['findings', 'import', 'report.json']);
  expect(code).toBe(2);
  expect(stderr).toMatch(/^quash: importing /);
});

test('a report without findings is no error', async () => {
  const home = newHome();
  await home.quash(['keys', 'init']);
  writeFileSync(join(home.repository, 'report.json'), '[]');
  expect(await home.quash(['findings', 'import', 'report.json'])).toMatchObject({
    code: 0,
    stderr: 'quash: report.json: it holds no findings\n',
  });
});
