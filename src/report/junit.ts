import type { Pattern } from '../model/pattern.ts';
import { historyDetails, placeName, reasonWords, verdictDetails } from './description.ts';
import { escapeMarkup } from './markup.ts';
import { originName, originPath } from './origin-path.ts';
import { counted } from './quantities.ts';
import type { FindingRecord, GapRecord } from './record.ts';
import type { ReportFormat } from './report.ts';

// A suite's counts stand before its cases, so cases wait until their suite is full; this many bound the memory.
const casesPerSuite = 200;
const shownLocations = 20;

type Kind = 'findings' | 'not read' | 'clean';

/** JUnit XML: a failing test case a finding, an erring one a gap, and a passing one only when there is neither. */
export function junitFormat(): ReportFormat {
  const waiting: Record<Kind, string[]> = { findings: [], 'not read': [], clean: [] };

  function add(kind: Kind, testCase: string): string {
    waiting[kind].push(testCase);
    return waiting[kind].length < casesPerSuite ? '' : suite(kind);
  }

  function suite(kind: Kind): string {
    const cases = waiting[kind].splice(0);
    if (cases.length === 0) return '';
    const failures = kind === 'findings' ? cases.length : 0;
    const errors = kind === 'not read' ? cases.length : 0;
    const counts = `tests="${cases.length}" failures="${failures}" errors="${errors}" skipped="0"`;
    return `  <testsuite name="quash: ${kind}" ${counts}>\n${cases.join('')}  </testsuite>\n`;
  }

  return {
    head: '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="quash">\n',
    finding: (record, pattern) => add('findings', findingCase(record, pattern)),
    gap: (record) => add('not read', gapCase(record)),
    finish: (summary) => {
      const nothing = summary.findings === 0 && summary.gaps === 0;
      if (nothing) add(summary.complete ? 'clean' : 'not read', summary.complete ? cleanCase : unfinishedCase);
      return `${suite('findings')}${suite('not read')}${suite('clean')}</testsuites>\n`;
    },
  };
}

const cleanCase = '    <testcase classname="quash" name="No secrets found"/>\n';
const unfinishedCase =
  '    <testcase classname="quash" name="The scan did not finish"><error type="incomplete" message="The scan did not finish."/></testcase>\n';

function findingCase(record: FindingRecord, pattern: Pattern): string {
  const [first] = record.locations;
  const path = first && originPath(first.origin);
  const where = first ? ` in ${placeName(first)}` : '';
  const message = `${record.severity}: ${pattern.name} ${record.secret}, ${record.verdict.state}`;
  const file = path === undefined ? '' : ` ${attribute('file', path)} line="${first!.line}"`;
  return [
    `    <testcase ${attribute('classname', record.pattern)} ${attribute('name', `${pattern.name} ${record.id}${where}`)}${file}>\n`,
    `      <failure ${attribute('type', record.pattern)} ${attribute('message', message)}>`,
    bodyLines(record).map(escapeMarkup).join('\n'),
    '</failure>\n    </testcase>\n',
  ].join('');
}

function bodyLines(record: FindingRecord): string[] {
  const shown = record.locations.slice(0, shownLocations);
  const hidden = record.locations.length - shown.length;
  return [
    `${record.secret}: ${[record.verdict.state, ...verdictDetails(record.verdict)].join('; ')}`,
    ...shown.map((location) => [placeName(location), ...historyDetails(location)].join(', ')),
    ...(hidden > 0 ? [`and ${counted(hidden, 'more place')}`] : []),
  ];
}

function gapCase({ origin, reason, detail }: GapRecord): string {
  const name = attribute('name', `Not read: ${originName(origin)}`);
  const message = attribute('message', `${reasonWords(reason)}: ${detail}`);
  return `    <testcase classname="quash.gap" ${name}>\n      <error ${attribute('type', reason)} ${message}/>\n    </testcase>\n`;
}

function attribute(name: string, value: string): string {
  return `${name}="${escapeMarkup(value)}"`;
}
