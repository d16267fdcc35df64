import { expect, test } from 'vitest';
import type { ListedFinding } from '../../src/model/stored-finding.ts';
import { openSession, type Work } from '../../src/triage/session.ts';
import { startState, type TriageState } from '../../src/triage/state.ts';
import { storedFinding } from './stored-findings.ts';

const findings = Array.from({ length: 6 }, (_, at) => storedFinding(at, {}));

function never(): never {
  throw new Error('nobody asked for it');
}

/** A session over a list that is read as the test says. */
function sessionOver(list: Work['list']) {
  const states: TriageState[] = [];
  const work: Work = { list, read: never, history: never, verify: never, decide: never, plan: never, apply: never };
  const session = openSession(startState({ columns: 80, rows: 24 }, '', new Date()), {
    work,
    onState: (state) => states.push(state),
    onEnd: never,
    messageOf: (error) => (error as Error).message,
  });
  return { session, states };
}

test('the first page is shown before the second is read', async () => {
  let shown = -1;
  const { session, states } = sessionOver(async function* () {
    yield findings.slice(0, 2);
    shown = session.state().listed.length;
    yield findings.slice(2);
  });
  session.dispatch({ kind: 'stale' });
  await session.settled();
  expect(shown).toBe(2);
  expect(session.state().listed).toHaveLength(6);
  expect(states[0]!.isLoading).toBe(true);
  expect(session.state().isLoading).toBe(false);
});

test('what changes while the list is read comes once, and the list is read once more', async () => {
  let reads = 0;
  const { session } = sessionOver(async function* (): AsyncGenerator<readonly ListedFinding[]> {
    reads++;
    yield findings.slice(0, 3);
    if (reads === 1) {
      session.dispatch({ kind: 'stale' });
      session.dispatch({ kind: 'stale' });
    }
    // One that became less urgent meanwhile, and was there already.
    yield findings.slice(2, reads === 1 ? 4 : 6);
  });
  session.dispatch({ kind: 'stale' });
  await session.settled();
  expect(reads).toBe(2);
  expect(session.state().findings.map(({ id }) => id)).toEqual(findings.map(({ id }) => id));
});

test('what is shown stays while it is read again', async () => {
  let reads = 0;
  const during: number[] = [];
  const { session } = sessionOver(async function* () {
    reads++;
    yield findings.slice(0, 1);
    during.push(session.state().findings.length);
    yield findings.slice(1, 7 - reads);
  });
  session.dispatch({ kind: 'stale' });
  await session.settled();
  session.dispatch({ kind: 'stale' });
  await session.settled();
  expect(during).toEqual([1, 6]);
  expect(session.state().findings).toHaveLength(5);
});

test('a ledger that cannot be read is told of, and may be read again', async () => {
  let reads = 0;
  const { session } = sessionOver(async function* () {
    if (++reads === 1) throw new Error('the server does not answer');
    yield findings;
  });
  session.dispatch({ kind: 'stale' });
  await session.settled();
  expect(session.state().message).toBe('the server does not answer');
  session.dispatch({ kind: 'stale' });
  await session.settled();
  expect(session.state().listed).toHaveLength(6);
});
