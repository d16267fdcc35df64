import { homedir, hostname } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { Context } from '../cli-context.ts';
import { QuashError } from '../errors.ts';
import { keyFile } from '../ledger/key.ts';
import type { Location } from '../model/location.ts';
import type { Plan, Purpose } from '../model/plan.ts';
import type { Credential, RevocationResult } from '../model/revocation.ts';
import { toldOf, type Verdict } from '../model/verdict.ts';
import { isMortal } from '../model/verification.ts';
import { originName } from '../report/origin-path.ts';
import { applyPlan } from '../revoke/apply.ts';
import { approvalsOf, bySomebodyElse } from '../revoke/approval.ts';
import { type ChildResult, checkChildren } from '../revoke/children.ts';
import type { Journal } from '../revoke/journal.ts';
import { revokerOf } from '../revoke/load-revokers.ts';
import { makePlan } from '../revoke/plan.ts';
import { type Policy, policyOf, readPolicy } from '../revoke/policy.ts';
import { standingsOf } from '../revoke/standing.ts';
import { judge, verdictOf } from '../verify/verify-findings.ts';
import { loadTransport } from '../wire/transport.ts';
import type { AdminCredentials } from './admin-credentials.ts';
import type { Asking } from './ask-providers.ts';
import { actorOf, type Records } from './revocation-records.ts';

/** What taking back goes by: the credentials, who is asked, where it is kept, and what the user set. */
export interface Revoking {
  readonly options: {
    readonly policy: readonly string[];
    readonly proofWindow: number | undefined;
    /** For how long what can be switched off is left so. */
    readonly grace?: number;
    /** The file of a plan that was saved; approvals lie beside it. */
    readonly plan?: string | undefined;
  };
  readonly context: Context;
  readonly purpose: Purpose;
  readonly asking: Asking;
  readonly records: Records;
  readonly found: readonly Credential[];
  /** What else is known of the kinds that die with what is taken back. */
  readonly kin?: readonly Credential[];
}

/**
 * Every credential is asked about before it is planned for: whose it is, and whether there is anything to take back. Of what is
 * dead by our own hand, the ledger or the plan that did it still knows whose it was.
 */
export async function askFirst({ records, found, asking }: Revoking): Promise<readonly Credential[]> {
  const standings = standingsOf(await records.journal.lines());
  return Promise.all(
    found.map(async (credential) => {
      const judged = await judge(credential, asking.options);
      const { verdict } = judged;
      if (verdict.state !== 'unasked' && verdict.state !== 'unverifiable')
        await records.store.recordVerdict(credential.id, verdict);
      const id = standings.get(credential.id)?.disabled?.plan;
      const kept = id ? records.keptPlan(id) : undefined;
      const before = kept?.steps.flatMap(({ credentials }) => credentials).find(({ finding }) => finding === credential.id);
      return { ...judged, verdict: { ...toldOf(credential.verdict), ...(before && toldOf(before)), ...verdict } };
    }),
  );
}

/** Makes the plan for credentials that were just asked about. */
export async function planFor(
  { options, purpose, records, asking, kin = [] }: Revoking,
  credentials: readonly Credential[],
  admins: AdminCredentials,
): Promise<Plan> {
  const standings = standingsOf(await records.journal.lines());
  return makePlan(credentials, {
    purpose,
    by: actorOf(),
    now: new Date(),
    graceMs: options.grace ?? 0,
    revokerOf,
    runbookOf: ({ runbook }) => runbook,
    isProvable: (pattern) => asking.options.askerOf?.(pattern) !== undefined && isMortal(pattern.verify),
    adminFrom: admins.from,
    standingOf: (finding) => standings.get(finding),
    describePlace,
    // Of what was just asked about, what was told counts.
    kin: kin.map((one) => credentials.find(({ id }) => id === one.id) ?? one),
  });
}

/** A policy, and whose approvals it has looked at. */
export type PlanPolicy = Policy & { readonly approvedBy: () => readonly string[] };

/** What the ledger's policy, the user's own, and those that were named say of a plan. */
export function policyFor(
  plan: Plan,
  { options, context, records }: Pick<Revoking, 'options' | 'context' | 'records'>,
): PlanPolicy {
  const own = keyFile(context.env);
  const files = [
    ...(own === undefined ? [] : [join(dirname(own), 'policy.yaml')]),
    ...options.policy.map((file) => resolve(context.cwd, file)),
  ];
  const rules = files.flatMap((file, index) => {
    const read = readPolicy(file);
    // One that was named must be there: without it more would be allowed than was meant.
    if (!read && index >= files.length - options.policy.length)
      throw new QuashError('usage', `reading the policy ${file}: there is no such file; check the path`);
    return read ?? [];
  });
  const sshFolder = join(context.env.HOME || homedir(), '.ssh');
  const known = new Map<string, readonly string[]>();
  const policy = policyOf([...(records.policy ? [records.policy] : []), ...rules], {
    actor: actorOf(),
    now: () => new Date(),
    approvals: (signers) => {
      if (options.plan === undefined) return [];
      const given =
        known.get(signers) ??
        bySomebodyElse(approvalsOf(plan.hash, resolve(context.cwd, options.plan), signers), actorOf(), sshFolder);
      known.set(signers, given);
      return given;
    },
  });
  return { ...policy, approvedBy: () => [...new Set([...known.values()].flat())] };
}

/** Why credentials of a plan would not be taken back as things stand, by finding. */
export function refusalsOf(
  plan: Plan,
  credentials: ReadonlyMap<string, Credential>,
  policy: Policy,
): ReadonlyMap<string, string> {
  return new Map(
    plan.steps.flatMap((step) =>
      step.findings.flatMap((id) => {
        const credential = credentials.get(id);
        const planned = step.credentials.find(({ finding }) => finding === id);
        const why =
          credential &&
          policy.refusal({
            credential,
            step,
            verdict: { ...(planned && toldOf(planned)), ...credential.verdict },
            isStarted: false,
          });
        return why === undefined ? [] : [[id, why] as const];
      }),
    ),
  );
}

/** Does what a plan says, and proves it. The journal is handed over, since somebody may watch what is written to it. */
export async function applyWith(
  plan: Plan,
  credentials: ReadonlyMap<string, Credential>,
  { asking, records, context, options, kin = [] }: Revoking,
  {
    admins,
    policy,
    journal,
    onResult,
  }: {
    readonly admins: AdminCredentials;
    readonly policy: PlanPolicy;
    readonly journal: Journal;
    readonly onResult: (result: RevocationResult) => void;
  },
): Promise<Applied> {
  const { wire } = asking;
  if (!wire) throw new QuashError('usage', 'revoking: --apply asks providers, which --offline forbids');
  // Asked here for whose approvals count, which is found out by asking.
  refusalsOf(plan, credentials, policy);
  const approvers = policy.approvedBy();
  if (approvers.length > 0)
    await journal.append({ action: 'approved', plan: plan.id, evidence: `by ${approvers.join(', ')}, plan ${plan.hash}` });
  const last = new Map<string, Verdict>();
  const proof = {
    ask: async (credential: Credential) => {
      const verdict = await verdictOf(credential, asking.options);
      last.set(credential.id, verdict);
      return verdict;
    },
    now: () => new Date(),
    pause: (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }).catch(() => {}),
    signal: context.signal,
  };
  const results = await applyPlan(plan, credentials, {
    wire,
    loadTransport,
    journal,
    store: records.store,
    holder: { actor: actorOf(), host: hostname(), pid: process.pid },
    policy,
    revokerOf,
    adminOf: admins.of,
    ...proof,
    proofWindowMs: options.proofWindow,
    onResult,
  });
  // The ledger is to say what the proof saw, not what was so right before.
  for (const [id, verdict] of last) {
    if (verdict.state !== 'unasked' && verdict.state !== 'unverifiable') await records.store.recordVerdict(id, verdict);
  }
  const windowMs = Math.min(options.proofWindow ?? longestChildWindowMs, longestChildWindowMs);
  const children = await checkChildren(plan, results, kin, { ...proof, journal, store: records.store, windowMs });
  return { results, children };
}

/** What died with something else did so at once, or lives on: to wait as long as for what was called for itself tells no more. */
const longestChildWindowMs = 30_000;

export interface Applied {
  readonly results: readonly RevocationResult[];
  readonly children: readonly ChildResult[];
}

function describePlace({ origin, line }: Location): string {
  return origin.kind === 'stdin' ? originName(origin) : `${originName(origin)}:${line}`;
}
