import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { awsKey, everything, findings, gaps, liveToken, location, oldest, patterns, report, summary } from './samples.ts';

const {
  $schema: _,
  id: __,
  ...schema
} = JSON.parse(readFileSync(new URL('../../fixtures/report/sarif-2.1.0-rtm.5.json', import.meta.url), 'utf8'));
const isUriReference = (text: string) =>
  /^[\x21-\x7e]*$/.test(text) && !/%(?![0-9A-F]{2})/.test(text) && URL.canParse(text, 'file:///');
// The schema is of draft 4 and its one language pattern is no Unicode regex; nothing else in it differs from draft 7.
const validate = new Ajv({
  strict: false,
  allErrors: true,
  unicodeRegExp: false,
  formats: { uri: (text: string) => URL.canParse(text), 'uri-reference': isUriReference, 'date-time': true },
}).compile(schema);

async function sarif(said: Parameters<typeof report>[1] = {}, of: Parameters<typeof report>[0] = {}) {
  const log = JSON.parse(await report({ format: 'sarif', ...of }, said));
  validate(log);
  expect(validate.errors).toBeNull();
  return log.runs[0];
}

describe('sarif', () => {
  it('is refused by its schema when something is wrong with it, so the schema does check', async () => {
    const log = JSON.parse(await report({ format: 'sarif' }));
    expect(validate(log)).toBe(true);
    log.runs[0].results[0].message = {};
    expect(validate(log)).toBe(false);
  });

  it('validates with findings and gaps, with nothing, and with a home page', async () => {
    await sarif();
    await sarif({ findings: [], gaps: [], summary: summary() });
    const { tool } = await sarif({}, { homepage: 'https://example.com/quash' });
    expect(tool.driver).toMatchObject({ name: 'quash', version: '0.1.0', informationUri: 'https://example.com/quash' });
  });

  it('describes the patterns that fired, once each, and points results at them', async () => {
    const run = await sarif({ findings: [...findings, { ...liveToken, id: 'aaaa', fingerprint: 'aaaa' }] });
    const { rules } = run.tool.driver;
    expect(rules.map(({ id }: { id: string }) => id)).toEqual(['github-pat-classic', 'aws-access-key', 'generic-password']);
    for (const { ruleId, ruleIndex } of run.results) expect(rules[ruleIndex].id).toBe(ruleId);
    expect(rules[0]).toMatchObject({
      name: 'GithubPatClassic',
      shortDescription: { text: 'GitHub personal access token (classic)' },
      helpUri: 'https://docs.github.com/en/authentication',
      defaultConfiguration: { level: 'error' },
      properties: { tags: ['security', 'secret', 'critical'], 'security-severity': '9.5', precision: 'very-high' },
    });
    expect(rules[2].properties.precision).toBe('medium');
  });

  it('gives levels by severity and fingerprints that a line number does not change', async () => {
    const run = await sarif();
    expect(run.results.map(({ level }: { level: string }) => level)).toEqual(['error', 'error', 'warning']);
    expect(run.results[0].partialFingerprints).toEqual({ 'quash/v1': liveToken.fingerprint });
    expect(run.columnKind).toBe('utf16CodeUnits');
  });

  it('puts the first location in locations, the others in relatedLocations, each with what is known of it', async () => {
    const [result] = (await sarif({ findings: [liveToken] })).results;
    expect(result.locations).toHaveLength(1);
    expect(result.locations[0].physicalLocation).toMatchObject({
      artifactLocation: { uri: 'src/config/deploy.ts', uriBaseId: 'SRCROOT' },
      region: { startLine: 3, startColumn: 12, endLine: 3, endColumn: 52 },
    });
    expect(result.relatedLocations).toHaveLength(1);
    expect(result.relatedLocations[0]).toMatchObject({
      physicalLocation: { artifactLocation: { uri: 'deploy/old.env' } },
      properties: { blob: '77'.repeat(20), commit: oldest.commit, author: 'Ada Lovelace', versions: 14, decoded: ['base64'] },
    });
    expect(result.properties.verdict.state).toBe('live');
  });

  it('gives a commit message a logical location', async () => {
    const [result] = (await sarif({ findings: [awsKey] })).results;
    expect(result.locations[0].logicalLocations).toEqual([
      { name: 'message of commit 1a2b3c4d5e6f', fullyQualifiedName: 'message of commit 1a2b3c4d5e6f:2:12', kind: 'commit' },
    ]);
    expect(result.locations[0].properties.commit).toBe(oldest.commit);
  });

  it('stays within the thousand locations that GitHub takes', async () => {
    const locations = Array.from({ length: 3000 }, (_, at) => location({ kind: 'file', path: `copy/${at}` }));
    const [result] = (await sarif({ findings: [{ ...liveToken, locations }] })).results;
    expect(result.locations.length + result.relatedLocations.length).toBe(1000);
    expect(result.properties.locations).toBe(3000);
  });

  it('encodes any path as a URI that gives the path back', async () => {
    const paths = [
      'a b/c#d?e%20.ts',
      'pages/[...slug].tsx',
      'ünïcode/日本.txt',
      'with:colon',
      'new\nline\x1b[2J',
      '-/../x',
      'back\\slash',
    ];
    const { results } = await sarif({
      findings: [{ ...liveToken, locations: paths.map((path) => location({ kind: 'file', path })) }],
    });
    const uris = [...results[0].locations, ...results[0].relatedLocations].map(
      ({ physicalLocation }) => physicalLocation.artifactLocation.uri,
    );
    expect(uris.map(decodeURIComponent)).toEqual(paths);
  });

  it('lets no pattern name become a link in a message', async () => {
    const { results } = await sarif({
      findings: [{ ...liveToken, pattern: { ...patterns.github, name: '[click](https://evil.example) \\' } }],
    });
    expect(results[0].message.text).toMatch(/^\\\[click\\\]\(https:\/\/evil\.example\) \\\\: /);
  });

  it('says what was not read, and that the run was not whole', async () => {
    const [invocation] = (await sarif()).invocations;
    expect(invocation.executionSuccessful).toBe(false);
    expect(invocation.toolExecutionNotifications).toHaveLength(3);
    expect(invocation.toolExecutionNotifications[0]).toMatchObject({
      level: 'warning',
      descriptor: { id: 'too-large' },
      message: { text: 'assets/video.mp4: The file is larger than 100 MB; raise --max-size to scan it.' },
      locations: [{ physicalLocation: { artifactLocation: { uri: 'assets/video.mp4' } } }],
    });
    const many = await sarif({ gaps: Array.from({ length: 5000 }, () => gaps[0]!), summary: { ...everything, gaps: 5000 } });
    expect(many.invocations[0].toolExecutionNotifications).toHaveLength(1001);
    expect(many.invocations[0].toolExecutionNotifications.at(-1).message.text).toBe('Not read: 4,000 more things.');
    const whole = await sarif({ findings: [], gaps: [], summary: summary() });
    expect(whole.invocations).toEqual([{ executionSuccessful: true, toolExecutionNotifications: [] }]);
    const cut = await sarif({ gaps: [], summary: { ...everything, gaps: 0 } });
    expect(cut.invocations[0].toolExecutionNotifications[0].message.text).toBe('The scan did not finish.');
  });
});
