import type { Plan, PlannedCredential, PlanStep } from '../model/plan.ts';
import type { RevocationResult } from '../model/revocation.ts';
import type { Told, Verdict } from '../model/verdict.ts';
import type { Standing } from './standing.ts';

/** Whether an earlier run began with it and did not come to its end. */
export function isStarted(standing: Standing | undefined): boolean {
  return standing?.open !== undefined || (standing?.done.length ?? 0) > 0;
}

type Decision =
  | { readonly state: 'go' }
  | {
      readonly state: Exclude<RevocationResult['state'], 'manual'>;
      readonly evidence: string;
      readonly undoUntil?: string | null;
    };

/** Whether there is something to do, by what the provider says right now and what the journal tells of earlier runs. */
export function decide({
  plan,
  step,
  planned,
  verdict,
  standing,
  now,
}: {
  readonly plan: Plan;
  readonly step: PlanStep;
  readonly planned: PlannedCredential | undefined;
  readonly verdict: Verdict;
  readonly standing: Standing | undefined;
  readonly now: Date;
}): Decision {
  if (verdict.state === 'unasked')
    return { state: 'refused', evidence: verdict.reason ?? 'its provider was not asked, and nothing is done unseen' };
  const stranger = ownerChanged(planned, verdict);
  if (stranger !== undefined) return { state: 'refused', evidence: stranger };
  if (isStarted(standing)) return { state: 'go' };
  const { requested } = standing ?? {};
  // Of what nobody can be asked about, a plan's call is not sent again because the plan is run again.
  if (requested?.plan === plan.id && !step.isProvable && verdict.state !== 'live')
    return {
      state: 'requested',
      evidence: `its provider took the call, by ${requested.at}, and cannot be asked whether it is dead`,
    };
  if (verdict.state === 'unknown')
    return { state: 'failed', evidence: `right before acting its provider did not tell whether it is alive: ${verdict.reason}` };
  const { disabled } = standing ?? {};
  if (plan.purpose !== 'revoke') {
    if (plan.purpose === 'undo' && standing?.enabled && verdict.state === 'live')
      return { state: 'enabled', evidence: `switched on again at ${standing.enabled.at}, and it is alive` };
    if (!disabled) return { state: 'refused', evidence: 'it was not switched off by quash, by its journal' };
    if (plan.purpose === 'undo') {
      if (verdict.state === 'live') return { state: 'enabled', evidence: 'it is alive already' };
      if (disabled.until !== null && Date.parse(disabled.until) < now.getTime())
        return { state: 'refused', evidence: `the time in which it can be taken back ended at ${disabled.until}` };
      return { state: 'go' };
    }
    if (verdict.state === 'live')
      return { state: 'refused', evidence: 'it is alive: somebody switched it on again; plan anew, with quash revoke' };
    return { state: 'go' };
  }
  if (verdict.state !== 'dead') {
    // What was not known when the plan was made was not shown, nor approved: whose it is, and what it may.
    if (planned?.verdict !== verdict.state)
      return {
        state: 'refused',
        evidence: `it was ${planned?.verdict} when the plan was made and is ${verdict.state} now: plan anew`,
      };
    return { state: 'go' };
  }
  if (disabled && step.tasks.includes('revoke') && step.tasks.length > 1) return { state: 'go' };
  if (disabled)
    return { state: 'disabled', evidence: `switched off at ${disabled.at}: ${verdict.evidence}`, undoUntil: disabled.until };
  const before = standing?.revoked ? `taken back by quash at ${standing.revoked.at}: ` : '';
  return { state: 'already-dead', evidence: `${before}${verdict.evidence}` };
}

/** A credential that the provider says to be somebody else's than in the plan is not the one that was looked at. */
function ownerChanged(planned: Told | undefined, now: Told): string | undefined {
  for (const field of ['identity', 'account'] as const) {
    const [was, is] = [planned?.[field], now[field]];
    if (was !== undefined && is !== undefined && was !== is)
      return `its ${field} is ${is} and was ${was} when the plan was made: plan anew`;
  }
  return undefined;
}
