import { z } from 'zod';
import { QuashError } from '../errors.ts';
import type { Plan, PlanStep, Purpose } from '../model/plan.ts';
import type { Credential } from '../model/revocation.ts';
import { plannedCalls, sealPlan } from './plan.ts';
import type { ReadyRevoker, Task } from './revoker-schema.ts';

const staleAfterMs = 24 * 60 * 60_000;

const shape = z.looseObject({
  plan: z.looseObject({
    id: z.string(),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
    createdAt: z.iso.datetime(),
    purpose: z.enum(['revoke', 'finalise', 'undo']),
    by: z.string(),
    steps: z.array(
      z.looseObject({
        id: z.string(),
        findings: z.array(z.string()),
        provider: z.string(),
        tasks: z.array(z.enum(['revoke', 'disable', 'enable'])),
        confirms: z.array(z.looseObject({})),
        calls: z.array(z.looseObject({})),
        credentials: z.array(z.looseObject({ finding: z.string() })),
        children: z.array(z.looseObject({ finding: z.string(), of: z.string() })),
      }),
    ),
    left: z.array(z.looseObject({ finding: z.string() })),
  }),
});

/** A plan as a file keeps it. */
export function planText(plan: Plan): string {
  return `${JSON.stringify({ plan }, undefined, 2)}\n`;
}

/** Reads a plan's file. Throws a QuashError when it is none, or not the one that was written. */
export function readPlan(text: string, file: string): Plan {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new QuashError('usage', `reading the plan ${file}: it is no JSON; quash revoke … --save FILE writes one`, { cause });
  }
  const read = shape.safeParse(json);
  if (!read.success)
    throw new QuashError('usage', `reading the plan ${file}: it is no plan; quash revoke … --save FILE writes one`);
  const plan = (json as { readonly plan: Plan }).plan;
  if (sealPlan(plan).hash !== plan.hash || plan.id !== plan.hash.slice(0, 12))
    throw new QuashError('usage', `reading the plan ${file}: it was changed after it was made; make it anew`);
  return plan;
}

/** Why a plan is not run as it is any more; undefined when it may be. */
export async function whyStale(
  plan: Plan,
  credentials: ReadonlyMap<string, Credential>,
  {
    now,
    revokerOf,
  }: { readonly now: Date; readonly revokerOf: (pattern: Credential['pattern']) => Promise<ReadyRevoker | undefined> },
): Promise<string | undefined> {
  const ageMs = now.getTime() - Date.parse(plan.createdAt);
  if (ageMs > staleAfterMs) return `it was made at ${plan.createdAt}, and a plan holds for 24 hours`;
  if (ageMs < -5 * 60_000) return `it says to be made at ${plan.createdAt}, which is still to come`;
  for (const step of plan.steps) {
    const batch = step.findings.flatMap((id) => credentials.get(id) ?? []);
    if (batch.length !== step.findings.length) return `the values of step ${step.id} are not all there any more`;
    const revokers = new Set(await Promise.all(batch.map(({ pattern }) => revokerOf(pattern))));
    const [revoker] = revokers;
    // What is sent comes from the revokers, never from the file: this only makes sure that both say the same.
    const calls = revoker ? plannedCalls(revoker, step.tasks, step.authority, batch) : [];
    if (revokers.size > 1 || JSON.stringify(calls) !== JSON.stringify(step.calls))
      return `what would be sent in step ${step.id} is not what it says`;
    if (!isTold(step, plan.purpose, batch, revoker)) return `what step ${step.id} would do is not what it says`;
  }
  return undefined;
}

const tasksOf: { readonly [P in Purpose]: readonly Task[] } = {
  revoke: ['disable', 'revoke'],
  finalise: ['revoke'],
  undo: ['enable'],
};

/** Whether what a person and a policy decide by is so: whose it is, what for, what dies with it, and whether it can be undone. */
function isTold(
  { provider, revoker: named, tasks, authority, reversible, cascade, survives }: PlanStep,
  purpose: Purpose,
  batch: readonly Credential[],
  revoker: ReadyRevoker | undefined,
): boolean {
  if (named !== (revoker?.provider ?? null) || batch.some(({ pattern }) => pattern.provider !== provider)) return false;
  if (reversible !== (tasks.at(-1) === 'disable') || tasks.some((task) => !tasksOf[purpose].includes(task))) return false;
  if (!revoker) return authority === 'person';
  const isByOurs = authority === 'admin' && revoker.admin !== undefined;
  const isSame = cascade === (revoker.cascade ?? null) && survives === (revoker.survives ?? null);
  return isSame && (isByOurs || authority === revoker.authority);
}
