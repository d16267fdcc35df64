import type { Pattern, Severity } from '../model/pattern.ts';
import { authorName, historyDetails, reasonWords, verdictDetails } from './description.ts';
import { jsonText } from './json-text.ts';
import { neutralise } from './neutralise.ts';
import { originName, originPath } from './origin-path.ts';
import { counted } from './quantities.ts';
import type { FindingRecord, GapRecord, LocationRecord } from './record.ts';
import type { ReportFormat, ReportOptions } from './report.ts';

// The newest patch of 15.0, which every GitLab since 16.0 takes. The schemas:
// https://gitlab.com/gitlab-org/security-products/security-report-schemas/-/blob/master/dist/secret-detection-report-format.json
const schemaVersion = '15.0.7';
const maxMessages = 100;
const maxOtherPlaces = 100;
// `location.commit.sha` is required; GitLab's own analyzer writes this where there is no commit.
const noCommit = '0000000';

const severityNames = {
  critical: 'Critical',
  high: 'High',
  medium: 'Medium',
  low: 'Low',
  info: 'Info',
} as const satisfies Record<Severity, string>;

/** GitLab's secret detection report, one vulnerability a finding. What was not read stands in `scan.messages` as warnings. */
export function gitlabFormat({ patterns, homepage }: ReportOptions): ReportFormat {
  const messages: object[] = [];
  let vulnerabilities = 0;
  let gaps = 0;

  return {
    head: `{"version":"${schemaVersion}","vulnerabilities":[`,
    finding: (record, pattern) => `${vulnerabilities++ === 0 ? '\n' : ',\n'}${jsonText(vulnerabilityOf(record, pattern))}`,
    gap: (record) => {
      gaps++;
      if (gaps <= maxMessages) messages.push({ level: 'warn', value: gapMessage(record) });
      return '';
    },
    finish: (summary) => {
      if (gaps > maxMessages) messages.push({ level: 'warn', value: `Not read: ${counted(gaps - maxMessages, 'more thing')}.` });
      if (!summary.complete && gaps === 0) messages.push({ level: 'fatal', value: 'The scan did not finish.' });
      const end = new Date();
      const tool = {
        id: 'quash',
        name: 'quash',
        version: summary.version,
        vendor: { name: 'quash' },
        ...(homepage && { url: homepage }),
      };
      const scan = {
        type: 'secret_detection',
        analyzer: tool,
        scanner: tool,
        start_time: utcTime(new Date(end.getTime() - summary.seconds * 1000)),
        end_time: utcTime(end),
        status: summary.complete ? 'success' : 'failure',
        messages,
        // GitLab resolves a vulnerability of a rule that is no longer listed.
        primary_identifiers: patterns.map(identifierOf),
      };
      return `],\n"scan":${jsonText(scan)}}\n`;
    },
  };
}

function vulnerabilityOf(record: FindingRecord, pattern: Pattern): object {
  const [first, ...others] = record.locations;
  const name = neutralise(pattern.name);
  return {
    id: uuidOf(record.fingerprint),
    category: 'secret_detection',
    name: neutralise(pattern.name, 254),
    description: `${name}: \`${neutralise(record.secret).replaceAll('`', "'")}\`, ${record.verdict.state}.`,
    severity: severityNames[record.severity],
    solution: 'Revoke the secret where it was issued, then remove it. Removing it alone leaves it in the history.',
    ...(first && { location: locationOf(first) }),
    raw_source_code_extract: record.secret,
    identifiers: [identifierOf(pattern), { type: 'quash_fingerprint', name: `quash ${record.id}`, value: record.fingerprint }],
    details: {
      verdict: {
        type: 'text',
        name: 'Verdict',
        value: [record.verdict.state, ...verdictDetails(record.verdict)].map((text) => neutralise(text)).join('; '),
      },
      ...(others.length > 0 && {
        places: {
          type: 'list',
          name: `Other places (${others.length})`,
          items: others.slice(0, maxOtherPlaces).map(placeOf),
        },
      }),
    },
  };
}

function identifierOf(pattern: Pattern): object {
  const docs = pattern.docs && /^https?:\/\/./.test(pattern.docs) ? { url: pattern.docs } : {};
  return { type: 'quash_pattern', name: neutralise(pattern.name) || pattern.id, value: pattern.id, ...docs };
}

function locationOf(location: LocationRecord): object {
  const { origin } = location;
  const commit = 'commit' in origin && origin.commit ? origin.commit : noCommit;
  const author = origin.kind !== 'chat' && ('author' in origin || 'email' in origin) ? authorName(origin) : '';
  return {
    file: originPath(origin) ?? originName(origin),
    commit: { sha: commit, ...(author && { author }), ...('date' in origin && origin.date && { date: origin.date }) },
    start_line: location.line,
    end_line: location.endLine,
  };
}

function placeOf(location: LocationRecord): object {
  const { origin } = location;
  const path = originPath(origin);
  if (path && origin.kind !== 'archive')
    return { type: 'file-location', file_name: path, line_start: location.line, line_end: location.endLine };
  const text = [`${originName(origin)}:${location.line}`, ...historyDetails(location)].join(', ');
  return { type: 'text', value: neutralise(text) };
}

function gapMessage({ origin, reason, detail }: GapRecord): string {
  return `Not read (${reasonWords(reason)}): ${neutralise(originName(origin))}: ${neutralise(detail)}`;
}

/** A UUID from a fingerprint's first 128 bits (version 8 of RFC 9562), so that the same finding has the same one in every run. */
function uuidOf(fingerprint: string): string {
  const digits = fingerprint.padEnd(32, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8, 12)}-8${digits.slice(13, 16)}-8${digits.slice(17, 20)}-${digits.slice(20, 32)}`;
}

/** `2026-01-31T09:30:00`, in UTC and without a zone, as the schema asks. */
function utcTime(date: Date): string {
  return date.toISOString().slice(0, 19);
}
