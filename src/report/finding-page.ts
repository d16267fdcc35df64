import type { FindingHistory, StoredFinding, StoredLocation } from '../model/stored-finding.ts';
import { historyDetails, placeName, toldDetails, verdictDetails } from './description.ts';
import { neutralise } from './neutralise.ts';
import type { Paint } from './paint.ts';
import { counted } from './quantities.ts';
import { lastToldRecord, locationRecord, verdictRecord } from './record.ts';

const labelWidth = 12;
const shownPlaces = 50;

/** All that is known of a finding, for a person. */
export function findingPage(finding: StoredFinding, history: FindingHistory, paint: Paint): string {
  const { pattern, verdict, lastTold, redactedParts, sealed } = finding;
  const row = (label: string, ...texts: readonly string[]) =>
    texts
      .filter(Boolean)
      .map((text, at) => `${paint((at === 0 ? label : '').padEnd(labelWidth), 'dim')}${neutralise(text, 400)}`);
  const lines = [
    `${paint(neutralise(finding.id), 'bold')}  ${neutralise(`${pattern.name} (${pattern.id}), ${pattern.severity}`)}`,
    ...row('secret', finding.redacted, ...Object.entries(redactedParts).map(([name, part]) => `${name} ${part}`)),
    ...row('sealed', sealed === undefined ? 'no: only a hash of it is known' : ''),
    ...row('verdict', verdict.state, ...verdictDetails(verdictRecord(verdict))),
    ...row('asked', 'checkedAt' in verdict ? verdict.checkedAt : ''),
    ...(lastTold ? row('told before', `at ${lastTold.at}`, ...toldDetails(lastToldRecord(lastTold))) : []),
    ...row('state', stateWords(finding)),
    ...row('owner', finding.owner ?? ''),
    ...row('revocation', finding.revocation ?? ''),
    ...row('imported', finding.importedFrom === undefined ? '' : `from a report of ${finding.importedFrom}`),
    ...row('seen', `first ${finding.firstSeen}, last ${finding.lastSeen}`),
    ...row(
      'verdicts',
      ...history.verdicts.map((one) => `${'checkedAt' in one ? one.checkedAt : 'nobody was asked'}  ${one.state}`),
    ),
    ...row('decisions', ...history.decisions.map(decisionWords)),
    ...row(
      'revoked',
      ...history.revocations.map(
        ({ at, state, plan, evidence }) => `${at}  ${state}, plan ${plan}${evidence ? `: ${evidence}` : ''}`,
      ),
    ),
    paint(`spread over ${counted(history.locations.length, 'place')}, in this order`, 'dim'),
    ...history.locations.slice(0, shownPlaces).flatMap((location) => placeLines(location, paint)),
  ];
  const hidden = history.locations.length - shownPlaces;
  if (hidden > 0) lines.push(`  and ${counted(hidden, 'more place')}`);
  return `${lines.join('\n')}\n`;
}

function stateWords({ state, decision }: StoredFinding): string {
  if (decision?.kind === 'ignore') return `ignored by ${decision.actor}: ${decision.reason}`;
  if (decision?.kind === 'accept')
    return `${state === 'accepted' ? 'accepted' : `${state}, was accepted`} until ${decision.until.slice(0, 10)} by ${decision.actor}: ${decision.reason}`;
  return state;
}

function decisionWords({ kind, actor, at, ...more }: FindingHistory['decisions'][number]): string {
  const what = 'to' in more ? ` to ${more.to}` : '';
  const why = 'reason' in more && more.reason ? `: ${more.reason}` : '';
  return `${at}  ${kind}${what} by ${actor}${why}`;
}

function placeLines(location: StoredLocation, paint: Paint): string[] {
  const details = historyDetails(locationRecord(location, (text) => text));
  const gone = location.gone === undefined ? '' : neutralise(`  gone since ${location.gone}`);
  return [
    `  ${paint(neutralise(placeName(location)), 'cyan')}${gone}`,
    `    ${paint(neutralise([...details, `in ${location.place}`].join(' · '), 300), 'dim')}`,
  ];
}
