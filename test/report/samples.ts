import type { Finding, Summary } from '../../src/model/finding.ts';
import type { Gap } from '../../src/model/gap.ts';
import type { Location } from '../../src/model/location.ts';
import type { Origin } from '../../src/model/origin.ts';
import type { Pattern } from '../../src/model/pattern.ts';
import { redact, Secret } from '../../src/model/secret.ts';
import { createReporter, type Reporter, type ReportOptions } from '../../src/report/report.ts';

/** Values that stand for secrets. They are put together here so that no file holds anything that looks live. */
export const values = {
  token: ['ghp', 'Zq7Wm2Kd9x'.repeat(4).slice(0, 36)].join('_'),
  keyId: ['AK', 'IA', 'Q3EXMPL5'.repeat(2)].join(''),
  key: 'wJ4rXu+Tn/'.repeat(4),
  password: ['correct', 'horse', '93'].join('-'),
};

const base = {
  regex: 'x',
  literals: [],
  boundary: { left: 'token', right: 'token' },
  entropy: 0,
  parts: [],
  decoders: [],
  allow: [],
  generic: false,
  confidence: 1,
  examples: [],
  counterExamples: [],
  minLength: 1,
  maxLength: 1,
  reach: { before: 0, after: 0 },
  source: { file: 'x.yaml', line: 1 },
} as const;

export const patterns = {
  github: {
    ...base,
    id: 'github-pat-classic',
    name: 'GitHub personal access token (classic)',
    provider: 'github',
    docs: 'https://docs.github.com/en/authentication',
    severity: 'critical',
    identity: 'user',
  },
  aws: { ...base, id: 'aws-access-key', name: 'AWS access key', provider: 'aws', severity: 'high', identity: 'service' },
  generic: {
    ...base,
    id: 'generic-password',
    name: 'Password',
    provider: 'generic',
    severity: 'medium',
    identity: 'unknown',
    generic: true,
    confidence: 0.6,
  },
} as const satisfies Record<string, Pattern>;

export function location(origin: Origin, line = 3, more: Partial<Location> = {}): Location {
  return { origin, start: 88, end: 128, line, column: 12, endLine: line, endColumn: 52, ...more };
}

export const oldest = {
  commit: '1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d',
  author: 'Ada Lovelace',
  email: 'ada@example.com',
  date: '2024-03-01T10:20:30+01:00',
};
const newest = '9c8d7e6f5a4b3c2d1e0f9c8d7e6f5a4b3c2d1e0f';

export const liveToken: Finding = {
  id: '4f2a91c07be3',
  fingerprint: '4f2a91c07be3'.padEnd(64, '5'),
  pattern: patterns.github,
  secret: new Secret(values.token),
  parts: {},
  entropy: 4.8123,
  confidence: 1,
  verdict: {
    state: 'live',
    checkedAt: '2026-11-24T08:00:00Z',
    identity: 'octocat',
    scopes: ['repo', 'gist'],
    expires: '2027-01-01',
    evidence: 'GET /user answered 200 with a login',
  },
  first: oldest,
  locations: [
    location({ kind: 'file', path: 'src/config/deploy.ts' }, 3, { context: `const token = '${redact(values.token)}';` }),
    location({ kind: 'git', path: 'deploy/old.env', blob: '77'.repeat(20), ...oldest, lastCommit: newest, versions: 14 }, 9, {
      context: `TOKEN=${redact(values.token)}`,
      decoded: ['base64'],
    }),
  ],
};

export const awsKey: Finding = {
  id: '90be11d2c3a4',
  fingerprint: '90be11d2c3a4'.padEnd(64, '6'),
  pattern: patterns.aws,
  secret: new Secret(values.keyId),
  parts: { secret: new Secret(values.key) },
  entropy: 3.5,
  confidence: 1,
  verdict: { state: 'unknown', checkedAt: '2026-11-24T08:00:00Z', reason: 'the provider did not answer within 10 s' },
  first: oldest,
  locations: [
    location({ kind: 'commit', ...oldest }, 2),
    ...Array.from({ length: 7 }, (_, at) =>
      location({ kind: 'archive', path: 'logs/build.zip', member: `step-${at}.log` }, 10 + at),
    ),
  ],
};

export const password: Finding = {
  id: 'c0ffee123456',
  fingerprint: 'c0ffee123456'.padEnd(64, '7'),
  pattern: patterns.generic,
  secret: new Secret(values.password),
  parts: {},
  entropy: 3.1,
  confidence: 0.614,
  verdict: { state: 'unasked' },
  locations: [location({ kind: 'stdin' }, 1), location({ kind: 'staged', path: '.env' }, 2)],
};

export const findings: readonly Finding[] = [liveToken, awsKey, password];

export const gaps: readonly Gap[] = [
  {
    origin: { kind: 'file', path: 'assets/video.mp4' },
    reason: 'too-large',
    detail: 'The file is larger than 100 MB; raise --max-size to scan it.',
  },
  {
    origin: { kind: 'file', path: 'dump.sql' },
    reason: 'too-large',
    detail: 'The file is larger than 100 MB; raise --max-size to scan it.',
  },
  {
    origin: { kind: 'repository', repository: '.' },
    reason: 'shallow',
    detail: 'The clone is shallow; run git fetch --unshallow to scan its whole history.',
  },
];

export function summary(of: Partial<Summary> = {}): Summary {
  return {
    complete: true,
    findings: 0,
    live: 0,
    dead: 0,
    unknown: 0,
    unverifiable: 0,
    unasked: 0,
    ignored: { comment: 0, file: 0, baseline: 0 },
    gaps: 0,
    bytes: 5_810_000_000,
    objects: 70_405,
    seconds: 4.9014,
    version: '0.1.0',
    ...of,
  };
}

export const everything = summary({
  complete: false,
  findings: 3,
  live: 1,
  unknown: 1,
  unasked: 1,
  gaps: 3,
  ignored: { comment: 3, file: 0, baseline: 2 },
});

export function options(of: Partial<ReportOptions> = {}): ReportOptions {
  return {
    format: 'text',
    unredacted: false,
    color: false,
    hyperlinks: false,
    width: 80,
    explain: false,
    root: '/work tree/app',
    patterns: Object.values(patterns),
    ...of,
  };
}

/** Everything that a report writes, in the pieces in which it writes them. */
export async function written(of: Partial<ReportOptions>, drive: (reporter: Reporter) => Promise<void>): Promise<string[]> {
  const pieces: string[] = [];
  await drive(
    createReporter(options(of), (text) => {
      pieces.push(text);
    }),
  );
  return pieces;
}

/** A whole report of the given findings and gaps. */
export async function report(
  of: Partial<ReportOptions>,
  said: { readonly findings?: readonly Finding[]; readonly gaps?: readonly Gap[]; readonly summary?: Summary } = {},
): Promise<string> {
  const pieces = await written(of, async (reporter) => {
    for (const gap of said.gaps ?? gaps) await reporter.gap(gap);
    for (const finding of said.findings ?? findings) await reporter.finding(finding);
    await reporter.finish(said.summary ?? everything);
  });
  return pieces.join('');
}
