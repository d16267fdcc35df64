import pLimit from 'p-limit';
import type { Plan, PlanStep } from '../model/plan.ts';
import type { Credential, RevocationResult, RevocationRow } from '../model/revocation.ts';
import type { Secret } from '../model/secret.ts';
import { toldOf, type Verdict } from '../model/verdict.ts';
import { askOrConfirm, whyNotInRecords } from './confirm.ts';
import { decide, isStarted } from './decide.ts';
import { groupBy } from './group-by.ts';
import { whyFull } from './hourly.ts';
import type { Journal } from './journal.ts';
import type { Policy } from './policy.ts';
import type { ProofTerms } from './prove.ts';
import type { ReadyRevoker } from './revoker-schema.ts';
import { runTask, type TaskEnd, type TaskMember } from './run-task.ts';
import { type Standing, standingsOf } from './standing.ts';
import type { StepContext } from './steps.ts';
import type { Holder, RevocationStore } from './store.ts';

export interface ApplyTerms extends StepContext, ProofTerms {
  readonly journal: Journal;
  readonly store: RevocationStore;
  readonly holder: Omit<Holder, 'plan'>;
  readonly policy: Policy;
  readonly revokerOf: (pattern: Credential['pattern']) => Promise<ReadyRevoker | undefined>;
  readonly adminOf: (revoker: ReadyRevoker) => Promise<Secret | undefined>;
  /** Instead of what each revoker says of its provider. */
  readonly proofWindowMs?: number | undefined;
  /** Told of every credential once it is known what became of it. */
  readonly onResult?: (result: RevocationResult) => void;
}

/** States in which there is nothing left to do. */
export const confirmed: ReadonlySet<RevocationResult['state']> = new Set(['revoked', 'already-dead', 'disabled', 'enabled']);

const mostSteps = 4;

/**
 * Does what a plan says, and proves it. Everything is asked about right before; what was begun by a run that was stopped is
 * brought to its end. What could mint others is dead, or given up on, before the rest begins.
 */
export async function applyPlan(
  plan: Plan,
  credentials: ReadonlyMap<string, Credential>,
  terms: ApplyTerms,
): Promise<readonly RevocationResult[]> {
  const { journal, store } = terms;
  const count = plan.steps.reduce((sum, { findings }) => sum + findings.length, 0);
  await journal.append({
    action: 'planned',
    plan: plan.id,
    evidence: `${count} credentials in ${plan.steps.length} steps, plan ${plan.hash}`,
  });
  const results: RevocationResult[] = [];
  const limit = pLimit(mostSteps);
  for (const isFirst of [true, false]) {
    const phase: PlanStep[] = [];
    for (const step of plan.steps) if ((await canMint(step, credentials, terms)) === isFirst) phase.push(step);
    // One revoker's steps one after the other: its provider is asked gently, and its journal reads in order.
    const lines = groupBy(phase, ({ provider }) => provider);
    await Promise.all(
      lines.map((own) =>
        limit(async () => {
          for (const step of own) {
            const done = await applyStep(plan, step, credentials, terms, parentsOf(plan, results));
            for (const result of done) terms.onResult?.(result);
            results.push(...done);
            const head = journal.head();
            if (head) await store.anchor(head);
          }
        }),
      ),
    );
  }
  return results;
}

/** By what is known to die with something else: what of that is dead by this plan already. */
function parentsOf(plan: Plan, results: readonly RevocationResult[]): ReadonlyMap<string, string> {
  const over = new Set(results.filter(({ state }) => state === 'revoked' || state === 'disabled').map(({ finding }) => finding));
  const children = plan.steps.flatMap(({ children: own }) => own);
  return new Map(children.flatMap(({ finding, of }) => (over.has(of) ? [[finding, of] as const] : [])));
}

async function canMint(
  step: PlanStep,
  credentials: ReadonlyMap<string, Credential>,
  { revokerOf }: ApplyTerms,
): Promise<boolean> {
  const [id = ''] = step.findings;
  const credential = credentials.get(id);
  const revoker = credential && (await revokerOf(credential.pattern));
  return revoker?.mints ?? false;
}

async function applyStep(
  plan: Plan,
  step: PlanStep,
  credentials: ReadonlyMap<string, Credential>,
  terms: ApplyTerms,
  parents: ReadonlyMap<string, string>,
): Promise<readonly RevocationResult[]> {
  const results = new Map<string, RevocationResult>();
  const say = (finding: string, state: RevocationResult['state'], evidence: string, more: Partial<RevocationResult> = {}) =>
    results.set(finding, { finding, state, evidence, secondsToDead: null, undoUntil: null, step: step.id, ...more });
  const { journal, store } = terms;
  const present = step.findings.flatMap((id) => credentials.get(id) ?? []);
  for (const id of step.findings) if (!credentials.has(id)) say(id, 'failed', 'its value is not there any more');
  const [first] = present;
  const revoker = first && (await terms.revokerOf(first.pattern));
  if (step.manual || !revoker) {
    for (const { id } of present) say(id, 'manual', 'no API takes it back: follow the steps of the plan');
    return keep([...results.values()]);
  }
  const admin = await terms.adminOf(revoker);
  if (revoker.authority === 'admin' && !admin) {
    for (const { id } of present)
      say(id, 'failed', `it needs ${revoker.admin?.what}: set ${revoker.admin?.env}, or --admin ${revoker.provider}=file:PATH`);
    return keep([...results.values()]);
  }
  // Nobody is asked about what cannot be taken back now.
  const full = whyFull(revoker, await journal.lines(), terms.now());
  if (full !== undefined) {
    for (const { id } of present) say(id, 'failed', full);
    return keep([...results.values()]);
  }

  const holder: Holder = { ...terms.holder, plan: plan.id };
  const ids = present.map(({ id }) => id);
  const claims = await store.claim(ids, holder);
  const mine = claims.filter(({ heldBy }) => heldBy === undefined).map(({ id }) => id);
  for (const { id, heldBy } of claims) if (heldBy !== undefined) say(id, 'refused', `${heldBy} is at it already`);
  try {
    const own = present.filter(({ id }) => mine.includes(id));
    for (const [id, result] of await applyOwn(own, revoker, admin)) say(id, result.state, result.evidence, result);
  } finally {
    await store.release(mine, holder);
  }
  return keep([...results.values()]);

  async function keepVerdict(id: string, verdict: Verdict): Promise<void> {
    if (verdict.state !== 'unasked' && verdict.state !== 'unverifiable') await store.recordVerdict(id, verdict);
  }

  async function keep(list: readonly RevocationResult[]): Promise<readonly RevocationResult[]> {
    const refusals = list.filter(({ state }) => state === 'refused' || state === 'already-dead');
    await journal.append(
      ...refusals.map(({ finding, evidence, state }) => ({
        action: state === 'refused' ? ('refused' as const) : ('verified' as const),
        plan: plan.id,
        finding,
        after: state,
        evidence,
      })),
    );
    for (const result of list) await store.recordRevocation(rowOf(result, plan.id, terms.now()));
    return list;
  }

  async function applyOwn(
    own: readonly Credential[],
    ready: ReadyRevoker,
    ours: Secret | undefined,
  ): Promise<ReadonlyMap<string, RevocationResult>> {
    const outcome = new Map<string, RevocationResult>();
    const end = (finding: string, state: RevocationResult['state'], evidence: string, more: Partial<RevocationResult> = {}) =>
      outcome.set(finding, { finding, state, evidence, secondsToDead: null, undoUntil: null, step: step.id, ...more });
    // Read behind the claim: what another responder did until then stands in it.
    const standings = standingsOf(await journal.lines());
    const limit = pLimit(64);
    const judged = await Promise.all(
      own.map((credential) =>
        limit(async () => {
          // Of what was never seen in its provider's records, that it is not there tells nothing.
          const isOurs = standings.get(credential.id)?.revoked !== undefined;
          const verdict = isOurs ? await askOrConfirm(credential, ready, ours, terms) : await terms.ask(credential);
          return { credential, verdict };
        }),
      ),
    );
    let members: (TaskMember & { readonly verdict: Verdict })[] = [];
    for (const { credential, verdict } of judged) {
      await keepVerdict(credential.id, verdict);
      const standing = standings.get(credential.id);
      const planned = step.credentials.find(({ finding }) => finding === credential.id);
      const decided = decide({ plan, step, planned, verdict, standing, now: terms.now() });
      // Of what is dead its provider does not say any more whose it is: what it said before counts.
      const known =
        verdict.state === 'live' ? verdict : { ...(planned && toldOf(planned)), ...toldOf(credential.verdict), ...verdict };
      const refusal =
        decided.state === 'go'
          ? terms.policy.refusal({ credential, step, verdict: known, isStarted: isStarted(standing) })
          : undefined;
      const isNew = decided.state === 'go' && refusal === undefined && !isStarted(standing);
      const unseen = isNew ? await whyNotInRecords({ ...credential, verdict }, ready, ours, terms) : undefined;
      if (refusal !== undefined) end(credential.id, 'refused', refusal);
      else if (unseen !== undefined) end(credential.id, 'failed', unseen);
      else if (decided.state !== 'go') {
        const of = decided.state === 'already-dead' && planned?.verdict !== 'dead' ? parents.get(credential.id) : undefined;
        const evidence = of === undefined ? decided.evidence : `died with ${of}: ${decided.evidence}`;
        end(credential.id, decided.state, evidence, { undoUntil: decided.undoUntil ?? null });
      } else members.push({ credential: { ...credential, verdict }, standing, told: { ...planned, ...verdict }, verdict });
    }
    for (const [index, task] of step.tasks.entries()) {
      // Of two tasks the first may be behind it: a run that was stopped in the second.
      const isBehind = (member: TaskMember) =>
        index < step.tasks.length - 1 && task === 'disable' && member.standing?.disabled !== undefined;
      const isLast = index === step.tasks.length - 1;
      const now = members.filter((member) => !isBehind(member));
      if (now.length === 0) continue;
      const deathTells = plan.purpose !== 'finalise' && index === 0 && !now.some(({ standing }) => standing?.disabled);
      const ends = await runTask(task, now, {
        ...terms,
        ask: (credential) => askOrConfirm(credential, ready, ours, terms),
        plan,
        step,
        revoker: ready,
        admin: ours,
        proofWindowMs: terms.proofWindowMs ?? ready.takesUpToMs,
        deathTells: task === 'enable' || deathTells,
        until: task === 'disable' ? step.undoUntil : null,
      });
      for (const { credential } of now) {
        const ended = ends.get(credential.id) as TaskEnd;
        if ('verdict' in ended) await keepVerdict(credential.id, ended.verdict);
        const isDeath = ended.state === 'proved' && task !== 'enable';
        const seconds = isDeath ? (ended.seconds ?? outcome.get(credential.id)?.secondsToDead ?? null) : null;
        if (ended.state === 'proved') {
          const state = task === 'revoke' ? 'revoked' : task === 'disable' ? 'disabled' : 'enabled';
          end(credential.id, state, ended.evidence, {
            secondsToDead: seconds,
            undoUntil: isLast && task === 'disable' ? step.undoUntil : null,
          });
        } else end(credential.id, ended.state, ended.evidence);
      }
      members = members
        .filter(
          ({ credential }) =>
            isBehind({ credential, standing: standings.get(credential.id), told: {} }) ||
            ends.get(credential.id)?.state === 'proved',
        )
        .map((member) => ({
          ...member,
          // The next task finds it dead.
          credential: { ...member.credential, verdict: verdictAfter(member.credential, ends.get(member.credential.id)) },
          standing: withoutDone(member.standing, task),
        }));
    }
    return outcome;
  }
}

function rowOf(
  { finding, state, step, evidence, secondsToDead, undoUntil }: RevocationResult,
  plan: string,
  now: Date,
): RevocationRow {
  return {
    finding,
    plan,
    state,
    step,
    evidence,
    ...(secondsToDead !== null && { secondsToDead }),
    ...(undoUntil !== null && { undoUntil }),
    at: now.toISOString(),
  };
}

function verdictAfter({ verdict }: Credential, end: TaskEnd | undefined): Verdict {
  return end && 'verdict' in end ? end.verdict : verdict;
}

/** The steps of a task that is over are no steps of the next. */
function withoutDone(standing: Standing | undefined, task: string): Standing | undefined {
  return standing && { ...standing, done: standing.done.filter((one) => one.task !== task) };
}
