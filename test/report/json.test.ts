import { describe, expect, it } from 'vitest';
import { createReporter } from '../../src/report/report.ts';
import {
  awsKey,
  everything,
  findings,
  gaps,
  liveToken,
  location,
  oldest,
  options,
  password,
  report,
  written,
} from './samples.ts';

describe('jsonl', () => {
  it('writes a finding with exactly these keys, unknown ones null', async () => {
    const [line] = (await report({ format: 'jsonl' }, { findings: [liveToken], gaps: [] })).split('\n');
    expect(JSON.parse(line!)).toEqual({
      type: 'finding',
      id: '4f2a91c07be3',
      pattern: 'github-pat-classic',
      provider: 'github',
      severity: 'critical',
      identity: 'user',
      secret: 'ghp_…7Wm2 (redacted)',
      parts: {},
      fingerprint: liveToken.fingerprint,
      entropy: 4.81,
      verdict: {
        state: 'live',
        checkedAt: '2026-11-24T08:00:00Z',
        identity: 'octocat',
        account: null,
        scopes: ['repo', 'gist'],
        created: null,
        expires: '2027-01-01',
        lastUsed: null,
        evidence: 'GET /user answered 200 with a login',
        reason: null,
      },
      first: oldest,
      locations: [
        {
          origin: { kind: 'file', path: 'src/config/deploy.ts' },
          line: 3,
          column: 12,
          endLine: 3,
          endColumn: 52,
          start: 88,
          end: 128,
          context: "const token = 'ghp_…7Wm2 (redacted)';",
        },
        {
          origin: {
            kind: 'git',
            path: 'deploy/old.env',
            blob: '77'.repeat(20),
            ...oldest,
            lastCommit: '9c8d7e6f5a4b3c2d1e0f9c8d7e6f5a4b3c2d1e0f',
            versions: 14,
          },
          line: 9,
          column: 12,
          endLine: 9,
          endColumn: 52,
          start: 88,
          end: 128,
          decoded: ['base64'],
          context: 'TOKEN=ghp_…7Wm2 (redacted)',
        },
      ],
    });
  });

  it('writes every verdict with the same keys in the same order', async () => {
    const lines = (await report({ format: 'jsonl' }, { gaps: [] }))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const keys = ['state', 'checkedAt', 'identity', 'account', 'scopes', 'created', 'expires', 'lastUsed', 'evidence', 'reason'];
    expect(lines.slice(0, 3).map(({ verdict }) => Object.keys(verdict))).toEqual([keys, keys, keys]);
    expect(lines.map(({ verdict }) => verdict?.state)).toEqual(['live', 'unknown', 'unasked', undefined]);
  });

  it('gives a confidence to generic findings only', async () => {
    const lines = (await report({ format: 'jsonl' }, { findings: [awsKey, password], gaps: [] })).split('\n');
    expect(JSON.parse(lines[0]!)).not.toHaveProperty('confidence');
    expect(JSON.parse(lines[1]!)).toHaveProperty('confidence', 0.61);
  });

  it('writes one line a call, at once and in the order of the calls, whether they are awaited or not', async () => {
    const candidate = {
      pattern: 'aws-access-key',
      origin: { kind: 'file', path: 'a' },
      line: 3,
      column: 12,
      reason: 'its entropy is 1.2',
    } as const;
    const pieces = await written({ format: 'jsonl', explain: true }, async (reporter) => {
      const said = [
        reporter.gap(gaps[0]!),
        reporter.finding(liveToken),
        reporter.turnedDown(candidate),
        reporter.finding(awsKey),
      ];
      await Promise.all([...said, reporter.finish(everything)]);
    });
    expect(pieces.map((piece) => JSON.parse(piece)).map(({ type, id }) => id ?? type)).toEqual([
      'gap',
      liveToken.id,
      'turned-down',
      awsKey.id,
      'summary',
    ]);
    expect(JSON.parse(pieces[2]!)).toEqual({
      type: 'turned-down',
      pattern: 'aws-access-key',
      reason: 'its entropy is 1.2',
      origin: { kind: 'file', path: 'a' },
      line: 3,
      column: 12,
    });
  });

  it('waits for the writer before it takes the next finding', async () => {
    const order: string[] = [];
    const reporter = createReporter(options({ format: 'jsonl' }), async () => {
      order.push('begin');
      await new Promise(setImmediate);
      order.push('end');
    });
    await reporter.finding(liveToken);
    await reporter.finding(awsKey);
    expect(order).toEqual(['begin', 'end', 'begin', 'end']);
  });

  it('escapes what could steer a terminal, and parses to the very same text', async () => {
    const path = 'a\x1b[2J\x9b31m\u202egnp\u200b\u{e0041}\ud800\u2028"\\ü\x7f.ts';
    const text = await report(
      { format: 'jsonl' },
      { findings: [{ ...liveToken, locations: [location({ kind: 'file', path })] }], gaps: [] },
    );
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Cs}]/u);
    expect(text.split('\n')).toHaveLength(3);
    expect(JSON.parse(text.split('\n')[0]!).locations[0].origin.path).toBe(path);
  });
});

describe('json', () => {
  it('is one document of the same objects as the lines', async () => {
    const lines = (await report({ format: 'jsonl' }))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const document = JSON.parse(await report({ format: 'json' }));
    expect(Object.keys(document)).toEqual(['findings', 'gaps', 'summary']);
    expect(document).toEqual({
      findings: lines.filter(({ type }) => type === 'finding'),
      gaps: lines.filter(({ type }) => type === 'gap'),
      summary: lines.find(({ type }) => type === 'summary'),
    });
    expect(document.findings).toHaveLength(findings.length);
    expect(document.gaps).toHaveLength(gaps.length);
  });

  it('is a document when there is nothing to say', async () => {
    const document = JSON.parse(await report({ format: 'json' }, { findings: [], gaps: [] }));
    expect(document.findings).toEqual([]);
    expect(document.gaps).toEqual([]);
  });
});
