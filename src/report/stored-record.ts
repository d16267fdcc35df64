import type { Decision, FindingState, StoredFinding, StoredLocation } from '../model/stored-finding.ts';
import { type FindingRecord, type LocationRecord, lastToldRecord, locationRecord, verdictRecord } from './record.ts';

/** A finding of the ledger as reports show it: what a scan's finding has, and what was decided and done since. */
export interface StoredRecord extends FindingRecord {
  readonly state: FindingState;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly owner: string | null;
  readonly decision: Decision | null;
  readonly revocation: string | null;
  readonly importedFrom: string | null;
  readonly locations: readonly StoredLocationRecord[];
}

export type StoredLocationRecord = LocationRecord & Pick<StoredLocation, 'place' | 'firstSeen' | 'lastSeen' | 'gone'>;

/** Turns a finding of the ledger into what is shown of it; nothing in it is secret. */
export function storedRecord(finding: StoredFinding): StoredRecord {
  const { pattern } = finding;
  return {
    type: 'finding',
    id: finding.id,
    pattern: pattern.id,
    provider: pattern.provider,
    severity: pattern.severity,
    identity: pattern.identity,
    secret: finding.redacted,
    parts: finding.redactedParts,
    fingerprint: finding.fingerprint,
    entropy: finding.entropy,
    ...(pattern.generic && { confidence: finding.confidence }),
    verdict: verdictRecord(finding.verdict),
    lastTold: finding.lastTold ? lastToldRecord(finding.lastTold) : null,
    first: finding.first ?? null,
    state: finding.state,
    firstSeen: finding.firstSeen,
    lastSeen: finding.lastSeen,
    owner: finding.owner ?? null,
    decision: finding.decision ?? null,
    revocation: finding.revocation ?? null,
    importedFrom: finding.importedFrom ?? null,
    locations: finding.locations.map(storedLocationRecord),
  };
}

/** A place as it is shown. */
export function storedLocationRecord(location: StoredLocation): StoredLocationRecord {
  const { place, firstSeen, lastSeen, gone } = location;
  return { ...locationRecord(location, (text) => text), place, firstSeen, lastSeen, ...(gone !== undefined && { gone }) };
}
