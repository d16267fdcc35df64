import type { Summary } from '../model/finding.ts';
import type { Pattern, Severity } from '../model/pattern.ts';
import { firstDetails, historyDetails, placeName, reasonWords, verdictDetails } from './description.ts';
import { type GapGroup, groupGaps } from './gap-groups.ts';
import { pageHead, pageTail } from './html-page.ts';
import { webUrl } from './links.ts';
import { escapeMarkup } from './markup.ts';
import { originName } from './origin-path.ts';
import { counted, formatCount } from './quantities.ts';
import type { FindingRecord, LocationRecord } from './record.ts';
import type { ReportFormat, ReportOptions } from './report.ts';
import { foundWords, ignoredWords, scannedWords, verdictWords } from './summary-words.ts';

const openLocations = 3;
const maxLocations = 100;
const shownGapOrigins = 20;

/** One page that holds everything: no script or style from elsewhere, and none in it that scanned text could start. */
export function htmlFormat({ patterns, repositoryUrl }: ReportOptions): ReportFormat {
  const bySeverity = new Map<Severity, number>();
  const gaps = groupGaps(shownGapOrigins);

  return {
    head: pageHead,
    finding(record, pattern) {
      bySeverity.set(record.severity, (bySeverity.get(record.severity) ?? 0) + 1);
      return findingCard(record, pattern, repositoryUrl);
    },
    gap(record) {
      gaps.add(record);
      return '';
    },
    finish(summary) {
      const footer = escapeMarkup(`quash ${summary.version}, ${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`);
      return pageTail(summaryMarkup(summary, bySeverity, gaps.all(), patterns.length), footer);
    },
  };
}

function findingCard(record: FindingRecord, pattern: Pattern, repositoryUrl: string | undefined): string {
  const { verdict, locations } = record;
  const first = firstDetails(record, locations.slice(0, openLocations));
  const told = verdictDetails(verdict);
  const parts = Object.entries(record.parts).map(([name, value]) => `${escapeMarkup(name)} <code>${escapeMarkup(value)}</code>`);
  const data = [
    ['severity', record.severity],
    ['verdict', verdict.state],
    ['provider', record.provider],
    ['path', locations[0] ? originName(locations[0].origin) : ''],
    ['date', record.first?.date ?? ''],
    ['places', String(locations.length)],
  ]
    .map(([name, value]) => ` data-${name}="${escapeMarkup(value!)}"`)
    .join('');
  return [
    `<article class="${record.severity}" id="f-${escapeMarkup(record.id)}"${data}>\n`,
    `<header><span class="severity">${record.severity}</span><h2>${escapeMarkup(pattern.name)}</h2>`,
    `<code>${escapeMarkup(record.secret)}</code><span class="verdict ${verdict.state}">${verdict.state}</span>`,
    record.confidence === undefined ? '' : `<span class="told">confidence ${record.confidence}</span>`,
    `<span class="id">${escapeMarkup(record.id)}</span></header>\n`,
    told.length === 0 ? '' : `<p class="told">${escapeMarkup(told.join(' · '))}</p>\n`,
    parts.length === 0 ? '' : `<p class="told">${parts.join(' · ')}</p>\n`,
    first.length === 0 ? '' : `<p class="told">${escapeMarkup(first.join(' · '))}</p>\n`,
    locationLists(locations, repositoryUrl),
    '</article>\n',
  ].join('');
}

function locationLists(locations: readonly LocationRecord[], repositoryUrl: string | undefined): string {
  const list = (some: readonly LocationRecord[]) =>
    `<ul class="places">\n${some.map((location) => locationItem(location, repositoryUrl)).join('')}</ul>\n`;
  const folded = locations.slice(openLocations, maxLocations);
  const hidden = locations.length - Math.min(locations.length, maxLocations);
  const more = hidden > 0 ? `<p class="told">and ${counted(hidden, 'more place')}</p>\n` : '';
  if (folded.length === 0) return list(locations);
  return `${list(locations.slice(0, openLocations))}<details><summary>${formatCount(locations.length - openLocations)} more</summary>\n${list(folded)}${more}</details>\n`;
}

function locationItem(location: LocationRecord, repositoryUrl: string | undefined): string {
  const url = webUrl(location, repositoryUrl);
  const name = `<code>${escapeMarkup(placeName(location))}</code>`;
  const place = url === undefined ? name : `<a href="${escapeMarkup(url)}" rel="noreferrer noopener">${name}</a>`;
  const decoded = location.decoded ? ` <span class="told">in ${escapeMarkup(location.decoded.join(', in it '))}</span>` : '';
  const history = historyDetails(location);
  const context = location.context ? `<code class="context">${escapeMarkup(location.context)}</code>` : '';
  const told = history.length === 0 ? '' : `<span class="history">${escapeMarkup(history.join(' · '))}</span>`;
  const copies = location.copies ? ` <span class="told">${location.copies.toLocaleString('en')} times in all</span>` : '';
  return `<li>${place}${decoded}${copies}${context}${told}</li>\n`;
}

function summaryMarkup(
  summary: Summary,
  bySeverity: ReadonlyMap<Severity, number>,
  gaps: readonly GapGroup[],
  patterns: number,
): string {
  const found = foundWords(summary, bySeverity);
  const verdicts = verdictWords(summary);
  const ignored = ignoredWords(summary);
  const clean = summary.findings === 0 && summary.complete;
  return [
    `<p class="lead${clean ? ' clean' : ''}">${escapeMarkup(found.charAt(0).toUpperCase() + found.slice(1))}.</p>\n`,
    verdicts === '' ? '' : `<p class="facts">${escapeMarkup(verdicts)}</p>\n`,
    `<p class="facts">Scanned ${escapeMarkup(scannedWords(summary, patterns))}.</p>\n`,
    ignored === '' ? '' : `<p class="facts">Ignored: ${escapeMarkup(ignored)}.</p>\n`,
    summary.complete ? '' : gapsMarkup(gaps),
  ].join('');
}

function gapsMarkup(gaps: readonly GapGroup[]): string {
  const items = gaps.map(({ reason, count, names, unnamed, detail }) => {
    const more = unnamed > 0 ? ` and ${formatCount(unnamed)} more` : '';
    const listed = names.map((name) => `<code>${escapeMarkup(name)}</code>`).join(', ');
    return `<li>${formatCount(count)} ${escapeMarkup(reasonWords(reason))}: ${listed}${more}<br>${escapeMarkup(detail)}</li>\n`;
  });
  const list = items.length === 0 ? '<p>The scan did not finish.</p>' : `<ul>\n${items.join('')}</ul>`;
  return `<div class="gaps"><h2>Not read: this scan is incomplete</h2>\n${list}</div>\n`;
}
