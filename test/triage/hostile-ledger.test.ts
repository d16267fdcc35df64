import { expect, test } from 'vitest';
import type { StoredFinding, StoredLocation } from '../../src/model/stored-finding.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { findingPage } from '../../src/report/finding-page.ts';
import { createPaint } from '../../src/report/paint.ts';
import { linkText } from '../../src/triage/places.ts';
import { drawnOf, paintedOf } from '../../src/triage/screens.ts';
import { type DetailHistory, type Event, startState, type TriageState } from '../../src/triage/state.ts';
import { update } from '../../src/triage/update.ts';
import { storedFinding } from './stored-findings.ts';

// A ledger that others write to, or that was imported, holds what somebody else wrote where an id or a time belongs.

const hostile = '\u001b[2Jx';
const base = storedFinding(1, { owner: hostile, path: `a\nrm -rf ~\n${hostile}` });
const [place] = base.locations as [StoredLocation];
const location: StoredLocation = { ...place, gone: hostile, firstSeen: hostile, lastSeen: hostile, place: hostile };
const verdict: Verdict = { state: 'dead', checkedAt: hostile, evidence: hostile };
const finding: StoredFinding = { ...base, id: `${base.id}${hostile}`, verdict, locations: [location], revocation: 'revoked' };
const history: DetailHistory = {
  verdicts: [verdict],
  decisions: [{ kind: 'assign', to: hostile, actor: hostile, at: hostile }],
  revocations: [{ finding: finding.id, plan: hostile, state: 'revoked', step: '1', evidence: hostile, at: hostile }],
  locations: [location],
};

test('it steers no terminal', () => {
  const now = new Date('2026-06-01T00:00:00Z');
  const events: readonly Event[] = [
    { kind: 'loaded', findings: [finding], now },
    { kind: 'key', key: 'enter' },
    { kind: 'opened', finding, history },
  ];
  const states: TriageState[] = [startState({ columns: 160, rows: 50 }, '', now)];
  for (const event of events) states.push(update(states.at(-1)!, event).state);
  for (const state of states) {
    const { head, body, foot } = paintedOf(drawnOf(state), createPaint(false));
    for (const line of [...head, ...body, ...foot]) expect(line).not.toMatch(/\p{Cc}/u);
  }
  expect(states.at(-1)?.screen).toMatchObject({ kind: 'detail', history });
  expect(findingPage(finding, history, (text) => text)).toMatch(/^[^\u001b]*$/);
});

test('what is copied is one line, whatever a file is called', () => {
  expect(linkText({ finding, location })).toMatch(/^\P{Cc}+$/u);
});
