import type { Plan, PlanStep } from '../model/plan.ts';
import type { Credential } from '../model/revocation.ts';
import type { Secret } from '../model/secret.ts';
import type { Told, Verdict } from '../model/verdict.ts';
import { groupBy } from './group-by.ts';
import { whyFull } from './hourly.ts';
import type { Journal, NewEntry } from './journal.ts';
import { type ProofTerms, pollUntil, type Seen } from './prove.ts';
import { isStepOf, type ReadyRevoker, type ReadyStep, type Task } from './revoker-schema.ts';
import type { Standing } from './standing.ts';
import { callOf, type StepContext, subjectOf, takeStep } from './steps.ts';

/** What running a task needs besides the credentials. */
export interface TaskTerms extends StepContext, ProofTerms {
  readonly journal: Journal;
  readonly plan: Plan;
  readonly step: PlanStep;
  readonly revoker: ReadyRevoker;
  readonly admin?: Secret | undefined;
  readonly proofWindowMs: number;
  /** Whether death tells that the task was done: not of what was dead before. */
  readonly deathTells: boolean;
  /** Written with the line that proves it. */
  readonly until: string | null;
}

export interface TaskMember {
  readonly credential: Credential;
  readonly standing: Standing | undefined;
  readonly told: Told;
}

/** What became of one credential. */
export type TaskEnd =
  | { readonly state: 'proved'; readonly evidence: string; readonly seconds: number | null; readonly verdict: Verdict }
  | { readonly state: 'requested'; readonly evidence: string; readonly verdict: Verdict }
  | { readonly state: 'failed'; readonly evidence: string };

/** A call in doubt is sent again once: what is in doubt twice is for a person to look at. */
const mostSends = 2;

/**
 * Runs the steps of a task for credentials that go in one call, from where an earlier run stopped: each call is in the journal
 * before it leaves; one that may have done its work is not sent again before that was looked at; and what is taken for done is
 * proved.
 */
export async function runTask(
  task: Task,
  members: readonly TaskMember[],
  terms: TaskTerms,
): Promise<ReadonlyMap<string, TaskEnd>> {
  const { journal, plan, revoker } = terms;
  const steps = revoker.tasks[task] ?? [];
  const isPlanned = (step: ReadyStep) => isStepOf(step, terms.step.authority);
  const acts = steps.flatMap((step, index) => (step.kind === 'act' && isPlanned(step) ? [index] : []));
  const lastAct = acts.at(-1) as number;
  const wanted = task === 'enable' ? 'live' : 'dead';
  const isListed = !terms.step.isProvable && wanted === 'dead' && steps.some((step) => 'find' in step && step.find !== undefined);
  const ends = new Map<string, TaskEnd>();
  /** When the call left that is to have done it. */
  const sentAt = new Map<string, Date>();
  const done = new Map<string, Set<number>>();
  /** Those that a call of this task left for before, in this run or in one that was stopped. */
  const begun = new Set<string>();
  const open: { member: TaskMember; step: number; at: Date }[] = [];
  for (const member of members) {
    const { credential, standing } = member;
    const own = (standing?.done ?? []).filter((one) => one.task === task);
    done.set(credential.id, new Set(own.map(({ step }) => step)));
    const last = own.at(-1);
    if (last || standing?.open?.task === task) begun.add(credential.id);
    if (last) sentAt.set(credential.id, new Date(last.at));
    if (standing?.open?.task === task) open.push({ member, step: standing.open.step, at: new Date(standing.open.at) });
  }

  const line = (credential: Credential, entry: NewEntry): NewEntry => ({ plan: plan.id, finding: credential.id, task, ...entry });
  const finish = (credential: Credential, step: number) => done.get(credential.id)?.add(step);

  /** Looks at calls of which nobody knows what they did, until that is known; those that did nothing are to be sent again. */
  async function settle(all: readonly { member: TaskMember; step: number; at: Date }[]): Promise<void> {
    for (const { member, at } of all) sentAt.set(member.credential.id, at);
    // The first call is what is seen of the credential. Of those behind it, as of one that ends sessions, nothing is.
    const doubtful = all.filter(({ step }) => step === acts[0]);
    if (doubtful.length === 0) return;
    // Of what was dead before, death tells nothing: whether there is something left to do, the provider says to a second call.
    if (!terms.deathTells && wanted === 'dead') return;
    // The same goes for what only its list tells of: the look-up comes before the call.
    if (isListed) return;
    const latest = Math.max(...doubtful.map(({ at }) => at.getTime()));
    const seen = await pollUntil(
      wanted,
      doubtful.map(({ member }) => member.credential),
      new Date(latest + terms.proofWindowMs),
      terms,
    );
    const entries: NewEntry[] = [];
    for (const { member, step } of doubtful) {
      const { credential } = member;
      const { verdict, isProved } = seen.get(credential.id) as Seen;
      if (isProved) {
        finish(credential, step);
        entries.push(
          line(credential, { action: 'answered', step, after: wanted, evidence: `it is ${wanted}: the call did its work` }),
        );
      } else if (terms.signal.aborted) {
        ends.set(credential.id, {
          state: 'failed',
          evidence: 'the run was stopped while a call was in doubt; run it again, and it is looked at first',
        });
      } else if (verdict.state === 'live' || verdict.state === 'dead') {
        entries.push(
          line(credential, {
            action: 'failed',
            step,
            before: verdict.state,
            evidence: `it is ${verdict.state} still: the call in doubt did nothing`,
          }),
        );
      } else {
        const reason = 'reason' in verdict ? verdict.reason : 'its provider cannot be asked';
        entries.push(line(credential, { action: 'unproved', step, evidence: `in doubt, and nothing tells: ${reason}` }));
        ends.set(credential.id, {
          state: 'failed',
          evidence: `whether the call did its work is in doubt: ${reason ?? 'it was not asked'}`,
        });
      }
    }
    await journal.append(...entries);
  }

  const unsettled = () => members.filter(({ credential }) => !ends.has(credential.id));
  const nextAct = ({ credential }: TaskMember) => acts.find((act) => !done.get(credential.id)?.has(act));

  await settle(open);
  for (let sends = 0; sends < mostSends; sends++) {
    const toSend = unsettled().filter((member) => nextAct(member) !== undefined);
    if (toSend.length === 0 || terms.signal.aborted) break;
    const doubtful: { member: TaskMember; step: number; at: Date }[] = [];
    for (const group of groupBy(toSend, (member) => String(nextAct(member)))) doubtful.push(...(await send(group)));
    await settle(doubtful);
  }
  for (const member of unsettled()) {
    if (nextAct(member) === undefined) continue;
    const evidence = terms.signal.aborted
      ? 'the run was stopped before anything was sent'
      : 'the call was in doubt twice, and did nothing: its provider is out of order; try again later';
    ends.set(member.credential.id, { state: 'failed', evidence });
  }
  await prove(unsettled());
  return ends;

  /** Sends the steps that are left for credentials that have come equally far; gives back those whose call is in doubt. */
  async function send(group: readonly TaskMember[]): Promise<{ member: TaskMember; step: number; at: Date }[]> {
    const [first] = group as readonly [TaskMember, ...TaskMember[]];
    const credentials = group.map(({ credential }) => credential);
    const from = nextAct(first) as number;
    const subject = subjectOf(revoker, credentials, { admin: terms.admin, told: group.length === 1 ? first.told : undefined });
    const kept: Record<string, string> = {};
    const current = { ...subject, variables: { ...subject.variables, kept } };
    for (const [index, step] of steps.entries()) {
      if ((step.kind === 'act' && index < from) || !isPlanned(step)) continue;
      const call = callOf(step, revoker);
      const at = terms.now();
      if (step.kind === 'act') {
        let full: string | undefined;
        // Counted with the journal locked: of two responders only one makes the last call of an hour.
        await journal.appendIf((lines) => {
          full = whyFull(revoker, lines, at);
          if (full !== undefined) return [];
          return credentials.map((one) => line(one, { action: 'begun', step: index, call, before: one.verdict.state }));
        });
        if (full !== undefined) {
          for (const { id } of credentials) ends.set(id, { state: 'failed', evidence: full });
          return [];
        }
        for (const { id } of credentials) {
          sentAt.set(id, at);
          begun.add(id);
        }
      }
      const acted = await takeStep(step, current, terms);
      const { evidence } = acted;
      // What a call of ours may have taken back and is dead, and is not in the list any more, was taken back by it. It stood
      // there before that call; of what nobody can be asked about, that is all there is to know, and it stays requested.
      const isTaken =
        'isMissing' in acted && credentials.every(({ id, verdict }) => begun.has(id) && (isListed || verdict.state === 'dead'));
      const outcome = isTaken ? 'gone' : acted.outcome;
      if ('kept' in acted) Object.assign(kept, acted.kept);
      if (outcome === 'refused' || (outcome === 'in-doubt' && step.kind === 'look-up')) {
        await journal.append(...credentials.map((one) => line(one, { action: 'failed', step: index, call, evidence })));
        for (const { id } of credentials) ends.set(id, { state: 'failed', evidence });
        return [];
      }
      if (outcome === 'in-doubt') {
        await journal.append(...credentials.map((one) => line(one, { action: 'in-doubt', step: index, call, evidence })));
        return group.map((member) => ({ member, step: index, at }));
      }
      // Gone is gone: there is nothing for the steps behind it. A look-up that finds it gone stands for the acts that it is for.
      const over = outcome === 'gone' ? acts.filter((act) => act >= index) : step.kind === 'act' ? [index] : [];
      await journal.append(
        ...credentials.flatMap((one) =>
          over.map((act) => line(one, { action: 'answered', step: act, call, after: outcome, evidence })),
        ),
      );
      for (const one of credentials) for (const act of over) finish(one, act);
      if (outcome === 'gone') return [];
    }
    return [];
  }

  async function prove(list: readonly TaskMember[]): Promise<void> {
    if (list.length === 0) return;
    const credentials = list.map(({ credential }) => credential);
    const latest = Math.max(...credentials.map(({ id }) => sentAt.get(id)?.getTime() ?? terms.now().getTime()));
    // Where no answer proves death, to ask once tells what there is to tell.
    const windowMs = terms.step.isProvable || wanted === 'live' ? terms.proofWindowMs : 0;
    const seen = await pollUntil(wanted, credentials, new Date(latest + windowMs), terms);
    const entries = credentials.map((credential) => {
      const { verdict, at, isProved } = seen.get(credential.id) as Seen;
      const evidence = 'evidence' in verdict ? verdict.evidence : 'reason' in verdict ? verdict.reason : undefined;
      if (isProved) {
        const sent = sentAt.get(credential.id);
        const seconds = sent && terms.deathTells ? Math.max(0, Math.round((at.getTime() - sent.getTime()) / 100) / 10) : null;
        ends.set(credential.id, { state: 'proved', evidence: evidence ?? '', seconds, verdict });
        return line(credential, {
          action: 'proved',
          step: lastAct,
          before: credential.verdict.state,
          after: wanted,
          until: terms.until,
          evidence: evidence ?? null,
        });
      }
      const why =
        verdict.state === 'live' || verdict.state === 'dead'
          ? `it is ${verdict.state} still: ${evidence}`
          : (evidence ?? 'its provider cannot be asked whether it is dead');
      ends.set(credential.id, { state: 'requested', evidence: why, verdict });
      // What was stopped is looked at again by the next run; what had its time is over.
      return terms.signal.aborted
        ? undefined
        : line(credential, { action: 'unproved', step: lastAct, after: verdict.state, evidence: why });
    });
    await journal.append(...entries.filter((entry) => entry !== undefined));
  }
}
