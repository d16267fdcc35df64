import type { FindingHistory, ListedFinding, StoredFinding } from '../model/stored-finding.ts';
import { askedLines, historyDetails, placeName, verdictDetails } from '../report/description.ts';
import { neutralise } from '../report/neutralise.ts';
import { counted, formatSeconds } from '../report/quantities.ts';
import { locationRecord, verdictRecord } from '../report/record.ts';
import { type Line, line, wrapped } from './line.ts';
import { sinceOf } from './rows.ts';

const labelWidth = 11;
const shownRelated = 8;

/** All that is known of a finding. `history` is read a moment later. */
export function detailLines(
  finding: StoredFinding,
  history: FindingHistory | undefined,
  { all, columns, now }: { readonly all: readonly ListedFinding[]; readonly columns: number; readonly now: Date },
): readonly Line[] {
  const { pattern, verdict, redactedParts } = finding;
  const record = verdictRecord(verdict);
  const row = (label: string, ...texts: readonly string[]) =>
    texts.filter(Boolean).flatMap((text, at) =>
      wrapped(`${' '.repeat(labelWidth)}${neutralise(text, 2000)}`, columns).map((one, part): Line => {
        if (at > 0 || part > 0) return [{ text: one }];
        return [{ text: label.padEnd(labelWidth), dim: true }, { text: one.slice(labelWidth) }];
      }),
    );
  return [
    [
      { text: `${finding.id}  `, bold: true },
      { text: neutralise(`${pattern.name} (${pattern.id}), ${pattern.severity}, ${pattern.provider}`) },
    ],
    ...row('secret', finding.redacted, ...Object.entries(redactedParts).map(([name, part]) => `${name} ${part}`)),
    ...row('verdict', [verdict.state, ...verdictDetails(record)].join(', ')),
    ...row('evidence', ('evidence' in verdict && verdict.evidence) || '', ...askedLines(record)),
    ...row('asked', 'checkedAt' in verdict ? verdict.checkedAt : 'never'),
    ...row('state', stateWords(finding)),
    ...row('owner', finding.owner ?? 'not known'),
    ...row(
      'kind',
      `${pattern.identity}, lives ${pattern.lifetime === undefined ? 'as long as its provider lets it' : pattern.lifetime === 'none' ? 'for ever' : pattern.lifetime}`,
    ),
    ...row('taken back', pattern.revoker === undefined ? 'by a person: R shows how' : 'by an API: R shows the plan'),
    [],
    ...timelineLines(finding, history, { columns, now }),
    [],
    ...spreadLines(history, columns),
    ...relatedLines(finding, all),
  ];
}

function stateWords({ state, decision, revocation }: StoredFinding): string {
  const decided =
    decision?.kind === 'ignore'
      ? `ignored by ${decision.actor}: ${decision.reason}`
      : decision?.kind === 'accept'
        ? `${state === 'accepted' ? 'accepted' : `${state}, was accepted`} until ${decision.until.slice(0, 10)} by ${decision.actor}: ${decision.reason}`
        : state;
  return revocation === undefined ? decided : `${revocation}; ${decided}`;
}

/** From the first leak to now. */
function timelineLines(
  finding: StoredFinding,
  history: FindingHistory | undefined,
  { columns, now }: { readonly columns: number; readonly now: Date },
): readonly Line[] {
  const head = line('Timeline', { bold: true });
  if (!history) return [head, line('  reading …', { dim: true })];
  const events = [
    { at: sinceOf(finding), text: 'leaked' },
    { at: finding.firstSeen, text: 'found by a scan' },
    ...history.locations.flatMap(({ gone, ...location }) =>
      gone === undefined ? [] : [{ at: gone, text: `gone from ${placeName(location)}` }],
    ),
    ...history.verdicts.flatMap((one) =>
      'checkedAt' in one ? [{ at: one.checkedAt, text: `${one.state}: ${'evidence' in one ? one.evidence : one.reason}` }] : [],
    ),
    ...history.decisions.map(({ at, kind, actor, ...more }) => ({
      at,
      text: `${kind}${'to' in more ? ` to ${more.to}` : ''} by ${actor}${'reason' in more && more.reason ? `: ${more.reason}` : ''}`,
    })),
    ...history.revocations.map(({ at, state, evidence, secondsToDead }) => ({
      at,
      text: `${state}${evidence ? `: ${evidence}` : ''}${secondsToDead === undefined ? '' : `, dead after ${formatSeconds(secondsToDead)}`}`,
    })),
  ].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  return [
    head,
    ...events.flatMap(({ at, text }) =>
      wrapped(`  ${at.slice(0, 16).replace('T', ' ')}  ${neutralise(text, 1000)}`, columns).map((one) => [{ text: one }]),
    ),
    line(`  ${now.toISOString().slice(0, 16).replace('T', ' ')}  now`, { dim: true }),
  ];
}

function spreadLines(history: FindingHistory | undefined, columns: number): readonly Line[] {
  if (!history) return [];
  const { locations } = history;
  return [
    line(`Spread over ${counted(locations.length, 'place')}, in this order`, { bold: true }),
    ...locations.flatMap((location) => {
      const details = historyDetails(locationRecord(location, (text) => text));
      const told =
        'permalink' in location.origin ? location.origin.permalink : 'url' in location.origin ? location.origin.url : undefined;
      const gone = location.gone === undefined ? '' : `  gone since ${location.gone.slice(0, 10)}`;
      return [
        ...wrapped(neutralise(`  ${placeName(location)}${gone}`), columns).map((text): Line => [{ text, color: 'cyan' }]),
        ...(location.context === undefined ? [] : [[{ text: neutralise(`    ${location.context.trim()}`, columns) }]]),
        ...wrapped(
          neutralise(`    ${[...details, `in ${location.place}`, told ?? ''].filter(Boolean).join(' · ')}`),
          columns,
        ).map((text): Line => [{ text, dim: true }]),
      ];
    }),
  ];
}

/** Findings of the same owner, or that came in the same commit. */
function relatedLines(finding: StoredFinding, all: readonly ListedFinding[]): readonly Line[] {
  const related = all.flatMap((other) => {
    if (other.id === finding.id) return [];
    const isSameCommit = finding.first !== undefined && other.first?.commit === finding.first.commit;
    const isSameOwner = finding.owner !== undefined && other.owner === finding.owner;
    return isSameCommit || isSameOwner ? [{ other, why: isSameCommit ? 'same commit' : 'same owner' }] : [];
  });
  if (related.length === 0) return [];
  return [
    [],
    line(`Related: ${counted(related.length, 'finding')}`, { bold: true }),
    ...related
      .slice(0, shownRelated)
      .map(({ other, why }) => line(`  ${other.id}  ${other.verdict.state}  ${other.pattern.id}  ${why}`)),
    ...(related.length > shownRelated ? [line(`  and ${related.length - shownRelated} more`, { dim: true })] : []),
  ];
}
