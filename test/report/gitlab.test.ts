import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { everything, findings, gaps, liveToken, location, oldest, patterns, report, summary } from './samples.ts';

const text = { type: 'string', minLength: 1 };
const url = { type: 'string', pattern: '^(https?|ftp)://.+' };
const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' };
const object = (properties: object, required: readonly string[]) => ({ type: 'object', properties, required });
const array = (items: object, more: object = {}) => ({ type: 'array', items, ...more });
const tool = object({ id: text, name: text, url, version: text, vendor: object({ name: text }, ['name']) }, [
  'id',
  'name',
  'version',
  'vendor',
]);
const identifier = object({ type: text, name: text, value: text, url }, ['type', 'name', 'value']);
const line = { type: 'integer', minimum: 1 };
const detail = {
  oneOf: [
    object({ type: { const: 'text' }, value: { type: 'string' } }, ['type', 'value']),
    object({ type: { const: 'file-location' }, file_name: text, line_start: line, line_end: line }, [
      'type',
      'file_name',
      'line_start',
    ]),
    object({ type: { const: 'list' }, items: array({ $ref: '#/$defs/detail' }) }, ['type', 'items']),
  ],
};

// What version 15 of the schema requires of the parts that a report here has:
// https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/blob/master/dist/secret-detection-report-format.json
const schema = {
  $defs: { detail },
  ...object(
    {
      version: { const: '15.0.7' },
      scan: object(
        {
          type: { const: 'secret_detection' },
          analyzer: tool,
          scanner: tool,
          start_time: time,
          end_time: time,
          status: { enum: ['success', 'failure'] },
          messages: array(object({ level: { enum: ['info', 'warn', 'fatal'] }, value: text }, ['level', 'value'])),
          primary_identifiers: array(identifier),
        },
        ['type', 'analyzer', 'scanner', 'start_time', 'end_time', 'status'],
      ),
      vulnerabilities: array(
        object(
          {
            id: text,
            category: { const: 'secret_detection' },
            name: { type: 'string', maxLength: 255 },
            description: { type: 'string', maxLength: 1_048_576 },
            severity: { enum: ['Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical'] },
            solution: { type: 'string', maxLength: 7000 },
            identifiers: array(identifier, { minItems: 1 }),
            location: object(
              {
                file: { type: 'string' },
                commit: object({ sha: text, author: { type: 'string' }, date: { type: 'string' } }, ['sha']),
                start_line: { type: 'number' },
                end_line: { type: 'number' },
              },
              ['commit'],
            ),
            details: {
              type: 'object',
              additionalProperties: { allOf: [object({ name: text }, ['name']), { $ref: '#/$defs/detail' }] },
            },
            raw_source_code_extract: { type: 'string' },
          },
          ['id', 'identifiers', 'location'],
        ),
      ),
    },
    ['scan', 'version', 'vulnerabilities'],
  ),
};
const validate = new Ajv({ strict: false, allErrors: true }).compile(schema);

async function gitlab(said: Parameters<typeof report>[1] = {}, of: Parameters<typeof report>[0] = {}) {
  const document = JSON.parse(await report({ format: 'gitlab', ...of }, said));
  validate(document);
  expect(validate.errors).toBeNull();
  return document;
}

describe('gitlab', () => {
  it('has what the schema of secret detection reports requires, with and without findings', async () => {
    await gitlab();
    await gitlab({ findings: [], gaps: [], summary: summary() });
    await gitlab({}, { homepage: 'https://example.com/quash' });
    const broken = await gitlab();
    broken.vulnerabilities[0].location.commit = {};
    expect(validate(broken)).toBe(false);
  });

  it('writes one vulnerability a finding, the same in every run', async () => {
    const first = await gitlab();
    const second = await gitlab();
    expect(first.vulnerabilities).toHaveLength(findings.length);
    expect(second.vulnerabilities).toEqual(first.vulnerabilities);
    expect(first.vulnerabilities[0]).toMatchObject({
      id: '4f2a91c0-7be3-8555-8555-555555555555',
      name: 'GitHub personal access token (classic)',
      severity: 'Critical',
      location: { file: 'src/config/deploy.ts', start_line: 3, end_line: 3, commit: { sha: '0000000' } },
      raw_source_code_extract: 'ghp_…7Wm2 (redacted)',
      identifiers: [
        { type: 'quash_pattern', value: 'github-pat-classic' },
        { type: 'quash_fingerprint', value: liveToken.fingerprint },
      ],
    });
  });

  it('names commit, author and date of a location in history', async () => {
    const [, history] = liveToken.locations;
    const { vulnerabilities } = await gitlab({ findings: [{ ...liveToken, locations: [history!] }] });
    expect(vulnerabilities[0].location).toEqual({
      file: 'deploy/old.env',
      commit: { sha: oldest.commit, author: 'Ada Lovelace <ada@example.com>', date: oldest.date },
      start_line: 9,
      end_line: 9,
    });
  });

  it('puts the value where GitLab looks for it only when unredacted', async () => {
    const { vulnerabilities } = await gitlab({}, { unredacted: true });
    expect(vulnerabilities[0].raw_source_code_extract).toBe(liveToken.secret.reveal());
  });

  it('warns of everything that was not read, bounded, and calls such a scan no success', async () => {
    const { scan } = await gitlab();
    expect(scan.status).toBe('failure');
    expect(scan.messages[0]).toEqual({
      level: 'warn',
      value: 'Not read (too large): assets/video.mp4: The file is larger than 100 MB; raise --max-size to scan it.',
    });
    const many = await gitlab({ gaps: Array.from({ length: 5000 }, () => gaps[0]!), summary: { ...everything, gaps: 5000 } });
    expect(many.scan.messages).toHaveLength(101);
    expect(many.scan.messages.at(-1).value).toBe('Not read: 4,900 more things.');
    expect((await gitlab({ findings: [], gaps: [], summary: summary() })).scan).toMatchObject({
      status: 'success',
      messages: [],
    });
  });

  it('lists every pattern of the scan, so that GitLab can resolve what a removed one found', async () => {
    const { scan } = await gitlab();
    expect(scan.primary_identifiers.map(({ value }: { value: string }) => value)).toEqual(
      Object.values(patterns).map(({ id }) => id),
    );
  });

  it('lists other places, an archive member by its name', async () => {
    const locations = [
      location({ kind: 'file', path: 'a' }),
      location({ kind: 'file', path: 'b' }, 7),
      location({ kind: 'archive', path: 'c.zip', member: 'd' }),
    ];
    const { vulnerabilities } = await gitlab({ findings: [{ ...liveToken, locations }] });
    expect(vulnerabilities[0].details.places.items).toEqual([
      { type: 'file-location', file_name: 'b', line_start: 7, line_end: 7 },
      { type: 'text', value: 'c.zip!/d:3' },
    ]);
  });
});
