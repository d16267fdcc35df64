import { expect } from 'vitest';
import type { RevocationResult } from '../../src/model/revocation.ts';
import { type ApplyTerms, applyPlan } from '../../src/revoke/apply.ts';
import { type Journal, type JournalLine, readJournal } from '../../src/revoke/journal.ts';
import type { Planted, Ran, Rig, RunTerms } from './rig.ts';

/** What a process that is stopped looks like from inside: from some point on nothing happens any more. */
export class Stopped extends Error {}

/**
 * Terms of a run that ends without another word at its n-th step, where a step is a line that is about to be written, one that
 * was, a request that is about to be sent, and one whose answer is about to be seen. `points` counts them.
 */
export function stoppingAt(terms: ApplyTerms, at: number): { readonly terms: ApplyTerms; readonly points: () => number } {
  let count = 0;
  const point = () => {
    if (count++ >= at) throw new Stopped(`stopped at ${at}`);
  };
  const { journal, wire } = terms;
  const around = async <T>(work: () => Promise<T>): Promise<T> => {
    point();
    const done = await work();
    point();
    return done;
  };
  const appendIf: Journal['appendIf'] = async (decide) => {
    point();
    const lines = await journal.appendIf(decide);
    point();
    return lines;
  };
  return {
    points: () => count,
    terms: {
      ...terms,
      journal: { ...journal, appendIf, append: (...entries) => appendIf(() => entries) },
      wire: {
        ...wire,
        send: (request, to, hide) => around(() => wire.send(request, to, hide)),
        within: (host, to, work) => around(() => wire.within(host, to, work)),
      },
      // A process that is gone releases nothing: what it claimed is free by its end.
      store: { ...terms.store, release: async () => point() },
    },
  };
}

export interface StoppedRuns extends Partial<Pick<RunTerms, 'purpose' | 'graceMs' | 'proofWindowMs'>> {
  /** Makes a credential, in the state in which the run is to find it. `own` is the journal that the runs write to. */
  readonly plant: (
    own: Pick<ApplyTerms, 'journal' | 'store'>,
  ) => Promise<{ readonly planted: Planted; readonly told?: Ran['planned'] }>;
  /** Looks at what a run that was not stopped, and one that went on from a stopped one, ended in. */
  readonly check: (result: RevocationResult, planted: Planted, when: string, wasInDoubt: boolean) => void | Promise<void>;
  /** Nobody tells what a call of a run that was stopped did: the second run may say so, and a third is looked at instead. */
  readonly mayBeInDoubt?: boolean;
}

/**
 * Runs a plan stopped at its first step, at its second, and so on, each time with a credential of its own and a second run that
 * goes on, until a run comes to its end. No step whose answer stands in the journal is begun again, and nothing is sent that is
 * not in it. Gives back how many steps there are.
 */
export async function stopEverywhere(
  rig: Rig,
  { plant, check, purpose = 'revoke', graceMs = 0, proofWindowMs = 120, mayBeInDoubt = false }: StoppedRuns,
): Promise<number> {
  const { close, ...own } = rig.ownJournal();
  const terms = { ...rig.terms, ...own, proofWindowMs };
  try {
    for (let at = 0; ; at++) {
      const { planted, told } = await plant(own);
      const { plan, credentials } = await rig.plan([planted], {
        ...terms,
        purpose,
        graceMs,
        ...(told && { told: told.credentials.get(planted.credential.id)!.verdict }),
      });
      const stopped = stoppingAt(terms, at);
      const ended = await applyPlan(plan, credentials, stopped.terms).catch((error: unknown) => error);
      const isOver = !(ended instanceof Stopped);
      if (isOver && !Array.isArray(ended)) throw ended;
      let [result] = (isOver ? ended : await applyPlan(plan, credentials, terms)) as RevocationResult[];
      const when = isOver ? 'never stopped' : `stopped at ${at}`;
      const isInDoubt = mayBeInDoubt && !isOver && result?.state === 'failed';
      if (isInDoubt) {
        expect(result?.evidence, when).toContain('in doubt');
        [result] = (await applyPlan(plan, credentials, terms)) as RevocationResult[];
      }
      const lines = own.journal.lines().filter(({ finding }) => finding === planted.credential.id);
      expect(repeated(lines), `${when}: ${JSON.stringify(lines)}`).toEqual([]);
      expect(JSON.stringify(lines)).not.toContain(planted.known.secret);
      await check(result!, planted, `${when}: ${JSON.stringify(result)}`, isInDoubt);
      if (isOver) return stopped.points();
    }
  } finally {
    const { problem } = readJournal(
      own.journal
        .lines()
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    );
    close();
    expect(problem).toBeUndefined();
  }
}

/** Steps that were begun although their answer stood in the journal. What was not proved in its time may be tried anew. */
export function repeated(lines: readonly JournalLine[]): readonly string[] {
  const answered = new Set<string>();
  const twice: string[] = [];
  for (const { action, task, step } of lines) {
    const name = `${task} ${step}`;
    if (action === 'unproved') answered.clear();
    if (action === 'answered') answered.add(name);
    if (action === 'begun' && answered.has(name)) twice.push(name);
  }
  return twice;
}
