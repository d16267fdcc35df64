import type { Pattern, Severity } from '../model/pattern.ts';
import { jsonText } from './json-text.ts';
import { encodePath } from './links.ts';
import { neutralise } from './neutralise.ts';
import { originName, originPath } from './origin-path.ts';
import { counted } from './quantities.ts';
import type { FindingRecord, GapRecord, LocationRecord } from './record.ts';
import type { ReportFormat, ReportOptions } from './report.ts';

const schema = 'https://json.schemastore.org/sarif-2.1.0.json';
// GitHub refuses a result with more than 1,000 locations:
// https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
const maxLocations = 1000;
const maxNotifications = 1000;

const levels = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
} as const satisfies Record<Severity, string>;

// GitHub ranks alerts by this number: above 9.0 critical, from 7.0 high, from 4.0 medium, below low.
const securitySeverities = {
  critical: '9.5',
  high: '8.0',
  medium: '5.5',
  low: '3.0',
  info: '0.1',
} as const satisfies Record<Severity, string>;

interface Rule {
  readonly index: number;
  readonly json: string;
}

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/). Results are written as they come; the rules that fired are
 * known only then, so `tool` and what was not read (`invocations`) follow them.
 */
export function sarifFormat({ homepage }: ReportOptions): ReportFormat {
  const rules = new Map<string, Rule>();
  const notifications: string[] = [];
  let results = 0;
  let gaps = 0;

  function ruleIndex(pattern: Pattern): number {
    const known = rules.get(pattern.id);
    if (known) return known.index;
    rules.set(pattern.id, { index: rules.size, json: jsonText(ruleOf(pattern)) });
    return rules.size - 1;
  }

  return {
    head: `{"$schema":"${schema}","version":"2.1.0","runs":[{"columnKind":"utf16CodeUnits","results":[`,
    finding: (record, pattern) => `${results++ === 0 ? '\n' : ',\n'}${jsonText(resultOf(record, pattern, ruleIndex(pattern)))}`,
    gap: (record) => {
      gaps++;
      if (gaps <= maxNotifications) notifications.push(jsonText(notificationOf(record)));
      return '';
    },
    finish: (summary) => {
      const { version } = summary;
      const driver = { name: 'quash', version, semanticVersion: version, ...(homepage && { informationUri: homepage }) };
      const list = [...rules.values()].map(({ json }) => json).join(',\n');
      if (!summary.complete && gaps === 0) notifications.push(warning('The scan did not finish.'));
      if (gaps > maxNotifications) notifications.push(warning(`Not read: ${counted(gaps - maxNotifications, 'more thing')}.`));
      return [
        '],',
        `"tool":{"driver":${jsonText(driver).slice(0, -1)},"rules":[${list}]}},`,
        `"invocations":[{"executionSuccessful":${summary.complete},"toolExecutionNotifications":[${notifications.join(',\n')}]}],`,
        `"originalUriBaseIds":{"SRCROOT":{"description":{"text":"The folder or repository that was scanned."}}},`,
        `"properties":${jsonText({ findings: summary.findings, bytes: summary.bytes, objects: summary.objects, ignored: summary.ignored })}`,
        '}]}\n',
      ].join('\n');
    },
  };
}

function ruleOf(pattern: Pattern): object {
  const name = neutralise(pattern.name);
  return {
    id: pattern.id,
    name: pascalCase(pattern.id),
    shortDescription: { text: name },
    fullDescription: { text: `A secret stands in clear where others may read it: ${name}.` },
    help: { text: 'Revoke the secret where it was issued, then remove it. Removing it alone leaves it in the history.' },
    ...(isHttpUrl(pattern.docs) && { helpUri: pattern.docs }),
    defaultConfiguration: { level: levels[pattern.severity] },
    properties: {
      tags: ['security', 'secret', pattern.severity],
      precision: precision(pattern.confidence),
      'security-severity': securitySeverities[pattern.severity],
      'problem.severity': levels[pattern.severity] === 'note' ? 'recommendation' : levels[pattern.severity],
      provider: pattern.provider,
      identity: pattern.identity,
    },
  };
}

function resultOf(record: FindingRecord, pattern: Pattern, ruleIndex: number): object {
  const [first, ...others] = record.locations.slice(0, maxLocations);
  return {
    ruleId: record.pattern,
    ruleIndex,
    level: levels[record.severity],
    kind: 'fail',
    message: { text: messageText(`${neutralise(pattern.name)}: ${neutralise(record.secret)} (${record.verdict.state})`) },
    locations: first ? [locationOf(first)] : [],
    ...(others.length > 0 && { relatedLocations: others.map((location, at) => ({ id: at + 1, ...locationOf(location) })) }),
    partialFingerprints: { 'quash/v1': record.fingerprint },
    properties: {
      id: record.id,
      secret: record.secret,
      parts: record.parts,
      entropy: record.entropy,
      ...(record.confidence !== undefined && { confidence: record.confidence }),
      verdict: record.verdict,
      first: record.first,
      locations: record.locations.length,
    },
  };
}

function locationOf(location: LocationRecord): object {
  const { origin } = location;
  const path = originPath(origin);
  const properties = {
    ...origin,
    start: location.start,
    end: location.end,
    ...(location.decoded && { decoded: location.decoded }),
  };
  const name = neutralise(originName(origin));
  if (path === undefined) {
    return {
      logicalLocations: [{ name, fullyQualifiedName: `${name}:${location.line}:${location.column}`, kind: origin.kind }],
      properties,
    };
  }
  return {
    physicalLocation: {
      artifactLocation: { uri: encodePath(path), uriBaseId: 'SRCROOT' },
      region: {
        startLine: location.line,
        startColumn: location.column,
        endLine: location.endLine,
        endColumn: location.endColumn,
      },
      ...(location.context !== undefined && {
        contextRegion: { startLine: location.line, endLine: location.endLine, snippet: { text: location.context } },
      }),
    },
    ...(origin.kind === 'archive' && {
      logicalLocations: [{ name: neutralise(origin.member), fullyQualifiedName: name, kind: 'member' }],
    }),
    properties,
  };
}

function notificationOf({ origin, reason, detail }: GapRecord): object {
  const path = originPath(origin);
  const name = neutralise(originName(origin));
  return {
    level: 'warning',
    descriptor: { id: reason },
    message: { text: messageText(`${name}: ${neutralise(detail)}`) },
    locations: [
      path === undefined
        ? { logicalLocations: [{ name, kind: origin.kind }] }
        : { physicalLocation: { artifactLocation: { uri: encodePath(path), uriBaseId: 'SRCROOT' } } },
    ],
  };
}

function warning(text: string): string {
  return jsonText({ level: 'warning', message: { text } });
}

/** In a SARIF message `[text](target)` is a link and `\` escapes: neither may come from scanned text (section 3.11.6). */
function messageText(text: string): string {
  return text.replace(/[\\[\]]/g, '\\$&');
}

function precision(confidence: number): string {
  if (confidence >= 0.95) return 'very-high';
  if (confidence >= 0.8) return 'high';
  return confidence >= 0.5 ? 'medium' : 'low';
}

function pascalCase(id: string): string {
  return id.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

function isHttpUrl(address: string | undefined): boolean {
  return address !== undefined && URL.canParse(address) && /^https?:/.test(address);
}
