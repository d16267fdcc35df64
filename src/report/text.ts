import type { Summary } from '../model/finding.ts';
import type { Pattern, Severity } from '../model/pattern.ts';
import type { VerdictState } from '../model/verdict.ts';
import { askedLines, firstDetails, historyDetails, placeName, reasonWords, verdictDetails } from './description.ts';
import { displayWidth } from './display-width.ts';
import { type GapGroup, groupGaps } from './gap-groups.ts';
import { locationUrl } from './links.ts';
import { neutralise } from './neutralise.ts';
import { createPaint, type Paint, type Style } from './paint.ts';
import { counted, formatCount } from './quantities.ts';
import type { FindingRecord, LocationRecord } from './record.ts';
import type { ReportFormat, ReportOptions } from './report.ts';
import { foundWords, ignoredWords, scannedWords, verdictWords } from './summary-words.ts';

const shownLocations = 5;
const shownGapOrigins = 3;
// The longest severity and two spaces: everything of a finding stands to the right of its severity.
const indent = ' '.repeat(10);
const labelWidth = 10;

const severityStyles = {
  critical: ['bold', 'red'],
  high: ['red'],
  medium: ['yellow'],
  low: ['blue'],
  info: ['dim'],
} as const satisfies Record<Severity, readonly Style[]>;

const verdictStyles = {
  live: ['bold', 'onRed'],
  dead: ['green'],
  unknown: ['yellow'],
  unverifiable: ['dim'],
  unasked: ['dim'],
} as const satisfies Record<VerdictState, readonly Style[]>;

/** For people at a terminal: a paragraph a finding, and at the end what was scanned and what was not read. */
export function textFormat(options: ReportOptions): ReportFormat {
  const paint = createPaint(options.color);
  const width = Math.min(Math.max(options.width, 40), 110);
  const bySeverity = new Map<Severity, number>();
  const gaps = groupGaps(shownGapOrigins);

  return {
    finding(record, pattern) {
      bySeverity.set(record.severity, (bySeverity.get(record.severity) ?? 0) + 1);
      return findingText(record, pattern, options, paint, width);
    },
    gap(record) {
      gaps.add(record);
      return '';
    },
    turnedDown(record) {
      const place = link(neutralise(placeName(record)), locationUrl(record, options.root, options.repositoryUrl), options);
      return `${paint('turned down', 'dim')}  ${place}  ${neutralise(record.pattern)}: ${neutralise(record.reason)}\n`;
    },
    finish(summary) {
      if (options.quiet) return summary.complete ? '' : `${notReadLines(summary, gaps.all(), paint, width).join('\n')}\n`;
      return summaryText(summary, bySeverity, gaps.all(), options.patterns.length, paint, width);
    },
  };
}

function findingText(record: FindingRecord, pattern: Pattern, options: ReportOptions, paint: Paint, width: number): string {
  const { distinct, isStill } = withoutRepeats(record.locations);
  const locations = distinct.slice(0, shownLocations);
  const hidden = distinct.length - locations.length;
  const lines = [
    heading(record, pattern, paint, width),
    ...flow(identification(record, paint), width),
    ...(options.explain
      ? askedLines(record.verdict).map((line) => `${indent}${paint(neutralise(`asked ${line}`, 400), 'dim')}`)
      : []),
    ...partLines(record, paint, width),
    ...flow(
      (record.spread ?? []).map(({ date, place }, at) =>
        painted(
          `${at === 0 ? 'first' : 'then'} ${date.slice(0, 16).replace('T', ' ')} ${place}`,
          paint,
          at === 0 ? ['bold'] : [],
        ),
      ),
      width,
    ),
    ...flow(
      firstDetails(record, locations).map((text) => painted(text, paint, ['dim'])),
      width,
    ),
    ...locations.flatMap((location, at) =>
      locationLines(location, { record, before: locations[at - 1], isStill: isStill(location) }, options, paint, width),
    ),
  ];
  if (hidden > 0) lines.push(`${indent}${paint(`and ${counted(hidden, 'more place')}`, 'dim')}`);
  return `${lines.join('\n')}\n\n`;
}

/** The places a person would tell apart: a file that is still as history has it is one place, told of with its history. */
function withoutRepeats(locations: readonly LocationRecord[]): {
  readonly distinct: readonly LocationRecord[];
  /** Whether a place in history stands for one in the working tree, too. */
  readonly isStill: (location: LocationRecord) => boolean;
} {
  const key = ({ origin, line, column }: LocationRecord) =>
    `${'path' in origin ? origin.path : ''}:${'member' in origin ? origin.member : ''}:${line}:${column}`;
  const inHistory = new Set(locations.filter(({ origin }) => origin.kind === 'git').map(key));
  const inTree = new Set(locations.filter(({ origin }) => origin.kind === 'file').map(key));
  const isStill = (location: LocationRecord) => location.origin.kind === 'git' && inTree.has(key(location));
  const isThere = (location: LocationRecord) => location.origin.kind === 'file' || isStill(location);
  const distinct = locations.filter((location) => location.origin.kind !== 'file' || !inHistory.has(key(location)));
  // What is there now comes first: it is where somebody has to take it out.
  return { distinct: distinct.sort((a, b) => Number(isThere(b)) - Number(isThere(a))), isStill };
}

function heading(record: FindingRecord, pattern: Pattern, paint: Paint, width: number): string {
  const severity = record.severity.padEnd(indent.length);
  const name = neutralise(pattern.name, width - indent.length - record.id.length - 2);
  const space = ' '.repeat(Math.max(2, width - indent.length - displayWidth(name) - record.id.length));
  return `${paint(severity, ...severityStyles[record.severity])}${paint(name, 'bold')}${space}${paint(neutralise(record.id), 'dim')}`;
}

interface Phrase {
  readonly text: string;
  readonly styles: readonly Style[];
  readonly maxWidth?: number;
}

/** The secret, what its provider said of it, and how sure a generic finding is. */
function identification(record: FindingRecord, paint: Paint): Painted[] {
  const { verdict } = record;
  const state = verdict.state === 'live' ? 'LIVE' : verdict.state;
  const phrases: Phrase[] = [
    { text: record.secret, styles: [], maxWidth: Number.POSITIVE_INFINITY },
    { text: state, styles: verdictStyles[verdict.state] },
    ...verdictDetails(verdict).map((text) => ({ text, styles: verdict.state === 'live' ? [] : (['dim'] as const) })),
  ];
  if (record.confidence !== undefined) phrases.push({ text: `confidence ${record.confidence}`, styles: ['dim'] });
  return phrases.map(({ text, styles, maxWidth }) => painted(text, paint, styles, maxWidth));
}

function partLines(record: FindingRecord, paint: Paint, width: number): string[] {
  const parts = Object.entries(record.parts);
  if (parts.length === 0) return [];
  return flow(
    parts.map(([name, value]) => painted(`${name} ${value}`, paint, [], Number.POSITIVE_INFINITY)),
    width,
  );
}

interface Surroundings {
  readonly record: FindingRecord;
  /** The place that was told of before this one. */
  readonly before: LocationRecord | undefined;
  readonly isStill: boolean;
}

function locationLines(
  location: LocationRecord,
  { record, before, isStill }: Surroundings,
  options: ReportOptions,
  paint: Paint,
  width: number,
): string[] {
  const url = locationUrl(location, options.root, options.repositoryUrl);
  const place = link(paint(neutralise(placeName(location)), 'cyan'), url, options);
  const inIndex = location.origin.kind === 'staged' ? ' (staged)' : '';
  const decoded = location.decoded ? paint(` (in ${location.decoded.join(', in it ')})`, 'dim') : '';
  const copies = location.copies ? paint(` (${location.copies.toLocaleString('en')} times in all)`, 'dim') : '';
  const lines = [`${indent}${place}${inIndex}${decoded}${copies}`];
  // Copies of a file stand one after the other: the line that they share is shown once.
  if (location.context && location.context !== before?.context) {
    const room = width - indent.length - 3;
    lines.push(`${indent}  ${paint(neutralise(aroundSecret(location.context.trim(), record.secret, room), room), 'dim')}`);
  }
  const history = historyDetails(location, isStill).map((text) => painted(text, paint, ['dim']));
  return [...lines, ...flow(history, width, `${indent}  `)];
}

/** A line that is too long begins shortly before the secret. */
function aroundSecret(context: string, secret: string, room: number): string {
  const at = context.indexOf(secret);
  if (at + secret.length <= room) return context;
  return `…${context.slice(Math.max(0, at - Math.max(0, Math.floor((room - secret.length) / 2))))}`;
}

function link(text: string, url: string | undefined, options: ReportOptions): string {
  return options.hyperlinks && url !== undefined ? `\x1b]8;;${url}\x1b\\${text}\x1b]8;;\x1b\\` : text;
}

interface Painted {
  readonly text: string;
  readonly width: number;
}

/** A phrase, cut where it is absurdly long; secrets are not cut: with `--unredacted` somebody copies them. */
function painted(text: string, paint: Paint, styles: readonly Style[], maxWidth = 400): Painted {
  const safe = neutralise(text, maxWidth);
  return { text: paint(safe, ...styles), width: displayWidth(safe) };
}

/** Lays phrases out in lines, with a dot between those that share one. A phrase is never broken: it stays copyable. */
function flow(phrases: readonly Painted[], width: number, margin = indent): string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  for (const phrase of phrases) {
    if (line !== '' && used + 3 + phrase.width <= width) {
      line += ` · ${phrase.text}`;
      used += 3 + phrase.width;
      continue;
    }
    if (line !== '') lines.push(line);
    line = margin + phrase.text;
    used = margin.length + phrase.width;
  }
  if (line !== '') lines.push(line);
  return lines;
}

function summaryText(
  summary: Summary,
  bySeverity: ReadonlyMap<Severity, number>,
  gaps: readonly GapGroup[],
  patterns: number,
  paint: Paint,
  width: number,
): string {
  const scanned = scannedWords(summary, patterns);
  const ignored = ignoredWords(summary);
  if (summary.findings === 0 && summary.complete) {
    const tail = ignored === '' ? '' : ` Ignored: ${ignored}.`;
    return `${paint('No secrets found', 'bold', 'green')} in ${scanned}.${tail}\n`;
  }
  const lines = [
    ...field('found', foundWords(summary, bySeverity), ['bold'], paint, width),
    ...(summary.findings === 0
      ? []
      : field('verdicts', verdictWords(summary), summary.live > 0 ? ['bold', 'red'] : [], paint, width)),
    ...field('scanned', scanned, [], paint, width),
    ...(ignored === '' ? [] : field('ignored', ignored, [], paint, width)),
    ...(summary.complete ? [] : notReadLines(summary, gaps, paint, width)),
  ];
  return `${lines.join('\n')}\n`;
}

function notReadLines(summary: Summary, gaps: readonly GapGroup[], paint: Paint, width: number): string[] {
  if (gaps.length === 0) return field('NOT READ', 'the scan did not finish', ['yellow'], paint, width);
  const total = gaps.reduce((sum, { count }) => sum + count, 0);
  const lines = field(
    'NOT READ',
    `${counted(Math.max(total, summary.gaps), 'thing')}: this scan is incomplete`,
    ['bold', 'yellow'],
    paint,
    width,
  );
  const margin = ' '.repeat(labelWidth);
  for (const { reason, count, names, unnamed, detail } of gaps) {
    const listed = names.map((name) => painted(name, paint, []));
    if (unnamed > 0) listed.push(painted(`${formatCount(unnamed)} more`, paint, ['dim']));
    lines.push(`${margin}${formatCount(count)} ${reasonWords(reason)}`);
    lines.push(...flow(listed, width, `${margin}  `));
    lines.push(...wrap(neutralise(detail, 500), width - labelWidth - 2).map((line) => `${margin}  ${paint(line, 'dim')}`));
  }
  return lines;
}

function field(label: string, text: string, styles: readonly Style[], paint: Paint, width: number): string[] {
  return wrap(text, width - labelWidth).map(
    (line, at) => `${at === 0 ? paint(label.padEnd(labelWidth), 'dim') : ' '.repeat(labelWidth)}${paint(line, ...styles)}`,
  );
}

/** Breaks text between words into lines of at most `width` columns; a longer word stays whole. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && displayWidth(line) + 1 + displayWidth(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}
