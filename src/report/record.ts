import { type Conceal, concealing, mapStrings } from '../model/conceal.ts';
import type { Finding, Summary } from '../model/finding.ts';
import type { Gap, GapReason } from '../model/gap.ts';
import type { Location } from '../model/location.ts';
import type { Origin } from '../model/origin.ts';
import type { Identity, Severity } from '../model/pattern.ts';
import { placeIn, secretsOf } from '../model/place.ts';
import type { Secret } from '../model/secret.ts';
import type { LastTold } from '../model/stored-finding.ts';
import type { Asked, Verdict, VerdictState } from '../model/verdict.ts';
import { type SpreadStep, spreadOf } from './spread.ts';

/** A candidate that was not reported, and why: a row of `--explain`. */
export interface TurnedDown {
  /** The pattern's id. */
  readonly pattern: string;
  readonly origin: Origin;
  readonly line: number;
  readonly column: number;
  /** A plain phrase: `its checksum does not match`. Free of secrets. */
  readonly reason: string;
}

/** A finding as reports show it, and as `--format jsonl` writes it: plain data, its secret already redacted or revealed. */
export interface FindingRecord {
  readonly type: 'finding';
  readonly id: string;
  readonly pattern: string;
  readonly provider: string;
  readonly severity: Severity;
  readonly identity: Identity;
  readonly secret: string;
  readonly parts: Readonly<Record<string, string>>;
  readonly fingerprint: string;
  readonly entropy: number;
  /** Only of generic findings. */
  readonly confidence?: number;
  readonly verdict: VerdictRecord;
  /** What its provider told before, and does not tell any more, every key there; only of a finding of the ledger. */
  readonly lastTold?: LastToldRecord | null;
  readonly first: { readonly commit: string; readonly author: string; readonly email: string; readonly date: string } | null;
  /** The way it spread, the earliest place first; only of what was found in several kinds of places that tell when. */
  readonly spread?: readonly SpreadStep[];
  readonly locations: readonly LocationRecord[];
}

/** A verdict with every key there; null where the provider did not tell. */
export interface VerdictRecord {
  readonly state: VerdictState;
  readonly checkedAt: string | null;
  readonly identity: string | null;
  readonly account: string | null;
  readonly scopes: readonly string[] | null;
  readonly created: string | null;
  readonly expires: string | null;
  readonly lastUsed: string | null;
  readonly evidence: string | null;
  readonly reason: string | null;
  /** Who laid the credential out as a trap; only of one that is known to be. */
  readonly canary?: string;
  /** What was asked, and what came back; only where something was. */
  readonly asked?: readonly Asked[];
}

export type LastToldRecord = Pick<VerdictRecord, 'identity' | 'account' | 'scopes' | 'created' | 'expires' | 'lastUsed'> & {
  readonly at: string;
};

export interface LocationRecord {
  readonly origin: Origin;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly start: number;
  readonly end: number;
  readonly decoded?: readonly string[];
  readonly copies?: number;
  readonly context?: string;
}

export interface GapRecord {
  readonly type: 'gap';
  readonly origin: Gap['origin'];
  readonly reason: GapReason;
  readonly detail: string;
}

export interface TurnedDownRecord {
  readonly type: 'turned-down';
  readonly pattern: string;
  readonly reason: string;
  readonly origin: Origin;
  readonly line: number;
  readonly column: number;
}

/** Turns a finding into what may be shown of it; `concealFound` knows of secrets besides its own. */
export function findingRecord(finding: Finding, unredacted: boolean, concealFound: Conceal = (text) => text): FindingRecord {
  const { pattern } = finding;
  const show = (secret: Secret) => (unredacted ? secret.reveal() : secret.toString());
  const concealOwn = concealing(secretsOf(finding));
  const conceal: Conceal = unredacted ? (text) => text : (text) => concealFound(concealOwn(text));
  const locations = finding.locations.map((location) => locationRecord(location, conceal));
  const spread = spreadOf(locations);
  return {
    type: 'finding',
    id: finding.id,
    pattern: pattern.id,
    provider: pattern.provider,
    severity: pattern.severity,
    identity: pattern.identity,
    secret: show(finding.secret),
    parts: Object.fromEntries(Object.entries(finding.parts).map(([name, part]) => [name, placeIn(name, part) ?? show(part)])),
    fingerprint: finding.fingerprint,
    entropy: round(finding.entropy),
    ...(pattern.generic && { confidence: round(finding.confidence) }),
    verdict: mapStrings(verdictRecord(finding.verdict), conceal),
    first: finding.first ? mapStrings(finding.first, conceal) : null,
    ...(spread.length > 0 && { spread }),
    locations,
  };
}

export function gapRecord({ origin, reason, detail }: Gap, conceal: Conceal = (text) => text): GapRecord {
  return { type: 'gap', origin: mapStrings(origin, conceal), reason, detail: conceal(detail) };
}

export function turnedDownRecord(
  { pattern, reason, origin, line, column }: TurnedDown,
  conceal: Conceal = (text) => text,
): TurnedDownRecord {
  return { type: 'turned-down', pattern, reason, origin: mapStrings(origin, conceal), line, column };
}

export function summaryRecord(summary: Summary): { readonly type: 'summary' } & Summary {
  const { complete, findings, live, dead, unknown, unverifiable, unasked, ignored, gaps, bytes, objects, seconds, version } =
    summary;
  return {
    type: 'summary',
    complete,
    findings,
    live,
    dead,
    unknown,
    unverifiable,
    unasked,
    ignored,
    gaps,
    bytes,
    objects,
    seconds: Math.round(seconds * 1000) / 1000,
    version,
  };
}

/** What may be shown of a verdict that holds no secret. */
export function verdictRecord(verdict: Verdict): VerdictRecord {
  const { state, identity, account, scopes, created, expires, lastUsed } = verdict;
  const isAsked = state === 'live' || state === 'dead' || state === 'unknown';
  return {
    state,
    checkedAt: isAsked ? verdict.checkedAt : null,
    identity: identity ?? null,
    account: account ?? null,
    scopes: scopes ?? null,
    created: created ?? null,
    expires: expires ?? null,
    lastUsed: lastUsed ?? null,
    evidence: state === 'live' || state === 'dead' ? verdict.evidence : null,
    reason: state === 'unknown' || state === 'unasked' || state === 'unverifiable' ? (verdict.reason ?? null) : null,
    ...(state === 'unasked' && verdict.canary !== undefined && { canary: verdict.canary }),
    ...(isAsked && verdict.asked?.length && { asked: verdict.asked }),
  };
}

/** What was told of a credential before. */
export function lastToldRecord({ at, identity, account, scopes, created, expires, lastUsed }: LastTold): LastToldRecord {
  return {
    at,
    identity: identity ?? null,
    account: account ?? null,
    scopes: scopes ?? null,
    created: created ?? null,
    expires: expires ?? null,
    lastUsed: lastUsed ?? null,
  };
}

/** What may be shown of a location. */
export function locationRecord(location: Location, conceal: (text: string) => string): LocationRecord {
  const { line, column, endLine, endColumn, start, end, decoded, copies, context } = location;
  return {
    origin: mapStrings(location.origin, conceal),
    line,
    column,
    endLine,
    endColumn,
    start,
    end,
    ...(decoded?.length && { decoded }),
    ...(copies !== undefined && { copies }),
    ...(context !== undefined && { context: conceal(context) }),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
