import { sinceOf } from '../ledger/since.ts';
import type { ListedFinding, StoredFinding } from '../model/stored-finding.ts';
import { askedLines, historyDetails, placeName } from '../report/description.ts';
import { neutralise } from '../report/neutralise.ts';
import { counted, formatSeconds } from '../report/quantities.ts';
import { lastToldRecord, locationRecord, type VerdictRecord, verdictRecord } from '../report/record.ts';
import { type Line, line, type Span, wrapped } from './line.ts';
import { pageOf } from './places.ts';
import type { DetailHistory, Fate } from './state.ts';

const labelWidth = 11;
const shownRelated = 8;

/** What stands before the place that is marked, and before nothing else. */
export const placeMark = '> ';

/** All that is known of a finding. `history` is read a moment later. */
export function detailLines(
  finding: StoredFinding,
  history: DetailHistory | undefined,
  {
    all,
    columns,
    now,
    at,
    revealed,
  }: {
    readonly all: readonly ListedFinding[];
    readonly columns: number;
    readonly now: Date;
    /** Which of its places is marked; none for whom no key moves the mark. */
    readonly at?: number;
    /** The value itself, while it is to be seen. */
    readonly revealed?: string;
  },
): readonly Line[] {
  const { pattern, verdict, lastTold, redactedParts } = finding;
  const record = verdictRecord(verdict);
  // What is dead tells nothing of itself any more: what its provider told while it lived still says whose it was.
  const known = lastTold ? lastToldRecord(lastTold) : record;
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
    ...row('secret', revealed ?? finding.redacted),
    ...row('', ...Object.entries(redactedParts).map(([name, part]) => `${name} ${part}`)),
    ...row('verdict', verdictWords(finding)),
    ...row('evidence', ('evidence' in verdict && verdict.evidence) || '', ...askedLines(record)),
    ...row(
      'identity',
      [known.identity, known.account === null ? null : `account ${known.account}`, lastTold && `as of ${minuteOf(lastTold.at)}`]
        .filter(Boolean)
        .join(', '),
    ),
    ...row('scopes', known.scopes?.join(', ') ?? ''),
    ...row('lives', livesWords(finding, known)),
    ...row(
      'last used',
      known.lastUsed !== null ? minuteOf(known.lastUsed) : isTold(verdict) ? 'its provider does not tell' : 'not known',
    ),
    ...row('state', stateWords(finding)),
    ...row('owner', finding.owner ?? 'not known'),
    ...row('revoked by', ...(history ? fateLines(finding, history.fate) : ['…'])),
    [],
    ...timelineLines(finding, history, { columns, now }),
    [],
    ...spreadLines(history, { columns, at }),
    ...relatedLines(finding, all),
  ];
}

function verdictWords({ verdict }: StoredFinding): string {
  const words = 'canary' in verdict && verdict.canary !== undefined ? `${verdict.state}, a trap` : verdict.state;
  const why = 'reason' in verdict && verdict.reason ? `: ${verdict.reason}` : '';
  return `${words}${why}${'checkedAt' in verdict ? `, asked ${minuteOf(verdict.checkedAt)}` : ''}`;
}

function livesWords(
  { pattern: { identity, lifetime } }: StoredFinding,
  { created, expires }: Pick<VerdictRecord, 'created' | 'expires'>,
): string {
  const usual =
    lifetime === undefined || lifetime === 'embedded' ? '' : lifetime === 'none' ? 'without an end' : `for ${lifetime}`;
  return [
    `as ${identity === 'app' || identity === 'agent' || identity === 'unknown' ? 'an' : 'a'} ${identity}`,
    created === null ? '' : `since ${minuteOf(created)}`,
    expires === null ? usual || 'no end is known' : `until ${minuteOf(expires)}`,
  ]
    .filter(Boolean)
    .join(', ')
    .replace('an unknown, ', '');
}

function isTold({ state }: StoredFinding['verdict']): boolean {
  return state === 'live' || state === 'dead';
}

function fateLines({ pattern }: StoredFinding, fate: Fate | undefined): readonly string[] {
  if (!fate) return [pattern.revoker === undefined ? 'a person: R shows how' : 'an API: R shows the plan'];
  return [
    fate.how,
    fate.mints
      ? 'it can make other credentials: they are to be looked for, and go after it'
      : 'it is not known to make other credentials',
  ];
}

/** `2026-05-01 08:00`, of UTC. What is written otherwise stays as it is. */
function minuteOf(at: string): string {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(at) ? at.slice(0, 16).replace('T', ' ') : at;
}

/** When it was first written, by all that is dated; what is not dated was there when it was found. */
function leakedAt(finding: StoredFinding, history: DetailHistory): string {
  const dates = history.locations.flatMap(({ origin }) => {
    const date = 'timestamp' in origin ? origin.timestamp : 'date' in origin ? origin.date : undefined;
    return date !== undefined && !Number.isNaN(Date.parse(date)) ? [new Date(date).toISOString()] : [];
  });
  return [new Date(sinceOf(finding)).toISOString(), foundAt(finding, history), ...dates].sort()[0] ?? finding.firstSeen;
}

/** Before it was first asked about: a scan is kept when it is over. */
function foundAt({ firstSeen }: StoredFinding, { verdicts }: DetailHistory): string {
  return [firstSeen, ...verdicts.flatMap((one) => ('checkedAt' in one ? [one.checkedAt] : []))].sort()[0] ?? firstSeen;
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
  history: DetailHistory | undefined,
  { columns, now }: { readonly columns: number; readonly now: Date },
): readonly Line[] {
  const head = line('Timeline', { bold: true });
  if (!history) return [head, line('  reading …', { dim: true })];
  const events = [
    { at: leakedAt(finding, history), text: 'leaked' },
    { at: foundAt(finding, history), text: 'found by a scan' },
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
      wrapped(`  ${minuteOf(at)}  ${neutralise(text, 1000)}`, columns).map((one) => [{ text: one }]),
    ),
    line(`  ${minuteOf(now.toISOString())}  now`, { dim: true }),
  ];
}

function spreadLines(
  history: DetailHistory | undefined,
  { columns, at: marked }: { readonly columns: number; readonly at: number | undefined },
): readonly Line[] {
  if (!history) return [];
  const { locations, subjects } = history;
  return [
    line(`Spread over ${counted(locations.length, 'place')}, in this order`, { bold: true }),
    ...locations.flatMap((location, at) => {
      const { origin, context, place, gone } = location;
      const details = historyDetails(locationRecord(location, (text) => text));
      const subject = 'commit' in origin && origin.commit !== undefined ? subjects?.get(origin.commit) : undefined;
      const told = pageOf(location);
      const since = gone === undefined ? '' : `  gone since ${gone.slice(0, 10)}`;
      const mark = at === marked ? placeMark : '  ';
      const block = (text: string, look: Omit<Span, 'text'>) =>
        wrapped(`    ${neutralise(text, 1000)}`, columns).map((part): Line => [{ text: part, ...look }]);
      return [
        ...wrapped(`${mark}${neutralise(placeName(location))}${since}`, columns).map(
          (text): Line => [{ text, color: 'cyan', ...(at === marked && { bold: true as const }) }],
        ),
        ...(context === undefined ? [] : [[{ text: `    ${neutralise(context.trim(), columns - 4)}` }]]),
        ...block([...details, `in ${place}`].join(' · '), { dim: true }),
        ...(subject === undefined ? [] : block(`“${subject}”`, { dim: true })),
        ...(told === undefined ? [] : block(told, { dim: true })),
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
