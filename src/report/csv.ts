import { neutralise } from './neutralise.ts';
import { originName } from './origin-path.ts';
import type { FindingRecord, LocationRecord } from './record.ts';
import type { ReportFormat } from './report.ts';

const columns = [
  'type',
  'id',
  'severity',
  'pattern',
  'name',
  'provider',
  'identity',
  'secret',
  'verdict',
  'verdictDetail',
  'confidence',
  'kind',
  'path',
  'line',
  'column',
  'endLine',
  'endColumn',
  'repository',
  'blob',
  'commit',
  'author',
  'email',
  'date',
  'lastCommit',
  'versions',
  'decoded',
  'locations',
  'fingerprint',
  'detail',
  'checkedAt',
  'owner',
  'account',
  'scopes',
  'created',
  'expires',
  'lastUsed',
  'canary',
] as const;

type Row = Partial<Record<(typeof columns)[number], string | number>>;

/**
 * RFC 4180, one row a location; a finding's `id` ties its rows together. What was not read has rows too, with `type` gap.
 * A cell that a spreadsheet would run as a formula gets an apostrophe in front.
 */
export function csvFormat(): ReportFormat {
  let gaps = 0;
  return {
    head: `${columns.join(',')}\r\n`,
    finding: (record, pattern) => record.locations.map((location) => row(findingRow(record, pattern.name, location))).join(''),
    gap: ({ origin, reason, detail }) => {
      gaps++;
      return row({ type: 'gap', pattern: reason, kind: origin.kind, path: originName(origin), detail });
    },
    finish: (summary) =>
      summary.complete || gaps > 0 ? '' : row({ type: 'gap', pattern: 'incomplete', detail: 'The scan did not finish.' }),
  };
}

function findingRow(record: FindingRecord, name: string, location: LocationRecord): Row {
  const { origin, line, column, endLine, endColumn } = location;
  const { verdict } = record;
  const told = record.lastTold ?? verdict;
  return {
    type: 'finding',
    id: record.id,
    severity: record.severity,
    pattern: record.pattern,
    name,
    provider: record.provider,
    identity: record.identity,
    secret: record.secret,
    verdict: verdict.state,
    verdictDetail: verdict.reason ?? verdict.evidence ?? '',
    confidence: record.confidence ?? '',
    kind: origin.kind,
    path: originName(origin),
    line,
    column,
    endLine,
    endColumn,
    ...('repository' in origin && { repository: origin.repository }),
    ...(origin.kind === 'git' && { blob: origin.blob, lastCommit: origin.lastCommit, versions: origin.versions }),
    ...('commit' in origin && { commit: origin.commit, author: origin.author, email: origin.email, date: origin.date }),
    decoded: location.decoded?.join(' > ') ?? '',
    locations: record.locations.length,
    fingerprint: record.fingerprint,
    detail: location.context ?? '',
    checkedAt: verdict.checkedAt ?? '',
    owner: told.identity ?? '',
    account: told.account ?? '',
    scopes: told.scopes?.join(' ') ?? '',
    created: told.created ?? '',
    expires: told.expires ?? '',
    lastUsed: told.lastUsed ?? '',
    canary: verdict.canary ?? '',
  };
}

function row(values: Row): string {
  return `${columns.map((column) => cell(values[column])).join(',')}\r\n`;
}

// https://owasp.org/www-community/attacks/CSV_Injection: these start a formula, the last four in their full-width forms.
const formula = /^\s*[=+\-@\t\uff1d\uff0b\uff0d\uff20]/;

function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = formula.test(value) ? `'${neutralise(value)}` : neutralise(value);
  return /[",]|^ | $/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
